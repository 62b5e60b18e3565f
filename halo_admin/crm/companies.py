"""The Companies table: its filters. Every filter and order has an index of its own."""

from dataclasses import dataclass

import sqlalchemy as sa

from . import asking, finding
from .asking import Filters
from .finding import Found
from .models import Company

ANY_TYPE, NO_TYPE = "", "none"


@dataclass(frozen=True)
class Asked(asking.Asked):
    """type is ANY_TYPE, NO_TYPE or a type's id; inactive is "1" for those alone."""

    type: str = ANY_TYPE
    inactive: str = ""


def read(args, type_ids) -> Asked:
    """What an address asks the table for."""
    return asking.read(Asked, args, {"type": {NO_TYPE, *map(str, type_ids)}, "inactive": {"1"}})


def find(account_id: int, asked: Asked) -> Found:
    """The page of the account's companies that was asked for."""
    return finding.find(Company, account_id, asked, filters(asked))


def filters(asked: Asked) -> Filters:
    """What the filters leave."""
    where, pinned = [], ()
    if asked.type != ANY_TYPE:
        where.append(Company.type_id == (None if asked.type == NO_TYPE else int(asked.type)))
        pinned = (Company.type_id,)
    if asked.inactive:
        where.append(Company.inactive_in_halo == sa.true())
    return Filters(tuple(where), pinned)
