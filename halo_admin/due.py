"""What the watch process sees to, whichever room it belongs to: a room hangs in a function that queues what is due."""

from collections.abc import Callable

WHAT: list[Callable[[], int]] = []


def queues(function: Callable[[], int]) -> Callable[[], int]:
    """Hang a function in; it queues what is due and answers how much that was."""
    if function not in WHAT:
        WHAT.append(function)
    return function
