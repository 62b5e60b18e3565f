"""Import all, in order: types and statuses are read and asked about first, then each stage starts when the one before
has ended well. No worker waits for it: whoever ends a leg, and the watch, look what is due.
"""

from typing import NamedTuple

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError

from .. import audit, due, queues
from ..accounts.models import User
from ..connecting import mapping, opening
from ..connecting.models import StageState
from ..db import begin_write, db, now, owned
from ..halo.errors import HaloBusy, HaloError
from ..mirror.models import HaloTenant
from . import legs, locks, runs, sentences, stages
from .models import ImportRun
from .order_models import LIVE, ImportOrder

log = structlog.get_logger()

SET_UP = ("users",)  # done once, and left out of an order
GOOD = ("done", "problems")
# nothing may have to be asked on the way: what turns up unmapped is left out and listed
OPTIONS = {"newer": "read", "websites": "read", "unmapped_type": "leave_out", "unmapped_status": "leave_out"}


class Unmapped(NamedTuple):
    """Values of Halo's that nobody has said the meaning of, of one kind: (name, how many records have it) each."""

    stage: object
    kind: str
    values: tuple

    @property
    def records(self):
        return sum(number for _, number in self.values)


def keys() -> list[str]:
    """The stages of an order."""
    return [stage.key for stage in stages.STAGES if stage.key not in SET_UP]


def is_set_up(account_id: int) -> bool:
    """Whether all that is done once is done: the connection, the users, and what each stage's mapping needs."""
    if not opening.connected(account_id):
        return False
    tenant_id = opening.connection_of(account_id).tenant_id
    for stage in stages.STAGES:
        state = db.session.get(StageState, (tenant_id, stage.key))
        if stage.key in SET_UP and not (state and state.done_at):
            return False
        if stage.mapping and not (state and state.mapped_at):
            return False
    return True


def live(account_id: int) -> ImportOrder | None:
    return db.session.scalar(owned(ImportOrder, account_id).where(ImportOrder.state.in_(LIVE)))


def latest(account_id: int) -> ImportOrder | None:
    return db.session.scalar(owned(ImportOrder, account_id).order_by(ImportOrder.id.desc()).limit(1))


def start(account_id: int, by=None, options=None) -> ImportOrder:
    """The order that now waits for its types to be read; the live one where there is one. Raises Locked. Commits."""
    begin_write()
    if known := live(account_id):
        return known
    first = stages.stage(keys()[0])
    if locked := locks.lock(account_id, first):
        raise locks.Locked(locked)
    at = now()
    order = ImportOrder(
        account_id=account_id, tenant_id=opening.connection_of(account_id).tenant_id, state="reading", stages=keys(),
        by_user_id=by and by.id, by_name=by.name if by else "The command line", place=audit.here(), runs=[],
        options=OPTIONS | (options or {}), started_at=at, touched_at=at,
    )  # fmt: skip
    db.session.add(order)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return live(account_id)
    return order


def queue(order: ImportOrder) -> None:
    """Queue the reading of types. Without Redis nothing is lost: the watch process queues it once that is back."""
    if order.state != "reading" or queues.is_queued(queues.EXPORTS, f"order-{order.id}"):
        return
    try:
        queues.enqueue(queues.EXPORTS, read, order.id, job_id=f"order-{order.id}")
    except queues.NoQueue as error:
        log.warning("not queued", order=order.id, why=str(error))


def read(order_id: int) -> None:
    """Read Halo's own lists of types and statuses; what is mapped then starts, what is not is asked. The job."""
    order = db.session.get(ImportOrder, order_id)
    if order is None or order.state != "reading":
        return
    connection = opening.connection_of(order.account_id)
    try:
        with opening.open_halo(connection, "exports") as halo:
            db.session.rollback()  # nothing stays open while Halo is asked
            found = [(stage, stage.read_values(halo)) for stage in _of(order) if stage.mappings]
    except HaloBusy:
        db.session.rollback()
        return  # the watch has it read again
    except HaloError as error:
        _end(order_id, "stopped", f"Halo's types could not be read: {error}")
        return
    begin_write()
    order = db.session.get(ImportOrder, order_id, with_for_update=True, populate_existing=True)
    if order.state != "reading":
        db.session.rollback()
        return
    tenant = db.session.get(HaloTenant, order.tenant_id)
    for stage, values in found:
        if values is not None:
            stage.keep_values(tenant, values)
    db.session.flush()
    order.state, order.touched_at = "asking" if unmapped(order) else "running", now()
    db.session.commit()
    go_on(order.account_id)


def unmapped(order: ImportOrder) -> list[Unmapped]:
    """What an order asks about before it starts."""
    return [one for stage in _of(order) for one in unmapped_of(stage, order.tenant_id)]


def unmapped_of(stage, tenant_id: int) -> list[Unmapped]:
    """What nobody has said the meaning of, of one stage."""
    tenant = db.session.get(HaloTenant, tenant_id)
    rows = {kind: mapping.unanswered(tenant, kind) for kind in stage.mappings}
    return [Unmapped(stage, kind, tuple((row.shown, row.number) for row in found))
            for kind, found in rows.items() if found]  # fmt: skip


def reply(order: ImportOrder) -> None:
    """A person has seen what is not mapped: it stays out, the order starts. In a writing transaction; commits."""
    order = db.session.get(ImportOrder, order.id, with_for_update=True, populate_existing=True)
    if order.state == "asking":
        order.state, order.touched_at = "running", now()
    db.session.commit()
    go_on(order.account_id)


def cancel(order: ImportOrder) -> None:
    """No further stage starts, and the one at work is cancelled. In a writing transaction; commits."""
    order = db.session.get(ImportOrder, order.id, with_for_update=True, populate_existing=True)
    current = _current(order)
    if order.is_live:
        order.state, order.ended_at = "cancelled", now()
        order.stopped = "Cancelled: what was saved until then stays."
    db.session.commit()
    if current is not None and current.is_live:
        begin_write()
        runs.cancel(current)


def go_on(account_id: int) -> ImportRun | None:
    """Start the next stage of the account's order where it is due, or end the order; the import that is at work now.

    Whoever calls it, and however often: a stage is started once.
    """
    begin_write()
    order = db.session.scalar(
        owned(ImportOrder, account_id).where(ImportOrder.state == "running").with_for_update()
        .execution_options(populate_existing=True)
    )  # fmt: skip
    current = order and _current(order)
    if order is None or (current is not None and current.is_live):
        db.session.rollback()
        return current
    if current is not None and current.state not in GOOD:
        _stop(order, current)
        return None
    at = len(order.runs)
    if at == len(order.stages):
        order.state, order.ended_at = "done", now()
        db.session.commit()
        return None
    return _start(order.id, at)


def _start(order_id, at):
    """The import of the stage that is next, started and kept with the order."""
    order = db.session.get(ImportOrder, order_id)
    account_id, key, options = order.account_id, order.stages[at], dict(order.options)
    by = db.session.get(User, order.by_user_id) if order.by_user_id else None
    try:
        # commits: should this process die right after it, the import is found as the live one like it
        run = runs.start(account_id, key, by, options=options, place=order.place)
    except locks.Locked as locked:
        _end(order_id, "stopped", f"{stages.stage(key).title} could not start: {locked}.")
        return None
    except runs.Busy as busy:
        db.session.rollback()
        return busy.run  # of somebody else's: this one starts once that has ended
    begin_write()
    order = db.session.get(ImportOrder, order_id, with_for_update=True, populate_existing=True)
    if order.state == "running" and len(order.runs) == at:
        order.runs, order.at, order.touched_at = [*order.runs, run.id], at, now()
    db.session.commit()
    runs.queue(run)
    return run


def _current(order):
    return db.session.get(ImportRun, order.runs[-1], populate_existing=True) if order.runs else None


def _stop(order, run):
    stage = stages.stage(run.stage)
    if run.state == "cancelled":
        order.state, order.stopped = "cancelled", f"{stage.title} was cancelled, so nothing after it was started."
    else:
        order.state, order.stopped = "stopped", f"{stage.title} did not come to its end. {sentences.stopped(run)}"
    order.ended_at = now()
    db.session.commit()


def _end(order_id, state, why):
    begin_write()
    order = db.session.get(ImportOrder, order_id, with_for_update=True, populate_existing=True)
    order.state, order.stopped, order.ended_at = state, why, now()
    db.session.commit()


def _of(order):
    return [stages.stage(key) for key in order.stages]


@due.queues
def look() -> int:
    """Go on with every order that is due: for the watch. How many readings of types were queued."""
    queued = 0
    for order in db.session.scalars(sa.select(ImportOrder).where(ImportOrder.state.in_(("reading", "running")))).all():
        if order.state == "reading":
            queue(order)
            queued += 1
        else:
            go_on(order.account_id)
    return queued


legs.when_ended(go_on)
