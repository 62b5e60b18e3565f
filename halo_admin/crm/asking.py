"""What the address of a table may ask for, and what its filters leave."""

from dataclasses import dataclass, fields, replace
from typing import NamedTuple

from . import tables
from .searching import Narrowing
from .tables import Cursor, Order

ORDERS = {
    "name": Order("Name, A to Z", "name_sort"),
    "-name": Order("Name, Z to A", "name_sort", descending=True),
    "newest": Order("Newest first", None, descending=True),
    "oldest": Order("Oldest first", None),
}
USUAL_ORDER = "name"


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


def read(kind: type[Asked], args, known: dict[str, dict]) -> Asked:
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
