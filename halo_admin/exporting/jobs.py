"""The job of an export: takes a lease on its row, looks or sends, and leaves the row as it stands."""

import secrets
import time
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa
import structlog
from flask import current_app

from ..accounts.models import Account
from ..bulk import execute
from ..connecting.opening import connection_of, open_halo
from ..db import begin_write, db, now
from ..halo.errors import HaloBusy, HaloError
from .fields import KINDS
from .models import WORKED_ON, Export, Intent

log = structlog.get_logger()

OUR_FAULT = "Something went wrong on our side; it is in the site's log."


class Lost(Exception):
    """Somebody else works on this export by now: nothing of what this job meant to write is kept."""


class NoRecord(Exception):
    """Our record is not there any more."""


class Labour:
    """One job's work on one export. No transaction is open while Halo is asked."""

    def __init__(self, export_id: int, token: str):
        self.id, self.token, self.requests = export_id, token, 0
        self.export = db.session.get(Export, export_id, populate_existing=True)
        self.kind = KINDS[self.export.kind]
        self.halo = None
        self.renewed = time.monotonic()
        self.saw_nothing_new = False  # whether Halo showed that nothing came up since the look

    @contextmanager
    def writing(self):
        """A writing transaction that keeps what it does only while the lease is ours; hands the export in."""
        begin_write()
        mine = sa.update(Export).where(Export.id == self.id, Export.lease_token == self.token)
        touched = execute(mine.values(lease_until=_lease_end(), requests=Export.requests + self.requests))
        if touched == 0:
            db.session.rollback()
            raise Lost
        self.requests, self.renewed = 0, time.monotonic()
        try:
            yield db.session.get(Export, self.id, populate_existing=True)
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        self.fresh()

    def fresh(self) -> Export:
        """The export as it is now, in a transaction that is over."""
        self.export = db.session.get(Export, self.id, populate_existing=True)
        return self.export

    def ask(self, question):
        """What a question to Halo answers; nothing stays open meanwhile."""
        db.session.rollback()
        return question(self.halo)

    def record(self):
        """Our record as it is now. Raises NoRecord."""
        if not self.is_here():
            raise NoRecord
        return db.session.get(self.kind.model, self.export.ours_id)

    def is_here(self) -> bool:
        """Whether our record is there still."""
        record = db.session.get(self.kind.model, self.export.ours_id, populate_existing=True)
        return record is not None and record.account_id == self.export.account_id

    def account(self):
        return db.session.get(Account, self.export.account_id)

    def on_request(self):
        """A request is about to be sent: nobody is to take this job for dead while Halo thinks."""
        self.requests += 1
        if time.monotonic() - self.renewed < current_app.config["LEASE_SECONDS"] / 20:
            return  # another writer may be busy: what is not needed is not written
        self.renewed = time.monotonic()
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            mine = sa.update(Export.__table__).where(Export.id == self.id, Export.lease_token == self.token)
            if connection.execute(mine.values(lease_until=_lease_end(connection))).rowcount == 0:
                raise Lost


def work(export_id: int) -> None:
    """Carry an export on. The job of a worker; of several only one does."""
    token = _take(export_id)
    if token is None:
        return
    labour = Labour(export_id, token)
    try:
        _carry_on(labour)
    except Lost:
        db.session.rollback()
        log.warning("another job works on this export", export=export_id)
    finally:
        _let_go(labour)


def work_inline(export_id: int) -> Export:
    """Carry an export on in this process until nothing is due any more; waits where Halo asks to."""
    while True:
        work(export_id)
        db.session.rollback()
        export = db.session.get(Export, export_id, populate_existing=True)
        if not export.is_worked_on:
            return export
        free_at = max(filter(None, (export.due_at, export.lease_until)), default=None)
        wait = (free_at - now()).total_seconds() if free_at else 0
        db.session.rollback()
        time.sleep(min(max(wait, 0.05), 5))


def _carry_on(labour):
    from . import looking, sending  # they need this module's words

    connection = connection_of(labour.export.account_id)
    if connection is None or connection.tenant_id != labour.export.tenant_id:
        sending.stopped(labour, "Another Halo is connected by now. Open Send to Halo once more.")
        return
    step = looking.look if labour.export.state == "looking" else sending.send
    try:
        with open_halo(connection, "exports", labour.on_request) as halo:
            labour.halo = halo
            step(labour)
    except HaloBusy as busy:
        _wait(labour, busy)
    except HaloError as error:
        sending.stopped(labour, str(error))
    except NoRecord:
        sending.stopped(labour, "It is not here any more.")
    except Lost:
        raise
    except Exception:  # once more would end in the same way
        log.exception("an export failed", export=labour.id)
        db.session.rollback()
        sending.stopped(labour, OUR_FAULT)


def _wait(labour, busy):
    """Halo's limit is used up: the row says when to go on, and this job ends."""
    with labour.writing() as export:
        export.due_at, export.job_no = busy.until, export.job_no + 1
        export.waits = "Halo asks to wait" if busy.told else "Halo's limit of requests is used up"


def close_intent(export_id: int, outcome: str, halo_id: int | None = None) -> None:
    """Nothing of this export is in doubt any more. In a writing transaction."""
    here = sa.update(Intent).where(Intent.export_id == export_id, Intent.closed_at.is_(None))
    values = {"closed_at": now(), "outcome": outcome, "halo_id": halo_id}
    execute(here.values(values))


def _take(export_id):
    """The token of a lease on the export; None where it is not due, or somebody has it."""
    begin_write()
    token, at = secrets.token_hex(8), now()
    free = sa.or_(Export.lease_until.is_(None), Export.lease_until < at)
    waited = sa.or_(Export.due_at.is_(None), Export.due_at <= at)
    here = sa.update(Export).where(Export.id == export_id, Export.state.in_(WORKED_ON), free, waited)
    values = {"lease_token": token, "lease_until": _lease_end(), "waits": None, "due_at": None}
    taken = execute(here.values(values))
    db.session.commit()
    return token if taken else None


def _let_go(labour):
    begin_write()
    mine = sa.update(Export).where(Export.id == labour.id, Export.lease_token == labour.token)
    values = {"lease_token": None, "lease_until": None, "requests": Export.requests + labour.requests}
    execute(mine.values(values))
    db.session.commit()


def _lease_end(connection=None):
    return now(connection) + timedelta(seconds=current_app.config["LEASE_SECONDS"])
