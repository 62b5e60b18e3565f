"""Before notes are read: whose there are to choose from, each with its clients, its requests and the time they take."""

from typing import NamedTuple

import sqlalchemy as sa

from ..accounts.models import User
from ..crm.models import Company
from ..crm.types import company_types
from ..db import db, owned
from ..mirror.models import HaloRecord, HaloTenant
from . import asking, finishing, whose
from .whose import ALL, EACH, OPEN, SELLER, TYPES, Whose

NO_TYPE = 0


class Wrong(ValueError):
    """This is no choice; the text says what to do."""


class Way(NamedTuple):
    """One thing there is to choose: value as a form sends it, and what it costs."""

    value: str
    label: str
    clients: int
    requests: int
    minutes: int
    chosen: bool


class Plan(NamedTuple):
    """What there is to choose, and what is chosen. asks_contacts: as whose.asks_contacts() tells."""

    chosen: Whose
    whole: Way
    open: Way
    types: tuple[Way, ...]
    sellers: tuple[Way, ...]
    total: Way
    asks_contacts: bool | None


def plan(tenant: HaloTenant) -> Plan:
    """The plan of a tenant as it would be read now."""
    kept = whose.kept(tenant.id)
    kinds = [(NO_TYPE, "No type"), *((one.id, one.name) for one in company_types(tenant.account_id))]
    types = [_way(tenant, Whose(TYPES, (key,), None, kept.contacts), str(key), name, key in kept.types)
             for key, name in kinds]  # fmt: skip
    sellers = [_way(tenant, Whose(SELLER, (), key, kept.contacts), str(key), name, key == kept.seller)
               for key, name in _sellers(tenant)]  # fmt: skip
    return Plan(
        kept,
        _way(tenant, Whose(ALL, contacts=kept.contacts), ALL, "All linked companies", kept.way == ALL),
        _way(tenant, Whose(OPEN, contacts=kept.contacts), OPEN, "Those with an open opportunity", kept.way == OPEN),
        tuple(one for one in types if one.clients or one.chosen), tuple(one for one in sellers if one.clients),
        _way(tenant, kept, kept.way, "Chosen", True), whose.asks_contacts(tenant.id, kept),
    )  # fmt: skip


def keep(tenant: HaloTenant, way: str, types: list[str], seller: str, each: bool) -> None:
    """Keep a choice for this and later imports. Raises Wrong. In a writing transaction the caller commits."""
    known = {str(NO_TYPE), *(str(one.id) for one in company_types(tenant.account_id))}
    people = {str(key) for key, _ in _sellers(tenant)}
    if way not in whose.WAYS:
        raise Wrong("Choose whose notes to read.")
    if way == TYPES and not known.intersection(types):
        raise Wrong("Tick at least one company type.")
    if way == SELLER and seller not in people:
        raise Wrong("Choose a salesperson.")
    told = {"way": way, "types": sorted(int(one) for one in known.intersection(types)),
            "seller": int(seller) if seller in people else None, "contacts": EACH if each else ""}  # fmt: skip
    state = finishing.state_of(tenant.account_id, tenant.id, whose.STAGE)
    state.options = state.options | {"whose": told}


def _way(tenant, meant, value, label, chosen):
    requests = whose.requests(tenant.id, meant)
    minutes = max(1, round(asking.seconds_for(requests, tenant.account_id) / 60)) if requests else 0
    return Way(value, label, whose.number(tenant.id, meant), requests, minutes, chosen)


def _sellers(tenant):
    """[(user id, name)] of the salespeople of linked companies."""
    of = sa.select(Company.salesperson_id).join(HaloRecord, HaloRecord.ours_id == Company.id)
    of = of.where(HaloRecord.tenant_id == tenant.id, HaloRecord.kind == "client", Company.salesperson_id.is_not(None))
    chosen = owned(User, tenant.account_id).where(User.id.in_(of)).order_by(User.name)
    return [(user.id, user.name) for user in db.session.scalars(chosen)]
