"""Whose notes are read: which linked clients, in which order, and how many requests that takes."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..connecting.models import StageState
from ..crm.activity import LISTS_USERS
from ..crm.contact_models import Contact
from ..crm.models import Company, OpportunityStatus
from ..crm.opportunity_models import Opportunity
from ..db import db
from ..mirror.models import HaloRecord, HaloTenant
from ..mirror.reading_models import NoteReading

STAGE = "notes"
ALL, TYPES, OPEN, SELLER = "all", "types", "open", "seller"
WAYS = (ALL, TYPES, OPEN, SELLER)
EACH = "each"  # of the contacts: ask for each one's notes as well
UNKNOWN_CLIENT = 1  # Halo's own client for callers it cannot place: contacts without a company hang on it


class Whose(NamedTuple):
    """A choice of linked companies: all, those of some types (0: no type), with an open opportunity, of a salesperson.

    contacts: EACH, or "" to ask for contacts' notes only where their clients' lists turn out not to have them.
    """

    way: str = ALL
    types: tuple[int, ...] = ()
    seller: int | None = None
    contacts: str = ""


def kept(tenant_id: int) -> Whose:
    """What was chosen last; all of them until then."""
    state = db.session.get(StageState, (tenant_id, STAGE))
    told = (state.options if state else {}).get("whose")
    return Whose(told["way"], tuple(told["types"]), told["seller"], told["contacts"]) if told else Whose()


def clients(tenant_id: int, whose: Whose) -> sa.Select:
    """A select of the Halo ids of the linked clients that are meant."""
    linked = sa.select(HaloRecord.halo_id).where(*_linked(tenant_id, "client"))
    match whose.way:
        case "types":
            types = [one for one in whose.types if one]
            of_type = Company.type_id.in_(types) | (Company.type_id.is_(None) if 0 in whose.types else sa.false())
            return linked.join(Company, Company.id == HaloRecord.ours_id).where(of_type)
        case "seller":
            theirs = sa.union(
                sa.select(Company.id).where(Company.salesperson_id == whose.seller),
                sa.select(Contact.company_id).where(Contact.salesperson_id == whose.seller),
            )
            return linked.where(HaloRecord.ours_id.in_(theirs))
        case "open":
            return linked.where(HaloRecord.ours_id.in_(with_open_opportunity()))
    return linked


def with_open_opportunity() -> sa.Select:
    """A select of the ids of companies that have an opportunity which is neither won nor lost."""
    is_open = sa.exists().where(OpportunityStatus.id == Opportunity.status_id, OpportunityStatus.kind == "open")
    return sa.select(Opportunity.company_id).where(Opportunity.company_id.is_not(None), is_open)


def number(tenant_id: int, whose: Whose) -> int:
    """How many clients are meant."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(clients(tenant_id, whose).subquery()))


def requests(tenant_id: int, whose: Whose) -> int:
    """How many requests reading them takes, as far as is known of this tenant."""
    asked = number(tenant_id, whose) + len(without_client(tenant_id, whose))
    if asks_contacts(tenant_id, whose) is True:
        of_these = HaloRecord.parent_id.in_(clients(tenant_id, whose))
        asked += db.session.scalar(_of_clients(tenant_id, of_these).with_only_columns(sa.func.count()))
    return asked


def asks_contacts(tenant_id: int, whose: Whose) -> bool | None:
    """Whether contacts and sites are asked for one by one; None while nobody knows what this tenant's lists have."""
    lists_users = db.session.get(HaloTenant, tenant_id).learned.get(LISTS_USERS)
    if whose.contacts == EACH and lists_users is not True:
        return True
    return None if lists_users is None else not lists_users


def without_client(tenant_id: int, whose: Whose) -> list[int]:
    """Halo's own client for those it cannot place, where contacts are here that hang on it and all are meant."""
    if whose.way != ALL:
        return []
    stray = sa.select(HaloRecord.id).where(*_linked(tenant_id, "user"), HaloRecord.parent_id.is_(None)).limit(1)
    return [UNKNOWN_CLIENT] if db.session.scalar(stray) is not None else []


def ordered(tenant_id: int, whose: Whose, sweep_id: int) -> list[int]:
    """The clients that a sweep has not read yet: never read ones first, then those where something has changed in Halo
    since, then the ones read longest ago; of alike ones the newest in Halo first.
    """
    read = aliased(NoteReading)
    is_its = (read.tenant_id == tenant_id, read.kind == "client", read.halo_id == HaloRecord.halo_id)
    child = aliased(HaloRecord)
    about = (child.tenant_id == tenant_id, child.kind.in_(("user", "site")), child.parent_id == HaloRecord.halo_id)
    of_child = sa.exists().where(*about, child.changed_before > read.read_at)
    changed = (HaloRecord.changed_before > read.read_at) | of_child
    chosen = clients(tenant_id, whose).outerjoin(read, sa.and_(*is_its))
    chosen = chosen.where(read.sweep_id.is_distinct_from(sweep_id)).order_by(
        sa.case((read.read_at.is_(None), 0), (changed, 1), else_=2), read.read_at, HaloRecord.halo_id.desc()
    )
    return list(db.session.scalars(chosen)) + [
        one for one in without_client(tenant_id, whose) if not _is_read(tenant_id, "client", one, sweep_id)
    ]


def people_and_sites(tenant_id: int, whose: Whose, sweep_id: int) -> list[tuple[str, int, int | None]]:
    """[(kind, halo_id, the client)] of the linked contacts and the sites of these clients that a sweep has not asked.

    The contacts that changed last come first.
    """
    read = aliased(NoteReading)
    here = (read.tenant_id == HaloRecord.tenant_id, read.kind == HaloRecord.kind, read.halo_id == HaloRecord.halo_id)
    meant = HaloRecord.parent_id.in_(clients(tenant_id, whose))
    if without_client(tenant_id, whose):
        meant |= HaloRecord.parent_id.is_(None)
    chosen = _of_clients(tenant_id, meant).outerjoin(read, sa.and_(*here))
    chosen = chosen.where(read.sweep_id.is_distinct_from(sweep_id))
    chosen = chosen.order_by(HaloRecord.kind.desc(), HaloRecord.changed_before.desc(), HaloRecord.halo_id.desc())
    return list(map(tuple, db.session.execute(chosen)))


def _of_clients(tenant_id, meant):
    chosen = sa.select(HaloRecord.kind, HaloRecord.halo_id, HaloRecord.parent_id)
    users = sa.and_(HaloRecord.kind == "user", HaloRecord.ours_id.is_not(None))
    sites = sa.and_(HaloRecord.kind == "site", HaloRecord.parent_id.is_not(None))
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.gone_at.is_(None), HaloRecord.halo_id > 0)
    return chosen.where(*here, users | sites, meant)


def _linked(tenant_id, kind):
    return (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == kind, HaloRecord.ours_id.is_not(None),
            HaloRecord.gone_at.is_(None))  # fmt: skip


def _is_read(tenant_id, kind, halo_id, sweep_id):
    reading = db.session.get(NoteReading, (tenant_id, kind, halo_id))
    return reading is not None and reading.sweep_id == sweep_id
