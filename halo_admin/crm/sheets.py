"""Reads a CSV file as people and programs write them: several encodings and delimiters, columns in any order."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from . import cells, encodings

DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Vertical bar"}
LONGEST_CELL = 10_000_000
MOST_COLUMNS = 300
FIRST_ROWS = 3  # that a person is shown
LOOKED_AT = 20  # rows that tell the delimiter
# the line by which Excel is told the delimiter; it is no part of the table
TOLD = re.compile(r'\ufeff?"?sep=([^\r\n"])"?\s*', re.IGNORECASE)
NOTHING = " ,;|\t\r\n\ufeff"  # all that a line without anything holds
# a last line that is read as one only where no quote is open before it
END = "\ue000the end of the file\ue000"
OPEN = (
    'In line {} a cell begins with a quote (") that nothing closes: close it or take it away, then load the file again.'
)
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how files of Excel and of others begin that are no text

csv.field_size_limit(LONGEST_CELL)  # of the whole process: a job may read a file that another one has looked at


class Unreadable(ValueError):
    """This file cannot be taken in at all; the text says why."""


class Refused(ValueError):
    """This line cannot be taken in; the text says why."""


class Look(NamedTuple):
    """What a file looks like: how it is read, its header, its first rows, and how many lines there are below it."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    first_rows: list[list[str]]
    total: int


class Row(NamedTuple):
    """One line of a file: the number it begins at, its cells as they stand there, and {field: text, None where empty},
    its own number under "id" where the file has such a column; fault: why it cannot be used; missing: the fields that
    it ends before, of which it says nothing.
    """

    line: int
    cells: list[str]
    values: dict[str, str | None]
    fault: str | None = None
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """A file whose columns are known: {field: the number of its column}."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    columns: dict[str, int]

    @property
    def exact(self) -> bool:
        """Whether its cells are taken as they stand, no apostrophe in front of a formula removed."""
        return is_exact(self.header)

    def rows(self, skip: int = 0) -> Iterator[Row]:
        """Its lines below the header, but the first `skip` of them and those without anything. Raises Unreadable."""
        return (
            self._row(line, row) for line, row in islice(_lines(self.path, self.encoding, self.delimiter), skip, None)
        )

    def _row(self, line, row):
        if any(row[len(self.header) :]):
            return Row(line, row, {}, f"it has {len(row)} cells, the header has {len(self.header)}")
        if any("\0" in cell for cell in row):
            return Row(line, row, {}, "it holds a NUL character, which cannot be stored")
        texts = row if self.exact else list(map(cells.unguarded, row))
        texts = texts + [""] * (len(self.header) - len(row))
        missing = frozenset(field for field, number in self.columns.items() if number >= len(row))
        return Row(line, row, {field: texts[number] or None for field, number in self._read.items()}, missing=missing)

    @cached_property
    def _read(self):
        """{field: the number of its column}, the lines' own number among them."""
        headings = [cell.casefold() for cell in self.header]
        return ({"id": headings.index("id")} if "id" in headings else {}) | self.columns


def is_exact(header) -> bool:
    """Whether a file with this header is a dump: those alone begin with our ids, and hold every value as it is.

    In all others a value may have got an apostrophe (cells.guarded).
    """
    return [cell.strip().casefold() for cell in header[:1]] == ["id"]


def look(path: Path, known, country: str = "", encoding: str = "", delimiter: str = "") -> Look:
    """What the file looks like, all of it read once. known: counts the columns of a header that mean something.

    What is not told, the encoding and the delimiter, is guessed; the file may tell its delimiter. Raises Unreadable.
    """
    encoding = _encoding(path, country, encoding)
    delimiter = delimiter or _told(path, encoding)
    rows = {one: _first(path, encoding, one) for one in ([delimiter] if delimiter else DELIMITERS)}
    delimiter = max(rows, key=lambda one: _tells(rows[one], known))
    header = tuple(cell.lstrip("\ufeff").strip() for cell in rows[delimiter][0]) if rows[delimiter] else ()
    if len(header) > MOST_COLUMNS:
        raise Unreadable(f"It has {len(header):,} columns: at most {MOST_COLUMNS} can be read.")
    first_rows = [row for row in rows[delimiter][1:] if any(row)][:FIRST_ROWS]
    total = sum(1 for _ in _lines(path, encoding, delimiter))
    if not any(header):
        raise Unreadable("It names no columns: the first line with anything in it must do that.")
    return Look(encoding, delimiter, header, first_rows, total)


def _encoding(path, country, told):
    with open(path, "rb") as file:
        if file.read(4) in WORKBOOKS:
            raise Unreadable(
                "It is a workbook, not a CSV file: open it in your spreadsheet and save it as CSV (UTF-8)."
            )
    if told and not encodings.is_in(path, told):
        raise Unreadable(f"It cannot be read as {encodings.OFFERED.get(told, told)}.")
    if not (encoding := told or encodings.guess(path, country)):
        raise Unreadable("It is in no encoding known here: save it as UTF-8.")
    return encoding


def _from_header(file):
    """(how many lines stand before the header, the delimiter that one of them tells, the lines from the header on)."""
    before, told = 0, None
    for line in file:
        match = None if told else TOLD.fullmatch(line)
        if not match and line.strip(NOTHING):
            return before, told, chain([line], file)
        before, told = before + 1, match[1] if match else told
    return before, told, ()


def _told(path, encoding):
    """The delimiter that the file tells, where a person may choose it too."""
    with open(path, encoding=encoding, newline="") as file:
        _, told, _ = _from_header(file)
    return told if told in DELIMITERS else ""


def _first(path, encoding, delimiter):
    """The header and the rows below it that are looked at first."""
    with open(path, encoding=encoding, newline="") as file:
        _, _, lines = _from_header(file)
        try:
            return list(islice(csv.reader(lines, delimiter=delimiter), LOOKED_AT))
        except csv.Error:
            return []  # another delimiter may do; what is wrong with the whole file is told with its line


def _tells(rows, known):
    """How well a delimiter fits: columns that mean something, then rows as long as a header of several cells."""
    header = rows[0] if rows else []
    alike = sum(len(row) == len(header) for row in rows[1:]) if len(header) > 1 else 0
    return known(header), alike, len(header)


def _lines(path, encoding, delimiter):
    """(the number of the line it begins at, its cells) of all below the header that hold anything. Raises Unreadable,
    also where a quote is open at the end: whatever stands behind it would be one cell.
    """
    with open(path, encoding=encoding, newline="") as file:
        skipped, _, lines = _from_header(file)
        rows = csv.reader(chain(lines, [END]), delimiter=delimiter)
        before = 0
        try:
            for row in rows:
                if row and row[-1].endswith(END):
                    if rows.line_num > before + 1:
                        raise Unreadable(OPEN.format(skipped + before + 1))
                    return
                if before and any(row):
                    yield skipped + before + 1, row
                before = rows.line_num
        except csv.Error as error:
            raise Unreadable(f"Line {skipped + before + 1} cannot be read as CSV: {error}.") from error
