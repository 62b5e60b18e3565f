"""While Halo's limit makes a reading wait, what is new of what it has read is compared and saved.

Only of stages where no decision hangs on a later one. What Halo tells later may still count (another contact with the
same e-mail that wants no mail): after the last page all of it is looked at again, and only then it goes on lists. Its
fingerprint counts for this run alone until then, so that one that never comes so far leaves the rest to the next one.
"""

from datetime import timedelta

import sqlalchemy as sa

from ..bulk import execute, update_rows
from ..db import among, db, look_at_size, move_log, now, with_more
from ..mirror.models import HaloRecord
from .applying import Applying, settle
from .deciding import Deciding, store
from .models import Decision
from .situation import COMPLETED, FULL, IS_LEFT, LATER, LIGHT, LOWEST, UP_TO, looked_up, rows_with_ours
from .stage import HEEDED

ENOUGH = timedelta(seconds=1)  # of a wait that is left, for what need not be done now


def compare(leg, until, waiting) -> None:
    """Batch by batch, until Halo may be asked again, the leg is over or nothing is left.

    waiting: what the run's row tells meanwhile, {column: value}.
    """
    run = leg.run
    if run.purpose != "import" or run.movement != "reading" or not leg.stage.saves_at_once or not _sweep_id(leg):
        return
    look_at_size(HaloRecord, run.progress["reading"][0])
    leg.kept = {}
    while now() < until and not leg.is_over() and _compare_batch(leg, waiting):
        pass
    leg.kept = {}
    if until - now() > ENOUGH and not leg.is_over():
        move_log()


def _sweep_id(leg):
    return leg.run.facts.get("sweeps", {}).get(leg.stage.kind)


def _compare_batch(leg, waiting):
    """Whether there may be more."""
    with leg.batch() as run:
        for name, value in waiting.items():
            setattr(run, name, value)
        situation = leg.situation()
        rows = db.session.execute(_new(leg, situation)).all()
        if not rows:
            return False
        told = _decide(situation, {row.id: row for row in looked_up(situation, rows)})
        leg.count(told)
        saved = run.progress.get("saving", [0])[0] + sum(1 for one in told if one["applied_at"])
        run.progress = run.progress | {"saving": [saved, max(saved, run.progress["reading"][1])]}
        run.facts = run.facts | {UP_TO: rows[-1].halo_id}
    leg.size.learn(len(rows), leg.took)
    return True


def _new(leg, situation):
    """What this reading has told of that is linked to nothing, after what was looked at before."""
    new = (HaloRecord.last_sweep_id == _sweep_id(leg), HaloRecord.ours_id.is_(None))
    after = HaloRecord.halo_id > leg.run.facts.get(UP_TO, LOWEST)
    return rows_with_ours(situation, FULL).where(*new, after).order_by(HaloRecord.halo_id).limit(leg.size.number)


def _decide(situation, rows):
    """The decisions that were carried out, and those to leave a record out for grounds of its own: others may come
    out otherwise after the last page. So may whether one takes over what another one of Halo's stands for.
    """
    rows = {key: row for key, row in rows.items() if row.found.takes is None}
    decisions = Deciding(situation, list(rows.values())).decisions()
    for one in decisions:
        one["changes"] = {name: change for name, change in one["changes"].items() if name not in situation.stage.beside}
    Applying(situation, completes=False).at_once(decisions, rows)
    out = [one for one in decisions if rows[one["record_id"]].stays_out]
    kept = [*out, *(one for one in decisions if one["applied_at"])]
    store(kept)
    settle(situation, out, rows)
    return kept


def may_complete(run) -> bool:
    """Whether something was saved before all was read that has not been looked at since."""
    return run.facts.get(COMPLETED, LOWEST) < run.facts.get(UP_TO, LOWEST)


def complete(situation, most) -> tuple[int, int]:
    """Complete the next records that stand as this run made or linked them, where what is beside the fields is all that
    is left to do: (how many, how many were looked at, `most` at most). In a batch.
    """
    run = situation.run
    rows = db.session.execute(_saved(situation).limit(most)).all()
    moves = situation.stage.complete(situation, rows)
    done = [row.id for _, made in moves for row in made]
    completed = sa.update(HaloRecord).where(among(HaloRecord.id, done), IS_LEFT)
    execute(completed.values(fingerprint=sa.func.substr(HaloRecord.fingerprint, len(LATER) + 1)))
    for changes, made in moves:
        if changes:
            mine = Decision.about(run.id, [row.id for row in made])
            execute(sa.update(Decision).where(*mine).values(changes=with_more(Decision.changes, changes)))
    run.facts = run.facts | {COMPLETED: rows[-1].halo_id if len(rows) == most else run.facts[UP_TO]}
    return len(done), len(rows)


def _saved(situation):
    """What this run made, or linked to what it follows, before all was read."""
    run = situation.run
    after, up_to = run.facts.get(COMPLETED, LOWEST), run.facts[UP_TO]
    here = (HaloRecord.halo_id > after, HaloRecord.halo_id <= up_to, HaloRecord.gone_at.is_(None))
    linked = sa.and_(HaloRecord.outcome == "linked", HaloRecord.follows_id.is_not(None))
    mine = (HaloRecord.run_id == run.id, sa.or_(HaloRecord.outcome == "created", linked))
    readable = (HaloRecord.error.is_(None), HaloRecord.detail_of.is_(None))
    chosen = rows_with_ours(situation, LIGHT)
    return chosen.where(*here, *mine, *readable, IS_LEFT).order_by(HaloRecord.halo_id)


def look_again(situation, rows) -> None:
    """Decide again about what this run saved before everything was read and does not stand as it is. In a batch."""
    if not rows:
        return
    told, by_id = _told(situation.run, rows), {row.id: row for row in rows}
    decisions = Deciding(situation, rows).decisions()
    Applying(situation).at_once(decisions, by_id, {key: one.action for key, one in told.items()})
    update_rows(Decision, [
        # left out by now, it has settled nothing: what it had stays
        {"id": told[one["record_id"]].id, "settled": one["settled"] or told[one["record_id"]].settled,
         "changes": _one_after_the_other(told[one["record_id"]], one["changes"])}
        for one in decisions if one["applied_at"]
    ])  # fmt: skip
    update_rows(Decision, [
        {"id": first.id, "reason": "; ".join((first.reason, *one["evidence"][HEEDED]))}
        for first, one in ((told[one["record_id"]], one) for one in decisions) if HEEDED in (one["evidence"] or ())
    ])  # fmt: skip
    same = [(one, by_id[one["record_id"]]) for one in decisions if one["action"] == "unchanged"]
    update_rows(HaloRecord, [
        {"id": row.id, "base": one["settled"],
         "fingerprint": situation.fingerprint(row, one["ours_version"], row.found)}
        for one, row in same
    ])  # fmt: skip


def _told(run, rows):
    names = ("id", "record_id", "action", "reason", "changes", "settled")
    chosen = sa.select(*(getattr(Decision, name) for name in names))
    mine = Decision.about(run.id, [row.id for row in rows])
    return {one.record_id: one for one in db.session.execute(chosen.where(*mine))}


def _one_after_the_other(first, changes):
    """What a decision changed and what has changed since as one: {field: [before both, after both]}."""
    new = first.action == "created"
    since = {name: [None if new else first.changes.get(name, change)[0], change[1]] for name, change in changes.items()}
    return first.changes | since
