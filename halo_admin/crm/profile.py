"""What a profile shows beside its fields: tabs, and panels. Rooms above hang theirs in."""

from collections.abc import Callable
from typing import NamedTuple

PANELS: dict[str, list[Callable]] = {}
# the tabs there can be, in their order
ORDER = ("activity", "contacts", "opportunities", "lists", "history")


class Tab(NamedTuple):
    """read: (record, the address's arguments) -> what its template needs beside `record`."""

    key: str
    label: str
    template: str
    read: Callable


TABS: dict[str, dict[str, Tab]] = {}


def panel(kind: str):
    """Hang a function into every profile of this kind ("company").

    It takes the record and returns {"title", "template", "context"}, or None where it has nothing to show. A
    function hung in twice is shown once, so that a second application of one process shows no panel twice.
    """

    def hang(function):
        shown = PANELS.setdefault(kind, [])
        if function not in shown:
            shown.append(function)
        return function

    return hang


def panels(kind: str, record) -> list[dict]:
    """The panels of one record's profile."""
    return [shown for function in PANELS.get(kind, ()) if (shown := function(record))]


def tab(kind: str, key: str, label: str, template: str):
    """Hang a tab into every profile of this kind; key: one of ORDER."""

    def hang(read):
        TABS.setdefault(kind, {})[key] = Tab(key, label, template, read)
        return read

    return hang


def tabs(kind: str) -> list[Tab]:
    """The tabs of a profile in their order."""
    return sorted(TABS[kind].values(), key=lambda one: ORDER.index(one.key))
