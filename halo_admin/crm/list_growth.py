"""What a list grew by, and shrank by: lines of imports, of people's presses and of files, newest first.

An import's line is a row of its own and its memberships carry its number. A press's line is kept beside the histories,
and its memberships carry its time, to the microsecond.
"""

import heapq
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from ..db import db
from . import changes
from .change_models import RecordChange
from .contact_models import ContactList, ListGrowth, ListMember
from .load_models import FileLoad
from .searching import Narrowing, has
from .tables import LARGEST_ID

KIND = "list"
ROWS = 10
IMPORT, PRESS = "import", "press"


class Press(NamedTuple):
    """One thing a person does to lists: who (None: the command line), when, and from which file.

    All that shares an `at` is one press, whichever transactions it takes.
    """

    by: object
    at: datetime
    load_id: int | None = None


class Line(NamedTuple):
    """One line. key: ("import", a run's id) or ("press", a change's id); file: the name of the file it came from."""

    key: tuple[str, int]
    at: datetime
    joined: int
    left: int
    by: str
    file: str | None = None
    note: str | None = None

    @property
    def is_import(self):
        return self.key[0] == IMPORT

    @property
    def number(self):
        return self.key[1]


class Page(NamedTuple):
    """Lines, and where older ones begin (None where there are none)."""

    lines: list[Line]
    older: tuple[int, int] | None


def tell(of: ContactList, press: Press, side: str, number: int, note=None) -> None:
    """Add `number` to the line of a press; side: "joined" or "left". In a writing transaction."""
    mine = sa.select(RecordChange).where(*_presses(of), RecordChange.at == press.at)
    line = db.session.scalar(mine.limit(1).execution_options(populate_existing=True))
    if line is not None:
        line.changes = line.changes | {side: line.changes.get(side, 0) + number}
        db.session.flush()
        return
    changes.note(KIND, of.id, of.account_id, press.by, "lists", {side: number}, note, press.load_id, press.at)


def page(of: ContactList, before: tuple[int, int] | None = None) -> Page:
    """The newest lines, or those that follow a page's `older`: the last import and the last press it showed."""
    last_run, last_change = before or (LARGEST_ID, LARGEST_ID)
    imports, pressed = _imports(of, ListGrowth.run_id < last_run), _pressed(of, RecordChange.id < last_change)
    # each in its own order: what is shown of it must be its beginning
    found = list(heapq.merge(imports, pressed, key=lambda one: one.at, reverse=True))
    shown = found[:ROWS]
    if len(found) == len(shown):
        return Page(shown, None)
    last = {IMPORT: last_run, PRESS: last_change} | dict(one.key for one in shown)
    return Page(shown, (last[IMPORT], last[PRESS]))


def line(of: ContactList, key: tuple[str, int]) -> Line | None:
    """The line with this key, if the list has it."""
    kind, number = key
    found = _imports(of, ListGrowth.run_id == number) if kind == IMPORT else _pressed(of, RecordChange.id == number)
    return found[0] if found else None


def _imports(of, which):
    # runs belong to the imports, a room above
    runs = db.metadata.tables["import_runs"]
    chosen = (
        sa.select(ListGrowth.run_id, ListGrowth.joined, ListGrowth.left, runs.c.started_at, runs.c.by_name)
        .join(runs, runs.c.id == ListGrowth.run_id)
        .where(ListGrowth.list_id == of.id, which)
        .order_by(ListGrowth.run_id.desc())
        .limit(ROWS + 1)
    )
    return [Line((IMPORT, row.run_id), row.started_at, row.joined, row.left, row.by_name)
            for row in db.session.execute(chosen)]  # fmt: skip


def _pressed(of, which):
    chosen = sa.select(RecordChange, FileLoad.name).outerjoin(FileLoad, FileLoad.id == RecordChange.load_id)
    chosen = chosen.where(*_presses(of), which).order_by(RecordChange.id.desc()).limit(ROWS + 1)
    return [_press_line(change, file) for change, file in db.session.execute(chosen)]


def _press_line(change, file):
    sizes = (change.changes.get(side, 0) for side in ("joined", "left"))
    return Line((PRESS, change.id), change.at, *sizes, change.by, file, change.note)


def _presses(of):
    return (RecordChange.account_id == of.account_id, RecordChange.kind == KIND, RecordChange.record_id == of.id)


def still_on(list_id: int, key: tuple[str, int]) -> tuple:
    """The clauses for the memberships that a line made and nobody has touched since."""
    kind, number = key
    on = (ListMember.list_id == list_id, ListMember.left_at.is_(None))
    if kind == IMPORT:
        return *on, ListMember.joined_run == number
    at = sa.select(RecordChange.at).where(RecordChange.id == number).scalar_subquery()
    return *on, ListMember.joined_run.is_(None), ListMember.joined_at == at


def number_still_on(of: ContactList, key: tuple[str, int]) -> int:
    """How many contacts a line put on the list that are on it by that alone."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(ListMember).where(*still_on(of.id, key)))


def narrowing(list_id: int, key: tuple[str, int]) -> Narrowing:
    """The contacts that a line put on the list and that are on it by that alone."""
    on = still_on(list_id, key)
    ids = sa.select(ListMember.contact_id.label("id")).where(*on)
    return Narrowing(ids, lambda contact_id: has(*on, ListMember.contact_id == contact_id), by_id=True)
