"""The second movement, batch by batch: the quick path for what has not changed, a decision for the rest.

Where no decision hangs on a later one, a batch is saved in the transaction that compares it: its rows are loaded once.
"""

import sqlalchemy as sa

from ..bulk import execute
from ..db import among, db, look_at_size
from ..mirror.models import HaloRecord, HaloTenant
from . import finishing, meanwhile, stages
from .applying import ACTIONS, Applying, settle
from .deciding import Deciding, store
from .models import Decision
from .situation import (
    COMPLETED,
    FULL,
    IS_LEFT,
    LIGHT,
    LOWEST,
    full_rows,
    looked_up,
    mapping_revision,
    quick,
    rows_with_ours,
)

LIGHTLY = 4000  # rows that are looked at together where most is expected to be as it was


def count(run) -> tuple[int, int]:
    """How many records it is about, and how many of them are dealt with. Walks all of them: outside of a batch."""
    kind = stages.stage(run.stage).kind
    carried_out = sa.and_(HaloRecord.run_id == run.id, HaloRecord.outcome.in_(ACTIONS))
    here = (
        HaloRecord.tenant_id == run.tenant_id,
        HaloRecord.kind == kind,
        sa.or_(HaloRecord.gone_at.is_(None), carried_out),
    )
    counted = sa.select(sa.func.count(), sa.func.count().filter(_is_done(run))).where(*here)
    return tuple(db.session.execute(counted).one())


def prepare(run, counted):
    """Where comparing starts. In a batch; counted: as by count()."""
    # what it did before it was stopped and read everything anew, or while it had to wait
    run.cursor, run.counts = LOWEST, finishing.number_applied(run.id)
    run.mapping_revision = mapping_revision(run.tenant_id, run.stage)
    total, done = counted
    run.facts = run.facts | {"fetched": total, COMPLETED: LOWEST}
    saved = sum(run.counts.get(action, 0) for action in ACTIONS)
    run.progress = run.progress | {"comparing": [done, total], "saving": [saved, max(saved, total)]}
    first = stages.stage(run.stage).asks_first(run, db.session.get(HaloTenant, run.tenant_id))
    if first:
        run.question = {
            "kind": "first",
            "option": first.option,
            "records": first.records,
            "about": first.about,
            "told": first.told,
            "choices": [{"value": value, "label": label} for value, label in first.ways],
        }
        run.state = "waiting"


def forget(run):
    """Before everything is read anew: what was decided and not carried out is decided again."""
    left = sa.or_(Decision.state != "applied", Decision.action.not_in(ACTIONS))
    execute(sa.delete(Decision).where(Decision.run_id == run.id, left))


def compare(leg) -> bool:
    """Decide the next batch of mirror rows; True when there are none left."""
    if meanwhile.may_complete(leg.run):
        _complete(leg)
        return False
    names, most = (LIGHT, LIGHTLY) if leg.little_changes else (FULL, leg.size.number)
    if leg.stage.saves_at_once:
        look_at_size(leg.stage.model, leg.run.progress["saving"][0])
    look_at_size(Decision, sum(number for action, number in leg.run.counts.items() if action != "unchanged"))
    with leg.batch() as run:
        situation = leg.situation()
        rows = db.session.execute(_next(situation, names).limit(most)).all()
        if not rows:
            return True
        found = quick(situation, rows)
        leg.little_changes = len(found.rest) < len(rows) / 2
        if len(found.rest) > leg.size.number:
            last = found.rest[leg.size.number - 1].halo_id
            rows, found = [row for row in rows if row.halo_id <= last], found.up_to(last)
        same, out, rest = found
        untold = _tell_again(run, out)
        rest += (row for row in out if row.id in untold)
        saved = _decide(leg, situation, _whole(situation, rest, names))
        _pass_by(run, same, "unchanged")
        _pass_by(run, [row for row in out if row.id not in untold], "skipped")
        run.cursor = rows[-1].halo_id
        _progress(run, len(rows), saved)
    leg.size.learn(len(rest), leg.took)
    return False


def _complete(leg):
    with leg.batch() as run:
        completed, looked_at = meanwhile.complete(leg.situation(), leg.light_size.number)
        _progress(run, completed, 0)
    leg.light_size.learn(looked_at, leg.took)
    leg.little_changes = True  # what comes next was left out before all was read


def _next(situation, names):
    """A select of the rows after those that were compared, as far as there is something to do."""
    run = situation.run
    here = (HaloRecord.halo_id > run.cursor, HaloRecord.gone_at.is_(None), ~_is_done(run))
    return rows_with_ours(situation, names).where(*here).order_by(HaloRecord.halo_id)


def _is_done(run):
    """Whether a run has saved a mirror row and left nothing to do, as a clause."""
    saved = sa.and_(HaloRecord.run_id == run.id, HaloRecord.outcome.in_(ACTIONS))
    return sa.func.coalesce(sa.and_(saved, ~IS_LEFT), sa.false())


def _progress(run, compared, saved):
    """What is still to be compared may all be to save as well."""
    done, total = run.progress["comparing"]
    done, total = done + compared, max(total, done + compared)
    saved += run.progress["saving"][0]
    to_save = min(total, saved + total - done)  # what was saved before all was read is compared again
    run.progress = run.progress | {"comparing": [done, total], "saving": [saved, to_save]}


def _is_saved(run_id, row):
    return row.outcome in ACTIONS and row.run_id == run_id


def _pass_by(run, rows, outcome):
    if not rows:
        return
    passed = sa.update(HaloRecord).where(among(HaloRecord.id, [row.id for row in rows]))
    execute(passed.values(outcome=outcome, run_id=run.id))
    run.counts = run.counts | {outcome: run.counts.get(outcome, 0) + len(rows)}


def _tell_again(run, rows) -> set:
    """What an earlier run told about these rows is told by this one too; the ids of those it told nothing about."""
    names = [column.name for column in Decision.__table__.columns if column.name not in ("id", "run_id")]
    again = 0
    for run_id, ids in _by_run(rows).items():
        told = sa.select(sa.literal(run.id), *(getattr(Decision, name) for name in names))
        told = told.where(*Decision.about(run_id, ids), Decision.action == "skipped")
        again += db.session.execute(sa.insert(Decision.__table__).from_select(["run_id", *names], told)).rowcount
    return {row.id for row in rows} - _told(run, rows) if again < len(rows) else set()


def _told(run, rows):
    mine = Decision.about(run.id, [row.id for row in rows])
    return set(db.session.scalars(sa.select(Decision.record_id).where(*mine)))


def _by_run(rows):
    """{the run that dealt with it last: mirror ids}."""
    ids = {}
    for row in rows:
        ids.setdefault(row.run_id, []).append(row.id)
    return ids


def _whole(situation, rows, names):
    """The rows with all that deciding needs; they have these columns."""
    if not rows:
        return []
    return looked_up(situation, rows) if names is FULL else full_rows(situation, [row.id for row in rows])


def _decide(leg, situation, rest):
    """Decide about these rows; how many of them were saved as well."""
    again, parted, rows = [], [], {}
    for row in rest:
        if not _is_saved(leg.run_id, row):
            rows[row.id] = row
        elif row.found.is_alone:  # it does not follow any more what it was linked to: it is decided about as a new one
            parted.append(row)
            rows[row.id] = row
        else:
            again.append(row)
    meanwhile.look_again(situation, again)
    if not rows:
        return 0
    decisions = Deciding(situation, list(rows.values())).decisions()
    saved = Applying(situation).at_once(decisions, rows) if leg.stage.saves_at_once else 0
    leg.count_no_more([*parted, *(row for row in rows.values() if situation.was_told(row))])
    store(decisions)
    settle(situation, decisions, rows)
    leg.count(decisions)
    return saved - len(parted)
