"""The Contacts table: its filters."""

from dataclasses import dataclass

import sqlalchemy as sa

from ..db import among, db
from . import asking, finding
from .asking import Filters
from .contact_models import Contact, ListMember
from .finding import Found
from .models import Company
from .searching import Narrowing, has

NO_TYPE, NO_COMPANY = "none", "nocompany"
ONLY = {"unsubscribed": "Unsubscribed", "bounced": "Bounced", "inactive": "Inactive in Halo"}
MARKS = {"unsubscribed": Contact.unsubscribed, "bounced": Contact.bounced, "inactive": Contact.inactive_in_halo}


@dataclass(frozen=True)
class Asked(asking.Asked):
    """list and company are ids; type is NO_TYPE, NO_COMPANY or the id of the companies' type; only is a key of ONLY."""

    list: str = ""
    type: str = ""
    company: str = ""
    only: str = ""


def read(args, list_ids, type_ids, company_ids) -> Asked:
    """What an address asks the table for."""
    known = {"list": set(map(str, list_ids)), "type": {NO_TYPE, NO_COMPANY, *map(str, type_ids)},
             "company": set(map(str, company_ids)), "only": set(ONLY)}  # fmt: skip
    return asking.read(Asked, args, known)


def find(account_id: int, asked: Asked) -> Found:
    """The page of the account's contacts that was asked for."""
    return finding.find(Contact, account_id, asked, filters(account_id, asked))


def of_company(account_id: int, company_id: int, cursor=None) -> Found:
    """A page of a company's contacts by name, the first or that at a cursor, and how many it has."""
    return find(account_id, Asked(company=str(company_id), cursor=cursor))


def filters(account_id: int, asked: Asked) -> Filters:
    """What the filters leave."""
    where, narrowings = [], []
    if asked.company:
        where.append(Contact.company_id == int(asked.company))
    if asked.type == NO_COMPANY:
        where.append(Contact.company_id.is_(None))
    elif asked.type:
        narrowings.append(_of_type(account_id, None if asked.type == NO_TYPE else int(asked.type)))
    pinned = (Contact.company_id,) if where else ()
    if asked.only:
        where.append(MARKS[asked.only] == sa.true())
    if asked.list:
        narrowings.append(_on_list(int(asked.list)))
    return Filters(tuple(where), pinned, tuple(narrowings))


def _on_list(list_id):
    on = (ListMember.list_id == list_id, ListMember.left_at.is_(None))
    ids = sa.select(ListMember.contact_id.label("id")).where(*on)
    return Narrowing(ids, lambda contact_id: has(*on, ListMember.contact_id == contact_id), by_id=True)


def _of_type(account_id, type_id):
    companies = (Company.account_id == account_id, Company.type_id == type_id)
    those = sa.select(Company.id).where(*companies)
    ids = sa.select(Contact.id).where(Contact.account_id == account_id, Contact.company_id.in_(those))
    return Narrowing(ids, lambda _id: has(Company.id == Contact.company_id, *companies), reads_row=True)


def companies_of(rows) -> dict[int, str]:
    """{company id: name} of the contacts of a page."""
    ids = {row.company_id for row in rows} - {None}
    return dict(db.session.execute(sa.select(Company.id, Company.name).where(among(Company.id, list(ids)))).all())
