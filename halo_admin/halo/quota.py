"""Halo's limit of requests as a rolling window, kept pure: a value, and functions that make the next value of it.

Halo counts a request when it arrives, somewhere between our sending it and having its answer. So here a request
counts from its sending until the window's length after its answer: Halo never sees more of them than we count.
Times are seconds since the epoch, of one clock for all who share a window, finer than a second. A window is kept
wherever its users see it alike (it is plain JSON to msgspec) and changed under a lock.
"""

from typing import NamedTuple

import msgspec

FEWEST = 10  # requests a window that a tenant is never thought to allow less than
MARGIN = 0.25  # seconds by which Halo's window may seem longer than ours
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 60.0  # seconds to wait where Halo does not say how long (halo-api.md 2.9)
MAX_FLIGHT = 120.0  # seconds after which a request without an answer is presumed dead


class Slot(msgspec.Struct, frozen=True, array_like=True):
    """One request: when it was sent, and when its answer was there (None while it is not)."""

    id: int
    sent: float
    answered: float | None = None


class Refusal(msgspec.Struct, frozen=True):
    """The last time Halo said wait: when, how many requests we had used by our own count, how often in a row."""

    at: float
    used: int
    strikes: int = 1


class Window(msgspec.Struct, frozen=True):
    """The requests of a tenant that still count.

    limit is what it is thought to allow in a window; lowered what a refusal has taught since, before recovering.
    """

    limit: int
    slots: tuple[Slot, ...] = ()
    next_id: int = 1
    lowered: int | None = None
    blocked_until: float = 0.0
    refusal: Refusal | None = None


class Taken(NamedTuple):
    """What take() gives: the window to keep, and either the id of a slot or the time from which to try again."""

    window: Window
    slot: int | None
    wait_until: float | None


def take(
    window: Window, now: float, *, share: float = 1.0, reserve: int = 0, length: float, max_flight: float = MAX_FLIGHT
) -> Taken:
    """Take a place for one request, to be sent now, or learn when to try again.

    share of the limit less reserve is what this caller may fill the window up to; of a small limit the reserve
    takes a quarter at most, so that whoever waits gets through in the end.
    """
    window = _without_old(window, now, length, max_flight)
    room = allowed(window, now, share=share, reserve=reserve, length=length) - len(window.slots)
    free_at = max(window.blocked_until, _free_at(window, now, room, length, max_flight))
    if free_at > now:
        return Taken(window, None, free_at)
    slot = Slot(window.next_id, now)
    window = msgspec.structs.replace(window, slots=(*window.slots, slot), next_id=slot.id + 1)
    return Taken(window, slot.id, None)


def answered(window: Window, slot_id: int, now: float) -> Window:
    """Note that the answer of a slot is there (or that it broke off: it counts all the same).

    An answer that comes after its request was presumed dead counts as one sent now.
    """
    found = next((slot for slot in window.slots if slot.id == slot_id), Slot(slot_id, now))
    kept = tuple(slot for slot in window.slots if slot.id != slot_id)
    return msgspec.structs.replace(window, slots=(*kept, msgspec.structs.replace(found, answered=now)))


def given_back(window: Window, slot_ids) -> Window:
    """The places of requests that are not sent after all."""
    return msgspec.structs.replace(window, slots=tuple(slot for slot in window.slots if slot.id not in slot_ids))


def refused(
    window: Window, now: float, retry_after: float | None, *, length: float, max_flight: float = MAX_FLIGHT
) -> Window:
    """Halo said wait (429): lower what is in force to what it let through, and block until it wants to be asked again.

    retry_after is Halo's wish in seconds: at most a window's length is believed; 0 and None become a pause that
    grows with each refusal.
    """
    used = len(_without_old(window, now, length, max_flight).slots)
    strikes = _strikes(window, now, length)
    pause = min(retry_after, length) if retry_after and retry_after > 0 else _pause(strikes)
    return msgspec.structs.replace(
        window,
        lowered=max(FEWEST, min(in_force(window, now, length), used - 1)),
        blocked_until=max(window.blocked_until, now + pause),
        refusal=Refusal(now, used, strikes),
    )


def resized(window: Window, limit: int) -> Window:
    """The same requests under another limit."""
    return msgspec.structs.replace(window, limit=limit)


def used(window: Window, now: float, *, length: float, max_flight: float = MAX_FLIGHT) -> int:
    """How many requests count at a time."""
    return len(_without_old(window, now, length, max_flight).slots)


def in_force(window: Window, now: float, length: float) -> int:
    """The limit that counts: a lowered one recovers by a tenth of the limit with each full window without a refusal."""
    if window.lowered is None or window.refusal is None:
        return window.limit
    quiet = max(0, int((now - window.refusal.at) // length))
    return min(window.limit, window.lowered + quiet * max(1, window.limit // 10))


def allowed(window: Window, now: float, *, share: float, reserve: int, length: float) -> int:
    """How many requests of the window a caller with this share and reserve may fill it up to; at least one."""
    part = int(in_force(window, now, length) * share)
    return max(1, part - min(reserve, part // 4))


def refused_early(window: Window, now: float, length: float) -> int | None:
    """How many requests we had used when Halo said wait below the limit: another tool shares it.

    None where it did not, or where that is so long ago that the limit has recovered.
    """
    refusal = window.refusal
    if refusal is None or refusal.used >= window.limit or in_force(window, now, length) >= window.limit:
        return None
    return refusal.used


def _ends(slot, length, max_flight):
    """When a slot ceases to count."""
    return (slot.sent + max_flight if slot.answered is None else slot.answered) + length + MARGIN


def _without_old(window, now, length, max_flight):
    kept = tuple(slot for slot in window.slots if now < _ends(slot, length, max_flight))
    return window if len(kept) == len(window.slots) else msgspec.structs.replace(window, slots=kept)


def _free_at(window, now, room, length, max_flight):
    """When enough slots will have ceased to count; those in flight are thought to be answered any moment."""
    if room > 0:
        return now

    def end(slot):
        counted_until = _ends(slot, length, max_flight)
        return counted_until if slot.answered is not None else min(counted_until, now + length + MARGIN)

    return sorted(map(end, window.slots))[-room]


def _strikes(window, now, length):
    """How often Halo has said wait in a row; what it says to requests already under way counts as once."""
    last = window.refusal
    if last is None or now - last.at > length:
        return 1
    return last.strikes if now < window.blocked_until else last.strikes + 1


def _pause(strikes):
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(strikes - 1, 10))
