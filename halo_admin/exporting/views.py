"""The dialog of Send to Halo: an htmx fragment in a <dialog>, and also a plain page of its own."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from ..accounts.rights import may_open
from ..crm.contact_models import Contact
from ..crm.models import Company
from ..crm.note_models import Note
from ..db import db
from ..web.door import LARGEST_ID, own_or_404
from . import dialog, exports, notes, picking
from .blueprint import bp
from .fields import KINDS
from .locks import lock_of, not_theirs
from .models import Export

ONE = f"/exports/<int(max={LARGEST_ID}):export_id>"


def send_lock(noun):
    """For every profile and note: what keeps it from being sent by this person, or None."""
    if may_open(current_user, f"exporting.send_{noun}"):
        return lock_of(current_user.account_id)
    return not_theirs(current_user.account_id)


@bp.post(f"/companies/<int(max={LARGEST_ID}):company_id>/send")
def send_company(company_id):
    return _opened("company", own_or_404(Company, company_id))


@bp.post(f"/contacts/<int(max={LARGEST_ID}):contact_id>/send")
def send_contact(contact_id):
    return _opened("contact", own_or_404(Contact, contact_id))


@bp.get(ONE)
def export(export_id):
    return _shown(own_or_404(Export, export_id))


@bp.post(f"{ONE}/where")
def choose(export_id):
    """Which of Halo's records it is, or a new one; for a contact without a company that it has no client."""
    found = own_or_404(Export, export_id)
    chosen = _chosen(found)
    if not chosen:
        return _shown(found, error="Choose one of them.", code=422)
    exports.look(found, **chosen)
    return _shown(found)


@bp.post(f"{ONE}/foot")
def foot(export_id):
    """What Send would do with the fields that are ticked now."""
    found = own_or_404(Export, export_id)
    if found.state != "ready":
        return _shown(found)
    picker = picking.Picker(found, _record(found), current_user)
    return render_template("exporting/_foot.html", **dialog.foot(picker, request.form.getlist("field")), export=found)


@bp.post(f"{ONE}/send")
def send(export_id):
    found = own_or_404(Export, export_id)
    if found.state != "ready":
        return _shown(found)  # a second click: it is on its way
    names, picker = request.form.getlist("field"), picking.Picker(found, _record(found), current_user)
    chosen = {name: value for name in ("type",) if (value := request.form.get(name))}
    if site := request.form.get("site"):
        chosen["site"] = _number(site)
    try:
        picking.start(picker, names, "overwrite" in request.form, chosen, "link_only" in request.form)
    except picking.Rejected as error:
        db.session.rollback()
        return _shown(found, error=str(error), at=error.at, ticked=names, code=422)
    except exports.Busy as busy:
        return _shown(busy.export)
    except exports.NotNow as error:
        return _shown(found, error=str(error), code=422)
    return _shown(found)


@bp.post(f"{ONE}/look")
def look_again(export_id):
    found = own_or_404(Export, export_id)
    exports.look(found)
    return _shown(found)


@bp.post(f"{ONE}/give-up")
def give_up(export_id):
    """The person has looked into Halo: it did not save the record."""
    found = own_or_404(Export, export_id)
    exports.give_up(found)
    return _shown(found)


def _opened(kind, record):
    try:
        opened = exports.open_(kind, record, current_user, _number(request.form.get("then", "")) or None)
    except exports.NotNow as error:
        db.session.rollback()
        flash(str(error), "warning")
        return _to(url_for(f"crm.{kind}", **{f"{kind}_id": record.id}))
    db.session.commit()
    exports.queue(opened)
    if request.headers.get("HX-Request"):
        return render_template("exporting/_dialog.html", **dialog.of(opened, current_user))
    return redirect(url_for("exporting.export", export_id=opened.id), 303)


def _number(text):
    """The id that a form sent; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _to(address):
    if request.headers.get("HX-Request"):
        return "", 200, {"HX-Redirect": address}
    return redirect(address, 303)


def _shown(found, code=200, **more):
    """The dialog as it stands; after a plain form its page anew, so that reloading sends nothing."""
    found = db.session.get(Export, found.id, populate_existing=True)
    is_fragment = bool(request.headers.get("HX-Request"))
    if request.method == "POST" and code == 200 and not is_fragment:
        return redirect(url_for("exporting.export", export_id=found.id), 303)
    template = "exporting/_export.html" if is_fragment else "exporting/export.html"
    return render_template(template, **dialog.of(found, current_user, **more)), code


def _record(found):
    record = db.session.get(KINDS[found.kind].model, found.ours_id)
    return record if record is not None else abort(404)


def _chosen(found):
    to = request.form.get("to", "")
    if to == "new":
        return {"to": "new"}
    if to == "none":
        return {"client": "none"}
    candidates = (found.found or {}).get("candidates", ())
    offered = {str(one["halo_id"]) for one in candidates if not one["taken"] and not one["unreadable"]}
    return {"to": int(to)} if to in offered else {}


@bp.post(f"/notes/<int(max={LARGEST_ID}):note_id>/send")
def send_note(note_id):
    """Send a note, look for one in doubt, or say that Halo did not save it."""
    note = own_or_404(Note, note_id)
    try:
        notes.give_up(note) if "give_up" in request.form else notes.start(note, current_user)
    except exports.NotNow as error:
        db.session.rollback()
        flash(str(error), "warning")
    return redirect(url_for("crm.note", note_id=note_id), 303)
