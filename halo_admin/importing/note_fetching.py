"""Get notes from Halo: the notes of one profile, by one request, decided and saved at once as an import of its own."""

from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa
from flask import current_app

from .. import queues
from ..accounts.models import Account, User
from ..connecting import opening
from ..crm import notes
from ..crm.contact_models import Contact
from ..crm.models import Company
from ..db import begin_write, db, now, owned
from ..halo.errors import HaloBusy, HaloError
from ..mirror.models import HaloRecord
from ..web.words import duration
from . import noting, stages, whose
from .applying import NEEDED, Applying, settle
from .deciding import Deciding, store
from .models import Decision, ImportRun, Sweep
from .note_fetch_models import NoteFetch
from .situation import LIGHT, Situation, full_rows, mapping_revision, quick, rows_with_ours

LIVE = ("waiting", "running")
MODELS = {"company": Company, "contact": Contact}
NOT_LINKED = "It is not linked to Halo, so Halo has no notes of it."
NOT_CONNECTED = "Halo is not connected. An admin can connect it in Account Settings."


class _Shelving(NamedTuple):
    """What a Shelf needs of a leg."""

    stage: object
    country: str


def latest(record) -> NoteFetch | None:
    """The last press on this record."""
    mine = owned(NoteFetch, record.account_id).where(
        NoteFetch.kind == notes.NOUNS[type(record)], NoteFetch.record_id == record.id
    )
    return db.session.scalar(mine.order_by(NoteFetch.id.desc()).limit(1))


def is_live(fetch: NoteFetch | None) -> bool:
    """Whether it goes on; one that nobody has touched for the length of a lease has lost its worker."""
    lease = timedelta(seconds=current_app.config["LEASE_SECONDS"])
    return fetch is not None and fetch.state in LIVE and fetch.touched_at > now() - lease


def places_of(record) -> list[noting.Place]:
    """The Halo records that stand for a record of ours now: usually one."""
    connection = opening.connection_of(record.account_id)
    if connection is None:
        return []
    rows = sa.select(HaloRecord.halo_id, HaloRecord.parent_id).where(
        HaloRecord.tenant_id == connection.tenant_id, HaloRecord.kind == record.HALO_KIND,
        HaloRecord.ours_id == record.id, HaloRecord.gone_at.is_(None),
    )  # fmt: skip
    is_client = record.HALO_KIND == "client"
    # sorted here: SQLite would walk all records in that order instead
    found = sorted(db.session.execute(rows).all(), key=lambda row: row.halo_id)
    return [noting.Place(record.HALO_KIND, row.halo_id, row.halo_id if is_client else row.parent_id) for row in found]


def start(record, by: User) -> NoteFetch:
    """Ask for the notes of a record; the press that goes on already, where there is one. Commits.

    Where nothing can be queued, or there is nothing to ask, it has failed and says why.
    """
    if is_live(fetch := latest(record)):
        return fetch
    linked = places_of(record)
    fetch = new(record, by)
    if not opening.connected(fetch.account_id):
        return _end(fetch.id, "failed", stopped=NOT_CONNECTED)
    if not linked:
        return _end(fetch.id, "failed", stopped=NOT_LINKED)
    try:
        queues.enqueue(queues.EXPORTS, run, fetch.id, job_id=f"notes-{fetch.id}")
    except queues.NoQueue as error:
        return _end(fetch.id, "failed", stopped=str(error))
    return fetch


def new(record, by: User) -> NoteFetch:
    """A press that waits, for who carries it out without a queue. Commits."""
    at = now()
    fetch = NoteFetch(account_id=record.account_id, kind=notes.NOUNS[type(record)], record_id=record.id,
                      state="waiting", by_user_id=by.id, by_name=by.name, started_at=at, touched_at=at)  # fmt: skip
    db.session.add(fetch)
    db.session.commit()
    return fetch


def run(fetch_id: int) -> None:
    """The job: ask Halo, with no transaction open, then save all of it in one."""
    taken = _take(fetch_id)
    if taken is None:
        return
    connection, places, sent = taken[0], taken[1], []
    try:
        with opening.open_halo(connection, "exports", on_request=lambda *_: sent.append(1)) as halo:
            db.session.rollback()  # nothing stays open while Halo is asked
            answers = [noting.ask(halo, place) for place in places]
    except HaloBusy as busy:
        db.session.rollback()
        wait = duration(max(1, (busy.until - now()).total_seconds()))
        _end(fetch_id, "failed", stopped=f"Halo's limit of requests is used up at the moment. Try again in {wait}.")
    except HaloError as error:
        _end(fetch_id, "failed", stopped=str(error))
    else:
        _save(fetch_id, connection.tenant_id, answers, len(sent))


def _take(fetch_id):
    begin_write()
    fetch = db.session.get(NoteFetch, fetch_id, with_for_update=True)
    if fetch is None or fetch.state != "waiting":
        db.session.rollback()
        return None
    record = db.session.scalar(
        owned(MODELS[fetch.kind], fetch.account_id).where(MODELS[fetch.kind].id == fetch.record_id)
    )
    places, connection = places_of(record) if record else [], opening.connection_of(fetch.account_id)
    if not places:
        db.session.rollback()
        _end(fetch_id, "failed", stopped=NOT_LINKED)
        return None
    fetch.state, fetch.touched_at = "running", now()
    db.session.commit()
    return connection, places


def _save(fetch_id, tenant_id, answers, requests):
    begin_write()
    fetch = db.session.get(NoteFetch, fetch_id, with_for_update=True)
    made = _run_of(fetch, tenant_id, requests)
    sweep = Sweep(account_id=fetch.account_id, tenant_id=tenant_id, kind="note", state="profile",
                  started_at=fetch.started_at, touched_at=now(), ended_at=now())  # fmt: skip
    db.session.add_all([made, sweep])
    db.session.flush()
    country = db.session.get(Account, fetch.account_id).default_country
    for answer in answers:
        noting.keep(_Shelving(stages.stage(whose.STAGE), country), made, sweep, answer)
    made.counts = _decided_and_saved(made, sweep, country)
    made.facts = made.facts | {"fetched": sum(made.counts.values())}
    fetch.state, fetch.ended_at, fetch.counts, fetch.run_id = "done", now(), made.counts, made.id
    db.session.commit()


def _run_of(fetch, tenant_id, requests):
    """An import that has come to its end once it is there: it holds up no other one."""
    return ImportRun(
        account_id=fetch.account_id, tenant_id=tenant_id, stage=whose.STAGE, purpose="profile", state="done",
        by_user_id=fetch.by_user_id, by_name=fetch.by_name, movement="saving", requests=requests, options={}, facts={},
        counts={}, progress={}, problems=[], started_at=fetch.started_at, ended_at=now(),
        mapping_revision=mapping_revision(tenant_id, whose.STAGE),
    )  # fmt: skip


def _decided_and_saved(made, sweep, country):
    """What became of each note that was seen, by outcome."""
    situation = Situation(made, stages.stage(whose.STAGE), country)
    seen = rows_with_ours(situation, LIGHT).where(HaloRecord.last_sweep_id == sweep.id)
    found = quick(situation, db.session.execute(seen).all())
    counts = {"unchanged": len(found.same), "skipped": len(found.out)}
    rows = full_rows(situation, [row.id for row in found.rest])
    decisions = Deciding(situation, rows, final=True).decisions()
    store(decisions)
    settle(situation, decisions, {row.id: row for row in rows})
    for one in decisions:
        counts[one["action"]] = counts.get(one["action"], 0) + 1
    db.session.flush()
    todo = sa.select(*NEEDED).where(*Decision.open_of(made.id), Decision.state == "decided")
    if decided := db.session.execute(todo.order_by(Decision.id)).all():
        moved = Applying(situation).apply(decided)
        counts = {name: counts.get(name, 0) + moved.get(name, 0) for name in {*counts, *moved}}
    return {name: number for name, number in counts.items() if number}


def _end(fetch_id, state, **values):
    begin_write()
    fetch = db.session.get(NoteFetch, fetch_id, populate_existing=True)
    fetch.state, fetch.ended_at = state, now()
    for name, value in values.items():
        setattr(fetch, name, value)
    db.session.commit()
    return fetch
