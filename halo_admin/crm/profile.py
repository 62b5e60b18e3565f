"""What a profile shows beside its fields: panels that rooms above hang in, in the order they come."""

from collections.abc import Callable

PANELS: dict[str, list[Callable]] = {}


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
