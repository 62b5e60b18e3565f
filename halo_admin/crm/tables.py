"""A table's page by keyset: sorted by an index, going on after or before a row, counted as far as a person cares."""

import base64
import binascii
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from ..db import db

PAGE_ROWS = 50
MANY = 10_000  # beyond, a table says "more than 10,000"
LARGEST_ID = 2**63 - 1
ONE_PAGE = "one page"


class Order(NamedTuple):
    """How a table is sorted: by one column and the id, or by the id alone. An index begins with what is pinned."""

    label: str
    column: str | None
    descending: bool = False


class Cursor(NamedTuple):
    """A row to go on from: its value of the sorting column and its id; backward when its page is the one before."""

    value: str
    id: int
    backward: bool = False


class Page(NamedTuple):
    """Rows, and where the pages around them begin (None where there is none)."""

    rows: list
    before: str | None
    after: str | None
    first: bool


def in_order(query: sa.Select, model, order: Order, cursor: Cursor | None, pinned: tuple = (), limit=ONE_PAGE):
    """The rows of one page of `query` and one more; those of a backward cursor come in the opposite order.

    limit: so many rows instead, None for all. pinned: the columns that a filter has set to one value, and that the
    index to use has in front.
    """
    down = order.descending != _is_backward(cursor)
    keys = [getattr(model, name) for name in (order.column, "id") if name]
    if cursor:
        query = query.where(_beyond(keys, (cursor.value, cursor.id)[-len(keys) :], down))
    # pinned columns sort nothing, but name the index to PostgreSQL, which else sorts where the one value is NULL
    by = (column.desc() if down else column.asc() for column in (*pinned, *keys))
    return query.order_by(*by).limit(PAGE_ROWS + 1 if limit is ONE_PAGE else limit)


def within(query: sa.Select, model, order: Order, cursor: Cursor | None, rows: int):
    """The clause by which a query made by in_order() goes at most so many rows far; None where it ends before."""
    keys = [getattr(model, name) for name in (order.column, "id") if name]
    place = db.session.execute(query.with_only_columns(*keys).limit(1).offset(rows)).first()
    return None if place is None else _beyond(keys, place, order.descending == _is_backward(cursor))


def page_of(rows: list, order: Order, cursor: Cursor | None) -> Page:
    """The page that the rows make which a query made by in_order() gives."""
    backward = _is_backward(cursor)
    more, rows = len(rows) > PAGE_ROWS, rows[:PAGE_ROWS]
    if backward:
        rows.reverse()
    return Page(
        rows,
        before=_place(rows[0], order) if rows and (more if backward else cursor) else None,
        after=_place(rows[-1], order) if rows and (more or backward) else None,
        first=cursor is None,
    )


def _is_backward(cursor):
    return cursor is not None and cursor.backward


def _beyond(keys, values, down):
    row, place = (
        sa.tuple_(*keys),
        sa.tuple_(*(sa.bindparam(None, v, k.type) for k, v in zip(keys, values, strict=True))),
    )
    return row < place if down else row > place


def count(query: sa.Select) -> int:
    """How many rows `query` has; MANY + 1 stands for all that are more."""
    some = query.with_only_columns(sa.literal(1)).order_by(None).limit(MANY + 1).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some))


def counted(number: int, more: bool = False) -> str:
    """ "1,204", or "more than 10,000"; "more than 4,000" where there are more than somebody counted."""
    if number > MANY:
        number, more = MANY, True
    step = 10 ** (len(str(number)) - 1)
    return f"more than {number // step * step:,}" if more else f"{number:,}"


def cursor_of(row, order: Order) -> Cursor:
    """A row's place."""
    return Cursor(getattr(row, order.column) if order.column else "", row.id)


def _place(row, order):
    return write_cursor(*cursor_of(row, order)[:2])


def write_cursor(value: str, record_id: int) -> str:
    """A row's place as a text for an address."""
    return base64.urlsafe_b64encode(msgspec.json.encode([value, record_id])).decode().rstrip("=")


def read_cursor(text: str, backward: bool = False) -> Cursor | None:
    """The place in an address; None for anything write_cursor() has not written."""
    try:
        raw = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        value, record_id = msgspec.json.decode(raw, type=tuple[str, int])
    except (ValueError, binascii.Error, msgspec.DecodeError):
        return None
    usable = "\0" not in value and 0 < record_id <= LARGEST_ID
    return Cursor(value, record_id, backward) if usable else None
