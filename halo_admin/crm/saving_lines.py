"""Saves what the lines of a file mean, a batch at a time: what was told before it was saved, and nothing else.

A record that has changed meanwhile in what the line would change, that has gone, or that has come, refuses its line.
"""

from dataclasses import dataclass, field

import sqlalchemy as sa

from ..accounts.models import Account
from ..bulk import execute
from ..db import among, db
from . import changes, naming
from .change_models import RecordChange
from .comparing_lines import NEW, REFUSED, SAME, WHATS, WRITTEN, Batch, named
from .comparing_lines import changes as changes_of
from .load_models import GAPS, FileLine
from .sheets import Refused

HELD = sa.select(Account.id).with_for_update(key_share=True)


@dataclass
class Work:
    """What one transaction does: (row, line) of new records, (row, line, record, values, changes) of others."""

    made: list[tuple] = field(default_factory=list)
    changed: list[tuple] = field(default_factory=list)
    refused: list[tuple] = field(default_factory=list)  # (row, reason)
    saved: list[str] = field(default_factory=list)  # what became of lines, one of WHATS each


def save(batch: Batch) -> None:
    """Save these lines, count them, and forget what they meant. In a writing transaction."""
    kept = batch.kept()
    meant = [row for row in batch.rows if row.line in kept and kept[row.line].what in WRITTEN]
    work = Work(saved=[one.what for one in kept.values() if one.what not in WRITTEN])
    numbers = _numbers(batch, kept)
    if meant or numbers:
        # one file at a time: what another one has just made is seen
        db.session.execute(HELD.where(Account.id == batch.load.account_id))
        batch.lines.remember(numbers)
    if meant:
        _sort(batch, meant, kept, work)
        _write(batch, work)
    _refuse(batch, work.refused)
    _forget(batch)
    count = work.saved + [REFUSED] * len(work.refused)
    batch.load.saved = {what: batch.load.saved.get(what, 0) + count.count(what) for what in WHATS}


def _numbers(batch, kept):
    """{record id: the number of the line about it} of those that are here."""
    numbered = ((kept[row.line].record_id, naming.number(row.values.get("id") or ""))
                for row in batch.rows if row.line in kept)  # fmt: skip
    return {record_id: number for record_id, number in numbered if record_id and number}


def _sort(batch, rows, kept, work):
    read = []
    for row, line in batch.read(rows, make=True):
        (work.refused if isinstance(line, Refused) else read).append(
            (row, str(line) if isinstance(line, Refused) else line)
        )
    new = [(row, line) for row, line in read if kept[row.line].what == NEW]
    old = [(row, line, kept[row.line]) for row, line in read if kept[row.line].what != NEW]
    _make(batch, new, work)
    records = batch.lines.by_id([one.record_id for *_, one in old])
    batch.lines.look_at(
        [(line, None) for _, line in new] + [(line, records.get(one.record_id)) for _, line, one in old]
    )
    for row, line, one in old:
        _change(batch, row, line, one, records.get(one.record_id), work)


def _make(batch, new, work):
    """Those like which something has come since, that is not of this file, are refused."""
    meant = batch.lines.meant_by([line for _, line in new])
    mine = _written(batch, {record.id for records in meant for record in records})
    for (row, line), records in zip(new, meant, strict=True):
        if others := [record for record in records if record.id not in mine]:
            work.refused.append((row, f"since it was compared, this came here: {named(others)}"))
        else:
            work.made.append((row, line))


def _written(batch, ids):
    """Which of these records this load has written."""
    if not ids:
        return set()
    mine = (RecordChange.account_id == batch.load.account_id, RecordChange.kind == batch.lines.noun)
    about = sa.select(RecordChange.record_id).where(*mine, among(RecordChange.record_id, list(ids)))
    return set(db.session.scalars(about.where(RecordChange.load_id == batch.load.id)))


def _change(batch, row, line, kept, record, work):
    lines = batch.lines
    if record is None:
        work.refused.append((row, f"the {lines.noun} was deleted here since it was compared"))
        return
    now = {name: pair for name, pair in changes_of(line, record, batch.load.blanks).items() if name in kept.changes}
    if any(lines.reads(name, before) != kept.changes[name][0] for name, (before, _) in now.items()):
        work.refused.append((row, f"the {lines.noun} {record.name} was changed here since it was compared"))
        return
    if batch.load.takes == GAPS:
        now = {name: pair for name, pair in now.items() if pair[0] is None or pair[1] is True}
    adds = lines.adds(line, record)
    work.saved.append(kept.what if now or adds else SAME)
    if now or adds:
        work.changed.append((row, line, record, {name: after for name, (_, after) in now.items()}, now))


def _write(batch, work):
    lines = batch.lines
    ids = lines.insert([line for _, line in work.made])
    lines.update([(record, values) for _, _, record, values, _ in work.changed if values])
    lines.add([(one, line) for one, (_, line) in zip(ids, work.made, strict=True) if line.lists]
              + [(record.id, line) for _, line, record, _, _ in work.changed if lines.adds(line, record)])  # fmt: skip
    lines.remember({one: line.number for one, (_, line) in zip(ids, work.made, strict=True) if line.number})
    work.saved += [NEW] * len(work.made)
    if lines.press and lines.KEEPS_HISTORY:
        made = {one: {name: (None, value) for name, value in line.values.items() if value is not None}
                for one, (_, line) in zip(ids, work.made, strict=True)}  # fmt: skip
        _tell(lines, "created", made)
        _tell(lines, "loaded", {record.id: changed for _, _, record, _, changed in work.changed if changed})


def _tell(lines, what, changed):
    """The lines in the histories of the records."""
    read = {
        record_id: {
            name: [lines.reads(name, before), lines.reads(name, after)] for name, (before, after) in pairs.items()
        }
        for record_id, pairs in changed.items()
    }
    press = lines.press
    changes.note_each(lines.noun, lines.account.id, press.by, what, read, load_id=press.load_id)


def _refuse(batch, refused):
    table = FileLine.__table__
    for row, reason in refused:
        here = sa.update(table).where(table.c.load_id == batch.load.id, table.c.line == row.line)
        db.session.execute(here.values(what=REFUSED, reason=reason, cells=row.cells, record_id=None, changes=None))


def _forget(batch):
    db.session.flush()
    between = FileLine.line.between(batch.rows[0].line, batch.rows[-1].line)
    gone = sa.delete(FileLine).where(FileLine.load_id == batch.load.id, between, FileLine.what != REFUSED)
    execute(gone)
