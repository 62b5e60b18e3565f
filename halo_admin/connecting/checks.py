"""The connection check: a row whose lines fill in while a worker asks Halo. Only a passed one makes "connected"."""

from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from .. import queues
from ..db import begin_write, db, now, owned
from ..halo import checking
from ..halo.errors import HaloBusy, HaloError
from .models import Connection, ConnectionCheck
from .opening import connection_of, open_halo

LIVE = ("waiting", "running")


def latest(connection: Connection) -> ConnectionCheck | None:
    """The last check of the credentials that are saved now."""
    query = owned(ConnectionCheck, connection.account_id).where(ConnectionCheck.revision == connection.revision)
    return db.session.scalar(query.order_by(ConnectionCheck.id.desc()).limit(1))


def is_live(check: ConnectionCheck | None) -> bool:
    """Whether it goes on; one that nobody has touched for the length of a lease has lost its worker."""
    lease = timedelta(seconds=current_app.config["LEASE_SECONDS"])
    return check is not None and check.state in LIVE and check.touched_at > now() - lease


def start(connection: Connection) -> ConnectionCheck:
    """The check that now waits for a worker; the live one where there is one. Commits.

    Where nothing can be queued the check has failed, and says why.
    """
    begin_write()
    check = latest(connection)
    if is_live(check):
        return check
    check = _add(connection)
    try:
        queues.enqueue(queues.EXPORTS, run, check.id, job_id=f"check-{check.id}")
    except queues.NoQueue as error:
        _end(check.id, "failed", str(error))
    return check


def new(connection: Connection) -> ConnectionCheck:
    """A check with all its lines still open, for who carries it out without a queue. Commits."""
    begin_write()
    return _add(connection)


def _add(connection):
    lines = [{"key": key, "title": title, "ok": None, "warning": False, "text": ""} for key, title in checking.LINES]
    at = now()
    check = ConnectionCheck(account_id=connection.account_id, state="waiting", lines=lines,
                            revision=connection.revision, started_at=at, touched_at=at)  # fmt: skip
    db.session.add(check)
    db.session.commit()
    return check


def run(check_id: int) -> None:
    """Carry the check out, line by line. The job of a worker; `halo connect` calls it itself."""
    connection = _take(check_id)
    if connection is None:
        return
    try:
        with open_halo(connection, "exports") as halo:
            db.session.rollback()  # nothing stays open while Halo is asked
            agent = _ask(check_id, halo)
    except HaloBusy as busy:
        _end(check_id, "failed", _wait_words(busy))
    except HaloError as error:
        _end(check_id, "failed", str(error))
    else:
        _conclude(check_id, agent)


def _take(check_id):
    """The connection to check; None where the check is not to be carried out any more."""
    begin_write()
    check = db.session.get(ConnectionCheck, check_id, with_for_update=True)
    connection = connection_of(check.account_id) if check and check.state == "waiting" else None
    if connection is None or connection.revision != check.revision:
        db.session.rollback()
        return None
    check.state, check.touched_at = "running", now()
    db.session.commit()
    return connection


def _ask(check_id, halo):
    """Fills the lines in; the agent that Halo says we act as, where it does."""
    agent = None
    for line in checking.check(halo):
        agent = agent or line.agent
        _fill(check_id, line)
    return agent


def _fill(check_id, line):
    begin_write()
    check = db.session.get(ConnectionCheck, check_id, with_for_update=True)
    told = {"key": line.key, "title": line.title, "ok": line.ok, "warning": line.warning, "text": line.text}
    check.lines = [told if kept["key"] == line.key else kept for kept in check.lines]
    check.touched_at = now()
    db.session.commit()


def _conclude(check_id, agent):
    begin_write()
    check = db.session.get(ConnectionCheck, check_id, with_for_update=True)
    passed = all(line["ok"] for line in check.lines)
    values = {"connected_at": now() if passed else None}
    if agent is not None:
        values |= {"agent_name": agent.name, "agent_is_person": agent.is_api is False}
    # credentials that were changed while the check ran are not the ones that passed it
    here = (Connection.account_id == check.account_id, Connection.revision == check.revision)
    db.session.execute(sa.update(Connection).where(*here).values(values))
    check.state, check.ended_at = "passed" if passed else "failed", now()
    db.session.commit()


def _end(check_id, state, sentence):
    begin_write()
    check = db.session.get(ConnectionCheck, check_id, with_for_update=True)
    check.state, check.stopped, check.ended_at = state, sentence, now()
    db.session.commit()


def _wait_words(busy):
    seconds = max(1, round((busy.until - now()).total_seconds()))
    wait = f"{seconds} seconds" if seconds < 120 else f"{round(seconds / 60)} minutes"
    return f"Halo's limit of requests is used up at the moment. Check again in {wait}."
