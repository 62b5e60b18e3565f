"""What a fault is: a name, what it happens to, and what it does before or after the request is worked on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..messages import DELETE, LIST, ONE, OPEN, TOKEN, WRITE, Answer, Request

API = frozenset({OPEN, LIST, ONE, WRITE, DELETE})
EVERYTHING = API | {TOKEN}
READS = frozenset({LIST, ONE})


@dataclass(frozen=True)
class Kind:
    """text tells people; shapes are the requests it can happen to; params its own settings with their defaults.

    before: (Firing) -> Answer in place of the true one, True if it did something, None if it had nothing to do.
    after: (Firing, Answer) -> the answer that goes out, None if it had nothing to do.
    """

    name: str
    text: str
    shapes: frozenset[str]
    params: dict[str, Any]
    times: int | None
    before: Callable | None = None
    after: Callable | None = None


@dataclass
class Firing:
    """A fault that happens to one request; app is the whole practice Halo (tenant, auth, switches, stopping)."""

    fault: Any
    request: Request
    app: Any = field(repr=False)

    def __getitem__(self, name: str) -> Any:
        """A setting of the fault."""
        return self.fault.params[name]


KINDS: dict[str, Kind] = {}


def before(name: str, text: str, shapes=API, times: int | None = None, **params: Any):
    """Register a fault that happens before the request is worked on; times: how often unless told otherwise."""

    def register(function: Callable[[Firing], Answer | bool | None]):
        KINDS[name] = Kind(name, text, frozenset(shapes), params, times, before=function)
        return function

    return register


def after(name: str, text: str, shapes=API, times: int | None = None, **params: Any):
    """Register a fault that changes the answer, or how it is sent."""

    def register(function: Callable[[Firing, Answer], Answer | None]):
        KINDS[name] = Kind(name, text, frozenset(shapes), params, times, after=function)
        return function

    return register
