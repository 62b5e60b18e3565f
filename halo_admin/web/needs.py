"""What waits for a person's answer, from whichever room: Home shows it in one column.

A room hangs in what it knows of: `@needs.source("imports")`.
"""

from collections.abc import Callable
from typing import NamedTuple


class Need(NamedTuple):
    """One line: a sentence, and the link by which one answers. It is shown to those who may open that page."""

    sentence: str
    action: str
    endpoint: str
    values: dict
    sign: str = "help-circle"


SOURCES: dict[str, Callable] = {}


def source(name: str):
    """Hang in a function (account id) -> [Need]."""

    def hang(function):
        SOURCES[name] = function
        return function

    return hang


def of(account_id: int, may_open: Callable) -> list[Need]:
    """What waits for somebody who may open these pages."""
    return [need for read in SOURCES.values() for need in read(account_id) if may_open(need.endpoint)]
