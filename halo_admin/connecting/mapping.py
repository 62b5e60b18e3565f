"""What Halo's values mean here: the table an admin fills in, and what an import reads of it.

A value is known by its key ("relationship:1", "type:3"; "none" for clients that have no value at all). The values
are those of Halo's own list, as last read, and those that clients in the mirror have.
"""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from ..crm.models import CompanyType
from ..crm.types import company_types, folded
from ..db import db
from ..mirror.models import HaloTenant
from ..records import TypeValue
from . import seen
from .models import Mapping
from .suggesting import meant_by

NONE, NO_TYPE = "none", "No type"
STAGES = {"company_type": "companies"}
KINDS = ("role", "company_type", "opportunity_type", "opportunity_status")
FIELDS = {"relationship": "Relationship", "type": "Customer type", NONE: ""}
GONE = "{} (no longer in Halo's list)"


@dataclass
class Row:
    """One of Halo's values; listed unless it has left Halo's own list.

    clients have it first; here counts those of them that are companies here already.
    choice is "import", "leave_out" or None where nobody has said yet; ours_id and ours the type that import means,
    None and "No type" without one. suggested is (id of ours or None, its name) where its name tells, else None.
    """

    key: str
    name: str
    field: str
    listed: bool = True
    clients: int = 0
    here: int = 0
    choice: str | None = None
    ours_id: int | None = None
    ours: str | None = None
    suggested: tuple[int | None, str] | None = None

    @property
    def shown(self) -> str:
        """The name, and that Halo's own list of such values no longer has it."""
        return self.name if self.listed else GONE.format(self.name)


def remember(tenant: HaloTenant, kind: str, values: list[TypeValue]) -> None:
    """Keep what Halo's own list of such values (lookup 33) holds now. In a writing transaction the caller commits.

    What is no longer in it stays known by its name.
    """
    rows = _kept(tenant.id, kind)
    for value in values:
        row = rows.get(value.key) or _new(tenant, kind, value)
        row.halo_name, row.listed = value.name or _nameless(value), True
    told = {value.key for value in values}
    for key, row in rows.items():
        if key.startswith("type:") and key not in told:
            row.listed = False


def remember_seen(tenant: HaloTenant, kind: str) -> None:
    """Keep the values that clients in the mirror have, so that each has a name. In a writing transaction.

    To be called when the clients have been read.
    """
    rows = _kept(tenant.id, kind)
    for value in [*seen.types(tenant.id), TypeValue("", NONE, NO_TYPE)]:
        row = rows.get(_key(value))
        if row is None:
            rows[_key(value)] = _new(tenant, kind, value)
        elif value.name:
            row.halo_name = value.name


def table(tenant: HaloTenant, kind: str) -> list[Row]:
    """The rows of the mapping: those nobody has answered first, then by their number of clients."""
    types = company_types(tenant.account_id)
    rows = _rows(tenant, kind)
    counts, here = seen.clients(tenant.id), seen.linked(tenant.id)
    for row in rows:
        row.clients, row.here = counts.get(row.key, 0), here.get(row.key, 0)
        row.suggested = _suggested(row, types)
    return sorted(rows, key=lambda row: (row.choice is not None, -row.clients, row.name.casefold(), row.key))


def resolve(tenant_id: int, kind: str) -> dict[str, tuple[str, int | None]]:
    """What is answered: {halo_key: ("import", id of ours or None for "No type") or ("leave_out", None)}."""
    query = _with_ours(tenant_id, kind).where(Mapping.choice.is_not(None))
    return {row.halo_key: (row.choice, row.ours_id) for row, name in db.session.execute(query) if _stands(row, name)}


def unanswered(tenant: HaloTenant, kind: str) -> list[Row]:
    """The values that clients have and nobody has answered for."""
    return [row for row in table(tenant, kind) if row.choice is None and row.clients]


def summary(rows: list[Row]) -> str:
    """What an import will do with the clients: "412 as Client, 1,893 as Prospect, 3,695 left out." """
    as_types, left_out, open_ = defaultdict(int), 0, 0
    for row in rows:
        if row.choice == "import":
            as_types[row.ours] += row.clients
        elif row.choice == "leave_out":
            left_out += row.clients
        else:
            open_ += row.clients
    parts = [f"{count:,} as {name}" for name, count in sorted(as_types.items()) if count]
    parts += [f"{left_out:,} left out"] if left_out else []
    parts += [f"{open_:,} {'client' if open_ == 1 else 'clients'} not answered yet"] if open_ else []
    return f"{', '.join(parts) or 'No clients'}."


def _rows(tenant, kind):
    rows = {}
    for value in [*seen.types(tenant.id), TypeValue("", NONE, NO_TYPE)]:
        rows[_key(value)] = _from_mirror(value)
    for kept, ours in db.session.execute(_with_ours(tenant.id, kind)):
        if kept.listed or kept.halo_key in rows:
            rows[kept.halo_key] = _from_kept(kept, ours)
    return list(rows.values())


def _from_mirror(value):
    source = value.source or NONE
    return Row(_key(value), value.name or _nameless(value), FIELDS[source], listed=source != "type")


def _from_kept(kept, ours):
    row = Row(kept.halo_key, kept.halo_name, FIELDS[kept.halo_key.partition(":")[0]], kept.listed)
    if kept.choice and _stands(kept, ours):
        row.choice, row.ours_id = kept.choice, kept.ours_id
        row.ours = ours or (NO_TYPE if kept.choice == "import" else None)
    return row


def _stands(row, ours):
    """An answer that names a type which has been removed since is none."""
    return row.ours_id is None or ours is not None


def _suggested(row, types):
    if row.key == NONE or folded(row.name) in ("no type", "none"):
        return (None, NO_TYPE)
    meant = meant_by(row.name, types)
    return (meant.id, meant.name) if meant else None


def _with_ours(tenant_id, kind):
    query = sa.select(Mapping, CompanyType.name).outerjoin(CompanyType, CompanyType.id == Mapping.ours_id)
    return query.where(Mapping.tenant_id == tenant_id, Mapping.kind == kind)


def _kept(tenant_id, kind):
    rows = db.session.scalars(sa.select(Mapping).where(Mapping.tenant_id == tenant_id, Mapping.kind == kind))
    return {row.halo_key: row for row in rows}


def _new(tenant, kind, value):
    row = Mapping(account_id=tenant.account_id, tenant_id=tenant.id, kind=kind, halo_key=_key(value),
                  halo_name=value.name or _nameless(value), listed=value.source != "type")  # fmt: skip
    db.session.add(row)
    return row


def _key(value):
    return value.key if value.source else value.id


def _nameless(value):
    return f"{'Type' if value.source == 'type' else 'Relationship'} {value.id}"
