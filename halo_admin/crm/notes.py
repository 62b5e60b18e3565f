"""Notes that people write here: added, changed and deleted by whoever wrote them, with a line in the record's history.

All are in a writing transaction, which the caller commits.
"""

import sqlalchemy as sa

from ..db import among, db, now, owned
from ..mirror import tombstones
from ..mirror.models import HaloRecord, HaloTenant
from ..normal import markup
from . import being_sent, changes, writing
from .contact_models import Contact
from .models import Company
from .note_models import Note, called

LONGEST = 20_000  # characters that a person may type; what comes from Halo may be longer
BLANK = "Type the note first."
TOO_LONG = f"This is too long: use at most {LONGEST:,} characters."
NOUNS = {Contact: "contact", Company: "company"}


class Refused(ValueError):
    """A note cannot be saved so; the text says what to mend."""


def add(record, by, typed: str, opened=None) -> int:
    """Put a note on a contact or a company; its id. by: a User.

    opened: when the form was; the same form sent again makes nothing more. Raises Refused.
    """
    text = _checked(typed)
    column = f"{NOUNS[type(record)]}_id"
    if opened is not None and (made := _made_already(record, by, text, column, opened)):
        return made
    row = {column: record.id, "author_id": by.id, "author": by.name, "at": now(), "text": text, "edited_at": now()}
    blank = {"contact_id": None, "company_id": None, "subject": None}
    (note_id,) = writing.insert(Note, by.account, [blank | row])
    _tell(record, by, "note added", called(None, markup.plain(text)))
    return note_id


def change(note: Note, by, typed: str, version: int) -> None:
    """Change a note of one's own. Raises Refused, also where it is another version than the person was shown."""
    text = _checked(typed)
    if note.version != version:
        raise Refused("This note was changed since you opened this page. What you typed is still here: look at it, "
                      "then save again.")  # fmt: skip
    if text == note.text:
        return
    row = {field: getattr(note, field) for field in Note.FIELDS} | {"id": note.id, "text": text, "edited_at": now()}
    record, name = subject_of(note), called(note.subject, markup.plain(text))
    writing.update(Note, by.account, [row])
    _tell(record, by, "note changed", name)


def delete(note: Note, by) -> None:
    """Delete a note of one's own; in Halo it stays, where it was sent. Raises NotNow while it is on its way there."""
    being_sent.refuse_note(note)
    _tell(subject_of(note), by, "note deleted", note.name)
    _part([note.id], note.account_id, tombstones.tombstone("deleted", by, note.name, note.id))
    db.session.execute(sa.delete(Note).where(Note.id == note.id))


def forget(record) -> None:
    """Delete all notes of a record that is about to be deleted; should it come back from Halo, so do they."""
    mine = Note.contact_id if isinstance(record, Contact) else Note.company_id
    ids = list(db.session.scalars(owned(Note, record.account_id).where(mine == record.id).with_only_columns(Note.id)))
    if ids:
        _part(ids, record.account_id, None)
        db.session.execute(sa.delete(Note).where(mine == record.id))


def may_change(note, user) -> bool:
    """Whether this person may change or delete a note: those they wrote here."""
    return is_own(note, user) and note.send_state != "sending"


def is_own(note, user) -> bool:
    """Whether this person wrote a note, here."""
    return not note.from_halo and note.author_id == user.id


def subject_of(note: Note):
    """The contact or the company that a note is on."""
    return note.contact if note.contact_id else note.company


def typed_of(note: Note) -> str:
    """A note's text as a person typed it."""
    return note.plain


def _checked(typed):
    typed = typed.strip()
    text = markup.from_plain(typed[: LONGEST + 1])
    if not text or not markup.plain(text):
        raise Refused(BLANK)
    if len(typed) > LONGEST:
        raise Refused(TOO_LONG)
    return text


def _made_already(record, by, text, column, opened):
    same = owned(Note, record.account_id).where(
        getattr(Note, column) == record.id, Note.author_id == by.id, Note.created_at >= opened, Note.text == text
    )
    return db.session.scalar(same.with_only_columns(Note.id).limit(1))


def _tell(record, by, what, name):
    changes.note(NOUNS[type(record)], record.id, record.account_id, by, what, note=name)


def _part(ids, account_id, answer):
    """End the links of notes that are deleted."""
    tenants = sa.select(HaloTenant.id).where(HaloTenant.account_id == account_id)
    rows = sa.select(HaloRecord).where(
        HaloRecord.tenant_id.in_(tenants), HaloRecord.kind == Note.HALO_KIND, among(HaloRecord.ours_id, ids)
    )
    for row in db.session.scalars(rows.with_for_update()):
        tombstones.unlink(row)
        row.answer = answer
