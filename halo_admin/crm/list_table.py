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
    words = lists.folded(asked.q).split()
    mine = owned(ContactList, account_id).where(
        *(ContactList.name_key.contains(word, autoescape=True) for word in words)
    )
    rows = db.session.scalars(tables.in_order(mine, ContactList, asked.order, asked.cursor)).all()
    return Found(tables.page_of(rows, asked.order, asked.cursor), tables.count(mine))
