"""What is on its way to Halo, or may have arrived there, is not deleted or parted from it: what Halo saved would be
nobody's.

Exports belong to a room above; no arrow leads there, so they are read by their table.
"""

import sqlalchemy as sa

from ..db import db
from ..mirror.tombstones import NotNow
from .contact_models import Contact
from .note_models import Note

GOES_ON = ("sending", "unknown")
SENTENCES = {
    "sending": "{by} is sending this to Halo just now. Wait for its end, then try again.",
    "unknown": "Nobody knows yet whether Halo saved what {by} sent of this. Look again first, then try again.",
}
SENTENCES_OF_NOTES = {
    "sending": "The note “{name}” is being sent to Halo just now. Wait for its end, then try again.",
    "unknown": "Nobody knows yet whether Halo has the note “{name}”. Look again first, then try again.",
}


class BeingSent(NotNow):
    """export_id: the export that keeps a record here as it is."""

    def __init__(self, text, export_id=None):
        super().__init__(text)
        self.export_id = export_id


def refuse(record, noun: str) -> None:
    """Raises BeingSent where a record is on its way. In a writing transaction that holds the record."""
    exports = db.metadata.tables["exports"].c
    here = (exports.account_id == record.account_id, exports.kind == noun, exports.ours_id == record.id)
    chosen = sa.select(exports.id, exports.state, exports.by_name).where(*here, exports.state.in_(GOES_ON))
    if going := db.session.execute(chosen.limit(1)).first():
        raise BeingSent(SENTENCES[going.state].format(by=going.by_name), going.id)


def refuse_notes(record) -> None:
    """Raises BeingSent where one of the notes on a record is on its way."""
    mine = Note.contact_id if isinstance(record, Contact) else Note.company_id
    going = sa.select(Note).where(mine == record.id, Note.account_id == record.account_id, Note.send_state.in_(GOES_ON))
    if note := db.session.scalar(going.limit(1)):
        refuse_note(note)


def refuse_note(note: Note) -> None:
    """Raises BeingSent where a note is on its way."""
    if note.send_state in GOES_ON:
        raise BeingSent(SENTENCES_OF_NOTES[note.send_state].format(name=note.name))
