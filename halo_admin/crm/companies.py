"""The Companies table: what its address may ask for, and the page that answers it."""

from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from . import searching, tables
from .models import Company
from .searchable import query_words
from .tables import Cursor, Order, Page

ORDERS = {
    "name": Order("Name, A to Z", "name_sort"),
    "-name": Order("Name, Z to A", "name_sort", descending=True),
    "newest": Order("Newest first", None, descending=True),
    "oldest": Order("Oldest first", None),
}
ANY_TYPE, NO_TYPE = "", "none"


@dataclass(frozen=True)
class Asked:
    """What a person asked the table for. type is ANY_TYPE, NO_TYPE or a type's id as text."""

    q: str = ""
    type: str = ANY_TYPE
    inactive: bool = False
    sort: str = "name"
    cursor: Cursor | None = None

    @property
    def filtered(self):
        return self.type != ANY_TYPE or self.inactive

    @property
    def narrowed(self):
        return self.filtered or bool(self.q)


class Found(NamedTuple):
    page: Page
    total: int  # tables.MANY + 1 stands for all that are more


def read(args, type_ids) -> Asked:
    """What an address asks for. Whatever in it means nothing is left aside: an old link still opens the table."""
    known = {ANY_TYPE, NO_TYPE, *map(str, type_ids)}
    backward = "before" in args
    return Asked(
        q=" ".join(args.get("q", "").replace("\0", " ").split())[:200],
        type=args.get("type", "") if args.get("type", "") in known else ANY_TYPE,
        inactive=args.get("inactive") == "1",
        sort=args.get("sort") if args.get("sort") in ORDERS else "name",
        cursor=tables.read_cursor(args["before" if backward else "after"], backward)
        if backward or "after" in args
        else None,
    )


def address(asked: Asked, **changes) -> dict:
    """The arguments of the address that asks for this, without what is usual; a cursor is given by `changes`."""
    args = {"q": asked.q, "type": asked.type, "inactive": "1" if asked.inactive else "", "sort": asked.sort} | changes
    return {name: value for name, value in args.items() if value and (name, value) != ("sort", "name")}


def find(account_id: int, asked: Asked) -> Found:
    """The page of the account's companies that was asked for, and how many there are on all pages."""
    query, many = searching.find(Company, account_id, query_words(asked.q))
    query = filtered(query, asked)
    total = tables.MANY + 1 if many and not asked.filtered else tables.count(query)
    return Found(tables.page(in_order(query, asked), ORDERS[asked.sort], asked.cursor), total)


def filtered(query: sa.Select, asked: Asked) -> sa.Select:
    """Only the companies that the filters leave."""
    if asked.type == NO_TYPE:
        query = query.where(Company.type_id.is_(None))
    elif asked.type != ANY_TYPE:
        query = query.where(Company.type_id == int(asked.type))
    return query.where(Company.inactive_in_halo == sa.true()) if asked.inactive else query


def in_order(query: sa.Select, asked: Asked) -> sa.Select:
    """The rows of the page asked for. Every filter and order has an index of its own."""
    pinned = (Company.type_id,) if asked.type != ANY_TYPE else ()
    return tables.in_order(query, Company, ORDERS[asked.sort], asked.cursor, pinned)
