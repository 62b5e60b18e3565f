"""Pages of lists that have been written before: sweeps ask for the same ones again and again, and making one up takes
longer than all else about a request.
"""

import zlib
from collections.abc import Callable, Hashable

from .messages import Answer

MOST_BYTES = 256 * 1024 * 1024  # packed; more are forgotten all at once


class Written:
    """Bodies of answers, packed. What a page shows must follow from its key alone."""

    def __init__(self, most_bytes: int = MOST_BYTES):
        self._most_bytes = most_bytes
        self._state: Hashable = None
        self._clear()

    def answer(self, state: Hashable, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """The answer kept for a key in this state of everything, else the one made now, which is kept."""
        if state != self._state:
            self._clear()
            self._state = state
        if key in self._bodies:
            return Answer(body=zlib.decompress(self._bodies[key]))
        answer = make()
        self._keep(key, zlib.compress(answer.written(), 1))
        return answer

    def _clear(self):
        self._bodies: dict[Hashable, bytes] = {}
        self._bytes = 0

    def _keep(self, key, body):
        if self._bytes + len(body) > self._most_bytes:
            self._clear()
        self._bodies[key] = body
        self._bytes += len(body)
