"""The Opportunities table and board: their filters, and totals by status."""

from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from ..db import among, db, owned
from . import asking, columns, finding, linked, salespeople, searching
from .asking import Filters
from .contact_models import Contact
from .differences import Comparing
from .finding import Found
from .models import STATUS_KINDS, Company, OpportunityStatus
from .opportunity_models import Opportunity
from .searchable import query_words
from .searching import Narrowing
from .statuses import statuses

MODEL, NOUN, NOUNS, COLUMNS = Opportunity, "opportunity", "opportunities", columns.OPPORTUNITIES
CARDS = 20  # of a status on the board
KINDS = {f"all-{kind}": f"All {kind}" for kind in STATUS_KINDS}
DIFFERS = {"1": "Halo holds something else"}


@dataclass(frozen=True)
class Asked(asking.Asked):
    """status is an id or a key of KINDS; company and contact are ids; salesperson is a key of salespeople.choices(),
    link one of linked.choices(); differs is "1" for those alone of which Halo holds something else.
    """

    status: str = ""
    salesperson: str = ""
    company: str = ""
    contact: str = ""
    link: str = ""
    differs: str = ""


class Total(NamedTuple):
    """A status with its number of opportunities and the sum of their values, in hundredths."""

    status: OpportunityStatus
    number: int
    value: int


class Stack(NamedTuple):
    """A status on the board: its first opportunities by expected close."""

    total: Total
    rows: list


def choices(account_id: int, company=None, contact=None) -> dict[str, dict[str, str]]:
    """{filter: {value it may have: label}}; company and contact: those that the address names, if any."""
    by_status = {str(one.id): one.name for one in statuses(account_id)}
    known = linked.choices({})
    return {
        "status": by_status | KINDS,
        "salesperson": salespeople.choices(account_id),
        "company": {str(company.id): company.name} if company else {},
        "contact": {str(contact.id): contact.name} if contact else {},
        "link": {key: known[key] for key in (linked.LINKED, linked.UNLINKED)},
        "differs": DIFFERS,
    }


def read(args, known: dict) -> Asked:
    """What an address asks for; known: choices()."""
    return asking.read(Asked, args, known)


def find(account_id: int, asked: Asked) -> Found:
    """The page of the account's opportunities that was asked for."""
    return finding.find(Opportunity, account_id, asked, filters(account_id, asked))


def filters(account_id: int, asked: Asked) -> Filters:
    """What the filters leave."""
    where, pinned, narrowings = [], [], []
    for name in ("company", "contact"):
        if value := getattr(asked, name):
            where.append(getattr(Opportunity, f"{name}_id") == int(value))
    if asked.status in KINDS:
        kind = asked.status.removeprefix("all-")
        where.append(Opportunity.status_id.in_([one.id for one in statuses(account_id) if one.kind == kind]))
    elif asked.status:
        where.append(Opportunity.status_id == int(asked.status))
        pinned.append(Opportunity.status_id)
    if asked.salesperson:
        narrowings.append(salespeople.narrowing(Opportunity, account_id, asked.salesperson))
    if asked.link:
        narrowings.append(linked.narrowing(Opportunity, account_id, asked.link))
    if asked.differs:
        narrowings.append(_differing(account_id))
    return Filters(tuple(where), tuple(pinned) if len(where) == 1 else (), tuple(narrowings))


def _differing(account_id):
    clause = Comparing(account_id).clause()
    ids = sa.select(Opportunity.id).where(Opportunity.account_id == account_id, clause)
    return Narrowing(ids, lambda _id: clause, reads_row=True)


def _clauses(account_id, asked):
    """All that the filters and the search leave, as clauses for a whole look at them."""
    asked_for = filters(account_id, asked)
    words = (searching.narrowing(Opportunity, account_id, word).ids for word in query_words(asked.q))
    return (Opportunity.account_id == account_id, *asked_for.where, *(Opportunity.id.in_(ids) for ids in words),
            *(one.check(Opportunity.id) for one in asked_for.narrowings))  # fmt: skip


def totals(account_id: int, asked: Asked) -> list[Total]:
    """The totals of every status, in their order, of what the filters leave."""
    sums = sa.select(Opportunity.status_id, sa.func.count(), sa.func.coalesce(sa.func.sum(Opportunity.value), 0))
    rows = db.session.execute(sums.where(*_clauses(account_id, asked)).group_by(Opportunity.status_id))
    found = {status_id: (number, int(value)) for status_id, number, value in rows}
    return [Total(one, *found.get(one.id, (0, 0))) for one in statuses(account_id)]


def board(account_id: int, asked: Asked, totals: list[Total]) -> list[Stack]:
    """What the filters leave by status; the soonest to close come first, those without a day last."""
    clauses = _clauses(account_id, asked)
    return [Stack(total, _cards(clauses, total.status.id) if total.number else []) for total in totals]


def _cards(clauses, status_id):
    order = (Opportunity.expected_close, Opportunity.id)  # each half as an index has it
    chosen = sa.select(Opportunity).where(*clauses, Opportunity.status_id == status_id).order_by(*order)
    rows = []
    for half in (Opportunity.expected_close.is_not(None), Opportunity.expected_close.is_(None)):
        rows += db.session.scalars(chosen.where(half).limit(CARDS - len(rows)))
    return rows


def beside(account_id: int, rows: list) -> dict:
    """What the columns of a page, or the cards of a board, need beside its rows."""
    comparing = Comparing(account_id)
    return {
        "companies": _named(Company, {row.company_id for row in rows}),
        "contacts": _named(Contact, {row.contact_id for row in rows}),
        "salespeople": salespeople.names_of(rows),
        "statuses": {one.id: one for one in statuses(account_id)},
        "links": linked.of_rows(Opportunity, account_id, [row.id for row in rows]),
        "differs": {row.id: comparing.of(row) for row in rows},
    }


def _named(model, ids):
    """{id: name} of the records that the rows of a page are of."""
    ids = list(ids - {None})
    return (
        dict(map(tuple, db.session.execute(sa.select(model.id, model.name).where(among(model.id, ids))))) if ids else {}
    )


def number_of(record, column: str) -> int:
    """How many opportunities a company ("company_id") or contact ("contact_id") has."""
    mine = owned(Opportunity, record.account_id).where(getattr(Opportunity, column) == record.id)
    return db.session.scalar(sa.select(sa.func.count()).select_from(mine.subquery()))
