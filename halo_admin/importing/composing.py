"""The mirror's columns that follow from what was read of a record: its values, keys and digest."""

from hashlib import blake2b

import sqlalchemy as sa

from ..db import among, db
from ..mirror.models import HaloRecord


def load_around(stage, tenant_id, kind, ids) -> dict:
    """The mirror rows that belong into the values of these records: {halo_id: [row, …]} in order of their id."""
    other = stage.around(kind)
    if other is None:
        return {}
    columns = (HaloRecord.parent_id, HaloRecord.halo_id, HaloRecord.active, HaloRecord.digest, HaloRecord.values)
    rows = db.session.execute(
        sa.select(*columns)
        .where(HaloRecord.tenant_id == tenant_id, HaloRecord.kind == other, among(HaloRecord.parent_id, ids))
        .where(HaloRecord.gone_at.is_(None), HaloRecord.digest.is_not(None))
    )
    grouped = {}
    # sorted here: for the sake of an order SQLite would walk the whole tenant
    for row in sorted(rows, key=lambda row: row.halo_id):
        grouped.setdefault(row.parent_id, []).append(row)
    return grouped


def composed(stage, kind, listed, detail, around, country) -> dict:
    """The mirror's columns that follow from everything read of one record."""
    values = stage.compose(listed, detail, around)
    keys = stage.keyed(values, country) if kind == stage.kind else {}
    keys = dict.fromkeys(("phone_key", "website_key", "name_key", "email_key")) | keys
    return stage.listed(kind, listed) | keys | {"values": values}


def digest_of(text: bytes) -> str:
    return blake2b(text, digest_size=12).hexdigest()


def combined_digest(listed_digest, detail_text, around) -> str:
    """Changes when anything a decision could read of the record changes."""
    parts = [listed_digest, detail_text, *(f"{row.halo_id}{row.digest}" for row in around)]
    return digest_of("|".join(parts).encode())
