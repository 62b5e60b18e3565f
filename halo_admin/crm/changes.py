"""Writes the lines of a record's history that no import writes."""

import sqlalchemy as sa

from ..bulk import insert_rows
from ..db import db, now
from .change_models import RecordChange

COMMAND_LINE = "The command line"


def note(
    kind: str, record_id: int, account_id: int, by, what: str, changes=None, note=None, load_id=None, at=None
) -> None:
    """One line for one record; see RecordChange. by: a User, or None for the command line. In a writing transaction."""
    note_each(kind, account_id, by, what, {record_id: changes or {}}, note, load_id, at)


def note_each(
    kind: str, account_id: int, by, what: str, changes: dict[int, dict], note=None, load_id=None, at=None
) -> None:
    """The same line for many records: changes is {record id: {field: [before, after]}}. In a writing transaction."""
    said = {
        "account_id": account_id, "kind": kind, "at": at or now(), "by_user_id": by.id if by else None,
        "by": by.name if by else COMMAND_LINE, "what": what, "note": note, "load_id": load_id,
    }  # fmt: skip
    insert_rows(RecordChange, [said | {"record_id": key, "changes": fields} for key, fields in changes.items()])


def note_selected(kind: str, account_id: int, by, what: str, ids: sa.Select, changes: dict, note=None) -> None:
    """The same line for all records that a select has the ids of, however many. In a writing transaction."""
    said = {
        "account_id": account_id, "kind": kind, "at": now(), "by_user_id": by.id if by else None,
        "by": by.name if by else COMMAND_LINE, "what": what, "note": note, "changes": changes,
    }  # fmt: skip
    columns = RecordChange.__table__.c
    values = [sa.literal(value, columns[name].type).label(name) for name, value in said.items()]
    chosen = ids.add_columns(*values)
    db.session.execute(sa.insert(RecordChange).from_select(["record_id", *said], chosen))
