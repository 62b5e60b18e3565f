"""A person's answer to a record that needs one: remembered, and carried out at once, without asking Halo again."""

import sqlalchemy as sa

from ..accounts.models import Account
from ..bulk import execute
from ..db import db, now, owned
from ..mirror import tombstones
from ..mirror.links import current_tenant_id
from ..mirror.models import HaloRecord
from . import stages
from .applying import Applying, settle
from .deciding import Deciding, store
from .models import LIVE, Decision, ImportRun
from .situation import Situation, full_rows, links_of

WORDS = ("link", "create", "ignore")


class Refused(ValueError):
    """This answer cannot be; the text says why, for the person who gave it."""


def answer(decision, do, ours_id=None, by_user=None) -> Decision:
    """Settle a decision in review: link to ours_id, create a new record, or ignore. The decision as it is then.

    It keeps its id and its evidence. Raises Refused, with nothing written. In a writing transaction; commits.
    """
    if do not in WORDS or (do == "link" and ours_id is None):
        raise Refused("Choose one of the answers.")
    run = _lock_runs(decision)
    situation = Situation(run, stages.stage(run.stage), db.session.get(Account, run.account_id).default_country)
    if do == "link":
        _refuse_unfit(situation, ours_id)
    # records are locked after what is ours, as imports do it
    record = db.session.get(HaloRecord, decision.record_id, with_for_update=True, populate_existing=True)
    _refuse_late(run, db.session.get(Decision, decision.id, populate_existing=True), record)
    record.answer = _kept(do, ours_id, by_user, record)
    db.session.flush()
    after = _carry_out(situation, record.id, decision.id, decision.evidence)
    _recount(run, after)
    db.session.commit()
    return after


def _kept(do, ours_id, by_user, record):
    if do == "ignore":
        return tombstones.tombstone("answered", by_user, record.label)
    by = by_user.name if by_user else tombstones.COMMAND_LINE
    return {"do": do, "ours_id": ours_id if do == "link" else None, "at": now().isoformat(), "by": by}


def _lock_runs(decision):
    """Every batch of an import begins with its run's row: none works on this account until the answer is kept."""
    mine_and_live = sa.or_(ImportRun.id == decision.run_id, ImportRun.state.in_(LIVE))
    runs = owned(ImportRun, decision.account_id).where(mine_and_live).order_by(ImportRun.id).with_for_update()
    found = db.session.scalars(runs.execution_options(populate_existing=True)).all()
    return next(run for run in found if run.id == decision.run_id)


def _refuse_unfit(situation, ours_id):
    model, noun = situation.stage.model, situation.stage.noun
    wanted = owned(model, situation.run.account_id).where(model.id == ours_id).with_for_update()
    ours = db.session.scalar(wanted) if 0 < ours_id < 2**63 else None
    if ours is None:
        raise Refused(f"This {noun} is not here any more. Choose another answer.")
    if taken := links_of(situation, [ours.id]):
        raise Refused(f"{ours.name} is linked to {situation.stage.halo_noun} {taken[ours.id]} by now. "
                      "Choose another answer.")  # fmt: skip


def _refuse_late(run, decision, record):
    if decision is None or decision.action != "review":
        raise Refused("This record has been answered already.")
    if tombstones.is_left_out(record.answer):
        raise Refused("This record has been left out meanwhile. Bring it back first.")
    if record.run_id is None and record.ours_id is not None:
        raise Refused("This record has been linked by hand meanwhile.")
    if record.run_id != run.id or record.ours_id is not None:
        raise Refused("A newer import has dealt with this record: answer it there.")
    if run.tenant_id != current_tenant_id(run.account_id):
        raise Refused("This import read another Halo than the one that is connected now.")
    if run.is_live and run.movement != "saving":
        # what it compares anew it also counts anew
        raise Refused("This import still compares records. Answer once it saves them, or has ended.")


def _carry_out(situation, record_id, decision_id, evidence):
    rows = full_rows(situation, [record_id])
    decisions = Deciding(situation, rows, final=True).decisions()
    store(decisions)
    settle(situation, decisions, {row.id: row for row in rows})
    after = _stored(situation, record_id)
    if after.state == "decided":
        Applying(situation).apply([after])
        after = _stored(situation, record_id)
    # pages that are open and links to it name it by its id
    kept = sa.update(Decision).where(Decision.id == after.id).values(id=decision_id, evidence=evidence)
    execute(kept)
    db.session.expunge(after)
    return _stored(situation, record_id)


def _stored(situation, record_id):
    stored = sa.select(Decision).where(Decision.run_id == situation.run.id, Decision.record_id == record_id)
    return db.session.scalars(stored.execution_options(populate_existing=True)).one()


def _recount(run, after):
    counts = run.counts | {"review": run.counts.get("review", 0) - 1}
    run.counts = counts | {after.action: counts.get(after.action, 0) + 1}
    if after.newer_here and "newer_here" in run.facts:
        run.facts = run.facts | {"newer_here": run.facts["newer_here"] + 1}
