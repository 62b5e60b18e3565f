"""The Activity tab of a profile, and the pages of one note: read it whole, add one, change or delete one's own."""

from datetime import UTC, datetime, timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from ..db import db, now
from ..mirror.tombstones import NotNow
from ..web.door import own, own_or_404
from . import activity, contact_views, notes, profile, views
from .blueprint import bp
from .contact_models import Contact
from .models import Company
from .naming import number
from .note_models import Note
from .profile_views import shown_profile
from .tables import LARGEST_ID

ONE = f"/notes/<int(max={LARGEST_ID}):note_id>"
RECENT = timedelta(minutes=10)  # how old a form is taken to be that does not tell


@profile.tab("company", "activity", "Activity", "crm/_activity.html")
@profile.tab("contact", "activity", "Activity", "crm/_activity.html")
def activity_of(record, args):
    place = args.get("before", "")
    noun = notes.NOUNS[type(record)]
    return {
        "page": activity.page(record, place), "newest": not place, "read_at": activity.read_at(record),
        "typed": "", "error": "", "opened": now().isoformat(), "is_open": args.get("add") == "note",
        "add_url": url_for(f"crm.add_note_to_{noun}", **{f"{noun}_id": record.id}),
        "may_change_note": lambda note: notes.may_change(note, current_user),
        "beside_notes": profile.panels(f"activity {noun}", record),
    }  # fmt: skip


@bp.post(f"{views.ONE}/notes")
def add_note_to_company(company_id):
    return _added("company", own_or_404(Company, company_id))


@bp.post(f"{contact_views.ONE}/notes")
def add_note_to_contact(contact_id):
    return _added("contact", own_or_404(Contact, contact_id))


def _added(noun, record):
    try:
        notes.add(record, current_user, request.form.get("text", ""), _opened(request.form.get("opened", "")))
    except notes.Refused as why:
        db.session.rollback()
        record = own_or_404(type(record), record.id)
        typed = {"typed": request.form.get("text", ""), "error": str(why), "is_open": True}
        return shown_profile(noun, record, {"tab": "activity"}, **typed), 422
    db.session.commit()
    if request.headers.get("HX-Target") == "tabs":
        return shown_profile(noun, own_or_404(type(record), record.id), {"tab": "activity"})
    flash("Note added.", "success")
    return redirect(_activity(record), 303)


@bp.get(ONE)
def note(note_id):
    """A note as a whole: in its place in the activity, or as a page of its own."""
    found = own_or_404(Note, note_id)
    (line,) = activity.lines(found.account_id, [found])
    shown = {"line": line, "whole": True, "record": notes.subject_of(found), "back": _activity(notes.subject_of(found)),
             "may_change_note": lambda note: notes.may_change(note, current_user)}  # fmt: skip
    return render_template("crm/_note.html" if request.headers.get("HX-Request") else "crm/note.html", **shown)


@bp.get(f"{ONE}/edit")
def edit_note(note_id):
    found = _mine(own_or_404(Note, note_id))
    return _form(found, notes.typed_of(found), found.version)


@bp.post(f"{ONE}/edit")
def save_note(note_id):
    found = _mine(_locked(note_id))
    typed, version = request.form.get("text", ""), number(request.form.get("version", "")) or 0
    try:
        notes.change(found, current_user, typed, version)
    except notes.Refused as why:
        db.session.rollback()
        found = own_or_404(Note, note_id)
        return _form(found, typed, found.version, str(why)), 422
    address = _activity(notes.subject_of(found))
    db.session.commit()
    flash("Saved.", "success")
    return redirect(address, 303)


@bp.post(f"{ONE}/delete")
def delete_note(note_id):
    found = _locked(note_id)
    if not notes.is_own(found, current_user):
        abort(403)
    address = _activity(notes.subject_of(found))
    try:
        notes.delete(found, current_user)
    except NotNow as why:
        db.session.rollback()
        flash(str(why), "warning")
        return redirect(address, 303)
    db.session.commit()
    flash("The note was deleted.", "success")
    return redirect(address, 303)


def _form(found, typed, version, error=""):
    record = notes.subject_of(found)
    shown = {"note": found, "record": record, "noun": notes.NOUNS[type(record)], "back": _activity(record)}
    return render_template("crm/edit_note.html", typed=typed, version=version, error=error, **shown)


def _mine(found):
    """What others wrote, or Halo, nobody changes here."""
    if not notes.may_change(found, current_user):
        abort(403)
    return found


def _locked(note_id):
    return db.session.scalar(own(Note).where(Note.id == note_id).with_for_update()) or abort(404)


def _activity(record):
    noun = notes.NOUNS[type(record)]
    return url_for(f"crm.{noun}", **{f"{noun}_id": record.id}, tab="activity", _anchor="tabs")


def _opened(text):
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return now() - RECENT
    return at if at.tzinfo else at.replace(tzinfo=UTC)
