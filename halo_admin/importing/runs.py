"""What a person does with runs: start, cancel, answer, go on. Web and shell call the same functions."""

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError

from .. import audit, queues
from ..connecting import opening
from ..db import begin_write, db, now, owned
from ..mirror.models import HaloTenant
from . import asking, comparing, fetching, finishing, legs, sentences, stages, websites
from .locks import Lock, Locked, lock
from .models import LIVE, ImportRun, Sweep

__all__ = ["Busy", "Lock", "Locked", "lock"]  # beside what is defined here: a stage's lock, for whoever starts runs
SAVED = ("opt_outs",)  # facts about what a run has saved, which stays when everything is read anew
log = structlog.get_logger()


class Busy(Exception):
    """Another run of the account is live: this one can start once that has ended."""

    def __init__(self, run):
        super().__init__(f"{sentences.title(run)} is running")
        self.run = run


def start(account_id, stage_key, by_user=None, purpose="import", options=None, place=None) -> ImportRun:
    """Start a run, or return the one like it that is live already. Raises Locked, and Busy. Commits.

    place: where from, where a job starts it.
    """
    begin_write()
    wanted = (stage_key, purpose, bool(options and options.get("full")))
    if running := live(account_id):
        return _like(running, wanted)
    stage = stages.stage(stage_key)
    if locked := lock(account_id, stage, purpose):
        raise Locked(locked)
    tenant_id, at = opening.connection_of(account_id).tenant_id, now()
    run = ImportRun(
        account_id=account_id, tenant_id=tenant_id, stage=stage_key, purpose=purpose, state="waiting",
        by_user_id=by_user and by_user.id, by_name=by_user.name if by_user else "The command line",
        options=options or {}, next_leg_at=at, started_at=at, movement="reading",
        progress={"reading": [0, _expected(tenant_id, stage, purpose)]},
    )  # fmt: skip
    db.session.add(run)
    what = {"import": "Started an import of", "read": "Started to read"}.get(purpose, f"Started to read {purpose} of")
    audit.note("import", f"{what} {stage.title.lower()}", account_id=account_id, by=by_user, place=place)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return _like(live(account_id), wanted)
    return run


def _like(running, wanted):
    if (running.stage, running.purpose, bool(running.options.get("full"))) != wanted:
        raise Busy(running)
    return running


def _expected(tenant_id, stage, purpose):
    """How many records the last sweeps saw: what progress counts towards until Halo has told."""
    if purpose == "websites":
        return websites.count_unread(tenant_id, stage)
    told = stage.expected(tenant_id)
    return told if told is not None else sum(fetching.last_seen(tenant_id, reading.kind) for reading in stage.readings)


def queue(run) -> None:
    """Queue the run's next leg. Without Redis nothing is lost: the watch process queues it once it is back."""
    try:
        legs.queue_next(run.id)
    except queues.NoQueue as error:
        log.warning("not queued", run=run.id, why=str(error))


def live(account_id) -> ImportRun | None:
    return db.session.scalar(owned(ImportRun, account_id).where(ImportRun.state.in_(LIVE)))


def latest(account_id, stage_key) -> ImportRun | None:
    """The newest run of a stage with the account's Halo as it is connected now."""
    connection = opening.connection_of(account_id)
    if connection is None:
        return None
    runs = owned(ImportRun, account_id).where(ImportRun.stage == stage_key, ImportRun.tenant_id == connection.tenant_id)
    runs = runs.where(ImportRun.purpose != "profile")
    return db.session.scalar(runs.order_by(ImportRun.id.desc()).limit(1))


def cancel(run) -> None:
    """Stop after the batch that is under way; at once when nobody works on it. In a writing transaction; commits."""
    run = db.session.get(ImportRun, run.id, with_for_update=True, populate_existing=True)
    if run.is_live:
        run.cancel_wanted = True
        audit.note("import", f"Cancelled {sentences.title(run)}", account_id=run.account_id)
        if run.lease_until is None or run.lease_until <= now():
            run.lease_token = None
            finishing.cancel(run)
    db.session.commit()


def reply(run, choice) -> None:
    """Answer the run's question. Raises ValueError for what is no choice of it. In a writing transaction; commits."""
    if run.question is None or choice not in [one["value"] for one in run.question["choices"]]:
        raise ValueError("This question has been answered already.")
    asking.reply(run, choice)
    if run.question is None:
        run.next_leg_at = now()
    db.session.commit()
    queue(run)


def choose(account_id, stage_key, choices) -> None:
    """Keep what a person chose for a stage: {name: choice}. In a writing transaction the caller commits."""
    tenant_id = opening.connection_of(account_id).tenant_id
    state = finishing.state_of(account_id, tenant_id, stage_key)
    state.options = state.options | choices


def can_go_on(run) -> bool:
    """Whether a stopped run is the newest of its stage with the Halo that the account is connected to now."""
    newest = latest(run.account_id, run.stage)
    return run.state == "failed" and newest is not None and newest.id == run.id


def go_on(run) -> ImportRun:
    """Go on at the cursor of a stopped run; what was read over a day ago is read again. Commits."""
    begin_write()
    run = db.session.get(ImportRun, run.id, populate_existing=True)
    running = live(run.account_id)
    if running is not None or not can_go_on(run):
        return running or run
    if _read_long_ago(run):
        run.movement, run.step, run.cursor, run.progress = "reading", 0, 0, {"reading": [0, 0]}
        run.facts = {name: fact for name, fact in run.facts.items() if name in SAVED}
        comparing.forget(run)
    run.state, run.next_leg_at, run.ended_at, run.stopped = "waiting", now(), None, None
    run.tries, run.down_since, run.cancel_wanted = 0, None, False
    audit.note("import", f"Went on with {sentences.title(run)}", account_id=run.account_id)
    db.session.commit()
    queue(run)
    return run


def _read_long_ago(run):
    ids = run.facts.get("sweeps", {}).values()
    oldest = db.session.scalar(sa.select(sa.func.min(Sweep.touched_at)).where(Sweep.id.in_(ids)))
    return oldest is not None and now() - oldest > fetching.STALE


def mirror_read_at(account_id, stage):
    """When the stage's lists were last read completely; None before that."""
    connection = opening.connection_of(account_id)
    if connection is None:
        return None
    complete = sa.select(sa.func.max(Sweep.ended_at)).where(
        Sweep.tenant_id == connection.tenant_id, Sweep.kind == stage.kind, Sweep.state == "complete"
    )
    return db.session.scalar(complete)


def tenant_of(run) -> HaloTenant:
    return db.session.get(HaloTenant, run.tenant_id)
