"""Works out what the lines of a file mean, a batch at a time, and keeps it as rows: nothing of ours changes.

Lines are compared with the records that were there before; with each other only new ones are, by their key, where they
have one. Loading a file a second time changes nothing, so no two lines may be about one record: those that are here
already come first (mark_same), then all others in their order (compare).
"""

import hashlib
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from ..bulk import insert_rows
from ..db import among, db
from .lines import Line, Lines
from .load_models import KEEP, FileLine, FileLoad
from .odd_values import odd
from .sheets import Refused, Row

# what a line means: a new record, more of one that is here, other values for it, nothing, or it cannot be taken
NEW, FILLED, DIFFERENT, SAME, REFUSED = WHATS = ("new", "filled", "different", "same", "refused")
MOST_NAMES = 200  # of new types and of new lists that are told
WRITTEN = (NEW, FILLED, DIFFERENT)


class Batch(NamedTuple):
    """Lines of a load, with what knows their meaning. account_id and load_id are those of `load`."""

    load: FileLoad
    lines: Lines
    rows: list[Row]

    def put(self, rows: list[dict]) -> None:
        blank = dict.fromkeys(("record_id", "changes", "reason", "cells", "key", "said", "odd"))
        fixed = {"account_id": self.load.account_id, "load_id": self.load.id}
        insert_rows(FileLine, [blank | fixed | row for row in rows])

    def kept(self) -> dict:
        """{line: its FileLine's line, what, record_id and changes} of these rows, of those that have one."""
        if not self.rows:
            return {}
        between = FileLine.line.between(self.rows[0].line, self.rows[-1].line)
        columns = sa.select(FileLine.line, FileLine.what, FileLine.record_id, FileLine.changes)
        return {one.line: one for one in db.session.execute(columns.where(FileLine.load_id == self.load.id, between))}

    def fault(self, row: Row) -> str | None:
        return row.fault or self.lines.fault(row.values)

    def read(self, rows, make=False) -> list[tuple[Row, Line | Refused]]:
        read = zip(rows, self.lines.read([row.values for row in rows], make), strict=True)
        return [(row, self.lines.without(one, row.missing) if row.missing and isinstance(one, Line) else one)
                for row, one in read]  # fmt: skip


def mark_same(batch: Batch) -> None:
    """Keep the lines of which some record holds all that they say. In a writing transaction."""
    usable = [row for row in batch.rows if batch.fault(row) is None]
    read = [(row, one) for row, one in batch.read(usable) if isinstance(one, Line)]
    here = batch.lines.holding([one for _, one in read])
    batch.put([{"line": row.line, "what": SAME, "record_id": record_id}
               for (row, _), record_id in zip(read, here, strict=True) if record_id is not None])  # fmt: skip


def compare(batch: Batch) -> None:
    """Keep what all other lines mean, and count. In a writing transaction."""
    same = batch.kept()
    told = [_told(row, batch.fault(row)) for row in batch.rows if row.line not in same]
    refused = [one for one in told if one]
    usable = [
        row for row, one in zip((row for row in batch.rows if row.line not in same), told, strict=True) if not one
    ]
    read = []
    for row, one in batch.read(usable):
        one = batch.lines.alone(one) if isinstance(one, Line) else one
        (refused.append(_told(row, str(one))) if isinstance(one, Refused) else read.append((row, one)))
    found = refused + _compared(batch, read)
    batch.put(found)
    _tell_of_new(batch, read, {one["line"] for one in found if one["what"] in WRITTEN})
    _count(batch.load, [one["what"] for one in found] + [SAME] * len(same))
    _count_odd(batch.load, [one["odd"] for one in found if one.get("odd")])


def _tell_of_new(batch, read, written):
    """Keep the names of what saving these lines makes beside records; of very many the first ones."""
    load = batch.load
    for row, line in read:
        for what, names in batch.lines.makes(line).items() if row.line in written else ():
            known = load.makes.get(what, [])
            folded = {name.casefold() for name in known}
            new = {name.casefold(): name for name in reversed(names) if name.casefold() not in folded}
            if new:
                load.makes = load.makes | {what: [*known, *reversed(new.values())][:MOST_NAMES]}


def _told(row, reason):
    return reason and {"line": row.line, "what": REFUSED, "reason": reason, "cells": row.cells}


def _compared(batch, read):
    meant = batch.lines.meant_by([one for _, one in read])
    batch.lines.look_at([(one, records[0] if len(records) == 1 else None)
                         for (_, one), records in zip(read, meant, strict=True)])  # fmt: skip
    taken = _taken(batch.load, {records[0].id for records in meant if len(records) == 1})
    keys = [None if records else batch.lines.key(one) for (_, one), records in zip(read, meant, strict=True)]
    above = _above(batch.load, set(keys) - {None})
    return [
        _meaning(batch, row, one, records, taken) if records else _new(batch, row, one, key, above)
        for (row, one), records, key in zip(read, meant, keys, strict=True)
    ]


def _above(load, keys):
    """{key: the number of the new line with it, a digest of what that one says}"""
    if not keys:
        return {}
    here = sa.select(FileLine.key, FileLine.line, FileLine.said).where(FileLine.load_id == load.id)
    return {key: (line, said) for key, *(line, said) in db.session.execute(here.where(among(FileLine.key, list(keys))))}


def _new(batch, row, line, key, above):
    """A line that is like no record here: new, unless a line above it makes that record."""
    said = key and _digest(batch.lines.says(line))
    if key in above:
        at, other = above[key]
        twin = f"line {at} has the same e-mail, {line.values['email']}, and says otherwise of it"
        return {"line": row.line, "what": SAME} if said == other else _told(row, twin)
    if key:
        above[key] = (row.line, said)
    return {"line": row.line, "what": NEW, "key": key, "said": said, "odd": odd(batch.lines.model, line.values) or None}


def _digest(told):
    return hashlib.blake2s(msgspec.json.encode(told), digest_size=16).hexdigest()


def _taken(load, ids):
    """{record id: the line that is about it}"""
    if not ids:
        return {}
    about = sa.select(FileLine.record_id, sa.func.min(FileLine.line)).where(
        FileLine.load_id == load.id, among(FileLine.record_id, list(ids))
    )
    return dict(db.session.execute(about.group_by(FileLine.record_id)).all())


def _meaning(batch, row, line, records, taken):
    lines = batch.lines
    if len(records) > 1:
        return _told(row, f"{len(records)} {lines.nouns} here could be meant: {named(records)}")
    record = records[0]
    if record.id in taken:
        return _told(row, f"line {taken[record.id]} is about the same {lines.noun}, {record.name}")
    taken[record.id] = row.line
    changed = changes(line, record, batch.load.blanks)
    read = {
        field: [lines.reads(field, before), lines.reads(field, after)] for field, (before, after) in changed.items()
    }
    typed = odd(lines.model, {field: after for field, (_, after) in changed.items()}) or None
    what = _what(changed, lines.adds(line, record))
    return {"line": row.line, "what": what, "record_id": record.id, "changes": read, "odd": typed}


def changes(line: Line, record, blanks: str) -> dict[str, tuple]:
    """{field: (before, after)} of what a line says otherwise than its record. A blank cell may say nothing; one that
    is not there never says any.
    """
    held = {field: getattr(record, field) for field in line.values}
    return {
        field: (held[field], value)
        for field, value in line.values.items()
        if value != held[field] and not (value is None and (blanks == KEEP or field in line.missing))
    }


def _what(changed, adds):
    if any(before is not None for before, _ in changed.values()):
        return DIFFERENT
    return FILLED if changed or adds else SAME


def named(records) -> str:
    """ "Acme (7), Acme Ltd (9)": a few of these records."""
    names = sorted(f"{record.name} ({record.id})" for record in records)
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def _count_odd(load, typed):
    for values in typed:
        load.odd = load.odd | {field: load.odd.get(field, 0) + 1 for field in values}


def _count(load, whats):
    load.counts = {what: load.counts.get(what, 0) + whats.count(what) for what in WHATS}
