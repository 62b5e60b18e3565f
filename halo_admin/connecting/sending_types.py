"""Which of Halo's values stands for a company type of ours when a company is sent, and in which of Halo's fields."""

from collections import defaultdict

import sqlalchemy as sa

from ..db import db
from ..records import TypeValue
from . import seen
from .kinds import FIELDS, NONE
from .models import Mapping

KIND = "company_type"


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


def groups(tenant_id: int) -> dict[str, list[str]]:
    """{key: the keys of all values that mean the same type of ours, itself among them}."""
    return {row.halo_key: [one.halo_key for one in rows] for rows in _by_type(tenant_id).values() for row in rows}


def chosen(tenant_id: int) -> set[str]:
    """The keys that somebody has chosen among several of one type."""
    return set(db.session.scalars(_here(tenant_id).where(Mapping.sends).with_only_columns(Mapping.halo_key)))


def choose(tenant_id: int, keys: list[str]) -> None:
    """From now on these are used, each for its type. In a writing transaction; the caller commits."""
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
