"""An export's way from the opened dialog to Send: each step is taken once, whoever presses how often."""

from datetime import timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError

from .. import audit, due, queues
from ..bulk import execute
from ..connecting.opening import connection_of
from ..crm.changes import COMMAND_LINE
from ..db import begin_write, db, now, owned
from . import jobs, locks
from .fields import KINDS
from .models import ENDED, Export, Intent

FORGOTTEN = timedelta(days=1)  # a dialog that was opened and never sent
log = structlog.get_logger()


class NotNow(ValueError):
    """This cannot be done, or not at the moment; the text says why, for the person who wanted it."""


class Busy(NotNow):
    """Somebody sends this very record just now; export is theirs."""

    def __init__(self, export):
        super().__init__(f"{export.by_name} is sending this just now.")
        self.export = export


def open_(kind: str, record, by=None, then_contact_id=None, chosen=None) -> Export:
    """The dialog for one record: a new one that looks into Halo, or the one that is on its way or in doubt.

    by: a User, or None for the command line. Raises NotNow where sending is locked. In a writing transaction; the
    caller commits, then calls queue().
    """
    if lock := locks.lock_of(record.account_id):
        raise NotNow(lock.reason)
    if going := on_its_way(kind, record):
        return going
    _forget_unsent(record.account_id)
    export = Export(
        account_id=record.account_id, tenant_id=connection_of(record.account_id).tenant_id, kind=kind,
        ours_id=record.id, ours_name=record.name, by_user_id=by.id if by else None,
        by_name=by.name if by else COMMAND_LINE, place=audit.here(), state="looking",
        chosen=chosen or {}, then_contact_id=then_contact_id, job_no=1, opened_at=now(),
    )  # fmt: skip
    db.session.add(export)
    db.session.flush()
    return export


def on_its_way(kind: str, record) -> Export | None:
    """The export of this record that is being sent, or of which nobody knows what came."""
    here = owned(Export, record.account_id).where(Export.kind == kind, Export.ours_id == record.id)
    return db.session.scalar(here.where(Export.state.in_(("sending", "unknown"))))


def sent(kind: str, record, most: int, before: int) -> list[Export]:
    """A record's exports that were sent, the newest first."""
    here = owned(Export, record.account_id).where(
        Export.kind == kind, Export.ours_id == record.id, Export.sent_at.is_not(None), Export.id < before
    )
    return list(db.session.scalars(here.order_by(Export.id.desc()).limit(most)))


def look(export: Export, **chosen) -> bool:
    """Look into Halo again, with what was chosen since ("to", "site", "type", "client"). Whether it does.

    An export in doubt looks for what it may have made. Commits, and queues.
    """
    begin_write()
    state = "sending" if export.state == "unknown" else "looking"
    values = {"state": state, "chosen": export.chosen | chosen, "said": None, "ended_at": None}
    moved = _move(export.id, ("where", "ready", "failed", "unknown"), values)
    return _go(export.id, moved)


def start(export: Export, fields: list[str], overwrites: bool, ours: dict, chosen: dict, beside) -> bool:
    """Send these fields of ours ({field: value and words}, as they were shown). False where it is on its way already.

    beside() is called in the same transaction. Raises NotNow and Busy. Commits, and queues.
    """
    begin_write()
    if lock := locks.lock_of(export.account_id):
        db.session.rollback()
        raise NotNow(lock.reason)
    kind = KINDS[export.kind]
    values = {"state": "sending", "fields": fields, "overwrites": overwrites, "sent_at": now(), "said": None,
              "chosen": export.chosen | chosen, "results": None, "found": export.found | {"ours": ours}}  # fmt: skip
    try:
        moved = _move(export.id, ("ready",), values)
        if moved:
            _note(export, fields)
            beside()
        return _go(export.id, moved)
    except IntegrityError as error:
        db.session.rollback()
        record = db.session.get(kind.model, export.ours_id)
        raise Busy(on_its_way(export.kind, record) or export) from error


def give_up(export: Export) -> bool:
    """A person says that Halo did not save it: it may be sent anew. Commits."""
    begin_write()
    moved = _move(export.id, ("unknown",), {"state": "given up", "ended_at": now()})
    if moved:
        jobs.close_intent(export.id, "given up")
        audit.note("export", f"Said that Halo did not save {export.ours_name}", account_id=export.account_id)
    db.session.commit()
    return moved


def queue(export: Export) -> None:
    """Queue the export's job. Without Redis nothing is lost: the watch queues it once that is back."""
    if not export.is_worked_on:
        return
    try:
        queues.enqueue(queues.EXPORTS, jobs.work, export.id, job_id=f"export-{export.id}-{export.job_no}")
    except queues.NoQueue as error:
        log.warning("export not queued", export=export.id, why=str(error))


@due.queues
def queue_due() -> int:
    """Queue the exports that are due and that nobody works on; how many."""
    at = now()
    free = sa.or_(Export.lease_until.is_(None), Export.lease_until < at)
    waited = sa.or_(Export.due_at.is_(None), Export.due_at <= at)
    due_ones = sa.select(Export.id, Export.job_no).where(Export.state.in_(("looking", "sending")), free, waited)
    found = db.session.execute(due_ones.limit(100)).all()
    for export_id, job_no in found:
        if not queues.is_queued(queues.EXPORTS, f"export-{export_id}-{job_no}"):
            _queue_anew(export_id)
    return len(found)


def _queue_anew(export_id):
    """A job that died keeps its id for a while, so the next one gets another."""
    begin_write()
    mine = sa.update(Export).where(Export.id == export_id).values(job_no=Export.job_no + 1)
    execute(mine)
    db.session.commit()
    queue(db.session.get(Export, export_id, populate_existing=True))


def _move(export_id, before, values):
    """Compare and swap: the export goes on only from one of these states."""
    here = sa.update(Export).where(Export.id == export_id, Export.state.in_(before))
    values = values | {"due_at": None, "waits": None, "job_no": Export.job_no + 1}
    return execute(here.values(values)) == 1


def _go(export_id, moved):
    db.session.commit()
    if moved:
        queue(db.session.get(Export, export_id, populate_existing=True))
    return moved


def _note(export, fields):
    kind = KINDS[export.kind]
    labels = [field.label for field in kind.fields if field.name in fields]
    told = ", ".join(labels) or "nothing but the link"
    audit.note("export", f"Sent {export.ours_name} to Halo: {told}", account_id=export.account_id)


def _forget_unsent(account_id):
    mine = (Export.account_id == account_id, Export.sent_at.is_(None), Export.state.not_in(ENDED))
    made = sa.exists().where(Intent.export_id == Export.id)  # what may have been made is not forgotten
    gone = sa.delete(Export).where(*mine, Export.opened_at < now() - FORGOTTEN, ~made)
    execute(gone)
