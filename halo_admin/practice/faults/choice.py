"""Which records of an answer a fault changes: those with certain ids, or about one in `every`, always the same ones."""

from ..listings import rows_in
from ..made_up.dice import noise
from ..messages import LIST, Answer
from .kind import Firing


def chosen(firing: Firing, answer: Answer) -> list[dict]:
    """The records, rows of a list or the one of a detail, that the fault is for."""
    if answer.status != 200:
        return []
    rows = rows_in(answer.data) if firing.request.shape == LIST else [answer.data]
    return [row for row in rows or () if isinstance(row, dict) and _is_chosen(firing, row.get("id"))]


def _is_chosen(firing: Firing, key) -> bool:
    if firing["ids"]:
        return key in firing["ids"]
    return isinstance(key, int) and noise(firing.fault.seed, key) % firing["every"] == 0
