"""The account's own lists as the page shows them, and what keeps a line from being removed."""

from typing import NamedTuple

import sqlalchemy as sa

from ..connecting.above import import_is_live
from ..connecting.models import Mapping
from ..connecting.tenants import called
from ..crm.models import STATUS_KINDS
from ..crm.own_lists import OwnList, Unusable
from ..crm.statuses import STATUSES
from ..crm.types import TYPES
from ..db import db, owned
from ..mirror.models import HaloTenant


class Shown(NamedTuple):
    """How the page shows one list.

    key: in addresses. mapping: the kind of mapping whose answers mean a line. table: the endpoint of the table that
    the numbers lead to, and its filter. kinds: what a line is besides its name, {value: label}; empty: nothing.
    """

    key: str
    anchor: str
    title: str
    intro: str
    own: OwnList
    mapping: str
    table: tuple[str, str]
    kinds: dict[str, str]


LISTS = {
    "types": Shown(
        "types", "company-types", "Company types",
        "What companies are to you, in the order that lists show. A company without a type has “No type”.",
        TYPES, "company_type", ("crm.companies", "type"), {},
    ),
    "statuses": Shown(
        "statuses", "opportunity-statuses", "Opportunity statuses",
        "How opportunities stand, in the order they are worked on. Each counts as open, won or lost.",
        STATUSES, "opportunity_status", ("crm.opportunities", "status"),
        {kind: kind.capitalize() for kind in STATUS_KINDS},
    ),
}  # fmt: skip


class Line(NamedTuple):
    """A line of a list, and how many records have it."""

    one: object
    users: int


def lines(shown: Shown, account_id: int) -> list[Line]:
    counts = shown.own.counts(account_id)
    return [Line(one, counts.get(one.id, 0)) for one in shown.own.all(account_id)]


def remove(shown: Shown, one) -> None:
    """Remove a line that nothing uses. Raises Unusable. In a writing transaction the caller commits."""
    if import_is_live(one.account_id):
        raise Unusable("An import is running, and may be about to use it. Remove it once the import has ended.")
    if why := _mapped(shown, one):
        raise Unusable(why)
    if shown.kinds and len(shown.own.all(one.account_id)) == 1:
        raise Unusable(
            f"This is the only {shown.own.noun}, and {shown.own.users[1]} cannot be without. Add another one first."
        )
    shown.own.remove(one)


def _mapped(shown, one):
    """Which of Halo's values the mapping imports as this line, as a sentence; "" where none is."""
    chosen = owned(Mapping, one.account_id).where(
        Mapping.kind == shown.mapping, Mapping.choice == "import", Mapping.ours_id == one.id
    )
    tenants = sa.select(HaloTenant).where(HaloTenant.account_id == one.account_id)
    named = {tenant.id: called(tenant) for tenant in db.session.scalars(tenants)}
    names = {}
    for row in db.session.scalars(chosen.order_by(Mapping.halo_name, Mapping.id)):
        names.setdefault(named[row.tenant_id], []).append(f"“{row.halo_name}”")
    told = " and ".join(f"{', '.join(values)} of {tenant}" for tenant, values in names.items())
    noun = shown.own.noun
    return f"The mapping imports {told} as this {noun}. Choose something else there first." if told else ""
