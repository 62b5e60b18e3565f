"""Get notes from Halo, on a profile: the button, what goes on, and what came of it."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user

from ..accounts.rights import Right, may
from ..connecting.opening import connection_of
from ..crm import contact_views, note_views, notes, views
from ..crm.contact_models import Contact
from ..crm.models import Company
from ..crm.profile import panel
from ..crm.tables import LARGEST_ID
from ..db import now
from ..heartbeats import living
from ..queues import EXPORTS
from ..web.door import own_or_404
from ..web.words import plural
from . import note_fetching
from .note_fetch_models import NoteFetch

bp = Blueprint("note_fetching", __name__)
TOLD = {"created": "new", "updated": "updated", "unchanged": "unchanged", "skipped": "left out", "failed": "failed"}


@panel("activity company")
@panel("activity contact")
def get_notes(record):
    """The button beside a profile's notes; nothing where no Halo is known."""
    if connection_of(record.account_id) is None:
        return None
    return {"title": "Get notes from Halo", "template": "importing/_get_notes.html", "context": _shown(record)}


@bp.post(f"{views.ONE}/notes/get")
def get_notes_of_company(company_id):
    return _started(own_or_404(Company, company_id))


@bp.post(f"{contact_views.ONE}/notes/get")
def get_notes_of_contact(contact_id):
    return _started(own_or_404(Contact, contact_id))


@bp.get(f"/note-fetches/<int(max={LARGEST_ID}):fetch_id>")
def fetch(fetch_id):
    """What the button shows while it goes on; at the end the notes come along."""
    found = own_or_404(NoteFetch, fetch_id)
    record = own_or_404(note_fetching.MODELS[found.kind], found.record_id)
    part = render_template("importing/_get_notes.html", context=_shown(record, found))
    return part if note_fetching.is_live(found) else part + _notes(record)


def _started(record):
    found = note_fetching.start(record, current_user)
    if not request.headers.get("HX-Request"):
        return redirect(_profile(record), 303)
    return render_template("importing/_get_notes.html", context=_shown(record, found))


def _shown(record, found=None):
    found = found or note_fetching.latest(record)
    noun, live = notes.NOUNS[type(record)], note_fetching.is_live(found)
    is_recent = found is not None and not live and (found.ended_at is None or (now() - found.ended_at).seconds < 600)
    return {
        "fetch": found, "live": live, "is_recent": is_recent, "told": _told(found) if found else "",
        "is_linked": bool(note_fetching.places_of(record)), "may": may(current_user, Right.SEND),
        "nobody_works": live and not living(EXPORTS),
        "url": url_for(f"note_fetching.get_notes_of_{noun}", **{f"{noun}_id": record.id}),
    }  # fmt: skip


def _told(found):
    if found.stopped:
        return found.stopped
    if found.state != "done":
        return "It broke off before its end. Press the button again."
    counts = [f"{number:,} {TOLD[name]}" for name in TOLD if (number := found.counts.get(name))]
    total = sum(found.counts.values())
    return f"{plural(total, 'note')} read from Halo: {', '.join(counts)}." if total else "Halo has no notes of it."


def _notes(record):
    """The notes anew, beside the part that asked: whatever is being typed stays."""
    noun = notes.NOUNS[type(record)]

    def address(**changes):
        return url_for(f"crm.{noun}", **{f"{noun}_id": record.id}, **changes)

    shown = note_views.activity_of(record, {}) | {"record": record, "address": address, "beside": True}
    return render_template("crm/_activity_list.html", **shown)


def _profile(record):
    noun = notes.NOUNS[type(record)]
    return url_for(f"crm.{noun}", **{f"{noun}_id": record.id}, tab="activity", _anchor="tabs")
