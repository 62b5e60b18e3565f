"""After the sweeps: what the lists alone do not tell. Which cached details are stale, and what is really gone."""

from datetime import timedelta

import sqlalchemy as sa

from ..bulk import execute
from ..connecting import window
from ..db import among, db, now
from ..mirror.models import HaloRecord, HaloTenant
from . import details
from .models import Sweep

# halo-api.md 2.3: whether the boundary is included is unknown, and clocks differ
OVERLAP = timedelta(minutes=5)
# nothing can have been changed then: a tenant that honours the filter answers with no row
NEVER = "2999-01-01T00:00:00"
# a cached detail older than this is read again where the quota has room
OLD = timedelta(days=30)
# so many missing records are looked for one by one in a run
LOOKED_FOR = 20


def mark_changed_details(leg):
    """Details whose records Halo names as changed are stale, where this tenant answers such questions at all."""
    tenant, kind = db.session.get(HaloTenant, leg.run.tenant_id), leg.stage.kind
    since = _details_read_since(leg.run, kind)
    honours = tenant.learned.get(f"honours_lastupdate_{kind}")
    if since is None or tenant.learned.get("lists_websites") or honours is False:
        _next(leg)
    elif honours is None:
        _find_out(leg, tenant.id, kind)
    else:
        _mark_page(leg, kind, since)


def _details_read_since(run, kind):
    """From when on changes matter: the last sweep before this run's; None where no detail is cached."""
    here = (HaloRecord.tenant_id == run.tenant_id, HaloRecord.kind == kind)
    if db.session.scalar(sa.select(HaloRecord.id).where(*here, HaloRecord.detail_at.is_not(None)).limit(1)) is None:
        return None
    mine = run.facts.get("sweeps", {}).get(kind, 0)
    before = sa.select(sa.func.max(Sweep.started_at)).where(
        Sweep.tenant_id == run.tenant_id, Sweep.kind == kind, Sweep.state == "complete", Sweep.id < mine
    )
    return db.session.scalar(before)


def _find_out(leg, tenant_id, kind):
    page = leg.halo().page(leg.listing(kind), 1, lastupdatefromdate=NEVER)
    with leg.batch():
        tenant = db.session.get(HaloTenant, tenant_id)
        tenant.learned = tenant.learned | {f"honours_lastupdate_{kind}": not page.rows}


def _mark_page(leg, kind, since):
    page_no = leg.run.facts.get("changed_page", 1)
    asked = (since - OVERLAP).strftime("%Y-%m-%dT%H:%M:%S")
    page = leg.halo().page(leg.listing(kind), page_no, lastupdatefromdate=asked)
    with leg.batch() as run:
        _make_stale(run, kind, among(HaloRecord.halo_id, [row.halo_id for row in page.rows if row.halo_id]))
        run.facts = run.facts | {"changed_page": page_no + 1}
        if not page.rows or page_no * len(page.rows) >= (page.record_count or 0):
            run.step += 1


def _make_stale(run, kind, which):
    here = (HaloRecord.tenant_id == run.tenant_id, HaloRecord.kind == kind, HaloRecord.detail_at.is_not(None))
    stale = sa.update(HaloRecord).where(*here, which).values(detail_of=None, fingerprint=None)
    execute(stale)


def renew_old_details(leg):
    """Some of the oldest details are stale, as many as a quarter of the quota that is left has room for."""
    standing = window.standing(leg.run.tenant_id)
    room = (standing.limit - standing.used) // 4 if standing else 0
    with leg.batch() as run:
        here = (HaloRecord.tenant_id == run.tenant_id, HaloRecord.kind == leg.stage.kind)
        old = sa.select(HaloRecord.id).where(*here, HaloRecord.detail_at < now() - OLD).order_by(HaloRecord.detail_at)
        ids = db.session.scalars(old.limit(room)).all() if room > 0 else []
        if ids:
            _make_stale(run, leg.stage.kind, among(HaloRecord.id, ids))
        run.step += 1


def look_for_missing(leg):
    """Of the linked records that a complete sweep did not see, look for a few one by one: a list may have slipped."""
    run, kind = leg.run, leg.stage.kind
    if not run.facts.get("gone"):
        _next(leg)
        return
    missing = sa.select(HaloRecord.id, HaloRecord.halo_id).where(
        HaloRecord.tenant_id == run.tenant_id, HaloRecord.kind == kind, HaloRecord.ours_id.is_not(None),
        HaloRecord.gone_at >= run.started_at, HaloRecord.halo_id > run.cursor,
    )  # fmt: skip
    row = db.session.execute(missing.order_by(HaloRecord.halo_id).limit(1)).first()
    looked_for = run.facts.get("looked_for", 0)
    if row is None or looked_for >= LOOKED_FOR:
        _next(leg)
        return
    is_there = _is_there(leg, kind, row.halo_id)
    with leg.batch() as run:
        if is_there:
            db.session.get(HaloRecord, row.id).gone_at = None
        run.cursor = row.halo_id
        run.facts = run.facts | {"looked_for": looked_for + 1, "gone": run.facts.get("gone", 0) - is_there}


def _is_there(leg, kind, halo_id):
    detail, had = details.ask_for(leg, kind, halo_id)
    return detail is not None or not had  # not shown is not the same as not there


def _next(leg):
    with leg.batch() as run:
        run.step += 1
