"""The company types for which a person wants no list of imports: they deleted the one that there was.

Kept beside the histories, which outlive their records: one line for each deletion and for each bringing back, of which
the latest counts.
"""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from ..bulk import execute
from ..db import db
from . import changes
from .change_models import RecordChange

KIND = "list purpose"
OFF = "taken off"  # in a deletion's line: the contacts that must not join a list made instead
NUMBERS = {"no type": 0, "no company": -1}  # the purposes that are no type's


class Stop(NamedTuple):
    """What the list was called, who deleted it and when."""

    name: str
    by: str
    at: datetime


def stop(account_id: int, purpose: str, name: str, by, off: list[int] = ()) -> None:
    """From now on no import makes a list for this purpose ("type:5", "no type"). In a writing transaction.

    off: ids of the contacts that a person had taken off the one that there was.
    """
    changes.note(KIND, _number(purpose), account_id, by, "deleted", {OFF: list(off)}, name)


def bring_back(account_id: int, purpose: str, by) -> None:
    """Imports may make a list for this purpose again. In a writing transaction."""
    changes.note(KIND, _number(purpose), account_id, by, "brought back")


def stopped(account_id: int) -> dict[str, Stop]:
    """{purpose: its Stop} of the purposes for which imports make no list."""
    return _stopped(_lines(account_id))


def taken_off(account_id: int) -> dict[str, set[int]]:
    """{purpose: ids of the contacts that a person had taken off the last list for it that was deleted}."""
    return _off(_lines(account_id))


def stopped_and_off(account_id: int) -> tuple[set[str], dict[str, set[int]]]:
    """The purposes for which imports make no list, and what taken_off() tells, read at once."""
    lines = _lines(account_id)
    return set(_stopped(lines)), _off(lines)


def _stopped(lines):
    latest = {line.record_id: line for line in lines}
    return {
        _purpose(number): Stop(line.note, line.by, line.at) for number, line in latest.items() if line.what == "deleted"
    }


def _off(lines):
    deleted = (line for line in lines if line.what == "deleted")
    return {_purpose(line.record_id): set(line.changes.get(OFF, ())) for line in deleted}


def _lines(account_id):
    lines = sa.select(RecordChange).where(RecordChange.account_id == account_id, RecordChange.kind == KIND)
    # sorted here: SQLite would walk all lines of the account for the sake of their order
    return sorted(db.session.scalars(lines), key=lambda line: line.id)


def forget(account_id: int, runs: sa.Select) -> None:
    """Take back what was stopped since the first of these imports, which leave no trace. In a writing transaction."""
    imports = db.metadata.tables["import_runs"]  # of a room above
    first = db.session.scalar(sa.select(sa.func.min(imports.c.started_at)).where(imports.c.id.in_(runs)))
    if first is not None:
        mine = (RecordChange.account_id == account_id, RecordChange.kind == KIND, RecordChange.at >= first)
        execute(sa.delete(RecordChange).where(*mine))


def forget_purpose(account_id: int, purpose: str) -> None:
    """Nobody is asked about this purpose any more. In a writing transaction."""
    mine = (RecordChange.account_id == account_id, RecordChange.kind == KIND)
    gone = sa.delete(RecordChange).where(*mine, RecordChange.record_id == _number(purpose))
    execute(gone)


def _number(purpose):
    return NUMBERS[purpose] if purpose in NUMBERS else int(purpose.removeprefix("type:"))


def _purpose(number):
    return next((purpose for purpose, one in NUMBERS.items() if one == number), f"type:{number}")
