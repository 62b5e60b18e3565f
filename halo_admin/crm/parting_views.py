"""The ways back from a profile's menu: unlink from Halo, link to a Halo record, never import it, delete it.

Each is a page that tells first what it means. Companies, contacts and opportunities have the same ones.
"""

from datetime import datetime
from functools import wraps

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from ..db import db
from ..mirror import tombstones
from ..mirror.links import current_tenant_id
from ..mirror.tombstones import NotNow
from ..web import words
from ..web.door import own_or_404
from . import contact_views, going_along, naming, opportunity_views, parting, parting_link, tables, views
from .blueprint import bp
from .contact_models import Contact
from .links import link_of
from .models import Company
from .opportunity_models import Opportunity
from .pages import drawn_panels

MODELS = {"company": Company, "contact": Contact, "opportunity": Opportunity}
ONES = {"company": views.ONE, "contact": contact_views.ONE, "opportunity": opportunity_views.ONE}
NOUNS = {"company": "companies", "contact": "contacts", "opportunity": "opportunities"}


def on_each(name: str):
    """Hang a view(noun, record_id) below every record of each kind; its endpoint is crm.unlink_company, say."""

    def hang(view):
        for noun, one in ONES.items():
            address = f"{one}/{name.replace('_', '-')}"
            bp.add_url_rule(address, f"{name}_{noun}", _of(view, noun), methods=["GET", "POST"])
        return view

    return hang


def _of(view, noun):
    @wraps(view)  # whoever checks a form's token asks a view for its name
    def call(**ids):
        return view(noun, own_or_404(MODELS[noun], ids[f"{noun}_id"]))

    return call


@bp.context_processor
def _telling():
    """For every page of a record: whether a Halo is connected that it could be linked to."""
    return {"halo_is_known": lambda: current_tenant_id(current_user.account_id) is not None}


@on_each("unlink")
def unlink(noun, record):
    if request.method == "POST":
        told = "Unlinked. Imports leave {theirs} out from now on."
        return _parted(noun, record, parting.unlink, told, "unlink")
    return _shown("unlink", noun, record)


@on_each("never_import")
def never_import(noun, record):
    if request.method == "POST":
        told = "Imports leave {theirs} out from now on."
        return _parted(noun, record, parting.keep_out, told, "never_import")
    return _shown("never_import", noun, record)


@on_each("delete")
def delete(noun, record):
    if request.method == "GET":
        return _shown("delete", noun, record)
    version, seen = naming.number(request.form.get("version", "")) or 0, request.form.get("seen")
    try:
        named = parting.delete(record.account_id, MODELS[noun], record.id, version, current_user, seen)
    except NotNow as why:
        return _refused("delete", noun, record.id, why)
    db.session.commit()
    flash(f"{named} was deleted.", "success")
    return redirect(url_for(f"crm.{NOUNS[noun]}"), 303)


@on_each("link")
def link(noun, record):
    if request.method == "GET":
        return _shown("link", noun, record)
    chosen = naming.number(request.form.get("halo_record", "")) or 0
    try:
        row = parting_link.link(record.account_id, MODELS[noun], record.id, chosen, current_user)
    except NotNow as why:
        return _refused("link", noun, record.id, why)
    told = f"Linked to {_theirs(noun, row)}. The next import brings the two together."
    db.session.commit()
    flash(told, "success")
    return redirect(_profile(noun, record.id), 303)


def _parted(noun, record, do, told, page):
    linked = link_of(record, current_user.account.default_country)
    theirs = _theirs(noun, linked.record) if linked else ""
    try:
        do(record.account_id, MODELS[noun], record.id, current_user, naming.number(request.form.get("linked", "")))
    except NotNow as why:
        return _refused(page, noun, record.id, why)
    db.session.commit()
    flash(told.format(theirs=theirs), "success")
    return redirect(_profile(noun, record.id), 303)


def _theirs(noun, row):
    return f"{parting.THEIRS[MODELS[noun]]} {row.halo_id}"


def _profile(noun, record_id):
    return url_for(f"crm.{noun}", **{f"{noun}_id": record_id})


def _refused(page, noun, record_id, why):
    db.session.rollback()
    export_id = getattr(why, "export_id", None)
    return _shown(page, noun, own_or_404(MODELS[noun], record_id), str(why), export_id), 409


def _shown(page, noun, record, error="", export_id=None):
    linked = link_of(record, current_user.account.default_country)
    shown = {"noun": noun, "nouns": NOUNS[noun], "record": record, "link": linked, "error": error,
             "export_id": export_id, "profile": _profile(noun, record.id),
             "theirs": parting.THEIRS[MODELS[noun]]}  # fmt: skip
    return render_template(f"crm/{page}.html", **shown | MORE[page](noun, record, linked))


def _about_unlinking(noun, record, linked):
    return _about_contacts(noun, record, linked) | {"panels": drawn_panels(f"unlink {noun}", record)}


def _about_contacts(noun, record, linked):
    """{total: how many contacts a company has, came: how many of them came from Halo, also_linked: how many more are
    linked to it}, as people read it.
    """
    if noun != "company" or not linked:
        return {}
    came, also_linked = going_along.numbers_from_halo(record, linked.record.tenant_id)
    total = going_along.number_of_contacts(record)
    return {"total": total, "came": came, "also_linked": also_linked, "counted": tables.counted}


def _about_deleting(_noun, record, _linked):
    return {"along": going_along.of(record), "counted": tables.counted}


def _about_linking(noun, record, _linked):
    tenant_id, q = current_tenant_id(record.account_id), " ".join(request.values.get("q", "").split())[:200]
    if tenant_id is None:
        return {"offers": None}
    country = current_user.account.default_country
    found = parting_link.find(MODELS[noun], tenant_id, q.replace("\0", ""), country) if q else None
    offers = found or parting_link.like(record, tenant_id)
    return {"q": q, "offers": offers, "left_out": {row.id: _left_out(row) for row in offers.rows}}


def _left_out(row):
    """Why imports leave a record out so far; "" where they do not."""
    if not tombstones.is_left_out(row.answer):
        return ""
    return tombstones.sentence(row.answer, words.day(datetime.fromisoformat(row.answer["at"])))


MORE = {"unlink": _about_unlinking, "never_import": _about_contacts, "delete": _about_deleting, "link": _about_linking}
