"""The Companies table: its filters. Those of the company's own row have an index of their own for every order."""

from dataclasses import dataclass

import sqlalchemy as sa

from . import asking, columns, finding, linked, salespeople
from .asking import Filters
from .finding import Found
from .models import Company
from .types import type_names

MODEL, NOUN, NOUNS, COLUMNS = Company, "company", "companies", columns.COMPANIES
ANY_TYPE, NO_TYPE = "", "none"
KEYS = {"phone": "phone", "website": "website", "name": "name alone"}


@dataclass(frozen=True)
class Asked(asking.Asked):
    """type is ANY_TYPE, NO_TYPE or a type's id; salesperson a key of salespeople.choices(); link one of
    linked.choices(); inactive is "1" for those alone.
    """

    type: str = ANY_TYPE
    salesperson: str = ""
    link: str = ""
    inactive: str = ""


def choices(account_id: int) -> dict[str, dict[str, str]]:
    """{filter: {value it may have: label}}"""
    types = {str(type_id): name for type_id, name in type_names(account_id).items()}
    return {"type": types | {NO_TYPE: "No type"}, "salesperson": salespeople.choices(account_id),
            "link": linked.choices(KEYS), "inactive": {"1": "Inactive in Halo"}}  # fmt: skip


def read(args, known: dict) -> Asked:
    """What an address asks the table for; known: choices()."""
    return asking.read(Asked, args, known)


def find(account_id: int, asked: Asked) -> Found:
    """The page of the account's companies that was asked for."""
    return finding.find(Company, account_id, asked, filters(account_id, asked))


def filters(account_id: int, asked: Asked) -> Filters:
    """What the filters leave."""
    where, pinned, narrowings = [], (), []
    if asked.type != ANY_TYPE:
        where.append(Company.type_id == (None if asked.type == NO_TYPE else int(asked.type)))
        pinned = (Company.type_id,)
    if asked.inactive:
        where.append(Company.inactive_in_halo == sa.true())
    if asked.salesperson:
        narrowings.append(salespeople.narrowing(Company, account_id, asked.salesperson))
    if asked.link:
        narrowings.append(linked.narrowing(Company, account_id, asked.link))
    return Filters(tuple(where), pinned, tuple(narrowings))


def beside(account_id: int, rows: list) -> dict:
    """What the columns of a page need beside its rows."""
    links = linked.of_rows(Company, account_id, [row.id for row in rows])
    return {"type_names": type_names(account_id), "links": links, "salespeople": salespeople.names_of(rows)}
