"""CRM notes in Halo's words (halo-api.md 3.9a): no list of all, no pages, no time of change; a request a client."""

import msgspec
from msgspec import field

from ..normal import markup
from ..records import Note, Page
from . import values
from .client import Halo
from .decoding import Reader
from .listing import CRM, Listing
from .rows import LongText, OwnId, Reference, Text

# how many notes are asked for at once: without a count Halo gives a few only
USUAL, MOST = 1000, 100_000
# whose notes can be asked for: the mirror's kind, and the name of Halo's filter
FILTERS = {"client": "client_id", "site": "site_id", "user": "user_id"}


class NoteRow(msgspec.Struct):
    """Our names for a note's fields, and Halo's."""

    halo_id: OwnId = field(name="id")
    client_id: Reference = None
    site_id: Reference = None
    user_id: Reference = None
    agent_id: Reference = field(name="who_agentid", default=None)
    agent_name: Text = field(name="who", default=None)
    at: Text = field(name="datetime", default=None)
    subject: Text = None
    note: LongText = None
    detail: LongText = None
    marker: Text = field(name="third_party_id", default=None)


def _note(row):
    text, detail = markup.clean(row.note), markup.clean(row.detail)
    if detail and markup.plain(detail) not in markup.plain(text):
        text = f"{text}<br>{detail}" if text else detail
    return Note(
        halo_id=row.halo_id,
        client_id=values.reference(row.client_id),
        site_id=values.reference(row.site_id),
        user_id=values.reference(row.user_id),
        agent_id=values.reference(row.agent_id),
        agent_name=values.text(row.agent_name),
        at=values.moment(row.at),
        subject=values.text(row.subject),
        text=text,
        marker=values.text(row.marker),
    )


NOTES = Listing("CRM notes", "/CRMNote", ("actions", "notes"), Reader(NoteRow, _note), scope=CRM)


def notes_about(halo: Halo, kind: str, halo_id: int) -> tuple[Page, bool]:
    """(the notes about one client, site or user, whether these are all of them). Raises a HaloError."""
    asked = {FILTERS[kind]: halo_id}
    page = halo.whole(NOTES, **asked, count=USUAL)
    if len(page.rows) >= USUAL:
        page, usual = halo.whole(NOTES, **asked, count=MOST), len(page.rows)
        return page, len(page.rows) > usual and not _claims_more(page)
    return page, not _claims_more(page)


def _claims_more(page):
    return (page.record_count or 0) > len(page.rows)
