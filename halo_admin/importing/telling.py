"""Decisions as other programs read them: field names as in dumps, blanks as empty text."""

import sqlalchemy as sa

from ..crm.models import CompanyType
from ..db import db, owned
from ..mirror.models import HaloRecord
from .models import Decision


def decisions_of(run, action=None, everything=False) -> list[dict]:
    """A run's decisions in the order of Halo's ids; those where nothing changed only when asked for."""
    chosen = sa.select(Decision, HaloRecord.halo_id).join(HaloRecord, HaloRecord.id == Decision.record_id)
    chosen = chosen.where(Decision.run_id == run.id)
    if action:
        chosen = chosen.where(Decision.action == action)
    elif not everything:
        chosen = chosen.where(Decision.action != "unchanged")
    types = type_names(run.account_id)
    told = [_told(decision, halo_id, types) for decision, halo_id in db.session.execute(chosen)]
    if everything or action == "unchanged":
        told += _passed_by(run, {one["halo_id"] for one in told})
    return sorted(told, key=lambda one: one["halo_id"])


def type_names(account_id) -> dict:
    """{id: name} of the account's company types."""
    return {one.id: one.name for one in db.session.scalars(owned(CompanyType, account_id))}


def shown(field, value, types):
    """A field's value as text, with a company type by its name."""
    if value is None:
        return ""
    return types.get(value, "") if field == "type_id" else value


def public(field) -> str:
    """A field's name in files and answers."""
    return "type" if field == "type_id" else field


def _told(one, halo_id, types):
    changes = {public(field): [shown(field, value, types) for value in pair] for field, pair in one.changes.items()}
    conflicts = [
        conflict | {"field": public(conflict["field"])}
        | {side: shown(conflict["field"], conflict[side], types) for side in ("ours", "theirs")}
        for conflict in one.conflicts
    ]  # fmt: skip
    return {"halo_id": halo_id, "action": one.action, "reason": one.reason, "by": one.by, "ours_id": one.ours_id,
            "changes": changes, "conflicts": conflicts}  # fmt: skip


def _passed_by(run, told):
    here = (HaloRecord.tenant_id == run.tenant_id, HaloRecord.run_id == run.id, HaloRecord.outcome == "unchanged")
    rows = db.session.execute(sa.select(HaloRecord.halo_id, HaloRecord.ours_id).where(*here))
    return [
        {"halo_id": row.halo_id, "action": "unchanged", "reason": "nothing has changed", "by": None,
         "ours_id": row.ours_id, "changes": {}, "conflicts": []}
        for row in rows if row.halo_id not in told
    ]  # fmt: skip
