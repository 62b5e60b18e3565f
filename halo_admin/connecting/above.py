"""What the rooms above keep about a tenant, by table: arrows go down only, so their models are not imported here."""

import sqlalchemy as sa

from ..db import db
from ..states import LIVE


def import_is_live(account_id: int) -> bool:
    runs = _table("import_runs")
    live = sa.select(runs.c.id).where(runs.c.account_id == account_id, runs.c.state.in_(LIVE)).limit(1)
    return db.session.scalar(live) is not None


def runs_of(tenant_id: int) -> sa.Select:
    """A select of the ids of all runs with this tenant."""
    runs = _table("import_runs")
    return sa.select(runs.c.id).where(runs.c.tenant_id == tenant_id)


def applied_changes(tenant_id: int, stage: str) -> list[tuple[int, dict]]:
    """[(our id, {field: [before, after]})] of what imports of a stage have carried out, newest first."""
    runs, decisions = _table("import_runs"), _table("decisions")
    chosen = sa.select(decisions.c.ours_id, decisions.c.changes).join(runs, runs.c.id == decisions.c.run_id)
    applied = (
        runs.c.tenant_id == tenant_id,
        runs.c.stage == stage,
        decisions.c.state == "applied",
        decisions.c.action.in_(("linked", "updated")),
    )
    rows = db.session.execute(chosen.where(*applied).order_by(decisions.c.id.desc()))
    return [(row.ours_id, row.changes) for row in rows if row.changes]


def forget_tenant(tenant_id: int) -> None:
    """Remove every row that hangs on the tenant, whichever room keeps it, and the tenant itself."""
    for table in reversed(db.metadata.sorted_tables):
        if "run_id" in table.c and table.c.run_id.foreign_keys:
            db.session.execute(sa.delete(table).where(table.c.run_id.in_(runs_of(tenant_id))))
        elif "tenant_id" in table.c:
            db.session.execute(sa.delete(table).where(table.c.tenant_id == tenant_id))
    tenants = _table("halo_tenants")
    db.session.execute(sa.delete(tenants).where(tenants.c.id == tenant_id))


def _table(name):
    return db.metadata.tables[name]
