"""Tests wait for conditions, never for a time."""

import time

PATIENCE_SECONDS = 60


def until(condition, seconds=PATIENCE_SECONDS, why=""):
    """Ask `condition()` until it answers something true, and return that. Fails with `why` after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {why() if callable(why) else why or condition}")
