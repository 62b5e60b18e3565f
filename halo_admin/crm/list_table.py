"""The table of lists: found by what is in their names, a page at a time."""

from dataclasses import dataclass

from ..db import db, owned
from . import asking, lists, tables
from .contact_models import ContactList
from .finding import Found
from .tables import Order

ORDERS = {
    "name": Order("Name, A to Z", "name_key"),
    "-name": Order("Name, Z to A", "name_key", descending=True),
}


@dataclass(frozen=True)
class Asked(asking.Asked):
    @property
    def order(self) -> Order:
        return ORDERS.get(self.sort) or super().order


def read(args) -> Asked:
    """What an address asks the table for."""
    return asking.read(Asked, args, {})


def find(account_id: int, asked: Asked) -> Found:
    """The page of the account's lists that was asked for: those whose names hold every word of the search."""
    mine = _found(account_id, asked)
    rows = db.session.scalars(tables.in_order(mine, ContactList, asked.order, asked.cursor)).all()
    return Found(tables.page_of(rows, asked.order, asked.cursor), tables.count(mine))


def every(account_id: int, asked: Asked) -> list[ContactList]:
    """All of them, in the order asked for."""
    query = tables.in_order(_found(account_id, asked), ContactList, asked.order, None, limit=None)
    return list(db.session.scalars(query))


def _found(account_id, asked):
    words = lists.folded(asked.q).split()
    return owned(ContactList, account_id).where(
        *(ContactList.name_key.contains(word, autoescape=True) for word in words)
    )
