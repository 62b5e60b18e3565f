"""The mapping as a form: a choice per value, pre-filled, and what a sent form answers."""

from ..crm.types import company_types, folded
from ..mirror.models import HaloTenant
from . import answering, mapping, seen
from .mapping import NO_TYPE, Row

LEAVE_OUT, AS_NO_TYPE, OWN_NAME = "leave_out", "none", "own"


def form_of(tenant: HaloTenant, kind: str, said: str = "", error: str = "") -> dict:
    """What connecting/_mapping.html shows: one line per value, with its options and what is chosen or suggested."""
    rows = mapping.table(tenant, kind) if seen.any_client(tenant.id) else []
    types = company_types(tenant.account_id)
    return {
        "stage": mapping.STAGES[kind],
        "lines": [_line(row, types) for row in rows],
        "summary": mapping.summary(rows),
        "prefilled": any(row.choice is None and row.suggested for row in rows),
        "said": said,
        "error": error,
    }


def _line(row, types):
    return {"row": row, "name": _name(row.key), "options": _options(row, types), "value": _value(row)}


def answers_in(tenant: HaloTenant, kind: str, form) -> dict[str, tuple[str, int | None]]:
    """The answers of a sent form by Halo's key; what was left open is no answer. Makes types that do not exist.

    Raises answering.Unknown for a value that cannot be.
    """
    sent = [(row, form.get(_name(row.key), "")) for row in mapping.table(tenant, kind)]
    return {row.key: _answer(tenant, row, value) for row, value in sent if value}


def _answer(tenant, row, value):
    if value == LEAVE_OUT:
        return answering.LEAVE_OUT
    if value == AS_NO_TYPE:
        return ("import", None)
    if value == OWN_NAME:
        return answering.own_name(tenant, row.key, row.name)
    if not value.isdigit():
        raise answering.Unknown("This list has changed in the meantime. Look at it again and save once more.")
    return ("import", int(value))


def _options(row: Row, types):
    known = {folded(one.name) for one in types} | {folded(NO_TYPE)}
    own = [] if folded(row.name) in known else [(OWN_NAME, f"New type “{row.name}”")]
    ours = [(one.id, one.name) for one in types]
    return [("", "Choose…"), *ours, (AS_NO_TYPE, NO_TYPE), *own, (LEAVE_OUT, "Don't import")]


def _value(row):
    if row.choice == "leave_out":
        return LEAVE_OUT
    if row.choice == "import":
        return row.ours_id or AS_NO_TYPE
    return (row.suggested[0] or AS_NO_TYPE) if row.suggested else ""


def _name(key):
    return f"means-{key}"
