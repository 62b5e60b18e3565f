"""What the client asks for a place in the quota before each request, and what stands in where there is no quota."""

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

from .quota import FIRST_PAUSE


class Quota(Protocol):
    """The places for requests to one tenant, shared by all who ask it."""

    def request(self) -> AbstractContextManager:
        """A place for one request, held while it is under way: entered before its sending, left with its answer.

        Raises HaloBusy on entering when there is none now.
        """

    def ahead(self, number: int) -> AbstractContextManager:
        """Within, one thread alone asks, one request right after the other: places may be taken so many at a time."""

    def refused(self, retry_after: float | None) -> datetime:
        """Halo answered 429, with its wish in seconds if it gave one: from when on to ask again (aware)."""


class Unlimited:
    """No quota of our own, for self-hosted tenants without a limit; a refusal is believed."""

    def request(self) -> AbstractContextManager:
        return nullcontext()

    def ahead(self, number: int) -> AbstractContextManager:
        return nullcontext()

    def refused(self, retry_after: float | None) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=min(retry_after or FIRST_PAUSE, 3600))


def seconds_in(retry_after: str | None, now: datetime) -> float | None:
    """The seconds a Retry-After header asks for, given as a number or as a date; None where it is neither.

    Can be 0 or absurdly many: how far to believe it is the quota's to say.
    """
    words = (retry_after or "").strip()
    if words.replace(".", "", 1).isascii() and words.replace(".", "", 1).isdigit():
        return float(words[:12])
    try:
        at = parsedate_to_datetime(words)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
