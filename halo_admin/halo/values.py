"""The values Halo sends, in all their faces (halo-api.md 2.5), read into one: ids, text, flags, times, what is not set.

Each function takes what JSON gave, whatever its type, and raises Wrong where it makes no sense.
"""

import math
import re
from datetime import UTC, datetime

# Halo's ids are 32-bit integers.
MOST_ID = 2**31 - 1
# No sum of money is larger; in hundredths it still is exact.
MOST_AMOUNT = 1e12
# No text column read here is longer in Halo; what is longer is no name, number or address.
LONGEST_TEXT = 255
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff]+")
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}


class Wrong(ValueError):
    """A value that is of no use for what it is meant to be; says so in words."""


def own_id(value) -> int:
    """The id of a row itself: positive, whether sent as 21, 21.0 or "21"."""
    number = _whole(value)
    if number is None or not 0 < number <= MOST_ID:
        raise Wrong(f"has no usable id ({_shown(value)})")
    return number


def reference(value) -> int | None:
    """The id of another record; None for Halo's ways to say "none": null, "", 0, -1."""
    number = _whole(value)
    if number is None or number <= 0:
        return None
    if number > MOST_ID:
        raise Wrong(f"is no id ({_shown(value)})")
    return number


def amount(value) -> float | None:
    """A sum of money or a percentage, sent as 12, 12.5 or "12.5"; None when not set."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,18}(\.[0-9]*)?\s*", value, re.ASCII):
        value = float(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or abs(value) > MOST_AMOUNT:
        raise Wrong(f"is no sum ({_shown(value)})")
    return value


def text(value) -> str | None:
    """One line of text, stripped, without control characters, at most LONGEST_TEXT long; None when blank."""
    if not value and (value is None or value == ""):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool | list | dict):
        raise Wrong(f"is no text ({_shown(value)})")
    line = str(value)
    if not line.isprintable():
        line = _CONTROL.sub(" ", line)
    return line.strip()[:LONGEST_TEXT].rstrip() or None


def memo(value) -> str | None:
    """A text of several lines, its ends stripped; None when blank or no text."""
    if not isinstance(value, str):
        return None
    lines = (_CONTROL.sub(" ", line).rstrip() for line in value.splitlines())
    return "\n".join(lines).strip() or None


def long_text(value) -> str | None:
    """Text of any length and as many lines, as it is; None where there is none."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | list | dict):
        raise Wrong(f"is no text ({_shown(value)})")
    return str(value)


def flag(value) -> bool:
    """A yes or no, sent as true, 1 or "true"; not set is no."""
    if value is None or isinstance(value, bool):
        return bool(value)
    read = _FLAGS.get(str(value).strip().lower().removesuffix(".0"))
    if read is None:
        raise Wrong(f"is neither true nor false ({_shown(value)})")
    return read


def moment(value) -> datetime | None:
    """A time in UTC; without a zone it is UTC. None when not set, which Halo writes as a year up to 1980.

    A time that cannot be read, or lies beyond 2100, is as good as none: a record is not lost over it, and
    it must not win as the later one.
    """
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.strip())
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if 1980 < at.year < 2100 else None


def count(value) -> int | None:
    """How many rows Halo says there are; None where it does not say."""
    try:
        number = _whole(value)
    except Wrong:
        return None
    return number if number is not None and number >= 0 else None


def _whole(value):
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str):
        value = _number_in(value)
    if value is None:
        return None
    if not isinstance(value, float) or not math.isfinite(value) or not value.is_integer():
        raise Wrong(f"is no id ({_shown(value)})")
    return int(value)


def _number_in(words):
    words = words.strip()
    if not words:
        return None
    if not re.fullmatch(r"[+-]?[0-9]{1,18}(\.0*)?", words, re.ASCII):
        raise Wrong(f"is no id ({_shown(words)})")
    return float(words)


def _shown(value):
    """The value for an error's sentence: short, and clean of what does not print."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    if value is None or isinstance(value, bool):
        return {None: "none was sent", True: "yes", False: "no"}[value]
    shown = _CONTROL.sub("·", str(value))
    shown = shown if len(shown) <= 40 else shown[:39] + "…"
    return f"“{shown}”" if isinstance(value, str) else shown
