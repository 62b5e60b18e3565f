"""The page of a table that was asked for, at a million records too.

Where an index holds a filter together with the order, the page is walked along it. Other filters, and the words of a
search, are narrowings. Few finds are taken by their ids and sorted. Of many the table's order is walked and each row
is checked: a page is full long before the walk is far, but where the finds lie together at the far end. So the walk
gives up where taking them all by their ids would have been quicker.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy as sa

from ..db import db, owned, owned_among
from . import searching, tables
from .asking import ORDERS, Asked, Filters
from .searchable import query_words
from .searching import Narrowing
from .tables import Page

# up to so many finds are taken by their ids: what is more is not counted anyway
FEW = tables.MANY
MANY = math.inf
FAR = 5_000  # rows that a walk checks meanwhile
STEPS = (1, 10)  # how many times FEW and FAR are tried before all finds are taken, however many they are


class Found(NamedTuple):
    """A page, and how many records there are on all pages; `more` where they are more than `total`."""

    page: Page
    total: int
    more: bool = False


def find(model, account_id: int, asked: Asked, filters: Filters) -> Found:
    """The page of the account's records that was asked for."""
    return Finding(model, account_id, asked, filters).found()


class Finding:
    """One look for a page."""

    def __init__(self, model, account_id: int, asked: Asked, filters: Filters):
        self.model, self.account_id, self.asked, self.filters = model, account_id, asked, filters
        searched = [searching.narrowing(model, account_id, word) for word in query_words(asked.q)]
        self.narrowings = [*searched, *filters.narrowings]
        if self.narrowings and filters.where:
            ids = self._own().with_only_columns(model.id)
            self.narrowings.append(Narrowing(ids, lambda _id: sa.and_(*filters.where), reads_row=True))

    def found(self) -> Found:
        if not self.narrowings:
            return Found(self._page(self.walk()), tables.count(self._own()))
        for step in STEPS:
            sized = self._sized(step * FEW)
            if sized[0][0] < MANY:
                break
            if page := self._walked(step * FAR):
                return Found(page, *self._counted(page))
        return self._by_ids(sized)

    def batches(self, rows: int) -> Iterator[list]:
        """All finds in the order asked for, so many at a time. Between two batches no transaction is open."""
        sized = self._sized(FEW) if self.narrowings else [(MANY, None)]
        if sized[0][0] < MANY:
            yield from self._batches_of(self._ids(sized), rows)
        else:
            yield from self._batches_along(rows)

    def _ids(self, sized):
        finds = self._finds(sized)
        return list(
            db.session.scalars(tables.in_order(sa.select(finds.c.id), finds.c, self.asked.order, None, limit=None))
        )

    def _batches_of(self, ids, rows):
        for start in range(0, len(ids), rows):
            yield self._rows(ids[start : start + rows])
            db.session.rollback()

    def _batches_along(self, rows):
        order, place = self.asked.order, None
        checked = self._own().where(*self._checks(None))
        while True:
            query = tables.in_order(checked, self.model, order, place, self.filters.pinned, limit=rows)
            if not (batch := list(db.session.scalars(query))):
                return
            place = tables.cursor_of(batch[-1], order)
            yield batch
            db.session.rollback()

    def _sized(self, few):
        """[(how many ids it has, narrowing)], the smallest first; what are more than `few` are MANY."""
        sizes = [_number(one.ids.limit(few * one.repeats + 1)) / one.repeats for one in self.narrowings]
        sized = zip((size if size <= few else MANY for size in sizes), self.narrowings, strict=True)
        return sorted(sized, key=lambda pair: pair[0])

    def walk(self) -> sa.Select:
        """The rows of the page along the index of its order and filters, whatever the narrowings."""
        return self._in_order(self._own(), self.model, self.filters.pinned)

    def _own(self):
        return owned(self.model, self.account_id).where(*self.filters.where)

    def _in_order(self, query, columns, pinned=()):
        return tables.in_order(query, columns, self.asked.order, self.asked.cursor, pinned)

    def _page(self, query):
        return self._page_of(list(db.session.scalars(query)))

    def _page_of(self, rows):
        return tables.page_of(rows, self.asked.order, self.asked.cursor)

    def _walked(self, far):
        """The page by a walk; None where it would have to go farther than so many rows."""
        first = self.narrowings[0]
        if first.by_id and len(self.narrowings) == 1 and self.asked.order.column is None:
            ids = first.ids.subquery()
            return self._page_of(self._rows(list(db.session.scalars(self._in_order(sa.select(ids.c.id), ids.c)))))
        end = tables.within(self.walk(), self.model, self.asked.order, self.asked.cursor, far)
        rows = list(db.session.scalars(self.walk().where(*self._checks(end))))
        return None if end is not None and len(rows) <= tables.PAGE_ROWS else self._page_of(rows)

    def _checks(self, end):
        checks = [narrowing.check(self.model.id) for narrowing in self.narrowings]
        return checks if end is None else [*checks, end]

    def _by_ids(self, sized):
        """All finds, sorted and counted at once."""
        finds = self._finds(sized)
        total = sa.select(sa.func.count()).select_from(finds).scalar_subquery()
        keys = db.session.execute(self._in_order(sa.select(finds.c.id, total), finds.c)).all()
        page = self._page_of(self._rows([record_id for record_id, _ in keys]))
        return Found(page, keys[0][1] if keys else db.session.scalar(sa.select(total)))

    def _finds(self, sized):
        """All finds by the ids of the smallest narrowing, each checked for the others."""
        model, (ids, on_row) = self.model, _common(sized)
        # not owned(): its plain comparison leads SQLite to walk the whole account for the sake of a few ids
        finds = sa.select(model.id, model.name_sort).where(model.account_id + 0 == self.account_id, _in(model.id, ids))
        return finds.where(*(one.check(model.id) for one in on_row)).cte("finds").prefix_with("MATERIALIZED")

    def _rows(self, ids):
        here = owned_among(self.model, self.account_id, ids)
        rows = {row.id: row for row in db.session.scalars(here)} if ids else {}
        return [rows[record_id] for record_id in ids if record_id in rows]

    def _counted(self, page):
        """(how many there are, whether there are more): counting ends where it would take long."""
        if page.first and not page.after:
            return len(page.rows), False
        if len(self.narrowings) == 1:
            first = self.narrowings[0]
            few = FEW if first.repeats == 1 else _number(first.ids.limit(FEW * first.repeats), distinct=True)
            return max(few, len(page.rows)), True
        oldest = ORDERS["oldest"]
        end = tables.within(tables.in_order(self._own(), self.model, oldest, None), self.model, oldest, None, FAR)
        counted = tables.count(self._own().where(*self._checks(end)))
        return (counted, False) if end is None else (max(counted, len(page.rows)), True)


def _number(ids, distinct=False):
    some = ids.subquery()
    number = sa.func.count(some.c.id.distinct()) if distinct else sa.func.count()
    return db.session.scalar(sa.select(number).select_from(some))


def _common(sized):
    """(a select of the ids that narrowings have in common, the narrowings that only a record's row can tell of)."""
    (smallest, first), *others = sized
    sets, checked, on_row = [], [], []
    for size, one in others:
        # looking a record up costs as much as reading some ten ids
        (sets if size < MANY and size <= 10 * smallest else on_row if one.reads_row else checked).append(one)
    ids = first.ids
    if checked:
        once = (ids.distinct() if first.repeats > 1 else ids).subquery()
        ids = sa.select(once.c.id).where(*(one.check(once.c.id) for one in checked))
    return sa.intersect(ids, *(one.ids for one in sets)) if sets else ids, on_row


def _in(column, ids):
    """`column` is one of the ids. PostgreSQL gets an array: else its planner may read the whole table for them."""
    if db.session.connection().dialect.name == "postgresql":
        return column == sa.any_(sa.func.array(ids.scalar_subquery()))
    return column.in_(ids)
