"""Sums of money: kept in hundredths, read and written as people do. Of which currency, Halo does not tell."""

import re

MOST = 10**14  # hundredths; beyond, no sum is one
_SUM = re.compile(r"[+-]?\d{1,3}(?:[ ,']\d{3})+(?:\.\d{1,2})?|[+-]?\d+(?:\.\d{1,2})?")


def money(hundredths: int | None) -> str:
    """ "14,000", "12,500.50", "" for none."""
    return _written(hundredths, f"{abs(hundredths or 0) // 100:,}")


def plain(hundredths: int | None) -> str:
    """The same for files and forms: "14000", "12500.50"."""
    return _written(hundredths, str(abs(hundredths or 0) // 100))


def read(text: str) -> int | None:
    """The hundredths that a text means ("14,000", "12500.50"); None for a blank. Raises ValueError."""
    text = text.strip()
    if not text:
        return None
    if not _SUM.fullmatch(text):
        raise ValueError(f"{text} is no sum")
    whole, _, part = re.sub(r"[ ,']", "", text).partition(".")
    hundredths = int(whole.lstrip("+-") or 0) * 100 + int(part.ljust(2, "0") or 0)
    if hundredths > MOST:
        raise ValueError(f"{text} is more than can be kept")
    return -hundredths if text.startswith("-") else hundredths


def is_sum(text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _written(hundredths, whole):
    if hundredths is None:
        return ""
    part = abs(hundredths) % 100
    return f"{'-' if hundredths < 0 else ''}{whole}{f'.{part:02}' if part else ''}"
