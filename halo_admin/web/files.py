"""Files that are made while they are sent."""

from collections.abc import Iterator

from flask import Response, stream_with_context

from ..db import now


def csv_file(name: str, pieces: Iterator[str], at: str | None = None) -> Response:
    """A CSV file to be saved: its name, and behind it when it was made, or `at`."""
    headers = {"Content-Disposition": f'attachment; filename="{name}-{at or f"{now():%Y-%m-%d}"}.csv"'}
    return Response(stream_with_context(pieces), mimetype="text/csv", headers=headers)
