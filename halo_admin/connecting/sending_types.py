"""Which of Halo's values stands for a company type of ours when a company is sent, and in which of Halo's fields."""

from collections import defaultdict
from typing import NamedTuple

import sqlalchemy as sa

from ..db import db
from ..records import TypeValue
from . import seen
from .kinds import FIELDS, NONE
from .models import Mapping

KIND, CHOICE = "company_type", "sends-"


def used(tenant_id: int) -> dict[int | None, TypeValue | None]:
    """{our type's id: the value that is written for it}; None where several mean it and nothing tells which.

    The one that somebody has chosen, else the only one, else the only one that Halo's clients have. No type is None,
    and has no value: Halo's field is emptied then.
    """
    in_use, found = seen.clients(tenant_id), {}
    for ours_id, rows in _by_type(tenant_id).items():
        known = [row for row in rows if in_use.get(row.halo_key)]
        chosen = next((some for some in ([row for row in rows if row.sends], rows, known) if len(some) == 1), None)
        found[ours_id] = _value(chosen[0]) if chosen else None
    return found


def choices(tenant_id: int, ours_id: int | None) -> dict[str, str]:
    """{key: name, with its field} of Halo's values that can be written: those that mean this type, else all of them."""
    rows = _by_type(tenant_id)
    return {row.halo_key: told(row) for row in rows.get(ours_id) or [one for group in rows.values() for one in group]}


def value_of(tenant_id: int, key: str) -> TypeValue | None:
    """The value that is known by a key."""
    row = db.session.scalar(_here(tenant_id).where(Mapping.halo_key == key))
    return _value(row) if row else None


def told(row: Mapping) -> str:
    """ "Customer (Relationship)"."""
    return f"{row.halo_name} ({FIELDS[row.halo_key.partition(':')[0]]})"


class Shown(NamedTuple):
    """What the mapping's table says of one value. used: it is written; group: the name of the choice, where several
    values mean its type of ours, else "".
    """

    used: bool
    group: str


def shown(tenant_id: int) -> dict[str, Shown]:
    """{key: what the table says}, of the values that can be written."""
    written = {value.key for value in used(tenant_id).values() if value}
    return {
        row.halo_key: Shown(row.halo_key in written, f"{CHOICE}{ours_id or 'none'}" if len(rows) > 1 else "")
        for ours_id, rows in _by_type(tenant_id).items() for row in rows
    }  # fmt: skip


def choose(tenant_id: int, form) -> None:
    """Keep what a sent form of the mapping chose among several values of one type. In a writing transaction; the caller
    commits.
    """
    keys = {value for name, value in form.items() if name.startswith(CHOICE)}
    if not keys:
        return
    for row in db.session.scalars(_here(tenant_id).execution_options(populate_existing=True)):
        row.sends = row.halo_key in keys


def _by_type(tenant_id):
    rows = defaultdict(list)
    query = _here(tenant_id).where(Mapping.choice == "import", Mapping.halo_key != NONE, Mapping.listed)
    for row in db.session.scalars(query.order_by(Mapping.id)):
        rows[row.ours_id].append(row)
    return rows


def _here(tenant_id):
    return sa.select(Mapping).where(Mapping.tenant_id == tenant_id, Mapping.kind == KIND)


def _value(row):
    source, _, halo_id = row.halo_key.partition(":")
    return TypeValue(source, halo_id, row.halo_name)
