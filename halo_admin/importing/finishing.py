"""How a run ends: done, done with problems, cancelled, or stopped with one sentence why."""

from collections import Counter

import sqlalchemy as sa

from ..connecting.models import StageState
from ..db import db, now
from ..mirror.models import HaloTenant
from . import stages, websites
from .models import Decision


def finish(run):
    """The run has come to its end. Inside a batch."""
    if run.purpose == "import":
        stage_state(run).done_at = stage_state(run).done_at or now()
        run.facts = run.facts | _facts(run)
    _end(run, "problems" if run.counts.get("failed") or run.facts.get("short") else "done")


def _facts(run):
    facts = {}
    stage = stages.stage(run.stage)
    if websites.are_told_singly(db.session.get(HaloTenant, run.tenant_id), stage):
        facts["websites_unread"] = websites.count_unread(run.tenant_id, stage)
    newer = sa.select(sa.func.count()).where(Decision.run_id == run.id, Decision.newer_here != {})
    return facts | {"newer_here": db.session.scalar(newer)}


def cancel(run):
    """A person stopped it: what is applied stays, and only that is counted. Inside a batch, or with no leg at work."""
    run.counts = counts_of_applied(run)
    _end(run, "cancelled")
    run.stopped = "Cancelled: what was saved until then stays, the rest was not touched."


def stop(run, why):
    """It cannot go on by itself. Inside a batch."""
    _end(run, "failed")
    run.stopped = why


def _end(run, state):
    run.state, run.ended_at, run.next_leg_at, run.question, run.waits_for = state, now(), None, None, None
    run.lease_until = None


def counts_told(run) -> dict:
    """Outcomes as people are told them: of a run that is not at its end only what was carried out until now.

    What else it has counted was compared and not saved; `run.counts` keeps it for when the run goes on.
    """
    return counts_of_applied(run) if run.is_live or run.state == "failed" else run.counts


def counts_of_applied(run) -> dict:
    """Outcomes of what was really carried out; nothing has changed for the records passed by."""
    return number_applied(run.id) | {"unchanged": run.counts.get("unchanged", 0)}


def number_applied(run_id: int) -> dict[str, int]:
    """{action: how many of a run's decisions were carried out}. An index tells all of them, another one those left."""
    every = sa.select(Decision.action, sa.func.count()).where(Decision.run_id == run_id).group_by(Decision.action)
    # by their state as well: else SQLite takes the other index, and walks all of the run
    open_ = sa.select(Decision.action, sa.func.count()).where(*Decision.open_of(run_id))
    applied = Counter(dict(map(tuple, db.session.execute(every))))
    for action, number in db.session.execute(open_.group_by(Decision.state, Decision.action)):
        applied[action] -= number
    return dict(+applied)


def stage_state(run) -> StageState:
    """How far this run's stage has come with its tenant; made when first needed."""
    return state_of(run.account_id, run.tenant_id, run.stage)


def state_of(account_id, tenant_id, stage_key) -> StageState:
    """How far a stage has come with a tenant, and what was chosen for it; made when first needed."""
    state = db.session.get(StageState, (tenant_id, stage_key))
    if state is None:
        state = StageState(account_id=account_id, tenant_id=tenant_id, stage=stage_key, options={})
        db.session.add(state)
    return state
