"""The quota's window in the database: one row per tenant, which every process asks for a place before each request.

The row is read, changed and written in a short transaction on a connection of its own, so that nothing else a
caller does holds it. The arithmetic is `halo/quota.py`'s.
"""

import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite

from ..db import db, now
from ..halo import quota
from ..halo.errors import HaloBusy
from ..halo.places import Unlimited
from .models import QuotaWindow

# imports leave these to what a person waits for
RESERVE = {"imports": 15, "exports": 0}
KEPT = 2.0  # seconds after which a place that was taken ahead and not used is taken anew
PACE = 4  # requests a second, about, where nothing has to be waited for
ROWS = QuotaWindow.__table__


class Standing(NamedTuple):
    """How a tenant's window stands now.

    told_to_wait_below: how many we had used when Halo said wait below the limit, None where it did not;
    waits_until: when Halo may be asked again after such a wait.
    """

    used: int
    limit: int
    told_to_wait_below: int | None
    waits_until: datetime | None


class DatabaseQuota:
    """The places of one tenant's window (a `halo.places.Quota`).

    use: "imports" may fill it up to share of the limit less a reserve, "exports" up to the limit.
    on_request is called once a place is taken; what it raises keeps the request from being sent.
    Without a limit (HALO_WINDOW_REQUESTS of 0 or less) every request has a place.
    """

    def __init__(self, tenant_id, account_id, use="exports", share=1.0, on_request=None):
        self._tenant_id, self._account_id = tenant_id, account_id
        self._allowed = {"share": share if use == "imports" else 1.0, "reserve": RESERVE[use]}
        self._on_request = on_request or _nothing
        self._limit, self._times = _limit(), _times()
        self._at_once, self._spare = 1, []
        self._answers = {}  # {slot: when its answer was there} of those that the row does not tell of yet
        self._looked = (0.0, 0.0)  # when places were taken last, by the row's clock and by this process's own

    @contextmanager
    def request(self):
        """A place for one request, held while it is under way. Raises HaloBusy where there is none now."""
        if self._limit <= 0:
            self._on_request()
            yield
            return
        slot = self._place()
        try:
            self._on_request()
            yield
        finally:
            self._answers[slot] = self._now()
            if self._at_once == 1:
                self._settle()

    @contextmanager
    def ahead(self, number):
        """Take places so many at a time, and write all answers down with the next ones: two transactions fewer for each
        request. What is left is given back at the end.
        """
        self._at_once = number
        try:
            yield
        finally:
            self._at_once = 1
            self._settle()

    def refused(self, retry_after: float | None) -> datetime:
        """Halo answered 429, with its wish in seconds if it gave one: from when on to ask again."""
        if self._limit <= 0:
            return Unlimited().refused(retry_after)
        with self._changing() as row:
            self._tidy(row)
            row.window = quota.refused(row.window, row.now, retry_after, **self._times)
            row.shared = quota.refused_early(row.window, row.now, self._times["length"]) is not None
        return _moment(row.window.blocked_until)

    def _place(self):
        if not self._spare or self._now() - self._looked[0] > KEPT:
            self._take()
        return self._spare.pop(0)

    def _take(self):
        taken = []
        with self._changing() as row:
            self._tidy(row)
            while len(taken) < self._at_once:
                row.window, slot, wait_until = quota.take(row.window, row.now, **self._allowed, **self._times)
                if slot is None:
                    break
                taken.append(slot)
        if not taken:
            raise HaloBusy(_moment(wait_until))
        self._spare, self._looked = taken, (row.now, row.looked)

    def _settle(self):
        if self._answers or self._spare:
            with self._changing() as row:
                self._tidy(row)

    def _tidy(self, row):
        for slot, at in self._answers.items():
            row.window = quota.answered(row.window, slot, min(at, row.now))
        row.window = quota.given_back(row.window, set(self._spare))
        self._answers, self._spare = {}, []

    def _now(self):
        """The row's clock, as it must stand since places were taken."""
        at, then = self._looked
        return at + time.monotonic() - then

    @contextmanager
    def _changing(self):
        """The row, locked; what is set on it is written at the end."""
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            row = _Row(connection, self._tenant_id, self._account_id, self._limit)
            yield row
            row.write()


class _Row:
    """A tenant's row while it is locked, and the database's clock once it is."""

    def __init__(self, connection, tenant_id, account_id, limit):
        self._connection, self._is_ours = connection, ROWS.c.tenant_id == tenant_id
        self.shared = False
        connection.execute(_insert_if_missing(connection, tenant_id, account_id, limit))
        kept = connection.execute(sa.select(ROWS.c.window).where(self._is_ours).with_for_update()).scalar_one()
        self.window = quota.resized(msgspec.convert(kept, quota.Window), limit)
        self.looked = time.monotonic()  # before the other clock: what is counted from here on comes out late, not early
        self.now = now(connection).timestamp()  # asked after the row was locked

    def write(self):
        values = {"window": self.window} | ({"shared": True} if self.shared else {})
        self._connection.execute(sa.update(ROWS).where(self._is_ours).values(values))


def standing(tenant_id: int) -> Standing | None:
    """How the window of a tenant stands now, whatever the caller has open; None where no limit is set."""
    limit, times = _limit(), _times()
    if limit <= 0:
        return None
    window, at = _looked_at(tenant_id, limit)
    return Standing(
        quota.used(window, at, **times),
        limit,
        quota.refused_early(window, at, times["length"]),
        _moment(window.blocked_until) if window.blocked_until > at else None,
    )


def _looked_at(tenant_id, limit):
    """(the window as it was last written, the database's time)."""
    with db.engine.connect() as connection:
        kept = connection.scalar(sa.select(ROWS.c.window).where(ROWS.c.tenant_id == tenant_id))
        at = now(connection).timestamp()
    return quota.resized(msgspec.convert(kept, quota.Window), limit) if kept else quota.Window(limit), at


def seconds_for(tenant_id: int, requests: int, use: str = "imports", share: float = 1.0) -> int:
    """How long so many requests take from now on: what share and reserve leave of the window, less what is used."""
    limit, times = _limit(), _times()
    if limit <= 0:
        return round(requests / PACE)
    window, at = _looked_at(tenant_id, limit)
    part = share if use == "imports" else 1.0
    allowed = quota.allowed(window, at, share=part, reserve=RESERVE[use], length=times["length"])
    waits = _waits(window, at, allowed, **times)
    return round(_until_sent(waits, requests, times["length"] + quota.MARGIN))


def _waits(window, at, allowed, length, max_flight):
    """Seconds until each of the allowed places is free, in order."""
    ends = ((slot.answered or min(at, slot.sent + max_flight)) + length + quota.MARGIN for slot in window.slots)
    taken = sorted(end - at for end in ends if end > at)
    free = [0.0] * max(0, allowed - len(taken))
    return [max(wait, window.blocked_until - at) for wait in [*free, *taken][-allowed:]]


def _until_sent(waits, requests, length):
    """Each place serves again a window's length later; those that are free at once are used one after the other."""
    if requests <= 0:
        return 0
    rounds, last = divmod(requests - 1, len(waits))
    return rounds * max(length, len(waits) / PACE) + max(
        wait + (last + 1 - place) / PACE for place, wait in enumerate(waits[: last + 1])
    )


def is_shared(tenant_id: int) -> bool:
    """Whether Halo has ever said wait below our own count: then another tool uses the same limit."""
    with db.engine.connect() as connection:
        return bool(connection.scalar(sa.select(ROWS.c.shared).where(ROWS.c.tenant_id == tenant_id)))


def _nothing():
    pass


def _limit():
    return current_app.config["HALO_WINDOW_REQUESTS"]


def _times():
    # a request whose process died counts until it cannot be under way any more
    flight = max(quota.MAX_FLIGHT, 4 * current_app.config["HALO_TIMEOUT_SECONDS"])
    return {"length": current_app.config["HALO_WINDOW_SECONDS"], "max_flight": flight}


def _moment(seconds):
    return datetime.fromtimestamp(seconds, UTC)


def _insert_if_missing(connection, tenant_id, account_id, limit):
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    row = {"tenant_id": tenant_id, "account_id": account_id, "window": quota.Window(limit), "shared": False}
    return insert(ROWS).values(row).on_conflict_do_nothing()
