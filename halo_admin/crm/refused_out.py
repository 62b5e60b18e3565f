"""The lines of a file that could not be taken, as a CSV file: mended, it can be loaded like the first one."""

from collections.abc import Iterator

from ..db import db
from . import cells, files_out, loading, sheets
from .load_models import FileLine

BEFORE = ("line", "reason")  # in front, so that no file of these is taken for a dump


def text(load) -> Iterator[str]:
    """The file in pieces."""
    yield files_out.MARK + files_out.lines([(*BEFORE, *load.header)])
    exact, last = sheets.is_exact(load.header), 0
    while rows := _some(load, last):
        last = rows[-1].line
        yield files_out.lines((row.line, row.reason, *_texts(row.cells, exact)) for row in rows)
        db.session.rollback()


def _some(load, last):
    rows = loading.refused(load).where(FileLine.line > last).limit(files_out.ROWS_AT_A_TIME)
    return db.session.scalars(rows).all()


def _texts(row, exact):
    return row if exact else [cells.unguarded(cell) for cell in row]
