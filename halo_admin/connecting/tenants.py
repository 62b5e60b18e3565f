"""Which Halo tenant a connection leads to. Links belong to the tenant they were made with."""

from urllib.parse import urlsplit

import sqlalchemy as sa

from ..bulk import execute
from ..crm.contact_models import Contact
from ..crm.models import Company
from ..crm.opportunity_models import Opportunity
from ..db import db, now, owned
from ..mirror.models import HaloRecord, HaloTenant


def identity(url: str, auth_tenant: str | None) -> str:
    """What tells tenants apart: host, port and path of the mended address, and the tenant's name."""
    parts = urlsplit(url)
    place = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}{parts.path.rstrip('/')}"
    return f"{place}|{(auth_tenant or '').strip().lower()}"


def called(tenant: HaloTenant) -> str:
    """How screens name a tenant: "acme.halopsa.com", "auth.example.com, tenant acme"."""
    place, _, name = tenant.identity.partition("|")
    place = place.replace(":443", "", 1)
    return f"{place}, tenant {name}" if name else place


def tenant_of(account_id: int, known_as: str) -> HaloTenant:
    """The account's tenant with this identity, the old one with all its links where it was known before."""
    tenant = db.session.scalar(owned(HaloTenant, account_id).where(HaloTenant.identity == known_as))
    if tenant is None:
        tenant = HaloTenant(account_id=account_id, identity=known_as, learned={}, created_at=now())
        db.session.add(tenant)
        db.session.flush()
    return tenant


def has_records(tenant_id: int) -> bool:
    return db.session.scalar(sa.select(HaloRecord.id).where(HaloRecord.tenant_id == tenant_id).limit(1)) is not None


def links(tenant_id: int) -> int:
    """How many records of ours are linked to this tenant."""
    query = sa.select(sa.func.count()).where(HaloRecord.tenant_id == tenant_id, HaloRecord.ours_id.is_not(None))
    return db.session.scalar(query)


def mark_inactive(account_id: int, tenant_id: int | None) -> None:
    """Let "inactive in Halo" tell of this tenant alone: of none, when it is None. What Halo held of opportunities is
    forgotten, until they are imported again, and so is what people said of it.
    """
    for model in (Company, Contact, Opportunity):
        off = sa.exists().where(
            HaloRecord.tenant_id == tenant_id,
            HaloRecord.kind == model.HALO_KIND,
            HaloRecord.ours_id == model.id,
            HaloRecord.follows_id.is_(None),
            sa.or_(HaloRecord.active.is_(False), HaloRecord.gone_at.is_not(None)),
        )
        query = sa.update(model).where(model.account_id == account_id, model.inactive_in_halo != off)
        execute(query.values(inactive_in_halo=off))
    blank = dict.fromkeys(("halo_value", "halo_expected_close", "halo_agent_id")) | Opportunity.HALO_ANSWERS
    marked = sa.or_(*(getattr(Opportunity, name).is_not(None) for name in blank))
    forgotten = sa.update(Opportunity).where(Opportunity.account_id == account_id, marked)
    forgotten = forgotten.values(blank | {"version": Opportunity.version + 1})
    execute(forgotten)
