"""Legs: a run is a chain of short jobs. The run's row holds the lease; whoever lost it writes nothing.

Movements do one batch at a time: what they need from Halo first, with no transaction open, then one writing
transaction that begins by touching the run's row under the lease's token and ends by moving the cursor.
"""

import gc
import secrets
import signal
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa
import structlog
from flask import current_app

from .. import heartbeats, queues
from ..accounts.models import Account
from ..connecting import opening
from ..db import begin_write, db, look_at_size, now
from ..halo.errors import HaloBusy, HaloDown, HaloError, HaloRefused
from ..mirror.models import HaloRecord
from . import asking, comparing, fetching, finishing, locks, meanwhile, saving, stages, websites
from .batch_sizes import BatchSize
from .models import LIVE, ImportRun
from .sentences import TOLD_TO_WAIT, USED_UP
from .situation import Situation

log = structlog.get_logger()

# what each purpose does, in this order; each call does one batch and tells whether its movement is at an end
MOVEMENTS = {
    "import": {
        "reading": fetching.read, "comparing": comparing.compare, "asking": asking.ask, "saving": saving.save,
    },
    "read": {"reading": fetching.read},
    "websites": {"reading": websites.read},
}  # fmt: skip
# what looks whether something follows once a run has ended: functions of an account's id
WHEN_ENDED = []
PREPARED = {"comparing": comparing, "asking": asking, "saving": saving}
INLINE_PAUSE = 0.2  # seconds after which an inline run looks whether it is due
# a Halo that does not answer is waited for with growing pauses, this long in all
GROWTH = (1, 3, 6, 12, 24, 60, 120)
PATIENCE = timedelta(hours=6)


# a lease renewed within this part of its length needs no renewing before a request
FRESH = 0.05


class LostLease(Exception):
    """Another leg works on this run now: what this one was about to write is rolled back."""


class Leg:
    """One leg of a run, from taking the lease to giving it back."""

    def __init__(self, run, token, budget):
        self.run, self.token = run, token
        self.run_id = run.id
        self.stage = stages.stage(run.stage)
        self.country = db.session.get(Account, run.account_id).default_country
        self.budget = budget
        self.ends = time.monotonic() + budget
        self.told_to_stop = threading.Event()
        self._halo = None
        self._thread = None
        self.ahead = None  # pages on their way while those before them are stored
        self.is_ending = False  # what is on its way is still taken in, nothing more is begun
        self.trusts_known_pages = True
        self.kept = {}  # what batches of one movement have in common
        self.size = BatchSize()  # of the batches of one movement
        self.light_size = BatchSize(times=4)  # of those in which nothing is decided
        self.took = 0.0  # seconds that the last batch's transaction was open
        self.little_changes = False  # whether comparing finds most as it was
        self._fresh_until = 0.0  # until then the lease counts as renewed
        self._uncounted = 0  # requests that the run's row does not hold yet
        self._counting = threading.Lock()

    def halo(self):
        """The client, opened when first needed. It renews the lease before each request, and counts what is sent."""
        if self._halo is None:
            self._halo = opening.open_halo(self.connection(), "imports", on_request=self.about_to_ask)
        return self._halo

    def connection(self):
        """The account's connection. Raises HaloRefused where that is to another Halo by now."""
        connection = opening.connection_of(self.run.account_id)
        if connection is None or connection.tenant_id != self.run.tenant_id:
            raise HaloRefused("The account is connected to another Halo by now.")
        return connection

    def beside(self, work) -> Future:
        """Do work() in the leg's one other thread, with a database session of its own."""
        self._thread = self._thread or ThreadPoolExecutor(max_workers=1)
        return self._thread.submit(self._in_context, current_app._get_current_object(), work)

    def _in_context(self, app, work):
        structlog.contextvars.bind_contextvars(run=self.run_id)
        with app.app_context():
            return work()

    def listing(self, kind):
        return next(reading.listing for reading in self.stage.readings if reading.kind == kind)

    def situation(self):
        return Situation(self.run, self.stage, self.country, self.kept)

    def about_to_ask(self):
        """Right before a request is sent: count it, and renew the lease unless that is just done. Raises LostLease."""
        db.session.rollback()  # no transaction is open while Halo is asked
        with self._counting:
            self._uncounted += 1
        if time.monotonic() >= self._fresh_until:
            connection = db.engine.connect().execution_options(writes=True)
            with connection, connection.begin(), self._renewed(connection):
                pass

    @contextmanager
    def batch(self):
        """A writing transaction under the lease: yields the run; commits, or rolls all back. Raises LostLease."""
        begin_write()
        try:
            with self._renewed(db.session.connection()):
                begun = time.monotonic()
                self.run = db.session.get(ImportRun, self.run_id, populate_existing=True)
                yield self.run
                self.run.tries, self.run.down_since = 0, None
                db.session.commit()
                self.took = time.monotonic() - begun
        except BaseException:
            db.session.rollback()
            raise

    @contextmanager
    def _renewed(self, connection):
        """The lease, renewed in a transaction that ends with the block, and the requests counted that were sent since.

        Raises LostLease.
        """
        with self._counting:
            sent, self._uncounted = self._uncounted, 0
        seconds, at = current_app.config["LEASE_SECONDS"], time.monotonic()
        try:
            touched = connection.execute(
                sa.update(ImportRun)
                .where(ImportRun.id == self.run_id, ImportRun.lease_token == self.token)
                .values(lease_until=now(connection) + timedelta(seconds=seconds), touches=ImportRun.touches + 1,
                        requests=ImportRun.requests + sent)
            )  # fmt: skip
            if touched.rowcount == 0:
                raise LostLease
            yield
        except BaseException:
            with self._counting:
                self._uncounted += sent
            raise
        self._fresh_until = at + seconds * FRESH

    def problem(self, sentence):
        """Keep a sentence among the run's last problems. Outside of a batch."""
        with self.batch() as run:
            run.note(sentence)

    def count(self, decisions):
        """Add decisions to the run's counts, inside a batch."""
        counts = dict(self.run.counts)
        for one in decisions:
            if one["action"] != "ask":
                counts[one["action"]] = counts.get(one["action"], 0) + 1
        self.run.counts = counts

    def count_no_more(self, rows):
        """Take mirror rows out of the run's counts, inside a batch: they are decided about anew."""
        less = Counter(row.outcome for row in rows)
        self.run.counts = {outcome: number - less[outcome] for outcome, number in self.run.counts.items()}

    def is_spent(self):
        return time.monotonic() >= self.ends or self.told_to_stop.is_set()

    def is_over(self):
        return (
            self.is_spent()
            or self.run.cancel_wanted
            or (queues.waiting(queues.EXPORTS) and heartbeats.nobody_free(queues.EXPORTS))
        )

    def work(self):
        """Batch after batch, until the run's end or this leg's; at least one, whatever was looked at before."""
        self.ends = time.monotonic() + self.budget
        while self.run.is_live and self.run.question is None and not self._ends():
            movement = self.run.movement
            work = self.stage.movements.get(movement) or MOVEMENTS[self.run.purpose][movement]
            try:
                is_at_its_end = work(self)
            except HaloBusy as busy:
                meanwhile.compare(self, busy.until, _waiting(busy))
                if now() < busy.until:
                    raise
                self._go_on()  # what was compared meanwhile took as long
                continue
            if is_at_its_end:
                self._next_movement()

    def _go_on(self):
        if self.run.state != "running":
            with self.batch() as run:
                run.state, run.waits_for = "running", None

    def _ends(self):
        self.is_ending = self.is_over()
        return self.is_ending and self.ahead is None

    def _next_movement(self):
        if self.run.movement == "reading":
            look_at_size(HaloRecord, self.run.progress.get("reading", [0])[0])
        movements = list(MOVEMENTS[self.run.purpose])
        following = movements[movements.index(self.run.movement) + 1 :]
        counted = PREPARED[following[0]].count(self.run) if following else None  # at length: nobody waits for it
        with self.batch() as run:
            if not following:
                finishing.finish(run)
                return
            run.movement, self.kept, self.size = following[0], {}, BatchSize()
            PREPARED[run.movement].prepare(run, counted)

    def give_back(self, **values):
        """End the leg: the run is due again at once, or when `values` say; cancelled, if a person wanted that."""
        begin_write()
        run = db.session.get(ImportRun, self.run_id, with_for_update=True, populate_existing=True)
        if run.lease_token != self.token:
            db.session.rollback()
            return
        run.requests += self._uncounted
        if run.cancel_wanted and run.is_live:
            finishing.cancel(run)
            values = {}
        due = None if run.question or not run.is_live else now()
        for name, value in ({"lease_token": None, "lease_until": None, "next_leg_at": due} | values).items():
            setattr(run, name, value)
        db.session.commit()

    def close(self):
        if self._thread is not None:
            self.told_to_stop.set()
            self._thread.shutdown()
        if self._halo is not None:
            self._halo.close()


def take(run_id, leg_no=None):
    """The lease of a run that is due, as (run, token); None when it is not due, or somebody works on it."""
    begin_write()
    run = db.session.get(ImportRun, run_id, with_for_update=True)
    at = now()
    free = run is not None and run.is_live and (run.lease_until is None or run.lease_until <= at)
    if not free or run.question or run.next_leg_at is None or run.next_leg_at > at:
        db.session.rollback()
        return None
    run.lease_token, run.state, run.waits_for = secrets.token_hex(16), "running", None
    run.lease_until = at + timedelta(seconds=current_app.config["LEASE_SECONDS"])
    run.leg_no += 1
    token = run.lease_token
    db.session.commit()
    return run, token


def run_leg(run_id: int) -> None:
    """The job: one leg of a run, then the next one is queued. Does nothing when the run is not due."""
    leg = _leg(run_id, current_app.config["LEG_SECONDS"])
    if leg is not None:
        queue_next(run_id)
        _look_what_follows(run_id)


def when_ended(function):
    """Have a function called with the account's id whenever a leg was a run's last one."""
    if function not in WHEN_ENDED:
        WHEN_ENDED.append(function)


def _look_what_follows(run_id):
    db.session.rollback()
    run = db.session.get(ImportRun, run_id, populate_existing=True)
    if not run.is_live:
        for function in WHEN_ENDED:
            function(run.account_id)


def run_inline(run_id: int) -> None:
    """All legs of a run in this process, without Redis; waits keep the lease."""
    while True:
        db.session.rollback()
        run = db.session.get(ImportRun, run_id)
        if not run.is_live or run.question:
            return
        if _leg(run_id, float("inf")) is None:
            wait_a_little(run_id)


def wait_a_little(run_id):
    """Until a run is due again, or whoever works on it may have ended."""
    due = db.session.get(ImportRun, run_id).next_leg_at
    until = (due - now()).total_seconds() if due else INLINE_PAUSE
    db.session.rollback()
    time.sleep(until if 0 < until < INLINE_PAUSE else INLINE_PAUSE)


def _leg(run_id, budget):
    taken = take(run_id)
    if taken is None:
        return None
    leg = Leg(*taken, budget)
    with _ends_on_sigterm(leg), _seldom_collected():
        try:
            _work(leg)
        except LostLease:
            log.warning("lost the lease", run=run_id)
        finally:
            leg.close()
    return leg


def _work(leg):
    structlog.contextvars.bind_contextvars(run=leg.run_id)
    try:
        if leg.run.touches == 0:  # it may have been queued before another Halo was connected, or its stage locked
            leg.connection()
            if locked := locks.lock(leg.run.account_id, leg.stage, leg.run.purpose):
                _stop(leg, f"{locked.reason}.")
                return
        leg.work()
        leg.give_back()
    except HaloBusy as busy:
        leg.give_back(**_waiting(busy))
    except HaloDown as down:
        _wait_for_halo(leg, down)
    except HaloError as error:
        _stop(leg, str(error))
    except LostLease:
        raise
    except Exception:
        log.exception("a leg failed")
        _stop(leg, "something went wrong on our side; it is in the site's log")


def _waiting(busy):
    """What a run's row tells while Halo's limit makes it wait."""
    return {"state": "quota", "next_leg_at": busy.until, "waits_for": TOLD_TO_WAIT if busy.told else USED_UP}


def _wait_for_halo(leg, down):
    run = db.session.get(ImportRun, leg.run_id)
    at = now()
    since = run.down_since or at
    if at - since > PATIENCE:
        _stop(leg, f"{down} It was waited for {PATIENCE.seconds // 3600} hours.")
        return
    pause = current_app.config["PAUSE_SECONDS"] * GROWTH[min(run.tries, len(GROWTH) - 1)]
    leg.give_back(state="waiting", next_leg_at=at + timedelta(seconds=pause), waits_for=str(down),
                  down_since=since, tries=run.tries + 1)  # fmt: skip


def _stop(leg, why):
    db.session.rollback()
    with leg.batch() as run:
        finishing.stop(run, why)
    leg.give_back(next_leg_at=None)


@contextmanager
def _ends_on_sigterm(leg):
    """A worker told to stop lets the batch end and gives the lease back, so that nobody has to wait for it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: leg.told_to_stop.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _seldom_collected():
    """Batches make many objects and no cycles to speak of: looking for them at Python's usual pace takes a fifth."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def job_id(run) -> str:
    return f"leg-{run.id}-{run.leg_no}"


def queue_next(run_id) -> bool:
    """Queue the next leg of a run that is due and that nobody works on. False when there is nothing to queue.

    The database says what is due; Redis may have lost the job, or have it still. Raises queues.NoQueue.
    """
    begin_write()
    run = db.session.get(ImportRun, run_id, with_for_update=True)
    at = now()
    is_due = run.is_live and run.next_leg_at is not None and run.next_leg_at <= at and run.question is None
    is_held = run.lease_until is not None and run.lease_until > at
    if not is_due or is_held or queues.is_queued(queues.IMPORTS, job_id(run)):
        db.session.rollback()
        return False
    run.leg_no += 1
    run.queued_at = at
    identity = job_id(run)
    db.session.commit()
    return queues.enqueue(queues.IMPORTS, run_leg, run_id, job_id=identity)


def due_runs():
    """Ids of live runs that are due and that nobody works on."""
    at = now()
    return db.session.scalars(
        sa.select(ImportRun.id).where(
            ImportRun.state.in_(LIVE), ImportRun.next_leg_at <= at,
            sa.or_(ImportRun.lease_until.is_(None), ImportRun.lease_until <= at),
        )
    ).all()  # fmt: skip
