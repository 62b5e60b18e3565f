"""The request quota: at most so many requests in any rolling window, counted when they arrive."""

from collections import deque
from math import ceil
from threading import Lock


class Quota:
    """Counts arrivals. Those that were let in use up the limit; `peak` tells of all that were ever asked.

    A request counts from its arrival for `window` seconds; one that was refused does not use the limit up, but is
    seen in the peak, so that a peak above the limit tells that a client asked too much.
    """

    def __init__(self):
        self._lock = Lock()
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self._let_in: deque[float] = deque()
            self._asked: deque[float] = deque()
            self.peak = self.refused = 0

    def forget_peak(self) -> None:
        """Begin counting anew what stats tell; what is in the window stays in it."""
        with self._lock:
            self.refused, self.peak = 0, 0

    def arrive(self, now: float, limit: tuple[int, float] | None) -> int | None:
        """Count one request; None if it is let in, else the whole seconds until one will be."""
        requests, window = limit or (None, 300)
        with self._lock:
            for times in (self._let_in, self._asked):
                while times and times[0] <= now - window:
                    times.popleft()
            self._asked.append(now)
            self.peak = max(self.peak, len(self._asked))
            if requests is not None and len(self._let_in) >= requests:
                self.refused += 1
                return _seconds_until_free(self._let_in[-requests], window, now) if requests else ceil(window)
            self._let_in.append(now)
            return None


def _seconds_until_free(oldest: float, window: float, now: float) -> int:
    """Whole seconds, at least one, after which the oldest has left the window, whatever rounding does."""
    wait = max(1, ceil(oldest + window - now))
    return wait if oldest <= now + wait - window else wait + 1
