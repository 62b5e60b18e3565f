"""What the tables of records have in common: what an address may ask for, and the page that answers it.

A table says which filters there are and what each leaves (`Filters`). Where an index holds a filter together with the
order, the page is walked along it. Other filters, and the words of a search, are narrowings. Few finds are taken by
their ids and sorted. Of many the table's order is walked and each row is checked: a page is full long before the walk
is far, but where the finds lie together at the far end; a walk that has come too far gives up for the ids.
"""

from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import sqlalchemy as sa

from ..db import among, db, owned
from . import searching, tables
from .searchable import query_words
from .searching import Narrowing
from .tables import Cursor, Order, Page

ORDERS = {
    "name": Order("Name, A to Z", "name_sort"),
    "-name": Order("Name, Z to A", "name_sort", descending=True),
    "newest": Order("Newest first", None, descending=True),
    "oldest": Order("Oldest first", None),
}
USUAL_ORDER = "name"
# up to so many finds are taken by their ids: what is more is not counted anyway
FEW = tables.MANY
FAR = 5_000  # rows that a walk checks before it gives up


@dataclass(frozen=True)
class Asked:
    """What a person asked a table for. A table adds its filters: texts as the address has them, "" for everything."""

    q: str = ""
    sort: str = USUAL_ORDER
    cursor: Cursor | None = None

    @property
    def filters(self) -> dict[str, str]:
        """{name: value} of the table's own filters, those that are not set too."""
        shared = {field.name for field in fields(Asked)}
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in shared}

    @property
    def narrowed(self):
        return any(self.filters.values()) or bool(self.q)

    @property
    def order(self) -> Order:
        return ORDERS[self.sort]


class Filters(NamedTuple):
    """What a table's filters leave: clauses that an index holds together with every order, with the columns it has in
    front of the order's because they have one value; and the narrowings that have no such index.
    """

    where: tuple = ()
    pinned: tuple = ()
    narrowings: tuple[Narrowing, ...] = ()


class Found(NamedTuple):
    """A page, and how many records there are on all pages; `more` where they are more than `total`."""

    page: Page
    total: int
    more: bool = False


def read(kind: type[Asked], args, known: dict[str, set[str]]) -> Asked:
    """What an address asks for; `known` are the values that each filter may have.

    Whatever in it means nothing is left aside: an old link still opens the table.
    """
    backward = "before" in args
    given = {name: value for name in kind().filters if (value := args.get(name, "")) in known[name]}
    asked = kind(**given, q=" ".join(args.get("q", "").replace("\0", " ").split())[:200])
    if args.get("sort") in ORDERS:
        asked = replace(asked, sort=args["sort"])
    if backward or "after" in args:
        asked = replace(asked, cursor=tables.read_cursor(args["before" if backward else "after"], backward))
    return asked


def address(asked: Asked, **changes) -> dict:
    """The arguments of the address that asks for this, without what is usual; a cursor is given by `changes`."""
    args = {"q": asked.q} | asked.filters | {"sort": asked.sort} | changes
    return {name: value for name, value in args.items() if value and (name, value) != ("sort", USUAL_ORDER)}


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
        sized = self._sized(FEW)
        if not sized[0][0].is_many:
            return self._by_ids(sized)
        if page := self._walked():
            return Found(page, *self._counted(page, sized))
        return self._by_ids(sized if len(sized) == 1 else self._sized(20 * FEW))

    def _sized(self, few):
        """[(size, narrowing)], the smallest first."""
        return sorted(((_size(one, few), one) for one in self.narrowings), key=lambda pair: pair[0])

    def walk(self) -> sa.Select:
        """The rows of the page along the index of its order and filters, whatever the narrowings."""
        return tables.in_order(self._own(), self.model, self.asked.order, self.asked.cursor, self.filters.pinned)

    def _own(self):
        return owned(self.model, self.account_id).where(*self.filters.where)

    def _page(self, query):
        return tables.page_of(list(db.session.scalars(query)), self.asked.order, self.asked.cursor)

    def _walked(self):
        """The page by a walk that checks each row; None where it would have to go too far."""
        checks = [narrowing.check(self.model.id) for narrowing in self.narrowings]
        end = tables.within(self.walk(), self.model, self.asked.order, self.asked.cursor, FAR)
        rows = list(db.session.scalars(self.walk().where(*checks, *([] if end is None else [end]))))
        if end is not None and len(rows) <= tables.PAGE_ROWS:
            return None
        return tables.page_of(rows, self.asked.order, self.asked.cursor)

    def _by_ids(self, sized):
        """All finds by the ids of the smallest narrowing, each checked for the others; sorted and counted at once."""
        model, order, cursor = self.model, self.asked.order, self.asked.cursor
        ids, on_row = _common(sized)
        # not owned(): its plain comparison leads SQLite to walk the whole account for the sake of a few ids
        finds = sa.select(model.id, model.name_sort).where(model.account_id + 0 == self.account_id, _in(model.id, ids))
        finds = finds.where(*(one.check(model.id) for one in on_row)).cte("finds").prefix_with("MATERIALIZED")
        total = sa.select(sa.func.count()).select_from(finds).scalar_subquery()
        keys = db.session.execute(tables.in_order(sa.select(finds.c.id, total), finds.c, order, cursor)).all()
        rows = self._rows([record_id for record_id, _ in keys])
        return Found(tables.page_of(rows, order, cursor), keys[0][1] if keys else db.session.scalar(sa.select(total)))

    def _rows(self, ids):
        here = sa.select(self.model).where(self.model.account_id + 0 == self.account_id, among(self.model.id, ids))
        rows = {row.id: row for row in db.session.scalars(here)} if ids else {}
        return [rows[record_id] for record_id in ids if record_id in rows]

    def _counted(self, page, sized):
        """(how many there are, whether there are more): counting ends where it would take long."""
        if page.first and not page.after:
            return len(page.rows), False
        if len(sized) == 1:
            return sized[0][0].records, True
        oldest = ORDERS["oldest"]
        end = tables.within(tables.in_order(self._own(), self.model, oldest, None), self.model, oldest, None, FAR)
        checks = [narrowing.check(self.model.id) for narrowing in self.narrowings]
        counted = tables.count(self._own().where(*checks, *([] if end is None else [end])))
        return (counted, False) if end is None else (max(counted, len(page.rows)), True)


class Size(NamedTuple):
    """How many records a narrowing leaves; where they are many, only some of them are counted."""

    is_many: bool
    records: int


def _size(narrowing, few):
    most = few * (2 if narrowing.repeats else 1)
    some = narrowing.ids.limit(most + 1).subquery()
    (record_id,) = some.c
    rows, records = db.session.execute(sa.select(sa.func.count(), sa.func.count(record_id.distinct()))).one()
    return Size(rows > most, records)


def _common(sized):
    """(a select of the ids that narrowings have in common, the narrowings that only a record's row can tell of)."""
    (smallest, first), *others = sized
    sets, checked, on_row = [], [], []
    for size, one in others:
        # looking a record up costs as much as reading some ten ids
        is_set = not size.is_many and size.records <= 10 * smallest.records
        (sets if is_set else on_row if one.reads_row else checked).append(one)
    (record_id,) = first.ids.selected_columns
    ids = first.ids.where(*(one.check(record_id) for one in checked))
    return sa.intersect(ids, *(one.ids for one in sets)) if sets else ids, on_row


def _in(column, ids):
    """`column` is one of the ids. PostgreSQL gets an array: else its planner may read the whole table for them."""
    if db.session.connection().dialect.name == "postgresql":
        return column == sa.any_(sa.func.array(ids.scalar_subquery()))
    return column.in_(ids)
