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


def created_by(tenant_id: int, stage: str) -> sa.Select:
    """A select of the ids of our records that imports of a stage have made, those that are gone by now among them."""
    runs, decisions = _table("import_runs"), _table("decisions")
    chosen = sa.select(decisions.c.ours_id).join(runs, runs.c.id == decisions.c.run_id)
    made = (decisions.c.action == "created", decisions.c.state == "applied", decisions.c.ours_id.is_not(None))
    return chosen.where(runs.c.tenant_id == tenant_id, runs.c.stage == stage, *made)


def forget_users(ids: list[int]) -> None:
    """Remove users, whichever room's rows name them: what must name one goes as well, what may is without one."""
    users = _table("users")
    for table in reversed(db.metadata.sorted_tables) if ids else ():
        for column in table.c:
            if column.references(users.c.id) and column.nullable:
                more = {"version": table.c.version + 1} if "version" in table.c else {}
                freed = sa.update(table).where(column.in_(ids))
                db.session.execute(freed.values({column.name: None} | more))
            elif column.references(users.c.id):
                db.session.execute(sa.delete(table).where(column.in_(ids)))
    db.session.execute(sa.delete(users).where(users.c.id.in_(ids)))


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
