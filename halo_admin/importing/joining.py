"""Comparing and saving of the users stage: an account has few agents, so one batch decides and one carries out.

What is decided is people/planning.py's; linking changes nothing of a user, so the link in the mirror is all there is.
"""

import sqlalchemy as sa

from ..bulk import insert_rows, update_rows
from ..db import db, now
from ..mirror.models import HaloRecord, HaloTenant
from ..people import agents, choosing
from .models import Decision

ACTIONS = {"link": "linked", "linked": "unchanged"}  # what a plan is called in a run; anything else is left out


def compare(leg) -> bool:
    """Decide about every agent, but for those that this run linked before it was stopped and read anew."""
    with leg.batch() as run:
        done, total = run.progress["comparing"]
        if done == total:
            return True
        linked_before = set(db.session.scalars(sa.select(Decision.record_id).where(Decision.run_id == run.id)))
        rows = [row for row in agents.rows(_tenant(run)) if not row.agent.is_gone]
        decisions = [_decision(run, row) for row in rows if row.agent.record_id not in linked_before]
        insert_rows(Decision, [one for one in decisions if one["action"] != "unchanged"])
        update_rows(HaloRecord, [
            {"id": one["record_id"], "outcome": one["action"], "run_id": run.id} for one in decisions
        ])  # fmt: skip
        leg.count(decisions)
        run.progress = run.progress | {"comparing": [total, total]}
    return False


def save(leg) -> bool:
    """Carry out what was decided; what a person has settled otherwise meanwhile stays as it is."""
    with leg.batch() as run:
        todo = sa.select(Decision).where(*Decision.open_of(run.id), Decision.state == "decided")
        decided = db.session.scalars(todo.order_by(Decision.id)).all()
        if not decided:
            return True
        rows = {row.agent.record_id: row for row in agents.rows(_tenant(run))}
        counts = dict(run.counts)
        for one in decided:
            counts[one.action] -= 1
            _carry_out(one, rows[one.record_id])
            counts[one.action] = counts.get(one.action, 0) + 1
        run.counts = counts
        run.progress = run.progress | {"saving": [run.progress["saving"][1]] * 2}
    return False


def _tenant(run):
    return db.session.get(HaloTenant, run.tenant_id)


def _carry_out(one, row):
    one.state, one.applied_at = "applied", now()
    if row.plan.what == "link" and row.plan.user_id == one.ours_id:
        record = db.session.get(HaloRecord, one.record_id)
        choosing.link(record, one.ours_id, "e-mail")
        record.base = {}
        return
    one.action, one.reason, one.why, one.ours_id = "skipped", *_reason(row), None


def _decision(run, row):
    action = ACTIONS.get(row.plan.what, "failed" if row.agent.error else "skipped")
    reason, why = _reason(row)
    return {
        "account_id": run.account_id, "run_id": run.id, "record_id": row.agent.record_id,
        "state": "decided" if action == "linked" else "applied", "action": action, "reason": reason, "why": why,
        "asks": None, "by": "e-mail" if action == "linked" else None, "strength": 0, "ours_id": row.plan.user_id,
        "ours_version": None, "digest": None, "changes": {}, "conflicts": [], "newer_here": {}, "evidence": None,
        "settled": None, "before": {"ours_id": row.agent.user_id}, "applied_at": None,
    }  # fmt: skip


def _reason(row):
    if row.plan.what == "invite":
        return "nobody here has its e-mail: it can be invited", row.plan.group
    return row.plan.why, row.plan.group
