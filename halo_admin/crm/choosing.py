"""Choosing a company by searching for it: what a form calls it, and what it offers while a name is typed."""

from typing import NamedTuple

from .. import normal
from ..db import db, owned
from . import companies as table
from . import naming
from .models import Company
from .searching import AFTER_ALL

OFFERED = 10


class Offers(NamedTuple):
    """Companies to choose from, and whether there are more like them."""

    companies: list[Company]
    more: bool


def called(company: Company | None) -> str:
    """What a form calls a company: its name, with its number where others have that name; "" for none."""
    if not company:
        return ""
    alike = naming.named(company.account_id, [company.name])[naming.key(company.name)]
    return company.name if len(alike) == 1 else f"{company.name} ({company.id})"


def offers(account_id: int, text: str) -> Offers:
    """The first companies whose name begins so; then those that the search box finds by the text."""
    beginning = normal.sort_key(text)
    if not beginning:
        return Offers([], False)
    begins = (Company.name_sort >= beginning, Company.name_sort < beginning + AFTER_ALL)
    first = owned(Company, account_id).where(*begins).order_by(Company.name_sort, Company.id).limit(OFFERED + 1)
    found = {company.id: company for company in db.session.scalars(first)}
    if len(found) <= OFFERED:
        found |= {company.id: company for company in table.find(account_id, table.Asked(q=text)).page.rows}
    return Offers(list(found.values())[:OFFERED], len(found) > OFFERED)
