"""The values of a file that are kept as typed and are no e-mail, phone number or website, as a CSV file."""

from collections.abc import Iterator

from ..db import db
from . import files_out, load_words, loading
from .load_models import FileLine

HEADER = ("line", "field", "value")


def text(load) -> Iterator[str]:
    """The file in pieces."""
    yield files_out.MARK + files_out.lines([HEADER])
    labels, last = load_words.labels_of(load.kind), 0
    while rows := db.session.scalars(
        loading.odd_lines(load).where(FileLine.line > last).limit(files_out.ROWS_AT_A_TIME)
    ).all():
        last = rows[-1].line
        yield files_out.lines((row.line, labels[field], value) for row in rows for field, value in row.odd.items())
        db.session.rollback()
