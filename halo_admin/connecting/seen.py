"""Which values of Halo's the mirror holds, and how many clients have each: what a mapping has to answer for."""

import sqlalchemy as sa

from ..db import db
from ..mirror.models import HaloRecord
from ..records import TypeValue

UNKNOWN_CLIENT = 1  # Halo's own client for callers it cannot place (halo-api.md 2.5) is no company

# every value of every client, not only the first one that counts; the names as Halo last told them
TYPES = {
    "sqlite": """SELECT DISTINCT
            json_extract(t.value, '$.source'), json_extract(t.value, '$.id'), json_extract(t.value, '$.name')
        FROM halo_records AS r, json_each(r.listed, '$.types') AS t
        WHERE r.tenant_id = :tenant AND r.kind = 'client' AND r.gone_at IS NULL""",
    "postgresql": """SELECT DISTINCT t.value->>'source', t.value->>'id', t.value->>'name'
        FROM halo_records AS r, json_array_elements(CAST(r.listed AS json)->'types') AS t
        WHERE r.tenant_id = :tenant AND r.kind = 'client' AND r.gone_at IS NULL""",
}


def any_client(tenant_id: int) -> bool:
    """Whether the clients of this tenant have been read."""
    query = sa.select(HaloRecord.id).where(HaloRecord.tenant_id == tenant_id, HaloRecord.kind == "client")
    return db.session.scalar(query.limit(1)) is not None


def types(tenant_id: int) -> list[TypeValue]:
    """The different values that clients have, in the mirror; a value renamed in between may come with both names."""
    dialect = db.session.connection().dialect.name
    return [TypeValue(*row) for row in db.session.execute(sa.text(TYPES[dialect]), {"tenant": tenant_id})]


def clients(tenant_id: int) -> dict[str, int]:
    """How many active clients have each value first: {halo_key: number}."""
    return _count(tenant_id, HaloRecord.active)


def linked(tenant_id: int) -> dict[str, int]:
    """How many clients that have each value first are a company here already."""
    return _count(tenant_id, HaloRecord.ours_id.is_not(None))


def _count(tenant_id, *which):
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == "client", HaloRecord.gone_at.is_(None))
    query = sa.select(HaloRecord.type_key, sa.func.count()).where(
        *here, HaloRecord.halo_id != UNKNOWN_CLIENT, HaloRecord.type_key.is_not(None), *which
    )
    return dict(map(tuple, db.session.execute(query.group_by(HaloRecord.type_key))))
