"""A record's history: what people, files and imports did to it, in one line of time, newest first.

What people did is kept here; rooms above hang their own in as a source. Each source is asked for its newest lines by
one query, and the lines are merged by their time.
"""

import heapq
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from ..db import db
from ..web.words import day
from .change_models import RecordChange
from .contact_models import Contact
from .load_models import FileLoad
from .models import Company
from .opportunity_models import Opportunity
from .tables import LARGEST_ID

ROWS = 20
FAR = 100  # lines that are looked through for where a field's value comes from
MODELS = {"company": Company, "contact": Contact, "opportunity": Opportunity}
NOUNS = {model: noun for noun, model in MODELS.items()}

WHATS = {
    "created": "Created",
    "edited": "Edited",
    "loaded": "Loaded from a file",
    "deleted": "Deleted",
    "linked": "Linked to Halo",
    "unlinked": "Unlinked from Halo",
    "kept out": "Never to be imported",
    "brought back": "Brought back",
    "opted out": "Opted out, as before",
    "kept": "Kept, not taken from Halo",
    "unsubscribed": "Unsubscribed as in Halo",
}


class Change(NamedTuple):
    """One field, its values as people read them ("" for none). took: the record holds `after` since then."""

    field: str
    label: str
    before: str
    after: str
    took: bool = True
    told: str = ""  # what else there is to tell, as a sentence


class Link(NamedTuple):
    """The page that tells more, for who may open it."""

    label: str
    endpoint: str
    args: dict


class Entry(NamedTuple):
    """One line. id: of its source; origin: where the values it brought come from, as a sentence without its end."""

    id: int
    at: datetime
    what: str
    by: str
    changes: list[Change]
    note: str = ""
    link: Link | None = None
    origin: str = ""


class Page(NamedTuple):
    """Lines; `older` is the place that those behind them begin at, None where there are none."""

    entries: list[Entry]
    older: str | None


# {kind: {name: (record, before, most) -> the newest `most` lines with an id below `before`, the newest first}}
SOURCES: dict[str, dict[str, Callable]] = {}


def source(kind: str, name: str):
    """Hang a source of lines into the history of every record of this kind ("company"); name: in addresses."""

    def hang(function):
        SOURCES.setdefault(kind, {})[name] = function
        return function

    return hang


def page(kind: str, record, place: str = "", rows: int = ROWS) -> Page:
    """The newest lines of a record's history, or those from a place on."""
    before = _read_place(place)
    # each source in its own order: what is shown of it must be its beginning
    found = [
        [(name, entry) for entry in function(record, before.get(name, LARGEST_ID), rows + 1)]
        for name, function in SOURCES[kind].items()
    ]
    merged = list(heapq.merge(*found, key=lambda pair: pair[1].at, reverse=True))
    shown = merged[:rows]
    last = before | {name: entry.id for name, entry in shown}
    return Page([entry for _, entry in shown], _place(last) if len(merged) > rows else None)


def _place(last):
    return "_".join(f"{name}-{number}" for name, number in sorted(last.items()))


def _read_place(text):
    """{source: the last id shown of it}; whatever in the text means nothing is left aside."""
    pairs = (part.partition("-") for part in text[:200].split("_"))
    return {name: int(number) for name, _, number in pairs
            if number.isascii() and number.isdigit() and len(number) < 20 and int(number) <= LARGEST_ID}  # fmt: skip


def origins(kind: str, record) -> dict[str, str]:
    """{field: where the value it holds comes from}; without fields of which too many lines tell nothing."""
    found, lines = {}, page(kind, record, rows=FAR)
    for entry in lines.entries:
        for change in entry.changes:
            if change.took and entry.origin:
                found.setdefault(change.field, entry.origin)
    since = {} if lines.older else dict.fromkeys(record.FIELDS, f"Here since {day(record.created_at)}")
    return since | found


@source("company", "edits")
@source("contact", "edits")
@source("opportunity", "edits")
def by_people(record, before: int, most: int) -> list[Entry]:
    """What people and their files did."""
    mine = (RecordChange.account_id == record.account_id, RecordChange.kind == NOUNS[type(record)])
    chosen = sa.select(RecordChange, FileLoad.name).outerjoin(FileLoad, FileLoad.id == RecordChange.load_id)
    chosen = chosen.where(*mine, RecordChange.record_id == record.id, RecordChange.id < before)
    rows = db.session.execute(chosen.order_by(RecordChange.id.desc()).limit(most))
    return [_entry(change, file, record.FIELDS | {"lists": "Lists"}) for change, file in rows]


def _entry(one, file, labels):
    changes = [Change(field, labels.get(field, field.capitalize()), before or "", after or "")
               for field, (before, after) in one.changes.items()]  # fmt: skip
    told = "; ".join(filter(None, (one.note, f"From the file {file}" if file else "")))
    return Entry(one.id, one.at, _what(one), one.by, changes, told, origin=_origin(one, file))


def _what(one):
    if one.what == "lists":
        return "Taken off a list" if one.changes["lists"][1] is None else "Put on a list"
    return WHATS.get(one.what, one.what.capitalize())


def _origin(one, file):
    if file or one.what == "loaded":
        return f"From {f'the file {file}' if file else 'a file'}, loaded by {one.by} on {day(one.at)}"
    if one.what == "opted out":
        return f"From the contact with this e-mail that {one.by} deleted"
    if one.note and one.what == "edited":
        return f"{one.note} ({one.by}, {day(one.at)})"  # taken from Halo, handed over: nobody typed it
    return f"{'From Halo, imported' if one.what == 'unsubscribed' else 'Typed'} by {one.by} on {day(one.at)}"
