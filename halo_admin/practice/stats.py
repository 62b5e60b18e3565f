"""What the practice Halo was asked: counts by route and status, and the latest requests one by one."""

from collections import Counter, deque
from threading import Lock
from typing import NamedTuple


class Entry(NamedTuple):
    """One request as it was answered; a status of 0 means that no answer went out."""

    method: str
    target: str
    status: int
    faults: tuple[str, ...]


class Stats:
    def __init__(self):
        self._lock = Lock()
        self.log: deque[Entry] = deque(maxlen=10_000)
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self.log.clear()
            self.routes: Counter[str] = Counter()
            self.statuses: Counter[int] = Counter()
            self.faults: Counter[str] = Counter()

    def count(self, route: str, entry: Entry) -> None:
        with self._lock:
            self.log.append(entry)
            self.routes[route] += 1
            self.statuses[entry.status] += 1
            self.faults.update(entry.faults)

    def as_dict(self) -> dict:
        """{"requests": 12, "routes": {"GET /Client": 7, …}, "statuses": {"200": 12}, "faults": {"reset": 1}}."""
        with self._lock:
            return {
                "requests": self.routes.total(),
                "routes": dict(self.routes),
                "statuses": {str(status): count for status, count in self.statuses.items()},
                "faults": dict(self.faults),
            }
