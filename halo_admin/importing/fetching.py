"""The first movement: pages from Halo into the mirror, some pages and the cursor behind them in one transaction."""

import time
from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from ..bulk import execute
from ..connecting import mapping
from ..db import db, now
from ..halo import paging
from ..halo.errors import HaloError
from ..mirror.models import HaloRecord, HaloTenant
from . import following, known_pages
from .known_pages import KnownPage
from .models import Sweep
from .shelving import Shelf

# a sweep that stood still for longer may have missed what moved meanwhile (design: "Sweeps")
PAUSE = timedelta(minutes=10)
# what Read from Halo has read is used as it stands by an import within this time
FRESH = timedelta(minutes=10)
# pages read longer ago than this are read again when a stopped import goes on
STALE = timedelta(days=1)
# what one transaction takes in: so many pages, so many of them to be put into the mirror, or what comes within so
# many seconds
PAGES_AHEAD, TO_STORE_AHEAD, SECONDS_AHEAD = 50, 20, 1.0
PLACES_AHEAD = 10  # places in Halo's limit that are taken together for them


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
        _read_pages(leg, reading, sweep)


def _read_mapping_values(leg):
    values = leg.stage.read_values(leg.halo())
    with leg.batch() as run:
        if values is not None:
            leg.stage.keep_values(db.session.get(HaloTenant, run.tenant_id), values)
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
    told = {
        "kind": sweep.kind,
        "state": sweep.state,
        "seen": sweep.seen,
        "claimed": sweep.claimed,
        "at": sweep.ended_at.isoformat(),
    }
    run.facts = run.facts | {"read": [*run.facts.get("read", []), told]}
    run.progress = run.progress | {"reading": [sum(one["seen"] for one in run.facts["read"])] * 2}


def _read_pages(leg, reading, sweep):
    """Put the next few pages into the mirror at once, while a thread reads those after them.

    What stopped the reading is raised once what came before it is in.
    """
    ahead = leg.ahead if leg.ahead and leg.ahead.goes_on(sweep) else Ahead(leg, reading.listing, sweep, sweep.page_no)
    pages = ahead.pages()
    leg.ahead = ahead.next(pages)
    try:
        if pages:
            with leg.batch() as run:
                _store(leg, run, reading, db.session.get(Sweep, sweep.id, with_for_update=True), pages)
    except known_pages.NotHeld:
        leg.ahead, leg.trusts_known_pages = None, False
        return
    if leg.ahead and sweep.state != "running":
        leg.ahead.pages()  # the list had ended before them; the thread is free once they are there
        leg.ahead = None
    if ahead.stopped_by is not None:
        raise ahead.stopped_by


class Ahead:
    """The next pages of a list, in one transaction's worth, read by a thread of the leg's.

    stopped_by: the error that the page after them met.
    """

    def __init__(self, leg, listing, sweep, page_no):
        self.leg, self.listing, self.sweep, self.page_no = leg, listing, sweep, page_no
        self.known = known_pages.load(leg, sweep, page_no, PAGES_AHEAD)
        self.stopped_by = None
        leg.halo()  # opened here: its credentials come from the database
        self._reading = leg.beside(self._read)

    def goes_on(self, sweep):
        """Whether these are the pages that the sweep needs next."""
        return (self.sweep.id, self.page_no) == (sweep.id, sweep.page_no)

    def pages(self) -> list:
        """At least one page, unless stopped_by says why not; none after one that may be the last."""
        return self._reading.result()

    def next(self, pages):
        """The pages after these, on their way; None where there may be none, or the leg is to end."""
        if self.stopped_by is not None or _may_be_last(pages[-1]) or self.leg.is_ending or self.leg.is_spent():
            return None
        return Ahead(self.leg, self.listing, self.sweep, self.page_no + len(pages))

    def _read(self):
        pages, until = [], time.monotonic() + SECONDS_AHEAD
        with self.leg.halo().ahead(PLACES_AHEAD):
            while len(pages) < PAGES_AHEAD and not self._is_enough(pages, until):
                try:
                    pages.append(self._page(self.page_no + len(pages)))
                except HaloError as error:
                    self.stopped_by = error
                    break
        return pages

    def _page(self, page_no):
        known = self.known.get(page_no)
        page = self.leg.halo().page(self.listing, page_no, known=known.digest if known else "")
        return known if page is None else page

    def _is_enough(self, pages, until):
        to_store = sum(not isinstance(page, KnownPage) for page in pages)
        over = to_store >= TO_STORE_AHEAD or time.monotonic() >= until or self.leg.is_spent()
        return pages and (over or _may_be_last(pages[-1]))


def _may_be_last(page):
    return len(_ids(page)) < paging.PAGE_SIZE


def _ids(page):
    """The ids of a page's rows in Halo's order, None for those without one."""
    return page.halo_ids if isinstance(page, KnownPage) else [row.halo_id for row in page.rows]


def _store(leg, run, reading, sweep, pages):
    """Pages of a sweep go into the mirror, one after the other, until one is the last."""
    shelf = Shelf(leg, reading, sweep)
    number_new = shelf.store(pages)
    numbers = range(sweep.page_no, sweep.page_no + len(pages))
    read = [one for one in zip(numbers, pages, number_new, strict=True) if not isinstance(one[1], KnownPage)]
    if read:
        _learn(leg, reading, [row for _, page, _ in read for row in page.rows])
        known_pages.keep(leg.stage, sweep, read)
    for page, new in zip(pages, number_new, strict=True):
        _look_for_doubt(sweep, page, shelf.at)
        sweep.seen += new
        ids = _ids(page)
        gap = paging.is_gap(len(ids), sweep.page_no, sweep.seen, sweep.claimed)
        sweep.page_no += 1
        repeated = bool(ids) and sweep.first_id is not None and ids[0] == sweep.first_id
        sweep.first_id = ids[0] if ids else None
        done = repeated or paging.is_last(len(ids), new, sweep.seen, page.record_count, paging.PAGE_SIZE)
        if done and not gap:
            _end(leg, run, reading.kind, sweep)
            return
    _progress(leg, run, sweep)


def _learn(leg, reading, rows):
    tenant = db.session.get(HaloTenant, leg.run.tenant_id)
    learned = tenant.learned | leg.stage.learn(reading.kind, rows)
    if learned != tenant.learned:
        tenant.learned = learned


def _look_for_doubt(sweep, page, at):
    sweep.paused = sweep.paused or at - sweep.touched_at > PAUSE
    sweep.fell = sweep.fell or (
        sweep.claimed is not None and page.record_count is not None and page.record_count < sweep.claimed
    )
    sweep.claimed = page.record_count if page.record_count is not None else sweep.claimed
    sweep.touched_at = at


def _progress(leg, run, sweep):
    before = sum(one["seen"] for one in run.facts.get("read", []))
    total = before + max(sweep.claimed or 0, sweep.seen)
    kinds = [reading.kind for reading in leg.stage.readings]
    later = sum(last_seen(run.tenant_id, kind) for kind in kinds[kinds.index(sweep.kind) + 1 :])
    run.progress = run.progress | {"reading": [before + sweep.seen, total], "reading_later": later}


def last_seen(tenant_id, kind) -> int:
    """How many records the last complete sweep of a list saw."""
    last = sa.select(Sweep.seen).where(Sweep.tenant_id == tenant_id, Sweep.kind == kind, Sweep.state == "complete")
    return db.session.scalar(last.order_by(Sweep.id.desc()).limit(1)) or 0


def _end(leg, run, kind, sweep):
    """Complete, once more, or incomplete: a sweep in doubt twice proves nothing about what it did not see."""
    tenant = db.session.get(HaloTenant, run.tenant_id)
    missing = max((sweep.claimed or 0) - sweep.seen, 0)
    told_too_many = missing > 0 and tenant.learned.get(f"tells_too_many_{kind}") == missing
    doubt = sweep.fell or sweep.paused or (missing > 0 and not told_too_many)
    sweep.ended_at = now()
    sweep.state = "incomplete" if doubt or missing else "complete"
    if doubt and sweep.attempt == 1:
        _note(run, kind, _new_sweep(run, kind, attempt=2))
        return
    if missing and not told_too_many:
        # two sweeps agree: from now on only another difference is a reason to sweep once more
        tenant.learned = tenant.learned | {f"tells_too_many_{kind}": missing}
        run.facts = run.facts | {"short": run.facts.get("short", {}) | {kind: [sweep.seen, sweep.claimed]}}
    if sweep.state == "complete":
        gone = _mark_gone(run, kind, sweep)
        sweep.changed = sweep.changed or gone > 0
        run.facts = run.facts | {"gone": run.facts.get("gone", 0) + (gone if kind == leg.stage.kind else 0)}
    for mapped in leg.stage.mappings if kind == leg.stage.kind else ():
        mapping.remember_seen(tenant, mapped)
    _pass(run, sweep)


def _mark_gone(run, kind, sweep):
    here = (HaloRecord.tenant_id == run.tenant_id, HaloRecord.kind == kind, HaloRecord.gone_at.is_(None))
    if _held(run.tenant_id, kind) == sweep.seen:
        return 0
    missing = sa.update(HaloRecord).where(*here, HaloRecord.last_sweep_id.is_distinct_from(sweep.id))
    missing = missing.values(gone_at=now())
    execute(missing.where(HaloRecord.halo_id < 0))  # rows without an id come and go: nothing to tell
    return execute(missing)


def _held(tenant_id, kind):
    """How many records of a kind the mirror has that are not gone: two counts within an index are the quick way."""
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == kind)
    gone = sa.select(sa.func.count()).where(*here, HaloRecord.gone_at.is_not(None)).scalar_subquery()
    return db.session.scalar(sa.select(sa.func.count(HaloRecord.halo_id) - gone).where(*here))
