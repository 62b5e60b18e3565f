"""What imports changed on one record of ours by the link it has: told before the link is ended."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from ..crm.profile import panel
from ..db import db
from ..mirror.links import current_tenant_id
from ..mirror.models import HaloRecord
from . import stages
from .models import Decision, ImportRun
from .telling import Names

MOST = 200  # imports that changed it; the newest ones count


class FieldChange(NamedTuple):
    """A field as it was before the first import that changed it, and as the last one left it."""

    label: str
    before: str
    after: str
    at: datetime  # the last time


@panel("unlink company")
@panel("unlink contact")
@panel("unlink opportunity")
def changed_by_the_link(record):
    """The panel on the page that unlinks."""
    stage = next(one for one in stages.STAGES if one.model is type(record))
    decisions = _decisions(record, stage)
    if not decisions:
        return None
    made = decisions[0].action == "created"
    context = {"made_at": decisions[0].applied_at if made else None, "noun": stage.noun,
               "fields": _fields(record.account_id, stage, decisions[made:])}  # fmt: skip
    return {"title": "What the link has changed", "template": "importing/_link_changes.html", "context": context}


def _decisions(record, stage):
    """What imports carried out on the record for what it is linked to in the present Halo, oldest first."""
    tenant_id = current_tenant_id(record.account_id)
    # followers too; what it was linked to before has no part in this link
    linked = sa.select(HaloRecord.id).where(
        HaloRecord.tenant_id == tenant_id, HaloRecord.kind == record.HALO_KIND, HaloRecord.ours_id == record.id
    )
    chosen = (
        sa.select(Decision.action, Decision.changes, Decision.applied_at)
        .join(ImportRun, ImportRun.id == Decision.run_id)
        .where(Decision.account_id == record.account_id, Decision.ours_id == record.id, Decision.state == "applied")
        .where(Decision.record_id.in_(linked), ImportRun.tenant_id == tenant_id, ImportRun.stage == stage.key)
        .where(Decision.action.in_(("created", "linked", "updated")))
    )
    return db.session.execute(chosen.order_by(Decision.id.desc()).limit(MOST)).all()[::-1]


def _fields(account_id, stage, decisions):
    first, last = {}, {}
    for one in decisions:
        for field, (before, after) in (one.changes or {}).items():
            first.setdefault(field, before)
            last[field] = (after, one.applied_at)
    names = Names(account_id)
    return [
        FieldChange(stage.label(field), _text(names.of(field, before)), _text(names.of(field, last[field][0])),
                    last[field][1])
        for field, before in first.items()
    ]  # fmt: skip


def _text(value):
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
