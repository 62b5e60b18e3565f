"""Read websites: where Halo's lists leave them to the details, one request for each client, resumable."""

import sqlalchemy as sa

from ..db import db
from ..mirror.models import HaloRecord
from . import details


def unread(tenant_id, kind):
    """The mirror rows whose detail was never read, or has become stale."""
    stale = sa.or_(HaloRecord.detail_of.is_(None), HaloRecord.detail_of != HaloRecord.listed_digest)
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == kind, HaloRecord.gone_at.is_(None))
    return sa.select(HaloRecord.halo_id).where(*here, HaloRecord.active, HaloRecord.error.is_(None), stale)


def count_unread(tenant_id, kind) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(unread(tenant_id, kind).subquery()))


def read(leg) -> bool:
    """Read the next client's detail; True when every one has been read."""
    run, kind = leg.run, leg.stage.kind
    halo_id = db.session.scalar(
        unread(run.tenant_id, kind).where(HaloRecord.halo_id > run.cursor).order_by(HaloRecord.halo_id).limit(1)
    )
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
