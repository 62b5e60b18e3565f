"""The Contacts table: its filters."""

from dataclasses import dataclass

import sqlalchemy as sa

from ..db import among, db
from . import finding
from .contact_models import Contact, ListMember
from .finding import Filters, Found
from .models import Company
from .searching import Narrowing

NO_TYPE, NO_COMPANY = "none", "nocompany"
ONLY = {"unsubscribed": "Unsubscribed", "bounced": "Bounced", "inactive": "Inactive in Halo"}


@dataclass(frozen=True)
class Asked(finding.Asked):
    """list and company are ids; type is NO_TYPE, NO_COMPANY or the id of the companies' type; only is a key of ONLY."""

    list: str = ""
    type: str = ""
    company: str = ""
    only: str = ""


def read(args, list_ids, type_ids, company_ids) -> Asked:
    """What an address asks the table for."""
    known = {"list": set(map(str, list_ids)), "type": {NO_TYPE, NO_COMPANY, *map(str, type_ids)},
             "company": set(map(str, company_ids)), "only": set(ONLY)}  # fmt: skip
    return finding.read(Asked, args, known)


def find(account_id: int, asked: Asked) -> Found:
    """The page of the account's contacts that was asked for."""
    return finding.find(Contact, account_id, asked, filters(account_id, asked))


def of_company(account_id: int, company_id: int) -> Found:
    """The first contacts of a company by name, and how many it has."""
    return find(account_id, Asked(company=str(company_id)))


def filters(account_id: int, asked: Asked) -> Filters:
    """What the filters leave."""
    where, pinned, narrowings = [], (), []
    if asked.company or asked.type == NO_COMPANY:
        where.append(Contact.company_id == (int(asked.company) if asked.company else None))
        pinned = (Contact.company_id,)
    if asked.only:
        where.append({"unsubscribed": Contact.unsubscribed, "bounced": Contact.bounced,
                      "inactive": Contact.inactive_in_halo}[asked.only] == sa.true())  # fmt: skip
    if asked.list:
        narrowings.append(_on_list(int(asked.list)))
    if asked.type and asked.type != NO_COMPANY:
        narrowings.append(_of_type(account_id, None if asked.type == NO_TYPE else int(asked.type)))
    return Filters(tuple(where), pinned, tuple(narrowings))


def _on_list(list_id):
    on = (ListMember.list_id == list_id, ListMember.left_at.is_(None))
    return Narrowing(
        sa.select(ListMember.contact_id).where(*on), sa.exists().where(*on, ListMember.contact_id == Contact.id)
    )


def _of_type(account_id, type_id):
    companies = (Company.account_id == account_id, Company.type_id == type_id)
    ids = sa.select(Contact.id).where(Contact.account_id == account_id, Contact.company_id == Company.id, *companies)
    return Narrowing(ids, sa.exists().where(Company.id == Contact.company_id, *companies))


def companies_of(rows) -> dict[int, str]:
    """{company id: name} of the contacts of a page."""
    ids = {row.company_id for row in rows} - {None}
    return dict(db.session.execute(sa.select(Company.id, Company.name).where(among(Company.id, list(ids)))).all())
