"""A person's answer to a record that needs one: remembered, and carried out at once, without asking Halo again."""

import sqlalchemy as sa

from ..accounts.models import Account
from ..db import db, now
from ..mirror.models import HaloRecord
from . import stages
from .applying import Applying, settle
from .deciding import Deciding, Situation, full_rows, store
from .models import Decision, ImportRun

WORDS = ("link", "create", "ignore")


def answer(decision, do, ours_id=None, by_user=None) -> Decision:
    """Settle a decision in review: link to ours_id, create a new record, or ignore. The decision as it is then.

    Raises ValueError for an answer that cannot be. In a writing transaction; commits.
    """
    if decision.action != "review":
        raise ValueError("This record has been answered already.")
    if do not in WORDS or (do == "link" and ours_id is None):
        raise ValueError("Choose one of the answers.")
    record = db.session.get(HaloRecord, decision.record_id, with_for_update=True)
    record.answer = {"do": do, "ours_id": ours_id, "by": by_user.name if by_user else "The command line",
                     "at": now().isoformat()}  # fmt: skip
    db.session.flush()
    run = db.session.get(ImportRun, decision.run_id)
    country = db.session.get(Account, run.account_id).default_country
    after = _carry_out(Situation(run, stages.stage(run.stage), country), record.id)
    run.counts = run.counts | {
        "review": run.counts.get("review", 0) - 1,
    }
    run.counts = run.counts | {after.action: run.counts.get(after.action, 0) + 1}
    db.session.commit()
    return after


def _carry_out(situation, record_id):
    rows = full_rows(situation, [record_id])
    decisions = Deciding(situation, rows, final=True).decisions()
    store(decisions)
    settle(situation, decisions, {row.id: row for row in rows})
    stored = sa.select(Decision).where(Decision.run_id == situation.run.id, Decision.record_id == record_id)
    decision = db.session.scalar(stored.execution_options(populate_existing=True))
    if decision.state == "decided":
        Applying(situation).apply([decision])
        decision = db.session.scalar(stored.execution_options(populate_existing=True))
    return decision
