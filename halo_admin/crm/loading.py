"""Takes a CSV file of records in: each line creates one, updates one, changes nothing, or is refused.

Lines are compared with the records that were there before, never with each other: a file may hold twins on purpose.
Loading a file a second time changes nothing, so no two lines may write to one record.
"""

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from ..db import begin_write, db
from .company_lines import CompanyLines
from .contact_lines import ContactLines
from .lines import Line, Lines
from .list_lines import ListLines
from .sheets import Refused, Sheet, open_sheet

# so many lines are one transaction: well below the 0.25 s that people's edits may have to wait
LINES_AT_A_TIME = 200
KINDS = {"companies": CompanyLines, "contacts": ContactLines, "lists": ListLines}


@dataclass
class Loaded:
    """What became of the lines of a file. `unknown` are columns that were left aside."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[dict] = field(default_factory=list)
    unknown: tuple[str, ...] = ()


def load(kind: str, account, path: Path) -> Loaded:
    """Load a file of one of the KINDS into the account, in many short transactions.

    Raises sheets.Unreadable and OSError.
    """
    lines = KINDS[kind]
    sheet = open_sheet(path, lines.COLUMNS, lines.NEEDED, lines.ASIDE)
    return Load(sheet, lines(account, sheet.given)).run()


@dataclass
class Batch:
    """What one transaction does: records it makes, changes ([(record, values)]), and adds to ([(id, line)])."""

    made: list[Line] = field(default_factory=list)
    changed: list[tuple] = field(default_factory=list)
    adding: list[tuple] = field(default_factory=list)


class Load:
    """One loading of one sheet; `lines` knows what its lines mean."""

    def __init__(self, sheet: Sheet, lines: Lines):
        self.sheet, self.lines, self.loaded = sheet, lines, Loaded(unknown=sheet.unknown)
        self.taken = {}  # record id: the line that is about it

    def run(self) -> Loaded:
        alike = self._lines_that_are_here_already()
        db.session.rollback()
        rest = (row for row in self.sheet.rows() if row[0] not in alike)
        while rows := list(islice(rest, LINES_AT_A_TIME)):
            self._take_in(rows)
        self.loaded.unchanged += len(alike)
        self.loaded.refused.sort(key=lambda one: one["line"])
        return self.loaded

    def _lines_that_are_here_already(self):
        """Lines of which some record holds all that they say. No other line may change that record."""
        alike, usable = set(), ((line, row) for line, row in self.sheet.rows() if self._fault(row) is None)
        while rows := list(islice(usable, LINES_AT_A_TIME)):
            read = [(line, one) for line, one in self._read(rows) if isinstance(one, Line)]
            here = self.lines.holding([one for _, one in read])
            for (line, _), record_id in zip(read, here, strict=True):
                if record_id is not None:
                    alike.add(line)
                    self.taken.setdefault(record_id, line)
        return alike

    def _fault(self, row):
        return str(row) if isinstance(row, Refused) else self.lines.fault(row)

    def _read(self, rows, make=False):
        return zip([line for line, _ in rows], self.lines.read([row for _, row in rows], make), strict=True)

    def _take_in(self, rows):
        usable = [(line, row) for line, row in rows if not self._refused(line, self._fault(row))]
        for _, row in usable:
            self.lines.prepare(row)
        begin_write()
        read = [(line, one) for line, one in self._read(usable, make=True)
                if not self._refused(line, str(one) if isinstance(one, Refused) else None)]  # fmt: skip
        batch, meant = Batch(), self.lines.meant_by([one for _, one in read])
        for (line, one), records in zip(read, meant, strict=True):
            self._sort(line, one, records, batch)
        ids = self.lines.insert(batch.made)
        self.lines.update(batch.changed)
        self.lines.add([*zip(ids, batch.made, strict=True), *batch.adding])
        db.session.commit()

    def _refused(self, line, reason):
        if reason:
            self.loaded.refused.append({"line": line, "reason": reason})
        return bool(reason)

    def _sort(self, line, one, records, batch):
        if not records:
            batch.made.append(one)
            self.loaded.created += 1
        elif len(records) > 1:
            self._refused(line, f"{len(records)} {self.lines.nouns} here could be meant: {_told(records)}")
        elif (record := records[0]).id in self.taken:
            first = self.taken[record.id]
            self._refused(line, f"line {first} is about the same {self.lines.noun}, {record.name}")
        else:
            self.taken[record.id] = line
            self._update(one, record, batch)

    def _update(self, one, record, batch):
        differs = any(getattr(record, name) != value for name, value in one.values.items())
        if differs:
            batch.changed.append((record, one.values))
        if adds := self.lines.adds(one, record):
            batch.adding.append((record.id, one))
        self.loaded.updated += differs or adds
        self.loaded.unchanged += not (differs or adds)


def _told(records):
    names = sorted(f"{record.name} ({record.id})" for record in records)
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
