"""What the search box on top finds: records of every kind, by the beginnings of their words or by Halo's id.

A room with records of its own hangs them in: `@found("opportunities", "Opportunities")`.
"""

from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa

from ..db import db, owned_among
from ..mirror.links import current_tenant_id
from ..mirror.models import HaloRecord
from ..normal.sums import money
from . import contacts, finding
from .asking import Asked, Filters
from .contact_models import Contact
from .models import Company
from .opportunity_models import Opportunity
from .parting import NOUNS, THEIRS
from .tables import counted

MOST = 6  # of each kind that are shown


class Hit(NamedTuple):
    """A record that was found: where its page is, and what tells it from others of the same name."""

    name: str
    endpoint: str
    args: dict
    told: str = ""


class Found(NamedTuple):
    """What was found of one kind; total in words; table: the endpoint that shows all of them for the same words."""

    title: str
    hits: list[Hit]
    total: str
    table: str


# {nouns: (title, (account id, words) -> (hits, total in words))}, in the order shown
KINDS: dict[str, tuple[str, Callable]] = {}


def found(nouns: str, title: str):
    """Hang in what finds one kind of record; its table's endpoint is crm.<nouns> and takes the words as q."""

    def hang(function):
        KINDS[nouns] = (title, function)
        return function

    return hang


def find(account_id: int, q: str) -> list[Found]:
    """What there is like a text, by kind; kinds without any are left away."""
    made = [Found(title, *function(account_id, q), f"crm.{nouns}") for nouns, (title, function) in KINDS.items()]
    return [one for one in made if one.hits]


@found("companies", "Companies")
def companies_like(account_id, q):
    return _like(
        Company, account_id, q, lambda rows: {one.id: [one.website_key or one.website, one.city] for one in rows}
    )


@found("contacts", "Contacts")
def contacts_like(account_id, q):
    return _like(Contact, account_id, q, _about_contacts)


@found("opportunities", "Opportunities")
def opportunities_like(account_id, q):
    return _like(Opportunity, account_id, q, _about_opportunities)


def _about_opportunities(rows):
    companies = contacts.companies_of(rows)
    names = {one.id: companies[one.company_id].name for one in rows if one.company_id in companies}
    return {one.id: [names.get(one.id) or one.prospect_name, money(one.value)] for one in rows}


def _about_contacts(rows):
    companies = contacts.companies_of(rows)
    return {one.id: [companies[one.company_id].name if one.company_id in companies else "", one.email] for one in rows}


def _like(model, account_id, q, about):
    """Those linked to the Halo record of this number first, then those whose words begin so."""
    linked = {one.id: one for one in by_halo_id(model, account_id, q)}
    like = finding.find(model, account_id, Asked(q=q), Filters())
    others = [one for one in like.page.rows if one.id not in linked]
    rows = [*linked.values(), *others][:MOST]
    told = about(rows)
    theirs = f"{THEIRS[model]} {q.lstrip('0')}"
    hits = [_hit(model, one, [theirs if one.id in linked else "", *told[one.id]]) for one in rows]
    return hits, counted(like.total + len(linked) + len(others) - len(like.page.rows), like.more)


def _hit(model, one, told):
    return Hit(one.name, f"crm.{NOUNS[model]}", {f"{NOUNS[model]}_id": one.id}, " · ".join(filter(None, told)))


def by_halo_id(model, account_id: int, q: str) -> list:
    """The records that are linked to the Halo record of this number, if the text is one."""
    tenant_id = current_tenant_id(account_id)
    if tenant_id is None or not (q.isascii() and q.isdigit() and len(q) < 19):
        return []
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == model.HALO_KIND, HaloRecord.halo_id == int(q))
    ids = db.session.scalars(sa.select(HaloRecord.ours_id).where(*here, HaloRecord.ours_id.is_not(None))).all()
    return list(db.session.scalars(owned_among(model, account_id, list(ids)))) if ids else []
