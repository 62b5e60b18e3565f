"""The Contacts table: its filters."""

from dataclasses import dataclass, replace

import sqlalchemy as sa

from ..db import among, db
from . import asking, columns, finding, lacks, linked, lists, salespeople
from .asking import Filters
from .contact_models import Contact, ListMember
from .finding import Found
from .models import LIST, Company
from .searching import Narrowing, has
from .types import type_names

MODEL, NOUN, NOUNS, COLUMNS = Contact, "contact", "contacts", columns.CONTACTS
NO_TYPE, NO_COMPANY = "none", "nocompany"
NO_LIST = "nolist"
INACTIVE = "inactive"
ONLY = {"unsubscribed": "Unsubscribed", "bounced": "Bounced", NO_LIST: "Contacts w/o Lists"}
MARKS = {"unsubscribed": Contact.unsubscribed, "bounced": Contact.bounced, INACTIVE: Contact.inactive_in_halo}
KEYS = {"email": "e-mail"}


@dataclass(frozen=True)
class Asked(asking.Asked):
    """list and company are ids; type is NO_TYPE, NO_COMPANY or the id of the companies' type; salesperson is a key of
    salespeople.choices(), link one of linked.choices(), only one of ONLY; inactive is "1" for those alone.
    """

    list: str = ""
    type: str = ""
    company: str = ""
    salesperson: str = ""
    link: str = ""
    only: str = ""
    inactive: str = ""


def choices(account_id: int, company=None) -> dict[str, dict[str, str]]:
    """{filter: {value it may have: label}}; company: the one that the address names, if any."""
    types = {str(type_id): name for type_id, name in type_names(account_id).items()}
    return {
        "list": {str(one.id): one.name for one in lists.lists_of(account_id)},
        "type": types | {NO_TYPE: "No type", NO_COMPANY: "No company"},
        "company": {str(company.id): company.name} if company else {},
        "salesperson": salespeople.choices(account_id),
        "link": linked.choices(KEYS),
        "only": ONLY,
        "inactive": {"1": "Inactive in Halo"},
    }


def read(args, known: dict) -> Asked:
    """What an address asks the table for; known: choices()."""
    asked = asking.read(Asked, args, known)
    # as addresses once asked for them
    return replace(asked, inactive="1") if args.get("only") == INACTIVE else asked


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
    if asked.only == NO_LIST:
        narrowings.append(lacks.narrowing(Contact, LIST, account_id))
    elif asked.only:
        where.append(MARKS[asked.only] == sa.true())
    if asked.inactive and asked.only in MARKS:  # no index holds two of them together
        narrowings.append(_marked(account_id, MARKS[INACTIVE]))
    elif asked.inactive:
        where.append(MARKS[INACTIVE] == sa.true())
    if asked.list:
        narrowings.append(_on_list(int(asked.list)))
    if asked.salesperson:
        narrowings.append(salespeople.narrowing(Contact, account_id, asked.salesperson))
    if asked.link:
        narrowings.append(linked.narrowing(Contact, account_id, asked.link))
    return Filters(tuple(where), pinned, tuple(narrowings))


def _marked(account_id, mark):
    is_so = mark == sa.true()
    ids = sa.select(Contact.id).where(Contact.account_id == account_id, is_so)
    return Narrowing(ids, lambda _id: is_so, reads_row=True)


def _on_list(list_id):
    on = (ListMember.list_id == list_id, ListMember.left_at.is_(None))
    ids = sa.select(ListMember.contact_id.label("id")).where(*on)
    return Narrowing(ids, lambda contact_id: has(*on, ListMember.contact_id == contact_id), by_id=True)


def _of_type(account_id, type_id):
    companies = (Company.account_id == account_id, Company.type_id == type_id)
    those = sa.select(Company.id).where(*companies)
    ids = sa.select(Contact.id).where(Contact.account_id == account_id, Contact.company_id.in_(those))
    return Narrowing(ids, lambda _id: has(Company.id == Contact.company_id, *companies), reads_row=True)


def beside(account_id: int, rows: list) -> dict:
    """What the columns of a page need beside its rows."""
    ids = [row.id for row in rows]
    return {
        "companies": companies_of(rows),
        "on_lists": lists.names_on(ids),
        "type_names": type_names(account_id),
        "links": linked.of_rows(Contact, account_id, ids),
        "salespeople": salespeople.names_of(rows),
    }


def companies_of(rows) -> dict:
    """{company id: its id, name and type_id} of the contacts of a page."""
    ids = {row.company_id for row in rows} - {None}
    here = sa.select(Company.id, Company.name, Company.type_id).where(among(Company.id, list(ids)))
    return {company.id: company for company in db.session.execute(here)} if ids else {}
