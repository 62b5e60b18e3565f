"""Read websites: where Halo's lists leave them to the details, one request for each client, resumable."""

import sqlalchemy as sa

from ..connecting import mapping
from ..db import among, db
from ..mirror.models import HaloRecord
from . import details
from .stage import Skip

LOOKED_THROUGH = 500  # rows at a time


def are_told_singly(tenant, stage) -> bool:
    """Whether the stage takes websites in, and this tenant leaves them to the details."""
    return "website" in stage.fields and tenant.learned.get("lists_websites") is False


def count_unread(tenant_id, stage) -> int:
    """How many *Read websites* would ask for."""
    return sum(1 for _ in _unread(tenant_id, stage))


def _unread(tenant_id, stage, after=0):
    """Halo ids, ascending, of what an import takes in and whose detail was never read, or has become stale."""
    stale = sa.or_(HaloRecord.detail_of.is_(None), HaloRecord.detail_of != HaloRecord.listed_digest)
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == stage.kind, HaloRecord.gone_at.is_(None))
    rows = sa.select(HaloRecord.halo_id, HaloRecord.answer).where(
        *here, HaloRecord.error.is_(None), stale, *_comes_in(tenant_id, stage)
    )
    rows = rows.order_by(HaloRecord.halo_id).limit(LOOKED_THROUGH)
    while found := db.session.execute(rows.where(HaloRecord.halo_id > after)).all():
        yield from (row.halo_id for row in found if not _is_left_out(stage, row))
        after = found[-1].halo_id


def _comes_in(tenant_id, stage):
    """Its type is one that comes in, and it is linked or may still be (a new one only while Halo has it active)."""
    answers = mapping.resolve(tenant_id, stage.mapping)
    taken = [key for key, (choice, _ours_id) in answers.items() if choice == "import"]
    return among(HaloRecord.type_key, taken), sa.or_(HaloRecord.active, HaloRecord.ours_id.is_not(None))


def _is_left_out(stage, row):
    try:
        stage.never(row)
    except Skip:
        return True
    return (row.answer or {}).get("do") == "ignore"


def read(leg) -> bool:
    """Read the next client's detail; True when every one has been read."""
    run, kind = leg.run, leg.stage.kind
    halo_id = next(_unread(run.tenant_id, leg.stage, after=run.cursor), None)
    if halo_id is None:
        return True
    detail, had = details.ask_for(leg, kind, halo_id)
    with leg.batch() as run:
        if had:
            details.keep(leg, kind, halo_id, detail)
        run.cursor = halo_id
        done, total = run.progress["reading"]
        run.progress = run.progress | {"reading": [done + 1, max(total, done + 1)]}
    return False
