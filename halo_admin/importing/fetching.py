"""The first movement: pages from Halo into the mirror, one page and its cursor in one transaction."""

from collections import Counter
from datetime import timedelta
from functools import partial
from hashlib import blake2b

import msgspec
import sqlalchemy as sa

from ..connecting import mapping
from ..db import among, db, now
from ..halo import paging
from ..halo.companies import customer_types
from ..mirror.models import HaloRecord, HaloTenant
from ..records import Unreadable
from . import following
from .models import Sweep

# a sweep that stood still for longer may have missed what moved meanwhile (design: "Sweeps")
PAUSE = timedelta(minutes=10)
# what Read from Halo has read is used as it stands by an import within this time
FRESH = timedelta(minutes=10)
# pages read longer ago than this are read again when a stopped import goes on
STALE = timedelta(days=1)


def read(leg) -> bool:
    """Do the next piece of reading that is due; True when all of it is done."""
    steps = [
        _read_mapping_values,
        *(partial(_sweep, reading=reading) for reading in leg.stage.readings),
        following.mark_changed_details,
        following.renew_old_details,
        following.look_for_missing,
    ]
    if leg.run.step >= len(steps):
        return True
    steps[leg.run.step](leg)
    return False


def _sweep(leg, reading):
    sweep = _current_sweep(leg, reading)
    if sweep is not None:
        _read_page(leg, reading, sweep)


def _read_mapping_values(leg):
    values = customer_types(leg.halo())
    with leg.batch() as run:
        mapping.remember(db.session.get(HaloTenant, run.tenant_id), leg.stage.mapping, values)
        run.step = 1


def _current_sweep(leg, reading):
    """The sweep to go on with; None when a fresh reading made one unnecessary and the step was passed."""
    known = leg.run.facts.get("sweeps", {}).get(reading.kind)
    sweep = db.session.get(Sweep, known) if known else None
    if sweep is not None and not (sweep.state == "running" and now() - sweep.touched_at > STALE):
        return sweep
    with leg.batch() as run:
        fresh = _spare(run, reading)
        sweep = fresh or _new_sweep(run, reading.kind)
        _note(run, reading.kind, sweep)
        if fresh:
            fresh.spare = False
            _pass(run, fresh)
    return None if fresh else sweep


def _spare(run, reading):
    if run.purpose != "import" or run.options.get("full"):
        return None
    latest = sa.select(Sweep).where(Sweep.tenant_id == run.tenant_id, Sweep.kind == reading.kind)
    sweep = db.session.scalar(latest.order_by(Sweep.id.desc()).limit(1))
    usable = sweep is not None and sweep.spare and sweep.state == "complete" and now() - sweep.ended_at < FRESH
    return sweep if usable else None


def _new_sweep(run, kind, attempt=1):
    at = now()
    sweep = Sweep(account_id=run.account_id, tenant_id=run.tenant_id, kind=kind, attempt=attempt,
                  spare=run.purpose == "read", started_at=at, touched_at=at)  # fmt: skip
    db.session.add(sweep)
    db.session.flush()
    return sweep


def _note(run, kind, sweep):
    run.facts = run.facts | {"sweeps": run.facts.get("sweeps", {}) | {kind: sweep.id}}


def _pass(run, sweep):
    """This list has been read: what it told goes into the run's facts, the next list is due."""
    run.step += 1
    told = {"kind": sweep.kind, "state": sweep.state, "seen": sweep.seen, "at": sweep.ended_at.isoformat()}
    run.facts = run.facts | {"read": [*run.facts.get("read", []), told]}
    run.progress = run.progress | {"reading": [sum(one["seen"] for one in run.facts["read"])] * 2}


def _read_page(leg, reading, sweep):
    page = leg.halo().page(reading.listing, sweep.page_no)
    with leg.batch() as run:
        sweep = db.session.get(Sweep, sweep.id, with_for_update=True)
        _look_for_doubt(sweep, page)
        _learn(leg, reading, page.rows)
        new = Shelf(leg, reading, sweep).store(page.rows)
        sweep.seen += new
        sweep.page_no += 1
        first = _first_id(page.rows)
        repeated = bool(page.rows) and sweep.first_id is not None and first == sweep.first_id
        sweep.first_id = first
        done = repeated or paging.is_last(len(page.rows), new, sweep.seen, page.record_count, paging.PAGE_SIZE)
        if done:
            _end(leg, run, reading.kind, sweep)
        else:
            _progress(run, sweep)


def _first_id(rows):
    return rows[0].halo_id if rows else None


def _learn(leg, reading, rows):
    tenant = db.session.get(HaloTenant, leg.run.tenant_id)
    learned = tenant.learned | leg.stage.learn(reading.kind, rows)
    if learned != tenant.learned:
        tenant.learned = learned


def _look_for_doubt(sweep, page):
    at = now()
    sweep.paused = sweep.paused or at - sweep.touched_at > PAUSE
    sweep.fell = sweep.fell or (
        sweep.claimed is not None and page.record_count is not None and page.record_count < sweep.claimed
    )
    sweep.claimed = page.record_count if page.record_count is not None else sweep.claimed
    sweep.touched_at = at


def _progress(run, sweep):
    before = sum(one["seen"] for one in run.facts.get("read", []))
    total = before + max(sweep.claimed or 0, sweep.seen)
    run.progress = run.progress | {"reading": [before + sweep.seen, total], "reading_of": sweep.kind}


def _end(leg, run, kind, sweep):
    """Complete, once more, or incomplete: a sweep in doubt twice proves nothing about what it did not see."""
    doubt = sweep.fell or sweep.paused
    short = sweep.claimed is not None and sweep.seen < sweep.claimed
    sweep.ended_at = now()
    sweep.state = "incomplete" if doubt or short else "complete"
    if doubt and sweep.attempt == 1:
        _note(run, kind, _new_sweep(run, kind, attempt=2))
        return
    if sweep.state == "complete":
        gone = _mark_gone(run, kind, sweep)
        run.facts = run.facts | {"gone": run.facts.get("gone", 0) + (gone if kind == leg.stage.kind else 0)}
    if kind == leg.stage.kind:
        mapping.remember_seen(db.session.get(HaloTenant, run.tenant_id), leg.stage.mapping)
    _pass(run, sweep)


def _mark_gone(run, kind, sweep):
    here = (HaloRecord.tenant_id == run.tenant_id, HaloRecord.kind == kind, HaloRecord.gone_at.is_(None))
    if db.session.scalar(sa.select(sa.func.count()).where(*here)) == sweep.seen:
        return 0
    missing = sa.update(HaloRecord).where(*here, HaloRecord.last_sweep_id.is_distinct_from(sweep.id))
    missing = missing.values(gone_at=now()).execution_options(synchronize_session=False)
    db.session.execute(missing.where(HaloRecord.halo_id < 0))  # rows without an id come and go: nothing to tell
    return db.session.execute(missing).rowcount


class Shelf:
    """Puts one page's rows into the mirror: new ones in, changed ones over, the same ones only marked as seen."""

    COLUMNS = (
        "id", "halo_id", "listed_digest", "digest", "detail", "detail_of", "last_sweep_id", "error", "gone_at",
    )  # fmt: skip

    def __init__(self, leg, reading, sweep):
        self.stage, self.country, self.reading, self.sweep = leg.stage, leg.country, reading, sweep
        self.here = (HaloRecord.tenant_id == sweep.tenant_id, HaloRecord.kind == reading.kind)
        self.at = sweep.touched_at

    def store(self, rows) -> int:
        """Returns how many rows of this page the sweep had not seen before."""
        rows = dict(self._identified(rows))
        known = self._known(list(rows))
        around = load_around(self.stage, self.sweep.tenant_id, self.reading.kind, list(rows))
        self.inserts, self.updates, self.same, self.unread = [], [], [], []
        self.swept = _sweep_times({row.last_sweep_id for row in known.values()})
        for halo_id, row in rows.items():
            self._sort(halo_id, row, known.get(halo_id), around.get(halo_id, ()))
        self._write()
        return sum(not (known.get(i) and known[i].last_sweep_id == self.sweep.id) for i in rows)

    def _identified(self, rows):
        unnamed = Counter()
        for row in rows:
            if row.halo_id is None:
                unnamed[row.fingerprint] += 1
                yield made_up_id(row.fingerprint, self.sweep.page_no, unnamed[row.fingerprint]), row
            else:
                yield row.halo_id, row

    def _known(self, ids):
        columns = [getattr(HaloRecord, name) for name in self.COLUMNS]
        rows = db.session.execute(sa.select(*columns).where(*self.here, among(HaloRecord.halo_id, ids)))
        return {row.halo_id: row for row in rows}

    def _sort(self, halo_id, row, known, around):
        if isinstance(row, Unreadable):
            (self.unread if known else self.inserts).append(self._unreadable(halo_id, row, known))
            return
        listed_digest = digest_of(msgspec.json.encode(row))
        detail_text = msgspec.json.encode(known.detail) if known and known.detail else b""
        digest = combined_digest(listed_digest, detail_text, around)
        if known and known.digest == digest and known.error is None:
            self.same.append(known.id)
            return
        detail = msgspec.json.decode(detail_text, type=self.reading.record) if detail_text else None
        columns = composed(self.stage, self.reading.kind, row, detail, around, self.country) | {
            "listed": row, "listed_digest": listed_digest, "digest": digest, "error": None,
            "last_sweep_id": self.sweep.id, "gone_at": None,
        }  # fmt: skip
        if known:
            self.updates.append(columns | {"id": known.id} | self._change_times(known, listed_digest))
        else:
            self.inserts.append(self._new(halo_id) | columns)

    def _new(self, halo_id):
        sweep = self.sweep
        return {
            "account_id": sweep.account_id, "tenant_id": sweep.tenant_id, "kind": self.reading.kind, "halo_id": halo_id,
            "first_sweep_id": sweep.id, "last_sweep_id": sweep.id, "changed_before": self.at,
        }  # fmt: skip

    def _unreadable(self, halo_id, row, known):
        if known:
            return {"id": known.id, "error": row.reason, "last_sweep_id": self.sweep.id, "gone_at": None}
        empty = dict.fromkeys(
            ("label", "parent_id", "type_key", "listed", "listed_digest", "values", "digest", "phone_key",
             "website_key", "name_key", "email_key")
        )  # fmt: skip
        return self._new(halo_id) | empty | {"active": True, "error": row.reason, "gone_at": None}

    def _change_times(self, known, listed_digest):
        """Two sweeps bound the time of Halo's own change (design: "Merging")."""
        if known.listed_digest == listed_digest:
            return {}
        after = self.swept.get(known.last_sweep_id)
        return {"changed_after": after, "changed_before": self.at, "halo_changed_at": None}

    def _write(self):
        if self.inserts:
            db.session.execute(sa.insert(HaloRecord.__table__), self.inserts)
        for rows in (*_alike(self.updates), self.unread):
            if rows:
                update_rows(HaloRecord, rows)
        if self.same:
            seen = sa.update(HaloRecord).where(among(HaloRecord.id, self.same))
            db.session.execute(
                seen.values(last_sweep_id=self.sweep.id, gone_at=None), execution_options={"synchronize_session": False}
            )


def _sweep_times(ids):
    return {
        row.id: row.started_at
        for row in db.session.execute(sa.select(Sweep.id, Sweep.started_at).where(Sweep.id.in_(ids)))
    }


def load_around(stage, tenant_id, kind, ids) -> dict:
    """The mirror rows that belong into the values of these records: {halo_id: [row, …]} in order of their id."""
    other = stage.around(kind)
    if other is None:
        return {}
    columns = (HaloRecord.parent_id, HaloRecord.halo_id, HaloRecord.active, HaloRecord.digest, HaloRecord.values)
    rows = db.session.execute(
        sa.select(*columns)
        .where(HaloRecord.tenant_id == tenant_id, HaloRecord.kind == other, among(HaloRecord.parent_id, ids))
        .where(HaloRecord.gone_at.is_(None), HaloRecord.digest.is_not(None))
        .order_by(HaloRecord.halo_id)
    )
    grouped = {}
    for row in rows:
        grouped.setdefault(row.parent_id, []).append(row)
    return grouped


def composed(stage, kind, listed, detail, around, country) -> dict:
    """The mirror's columns that follow from everything read of one record."""
    values = stage.compose(listed, detail, around)
    keys = stage.keyed(values, country) if kind == stage.kind else {}
    keys = dict.fromkeys(("phone_key", "website_key", "name_key", "email_key")) | keys
    return stage.listed(kind, listed) | keys | {"values": values}


def digest_of(text: bytes) -> str:
    return blake2b(text, digest_size=12).hexdigest()


def combined_digest(listed_digest, detail_text, around) -> str:
    """Changes when anything a decision could read of the record changes."""
    parts = [listed_digest, detail_text.decode(), *(f"{row.halo_id}{row.digest}" for row in around)]
    return digest_of("|".join(parts).encode())


def made_up_id(fingerprint, page_no, nth) -> int:
    """An id for a row that Halo sent without one: negative, as no id of Halo's is, and the same in the same place."""
    return -1 - int(digest_of(f"{fingerprint}|{page_no}|{nth}".encode())[:12], 16)


def _alike(rows):
    """executemany wants every row to have the same columns."""
    groups = {}
    for row in rows:
        groups.setdefault(tuple(row), []).append(row)
    return groups.values()


def update_rows(model, rows):
    """UPDATE by primary key, many rows at once; all with the same columns, `id` among them."""
    table = model.__table__
    names = [name for name in rows[0] if name != "id"]
    statement = sa.update(table).where(table.c.id == sa.bindparam("_id"))
    statement = statement.values({name: sa.bindparam(f"_{name}") for name in names})
    db.session.connection().execute(statement, [{f"_{name}": row[name] for name in ("id", *names)} for row in rows])
