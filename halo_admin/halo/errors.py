"""What can go wrong with Halo, named after what one can do about it.

The text of each error is a sentence for the admin who reads it: what happened and what to do. It never holds a
secret or a token; the technical cause is chained behind it.
"""

from datetime import datetime


class HaloError(Exception):
    """Something about Halo did not work; status is the HTTP status where there was an answer."""

    def __init__(self, sentence: str, *, status: int | None = None):
        super().__init__(sentence)
        self.status = status


class HaloRefused(HaloError):
    """A person must act: credentials, permissions, addresses or certificates are not right."""


class HaloDown(HaloError):
    """Halo did not answer, or not sensibly; the same request may work later."""


class HaloUncertain(HaloDown):
    """A write was sent, and nothing tells whether Halo carried it out: look before anything else."""


class HaloRejected(HaloError):
    """This one request or write is wrong, others may be right; carries Halo's own words where it gave any."""


class HaloBusy(HaloError):
    """The quota of requests is used up; until is the aware time from which it is worth asking again.

    told: Halo itself said so, not our own count.
    """

    def __init__(self, until: datetime, sentence: str | None = None, told: bool = False):
        super().__init__(
            sentence or f"Halo's limit of requests is reached; it goes on at {until:%H:%M:%S %Z}.", status=429
        )
        self.until, self.told = until, told
