"""What happened, as a CSV file for spreadsheets: what the page shows, all pages of it."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

from ..web.words import OUTCOMES
from .happened import Asked, rows
from .models import ImportRun

ROWS_AT_ONCE = 1000
HEADER = ("What", "Why", "Matched by", "GlassHive id", "GlassHive name", "Halo id", "Halo name", "Changes")
# a spreadsheet takes a cell that begins with one of these for a formula, and runs it
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(run: ImportRun, asked: Asked) -> Iterator[str]:
    """The lines of the file, with a header; no cell can be taken for a formula."""
    yield "\ufeff" + _line(HEADER)  # the mark tells spreadsheets that this is UTF-8
    asked = replace(asked, after=None)
    while True:
        found, place = rows(run, asked, ROWS_AT_ONCE)
        yield "".join(_line(_cells(row)) for row in found)
        if place is None:
            return
        strength, _, last = place.partition(".")
        asked = replace(asked, after=(int(strength), int(last)))


def safe(value) -> str:
    """A cell as text, with an apostrophe before what a spreadsheet would take for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _cells(row):
    changes = "; ".join(f"{line.label}: {line.before or 'empty'} → {line.after}" for line in row.lines)
    told = (OUTCOMES[row.action], row.reason, row.by, row.ours_id, row.ours_name)
    return (*told, row.halo_id if row.halo_id > 0 else "", row.halo_name, changes)


def _line(cells):
    text = io.StringIO()
    csv.writer(text).writerow([safe(cell) for cell in cells])
    return text.getvalue()
