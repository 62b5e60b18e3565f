"""The mapping as a form: a choice per value, pre-filled, and what a sent form answers."""

from ..crm.naming import number
from ..crm.own_lists import folded
from ..mirror.models import HaloTenant
from . import answering, mapping, sending_types
from .kinds import KINDS
from .mapping import Row

LEAVE_OUT, AS_NONE, OWN_NAME = "leave_out", "none", "own"


def form_of(tenant: HaloTenant, kind: str, said: str = "", error: str = "") -> dict:
    """What connecting/_mapping.html shows: one line per value, with its options and what is chosen or suggested."""
    about = KINDS[kind]
    rows = mapping.table(tenant, kind) if about.any_read(tenant.id) else []
    ours = about.own.all(tenant.account_id) if about.own else []
    sends = sending_types.shown(tenant.id) if kind == sending_types.KIND else None
    return {
        "sends": sends,
        "kind": kind,
        "stage": about.stage,
        "words": about.words,
        "lines": [_line(row, about, ours) for row in rows],
        "summary": mapping.summary(rows, kind),
        "prefilled": any(row.choice is None and row.suggested for row in rows),
        "said": said,
        "error": error,
    }


def _line(row, about, ours):
    return {"row": row, "name": _name(row.key), "options": _options(row, about, ours), "value": _value(row)}


def answers_in(tenant: HaloTenant, kind: str, form) -> dict[str, tuple[str, int | None]]:
    """The answers of a sent form by Halo's key; what was left open is no answer. Makes lines of ours that do not exist.

    Raises answering.Unknown for a value that cannot be.
    """
    sent = [(row, form.get(_name(row.key), "")) for row in mapping.table(tenant, kind)]
    return {row.key: _answer(tenant, kind, row, value) for row, value in sent if value}


def _answer(tenant, kind, row, value):
    if value == LEAVE_OUT:
        return answering.LEAVE_OUT
    if value == AS_NONE:
        return ("import", None)
    if value == OWN_NAME:
        return answering.own_name(tenant, kind, row.key, row.name)
    ours_id = number(value)
    if ours_id is None:
        raise answering.Unknown(answering.CHANGED)
    return ("import", ours_id)


def _options(row: Row, about, ours):
    known = {folded(one.name) for one in ours} | {folded(about.as_none or "")}
    makes_one = about.own is not None and folded(row.name) not in known
    own = [(OWN_NAME, f"New {about.own.noun} “{row.name}”")] if makes_one else []
    as_none = [(AS_NONE, about.as_none)] if about.as_none else []
    lines = [(one.id, one.name) for one in ours]
    return [("", "Choose…"), *lines, *as_none, *own, (LEAVE_OUT, "Don't import")]


def _value(row):
    if row.choice == "leave_out":
        return LEAVE_OUT
    if row.choice == "import":
        return row.ours_id or AS_NONE
    return (row.suggested[0] or AS_NONE) if row.suggested else ""


def _name(key):
    return f"means-{key}"
