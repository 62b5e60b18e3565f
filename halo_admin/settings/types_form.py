"""The account's company types as an editable list, and what keeps a type from being removed."""

from typing import NamedTuple

import sqlalchemy as sa

from ..connecting.above import import_is_live
from ..connecting.models import Mapping
from ..connecting.tenants import called
from ..crm import types
from ..crm.models import CompanyType
from ..db import db, owned
from ..mirror.models import HaloTenant


class Line(NamedTuple):
    """A type, and how many companies have it."""

    kind: CompanyType
    companies: int


def lines(account_id: int) -> list[Line]:
    counts = types.counts(account_id)
    return [Line(kind, counts.get(kind.id, 0)) for kind in types.company_types(account_id)]


def remove(kind: CompanyType) -> None:
    """Remove a type that nothing uses. Raises types.Unusable. In a writing transaction the caller commits."""
    if import_is_live(kind.account_id):
        raise types.Unusable("An import is running, and may be about to use it. Remove it once the import has ended.")
    if why := _mapped(kind):
        raise types.Unusable(why)
    types.remove(kind)


def _mapped(kind):
    """Which of Halo's values the mapping imports as this type, as a sentence; "" where none is."""
    chosen = owned(Mapping, kind.account_id).where(
        Mapping.kind == "company_type", Mapping.choice == "import", Mapping.ours_id == kind.id
    )
    tenants = sa.select(HaloTenant).where(HaloTenant.account_id == kind.account_id)
    named = {tenant.id: called(tenant) for tenant in db.session.scalars(tenants)}
    names = {}
    for row in db.session.scalars(chosen.order_by(Mapping.halo_name, Mapping.id)):
        names.setdefault(named[row.tenant_id], []).append(f"“{row.halo_name}”")
    told = " and ".join(f"{', '.join(values)} of {tenant}" for tenant, values in names.items())
    return f"The mapping imports {told} as this type. Choose something else there first." if told else ""
