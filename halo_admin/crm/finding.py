"""What the tables of records have in common: what an address may ask for, and the page that answers it.

A table says which filters there are and what each leaves (`Filters`). Where an index holds a filter together with the
order, the page is walked along it. Other filters, and the search, are narrowings: few finds are taken by their ids and
sorted, of many the table's order is walked and each row is checked.
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
    def filtered(self):
        return any(self.filters.values())

    @property
    def narrowed(self):
        return self.filtered or bool(self.q)

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
    page: Page
    total: int  # tables.MANY + 1 stands for all that are more


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
    """The page of the account's records that was asked for, and how many there are on all pages."""
    words = query_words(asked.q)
    searched = (searching.narrowing(model, account_id, words),) if words else ()
    narrowings = (*searched, *filters.narrowings)
    for narrowing in narrowings:
        ids = list(db.session.scalars(narrowing.ids.limit(FEW + 1)))
        if len(ids) <= FEW:
            return _few(model, account_id, asked, filters, ids, [one for one in narrowings if one is not narrowing])
    checks = [narrowing.check for narrowing in narrowings]
    many = len(narrowings) == 1 and not filters.where
    total = tables.MANY + 1 if many else tables.count(owned(model, account_id).where(*filters.where, *checks))
    return Found(_page(walk(model, account_id, asked, filters).where(*checks), asked), total)


def walk(model, account_id: int, asked: Asked, filters: Filters) -> sa.Select:
    """The rows of the page asked for along the index of its order and filters, whatever the narrowings."""
    query = owned(model, account_id).where(*filters.where)
    return tables.in_order(query, model, asked.order, asked.cursor, filters.pinned)


def _few(model, account_id, asked, filters, ids, others):
    # not owned(): its plain comparison leads SQLite to walk the whole account for the sake of a few ids
    query = sa.select(model).where(model.account_id + 0 == account_id, among(model.id, ids), *filters.where)
    query = query.where(*(narrowing.check for narrowing in others))
    return Found(_page(tables.in_order(query, model, asked.order, asked.cursor), asked), tables.count(query))


def _page(query, asked):
    return tables.page(query, asked.order, asked.cursor)
