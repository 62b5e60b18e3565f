"""Takes back from people's own records what imports of one Halo tenant wrote into them, field by field."""

import sqlalchemy as sa

from ..accounts.models import Account
from ..crm import types, writing
from ..crm.models import STARTING_TYPES, Company, CompanyType
from ..db import among, db, owned
from . import above
from .models import Mapping


def own_records(tenant) -> dict[int, dict]:
    """{company id: {field: value to put back}} of the companies that these imports did not make.

    The applied changes are walked backwards: a value goes back while it still is the one that was brought. What a
    person typed since stays.
    """
    walked = above.applied_changes(tenant.id)
    found = _companies(tenant, {ours_id for ours_id, _ in walked})
    back = {}
    for ours_id, changes in walked:
        if ours_id in found:
            for field, (before, after) in changes.items():
                if back.get(ours_id, {}).get(field, getattr(found[ours_id], field)) == after:
                    back.setdefault(ours_id, {})[field] = before
    return back


def put_back(tenant) -> int:
    """Put the values back; how many companies changed. In a writing transaction the caller commits."""
    back = own_records(tenant)
    companies = _companies(tenant, back)
    rows = [
        {"id": ours_id} | {field: getattr(companies[ours_id], field) for field in Company.FIELDS} | values
        for ours_id, values in back.items()
    ]
    writing.update(Company, db.session.get(Account, tenant.account_id), rows)
    return len(rows)


def remove_types(tenant) -> None:
    """Remove the company types that were made under the names Halo's have, and that nobody uses any more."""
    meant = sa.select(Mapping.halo_name, CompanyType).join(CompanyType, CompanyType.id == Mapping.ours_id)
    used = types.counts(tenant.account_id)
    for halo_name, kind in db.session.execute(meant.where(Mapping.tenant_id == tenant.id)).all():
        made_for_it = types.folded(halo_name or "") == kind.name_key and kind.name not in STARTING_TYPES
        if made_for_it and kind.id not in used and not _means_elsewhere(kind, tenant):
            mine = sa.update(Mapping).where(Mapping.ours_id == kind.id)
            db.session.execute(mine.values(ours_id=None), execution_options={"synchronize_session": False})
            db.session.execute(sa.delete(CompanyType).where(CompanyType.id == kind.id))


def _means_elsewhere(kind, tenant):
    others = sa.select(Mapping.ours_id).where(Mapping.ours_id == kind.id, Mapping.tenant_id != tenant.id)
    return db.session.scalar(others.limit(1)) is not None


def _companies(tenant, ids):
    """Those companies that no import of the tenant made, by id."""
    made = Company.made_by_run.in_(above.runs_of(tenant.id))
    here = owned(Company, tenant.account_id).where(among(Company.id, list(ids)), sa.or_(made.is_(None), ~made))
    return {company.id: company for company in db.session.scalars(here)} if ids else {}
