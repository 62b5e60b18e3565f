"""How one field of ours stands to Halo's, and whether it is ticked at first. Pure: no clock, database or network."""

import itertools
from typing import NamedTuple

from .. import normal

NEWER_HERE, ONLY_HERE, NEWER_IN_HALO, BOTH, DIFFERS, ONLY_IN_HALO, SAME, ADDS, NOTHING = (
    "newer here", "only here", "newer in halo", "both", "differs", "only in halo", "same", "adds", "nothing",
)  # fmt: skip
TICKED = (NEWER_HERE, ONLY_HERE)
OVERWRITES = (NEWER_IN_HALO, BOTH)  # what Halo changed since both sides agreed


class Value(NamedTuple):
    """One side's value: what is compared, None for nothing, and how people read it."""

    key: object
    words: str


BLANK = Value(None, "")


def verdict(field, ours: Value, theirs: Value, agreed: tuple | None, country: str) -> str:
    """One of the verdicts. agreed: the pair (Halo's, ours) of when both last agreed; None where they never did.

    A pair of two values tells that ours counted when it was settled; Halo has not taken it yet.
    """
    if ours.key is None and theirs.key is None:
        return NOTHING
    if field.added and ours.key is None:
        return NOTHING  # nothing to add, and nothing of Halo's is taken away
    if is_same(field, ours.key, theirs.key, country):
        return SAME
    if ours.key is None:
        return ONLY_IN_HALO
    if theirs.key is None:
        return ONLY_HERE
    if field.added:
        return ADDS
    if agreed is None:
        return DIFFERS
    halo_changed = not _unchanged(field, theirs.key, agreed[0], country)
    here_changed = not _unchanged(field, ours.key, agreed[1], country)
    if halo_changed:
        return BOTH if here_changed else NEWER_IN_HALO
    return NEWER_HERE


def is_same(field, ours, theirs, country: str) -> bool:
    """Whether Halo holds ours, in whatever form."""
    if ours is None or theirs is None:
        return ours is theirs
    if field.form in ("choice", "flag"):
        return ours == theirs
    if field.form == "memo":
        return _has_lines(theirs, ours)
    return normal.same(field.form, ours, theirs, country)


def added(theirs: str | None, ours: str) -> str:
    """Halo's memo with ours behind it."""
    return f"{theirs}\n\n{ours}" if theirs else ours


def _has_lines(theirs, ours):
    """Whether whole lines of theirs, one after the other, are ours, however they are broken."""
    lines = [line for line in map(plain, theirs.splitlines()) if line]
    text, wanted, at = "".join(f"{line} " for line in lines), f"{plain(ours)} ", 0
    begins = {0, *itertools.accumulate(len(line) + 1 for line in lines)}
    while (at := text.find(wanted, at)) >= 0:
        if {at, at + len(wanted)} <= begins:
            return True
        at += 1
    return False


def _unchanged(field, value, agreed, country):
    return is_same(field, value, agreed, country) if agreed is not None else False


def plain(text: str) -> str:
    return " ".join(text.split())
