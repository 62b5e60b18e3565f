"""Reads a CSV file as people and programs write them: several encodings and delimiters, columns in any order."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import cells

DELIMITERS = ",;\t"
LONGEST_CELL = 10_000_000
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
READ_AT_ONCE = 1 << 20


class Unreadable(ValueError):
    """This file cannot be taken in at all; the text says why."""


class Refused(ValueError):
    """This line cannot be taken in; the text says why."""


@dataclass(frozen=True)
class Sheet:
    """A file whose header has been read. columns: what each cell of a line is, None where it is left aside.

    exact: its cells are taken as they stand (is_exact), no apostrophe in front of a formula is removed.
    """

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]
    exact: bool = False

    @property
    def given(self) -> tuple[str, ...]:
        return tuple(name for name in self.columns if name)

    def rows(self) -> Iterator[tuple[int, dict | Refused]]:
        """(line, {column: text or None where empty}), or (line, why it cannot be used). Raises Unreadable."""
        with open(self.path, encoding=self.encoding, newline="") as file:
            lines = csv.reader(file, delimiter=self.delimiter)
            before = 0
            try:
                for row in lines:
                    if any(row) and before:
                        yield before + 1, self._row(row)
                    before = lines.line_num
            except csv.Error as error:
                raise Unreadable(f"Line {before + 1} cannot be read as CSV: {error}.") from error

    def _row(self, row):
        if any(row[len(self.columns) :]):
            return Refused(f"it has {len(row)} cells, the header has {len(self.columns)}")
        if any("\0" in cell for cell in row):
            return Refused("it holds a NUL character, which cannot be stored")
        row += [""] * (len(self.columns) - len(row))
        texts = row if self.exact else map(cells.unguarded, row)
        return {name: text or None for name, text in zip(self.columns, texts, strict=False) if name}


def open_sheet(path: Path, known: tuple[str, ...], needed: tuple[str, ...], aside: tuple[str, ...]) -> Sheet:
    """The file's encoding, delimiter and header. Columns neither known nor left aside are told as unknown ones.

    Raises Unreadable where none of the `needed` columns is found.
    """
    csv.field_size_limit(LONGEST_CELL)
    encoding = _encoding(path)
    header, delimiter = max(
        ((_header(path, encoding, delimiter), delimiter) for delimiter in DELIMITERS),
        key=lambda read: sum(name in known for name in read[0]),
    )
    if not any(name in header for name in needed):
        lacks = " or ".join(f'"{name}"' for name in needed)
        raise Unreadable(f"It has no column {lacks}: the first line must name the columns ({', '.join(known)}).")
    if twice := [name for name in known if header.count(name) > 1]:
        raise Unreadable(f'It has the column "{twice[0]}" twice.')
    unknown = tuple(name for name in header if name and name not in (*known, *aside))
    columns = tuple(name if name in known else None for name in header)
    return Sheet(path, encoding, delimiter, columns, unknown, is_exact(header))


def is_exact(header: list[str]) -> bool:
    """Whether a file with this header is a dump: those alone begin with our ids, and hold every value as it is.

    In all others a value may have got an apostrophe (cells.guarded).
    """
    return header[:1] == ["id"]


def _header(path, encoding, delimiter):
    with open(path, encoding=encoding, newline="") as file:
        try:
            header = next(csv.reader(file, delimiter=delimiter), [])
        except csv.Error as error:
            raise Unreadable(f"Its first line cannot be read as CSV: {error}.") from error
    return [cell.strip().casefold() for cell in header]


def _encoding(path):
    """By its mark, else UTF-8 where all of it is, else what Windows programs write."""
    with open(path, "rb") as file:
        start = file.read(4)
    marked = [encoding for mark, encoding in MARKS if start.startswith(mark)]
    # text begins with a letter of the header: a zero beside it tells UTF-16 without a mark
    unmarked = {b"\0": "utf-16-be"}.get(start[:1]) or {b"\0": "utf-16-le"}.get(start[1:2])
    for encoding in marked or (unmarked, "utf-8", "cp1252"):
        if encoding and _is_in(path, encoding):
            return encoding
    raise Unreadable("It is in no encoding known here: save it as UTF-8.")


def _is_in(path, encoding):
    try:
        with open(path, encoding=encoding, newline="") as file:
            while file.read(READ_AT_ONCE):
                pass
    except UnicodeError:
        return False
    return True
