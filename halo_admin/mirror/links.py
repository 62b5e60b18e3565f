"""Which tenant an account is connected to now, and which of its records a record of ours is linked to."""

import sqlalchemy as sa

from ..db import among, db, owned
from .models import HaloRecord, HaloTenant


def current_tenant_id(account_id: int) -> int | None:
    """The tenant of the account's present connection; None without one. Links of other tenants are set aside."""
    return db.session.scalar(_current(account_id))


def hold_current(account_id: int) -> int | None:
    """The same; it stays current until this writing transaction ends."""
    return db.session.scalar(_current(account_id).with_for_update(read=True))


def make_current(tenant: HaloTenant) -> None:
    """From now on the account's links are those of this tenant. The caller commits."""
    others = sa.update(HaloTenant).where(HaloTenant.account_id == tenant.account_id, HaloTenant.id != tenant.id)
    db.session.execute(others.values(current=False))
    tenant.current = True


def links(account_id: int, kind: str) -> sa.Select:
    """A select of the leading mirror rows of `kind` that are linked to records of ours, in the current tenant."""
    return _leading(account_id, kind).where(HaloRecord.ours_id.is_not(None))


def links_of(account_id: int, kind: str, ids: list[int]) -> sa.Select:
    """The same of these records of ours alone. That they are linked is not said as well: SQLite would walk them all."""
    return _leading(account_id, kind).where(among(HaloRecord.ours_id, ids))


def _leading(account_id, kind):
    return owned(HaloRecord, account_id).where(
        HaloRecord.tenant_id == _current(account_id).scalar_subquery(), HaloRecord.kind == kind,
        HaloRecord.follows_id.is_(None),
    )  # fmt: skip


def _current(account_id):
    return sa.select(HaloTenant.id).where(HaloTenant.account_id == account_id, HaloTenant.current.is_(True))
