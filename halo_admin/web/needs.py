"""What waits for a person's answer, from whichever room: Home shows it in one column.

A room hangs in what it knows of: `@needs.source("imports", opens="importing.rail")`.
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


class Source(NamedTuple):
    """What knows of needs, (account id) -> [Need], and the page that whoever is told of them may open."""

    read: Callable
    opens: str


SOURCES: dict[str, Source] = {}


def source(name: str, opens: str):
    """Hang in a function (account id) -> [Need]; it is asked only for those who may open that page."""

    def hang(function):
        SOURCES[name] = Source(function, opens)
        return function

    return hang


def of(account_id: int, may_open: Callable) -> list[Need]:
    """What waits for somebody who may open these pages."""
    asked = [one for one in SOURCES.values() if may_open(one.opens)]
    return [need for one in asked for need in one.read(account_id) if may_open(need.endpoint)]
