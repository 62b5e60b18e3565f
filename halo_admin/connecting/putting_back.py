"""Takes back from people's own records what imports of one Halo tenant wrote into them, field by field."""

import sqlalchemy as sa

from ..accounts.models import Account
from ..crm import writing
from ..db import among, db, owned
from . import above
from .kinds import KINDS
from .models import Mapping


def own_records(tenant, stage, model) -> dict[int, dict]:
    """{id: {field: value to put back}} of the records of ours that these imports of a stage did not make.

    The applied changes are walked backwards: a value goes back while it still is the one that was brought. What a
    person typed since stays.
    """
    walked = above.applied_changes(tenant.id, stage)
    found = of_people(tenant, model, {ours_id for ours_id, _ in walked})
    back = {}
    for ours_id, changes in walked:
        if ours_id in found:
            for field, (before, after) in changes.items():
                if field in model.FIELDS and back.get(ours_id, {}).get(field, getattr(found[ours_id], field)) == after:
                    back.setdefault(ours_id, {})[field] = before
    return back


def put_back(tenant, stage, model) -> int:
    """Put the values back; how many records changed. In a writing transaction the caller commits."""
    back = own_records(tenant, stage, model)
    own = of_people(tenant, model, back)
    rows = [
        {"id": ours_id} | {field: getattr(own[ours_id], field) for field in model.FIELDS} | values
        for ours_id, values in back.items()
    ]
    writing.update(model, db.session.get(Account, tenant.account_id), rows)
    return len(rows)


def remove_types(tenant) -> None:
    """Remove the company types and statuses that the mapping made, that nobody has changed and nobody uses any more."""
    for about in KINDS.values():
        if about.own is not None:
            _remove_made(tenant, about)


def _remove_made(tenant, about):
    model, used = about.own.model, about.own.counts(tenant.account_id)
    made = owned(model, tenant.account_id).where(model.made_for_tenant == tenant.id)
    for one in db.session.scalars(made).all():
        one.made_for_tenant = None
        if one.id not in used and not _means_elsewhere(about, one, tenant):
            about.own.let_go(one)
            db.session.delete(one)


def _means_elsewhere(about, one, tenant):
    others = (Mapping.kind == about.key, Mapping.ours_id == one.id, Mapping.tenant_id != tenant.id)
    return db.session.scalar(sa.select(Mapping.ours_id).where(*others).limit(1)) is not None


def of_people(tenant, model, ids) -> dict:
    """{id: record} of those records of ours that no import of the tenant made."""
    made = model.made_by_run.in_(above.runs_of(tenant.id))
    here = owned(model, tenant.account_id).where(among(model.id, list(ids)), sa.or_(made.is_(None), ~made))
    return {record.id: record for record in db.session.scalars(here)} if ids else {}
