"""The activity of a contact or a company: its notes, newest first, with what the mirror tells of each."""

from datetime import UTC, datetime
from typing import NamedTuple

import sqlalchemy as sa

from ..db import among, db, owned
from ..mirror.links import current_tenant_id, links_of
from ..mirror.models import HaloRecord, HaloTenant
from ..mirror.reading_models import NoteReading
from .contact_models import Contact
from .models import Company
from .note_models import Note
from .tables import LARGEST_ID

ROWS = 20
# a note longer than this is cut to so many characters, the whole of it is behind a click
LONG, BEGINNING = 1500, 700
SHOWN = ("id", "contact_id", "author_id", "author", "at", "subject", "text", "plain", "from_halo", "changed_in_halo_at",
         "send_state", "sent_at", "send_error", "edited_at", "version")  # fmt: skip
LISTS_USERS = "client_lists_users_notes"  # learned of a tenant: whether a client's list has its users' notes in it


class Line(NamedTuple):
    """A note as the activity shows it. about: the contact it is on, where the activity is a company's.

    halo_id: of the note in Halo, None where it is not there; gone_at: since when Halo has it no more.
    """

    note: object
    about: object | None
    halo_id: int | None
    gone_at: datetime | None

    @property
    def is_long(self):
        return len(self.note.plain) > LONG

    @property
    def beginning(self):
        """The beginning of a long note, cut between words."""
        return self.note.plain[:BEGINNING].rsplit(None, 1)[0]


class Page(NamedTuple):
    """Lines; `older` is the place that those behind them begin at, None where there are none."""

    lines: list[Line]
    older: str | None


def page(record, place: str = "", rows: int = ROWS) -> Page:
    """The newest notes of a contact, or of a company and its contacts; or those from a place on."""
    chosen = owned(Note, record.account_id).where(_about(record))
    if (before := _read_place(place)) is not None:
        at, note_id = before
        chosen = chosen.where(sa.or_(Note.at < at, sa.and_(Note.at == at, Note.id < note_id)))
    columns = [getattr(Note, name) for name in SHOWN]
    newest = chosen.with_only_columns(*columns).order_by(Note.at.desc(), Note.id.desc())
    found = db.session.execute(newest.limit(rows + 1)).all()
    shown = lines(record.account_id, found[:rows], isinstance(record, Company))
    return Page(shown, _place(found[rows - 1]) if len(found) > rows else None)


def lines(account_id: int, notes: list, with_contacts: bool = False) -> list[Line]:
    """Notes with what the mirror tells of them."""
    ids, contact_ids = [note.id for note in notes], {note.contact_id for note in notes} - {None}
    linked = links_of(account_id, Note.HALO_KIND, ids)
    columns = (HaloRecord.ours_id, HaloRecord.halo_id, HaloRecord.gone_at)
    known = {row.ours_id: row for row in db.session.execute(linked.with_only_columns(*columns))} if ids else {}
    people = {}
    if with_contacts and contact_ids:
        named = sa.select(Contact.id, Contact.name).where(among(Contact.id, sorted(contact_ids)))
        people = {row.id: row for row in db.session.execute(named)}
    return [
        Line(note, people.get(note.contact_id), *((row.halo_id, row.gone_at) if row else (None, None)))
        for note in notes
        for row in (known.get(note.id),)
    ]


def number(record) -> int:
    """How many notes are on this record itself."""
    mine = Note.contact_id if isinstance(record, Contact) else Note.company_id
    return db.session.scalar(sa.select(sa.func.count()).select_from(Note).where(mine == record.id))


def _about(record):
    if isinstance(record, Contact):
        return Note.contact_id == record.id
    theirs = sa.select(Contact.id).where(Contact.account_id == record.account_id, Contact.company_id == record.id)
    ids = sa.union_all(
        sa.select(Note.id).where(Note.company_id == record.id), sa.select(Note.id).where(Note.contact_id.in_(theirs))
    )
    return Note.id.in_(ids)


def _place(last):
    return f"{int(last.at.timestamp() * 1_000_000)}-{last.id}"


def _read_place(text):
    """(at, id) of the last note shown; None for the beginning, or for a text that means nothing."""
    at, _, note_id = text[:60].partition("-")
    if not (at.isascii() and at.isdigit() and note_id.isascii() and note_id.isdigit()) or len(at) > 16:
        return None
    try:
        return datetime.fromtimestamp(int(at) / 1_000_000, UTC), min(int(note_id), LARGEST_ID)
    except (ValueError, OverflowError, OSError):
        return None


def read_at(record) -> datetime | None:
    """When the notes on a record were last read from Halo; None where they never were, or it is linked to nothing."""
    tenant_id = current_tenant_id(record.account_id)
    rows = sa.select(HaloRecord.halo_id, HaloRecord.listed).where(
        HaloRecord.tenant_id == (tenant_id or 0), HaloRecord.kind == record.HALO_KIND, HaloRecord.ours_id == record.id
    )
    found = db.session.execute(rows).all()
    places = [(record.HALO_KIND, row.halo_id) for row in found]
    if record.HALO_KIND == Contact.HALO_KIND and _lists_users(tenant_id):
        places += [("client", (row.listed or {}).get("client_id")) for row in found]
    times = [_read_at(tenant_id, *place) for place in places if place[1]]
    return max(filter(None, times), default=None)


def _read_at(tenant_id, kind, halo_id):
    reading = db.session.get(NoteReading, (tenant_id, kind, halo_id))
    return reading and reading.read_at


def _lists_users(tenant_id):
    tenant = db.session.get(HaloTenant, tenant_id) if tenant_id else None
    return tenant is not None and tenant.learned.get(LISTS_USERS) is True
