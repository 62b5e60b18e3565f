"""The faults that are switched on, and which of them are due for a request."""

import re
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from ..messages import Request
from .kind import KINDS, Firing, Kind

# Settings that every fault takes.
COMMON = {"match": "", "method": "", "after": 0, "times": None, "seed": 0}


class UnknownFault(ValueError):
    """No fault has that name, or it has no such setting; the text says what there is."""


@dataclass
class Fault:
    """A fault that is on: for requests that match (regular expression on path and query, and method), once `after`
    of them have gone by, so many `times` (None: for ever)."""

    kind: Kind
    match: re.Pattern
    method: str
    after: int
    times: int | None
    seed: int
    params: dict[str, Any]
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def concerns(self, request: Request) -> bool:
        right_method = not self.method or self.method == request.method
        return request.shape in self.kind.shapes and right_method and bool(self.match.search(request.target))


class Book:
    def __init__(self):
        self._lock = Lock()
        self.faults: list[Fault] = []

    def add(self, name: str, **settings: Any) -> Fault:
        """Switch a fault on; raises UnknownFault."""
        fault = fault_of(name, settings)
        with self._lock:
            self.faults = [*self.faults, fault]
        return fault

    def clear(self) -> None:
        with self._lock:
            self.faults = []

    def due(self, request: Request, app) -> list[Firing]:
        """The faults that happen to this request, in the order they were switched on; each is taken as fired."""
        return [Firing(fault, request, app) for fault in self.faults if self._takes(fault, request)]

    def give_back(self, fault: Fault) -> None:
        """A fault that was due had nothing to do."""
        with self._lock:
            fault.fired -= 1

    def _takes(self, fault: Fault, request: Request) -> bool:
        if not fault.concerns(request):
            return False
        with self._lock:
            fault.seen += 1
            due = fault.seen > fault.after and (fault.times is None or fault.fired < fault.times)
            fault.fired += due
        return due


def fault_of(name: str, settings: dict[str, Any]) -> Fault:
    """A fault by its name and settings; those given as text are read as what their defaults are."""
    if name not in KINDS:
        raise UnknownFault(f"There is no fault called {name}; `practice faults` lists them.")
    kind = KINDS[name]
    known = COMMON | {"times": kind.times} | kind.params
    if strange := sorted(set(settings) - set(known)):
        raise UnknownFault(f"{name} takes {', '.join(known)}, not {strange[0]}.")
    values = {key: _read(key, settings.get(key, default), default) for key, default in known.items()}
    own = {key: values[key] for key in kind.params}
    match = re.compile(values["match"], re.IGNORECASE)
    return Fault(kind, match, values["method"].upper(), values["after"], values["times"], values["seed"], own)


def parse(text: str) -> tuple[str, dict[str, str]]:
    """ "slow:seconds=3,times=2" as its name and settings."""
    name, _, rest = text.partition(":")
    return name, dict(part.partition("=")[::2] for part in rest.split(",") if part)


def _read(key: str, value: Any, default: Any) -> Any:
    """A setting in the type it is used in; lists of ids are written 1;2;3."""
    if value is None or (key == "times" and value in ("", "ever")):
        return None
    wanted = int if key == "times" else type(default)
    if wanted is list and isinstance(value, str):
        return [int(part) for part in value.split(";") if part]
    try:
        return value if wanted is list else wanted(value)
    except ValueError:
        raise UnknownFault(f"{key} cannot be {value}.") from None
