"""Works through a file in legs: the load's row is the truth, and holds a lease; whoever lost it writes nothing.

A batch of lines, what becomes of them and the cursor are one transaction, so a leg that dies costs a batch's time. The
watch process sees that what is due is queued.
"""

import secrets
import time
from datetime import timedelta
from itertools import islice
from types import SimpleNamespace

import sqlalchemy as sa
import structlog
from flask import current_app

from .. import audit, queues
from ..accounts.models import Account
from ..bulk import execute
from ..db import begin_write, db, now
from . import before, comparing_lines, saving_lines, uploads
from .company_lines import CompanyLines
from .contact_lines import ContactLines
from .list_lines import ListLines
from .lists import Press
from .load_models import LIVE, FileLine, FileLoad
from .sheets import Sheet, Unreadable, is_exact

log = structlog.get_logger()

KINDS = {"companies": CompanyLines, "contacts": ContactLines, "lists": ListLines}
# so many lines are one transaction: well below the 0.25 s that people's edits may have to wait
LINES_AT_A_TIME = 200
FORGOTTEN_AT_A_TIME = 5000
# a file of so few lines is done within the request, one of so many in seconds
AT_ONCE, SHORT = 500, 5000
SECONDS_AT_ONCE = 4.0
STEPS = {"same": comparing_lines.mark_same, "rest": comparing_lines.compare, "save": saving_lines.save}
NEXT = {"same": "rest", "rest": None, "save": None}
ENDS = {"rest": "checked", "save": "done"}


class LostLease(Exception):
    """Another leg works on this file now, or a person stopped it: what was about to be written is rolled back."""


def begin(load: FileLoad, state: str, step: str) -> None:
    """Let jobs work on a load: "checking" or "loading". The caller commits, then calls queue()."""
    load.state, load.step, load.cursor, load.why = state, step, 0, None
    load.started_at, load.ended_at, load.lease_token, load.lease_until = now(), None, None, None
    if state == "loading":
        said = f"Started to save the file {load.name} into {load.kind}"
        audit.note("upload", said, account_id=load.account_id, by=audit.Somebody(load.by, load.by_user_id))


class Leg:
    """One leg: the lines from the cursor on, until the budget is used or a state ends."""

    def __init__(self, load: FileLoad, token: str, budget: float):
        self.load_id, self.token, self.ends = load.id, token, time.monotonic() + budget
        self.load, self._rows, self._step = load, None, None

    def work(self) -> None:
        while self.load.is_live and time.monotonic() < self.ends:
            if self.load.step != self._step:
                self._open()
            rows = list(islice(self._rows, LINES_AT_A_TIME))
            for row in rows if self.load.step == "rest" else ():
                if row.fault is None:
                    self._lines.prepare(row.values)
            with self:
                if rows:
                    STEPS[self.load.step](comparing_lines.Batch(self.load, self._lines, rows))
                    self.load.cursor += len(rows)
                else:
                    _end_step(self.load)

    def _open(self):
        """The lines from the cursor on, and what knows their meaning. What was compared before is forgotten first."""
        load, self._step = self.load, self.load.step
        if load.step == "same" and load.cursor == 0:
            self._forget()
        sheet = sheet_of(load)
        press = Press(_person(load), load.started_at, load.id) if load.step == "save" else None
        account = db.session.get(Account, load.account_id)
        before_id = None if press else load.before_id
        self._lines = KINDS[load.kind](account, tuple(load.columns), before_id, press, is_exact(load.header))
        self._rows = sheet.rows(load.cursor)
        db.session.rollback()

    def _forget(self):
        gone = 1
        while gone:
            with self:
                gone = forget_some(self.load_id)

    def __enter__(self):
        """A writing transaction under the lease, with the load's row in it. Raises LostLease."""
        begin_write()
        until = now() + timedelta(seconds=current_app.config["LEASE_SECONDS"])
        mine = sa.update(FileLoad).where(FileLoad.id == self.load_id, FileLoad.lease_token == self.token)
        if db.session.execute(mine.values(lease_until=until)).rowcount == 0:
            db.session.rollback()
            raise LostLease
        self.load = db.session.get(FileLoad, self.load_id, populate_existing=True)

    def __exit__(self, kind, *_):
        db.session.commit() if kind is None else db.session.rollback()

    def give_back(self) -> None:
        with self:
            self.load.lease_token = self.load.lease_until = None


def forget_some(load_id: int, but: str | None = None) -> int:
    """Away with what some of a load's lines would do; how many those were. but: what stays, REFUSED say. In a writing
    transaction.
    """
    mine = (FileLine.load_id == load_id, FileLine.what != (but or ""))
    some = sa.select(FileLine.line).where(*mine).order_by(FileLine.line).limit(FORGOTTEN_AT_A_TIME)
    here = sa.delete(FileLine).where(*mine, FileLine.line.in_(some))
    return execute(here)


def _person(load):
    return SimpleNamespace(id=load.by_user_id, name=load.by) if load.by_user_id else None


def sheet_of(load: FileLoad) -> Sheet:
    return Sheet(uploads.path_of(load), load.encoding, load.delimiter, tuple(load.header), load.columns)


def _end_step(load):
    following = NEXT[load.step]
    if following:
        load.step, load.cursor = following, 0
        return
    load.state, load.ended_at = ENDS[load.step], now()
    load.lease_token = load.lease_until = load.step = None


def take(load_id: int):
    """The lease of a load that nobody works on, as (load, token); None where there is nothing to do."""
    begin_write()
    load = db.session.get(FileLoad, load_id, with_for_update=True, populate_existing=True)
    if load is None or not load.is_live or (load.lease_until and load.lease_until > now()):
        db.session.rollback()
        return None
    if load.step == "same" and load.before_id is None:
        load.before_id = before.last_id(KINDS[load.kind].model, load.account_id)
    load.lease_token = token = secrets.token_hex(16)
    load.lease_until = now() + timedelta(seconds=current_app.config["LEASE_SECONDS"])
    load.leg_no += 1
    db.session.commit()
    return load, token


def run_leg(load_id: int) -> None:
    """The job: one leg of a load, then the next one is queued."""
    if work(load_id, current_app.config["LEG_SECONDS"]):
        queue(load_id)


def run_inline(load_id: int) -> None:
    """All that is to be done now, in this process, without Redis."""
    work(load_id, float("inf"))


def work(load_id: int, budget: float) -> bool:
    """One leg; whether there was anything to do."""
    taken = take(load_id)
    if taken is None:
        return False
    leg = Leg(*taken, budget)
    structlog.contextvars.bind_contextvars(file=load_id)
    try:
        leg.work()
        if leg.load.is_live:
            leg.give_back()
        elif leg.load.state == "done":
            uploads.remove(leg.load)
    except LostLease:
        log.warning("lost the lease")
    except (OSError, UnicodeError, Unreadable) as error:
        _fail(leg, f"The file cannot be read any more: {error}" if isinstance(error, Unreadable) else
              "The file is not there any more, or has changed.")  # fmt: skip
    except Exception:
        log.exception("a leg failed")
        _fail(leg, "Something went wrong on our side; it is in the site's log.")
        raise
    return True


def _fail(leg, why):
    db.session.rollback()
    with leg:
        leg.load.state, leg.load.why, leg.load.ended_at = "failed", why, now()
        leg.load.lease_token = leg.load.lease_until = None
    uploads.remove(leg.load)


def queue_of(load: FileLoad) -> str:
    """A short file is what a person waits for; a long one waits its turn among imports."""
    return queues.EXPORTS if load.total <= SHORT else queues.IMPORTS


def queue(load_id: int) -> bool:
    """Queue the next leg of a load that nobody works on; whether that was needed. Without Redis nothing is lost."""
    db.session.rollback()
    load = db.session.get(FileLoad, load_id, populate_existing=True)
    job_id = f"file-{load.id}-{load.leg_no}"
    is_held = load.lease_until is not None and load.lease_until > now()
    if not load.is_live or is_held or queues.is_queued(queue_of(load), job_id):
        return False
    try:
        return queues.enqueue(queue_of(load), run_leg, load_id, job_id=job_id)
    except queues.NoQueue as error:
        log.warning("file not queued", file=load_id, why=str(error))
        return False


def queue_due() -> int:
    """Queue what is due; how many."""
    at = now()
    free = sa.or_(FileLoad.lease_until.is_(None), FileLoad.lease_until <= at)
    due = db.session.scalars(sa.select(FileLoad.id).where(FileLoad.state.in_(LIVE), free)).all()
    return sum(queue(load_id) for load_id in due)
