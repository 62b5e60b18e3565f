"""What a profile tells of the Halo record that one of ours is linked to."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from .. import normal
from ..db import db
from ..mirror.links import links
from ..mirror.models import HaloRecord


class Link(NamedTuple):
    """record: the linked mirror row. read_at: when Halo was last read for it; None where that is not known any more.

    differs: {field: Halo's value}, for the fields in which Halo holds something else; None where it holds nothing.
    """

    record: HaloRecord
    read_at: datetime | None
    differs: dict[str, str | None]


def link_of(ours, country: str) -> Link | None:
    """The link of a company (or another record with FIELDS and HALO_KIND) in the tenant connected now, if any.

    Values in another form only ("+1 415 …" and "(415) …") are not different; country as in normal.phone_key.
    """
    query = links(ours.account_id, ours.HALO_KIND).where(HaloRecord.ours_id == ours.id)
    record = db.session.scalar(query)
    return Link(record, _read_at(record), differences(ours, record.values or {}, country)) if record else None


def differences(ours, theirs: dict, country: str) -> dict[str, str | None]:
    """What of `theirs` is not the same as ours, by field; fields that Halo was not read for are left out."""
    read = [field for field in getattr(ours, "COMPARED", ours.FIELDS) if field in theirs]
    differ = {field: theirs[field] for field in read if not _same(ours, field, theirs[field], country)}
    return {field: "Yes" if value is True else str(value) if isinstance(value, int) else value
            for field, value in differ.items()}  # fmt: skip


def _same(ours, field, value, country):
    held = getattr(ours, field)
    if isinstance(held, bool):
        return held or not value  # consent only gets stricter: that Halo knows of no opt-out is nothing to tell
    if isinstance(held, int) or isinstance(value, int):
        return held == value
    return normal.same(ours.FORMS.get(field, "text"), held, value, country)


def _read_at(record):
    # sweeps belong to the imports, a room above
    sweeps = db.metadata.tables["sweeps"]
    return db.session.scalar(sa.select(sweeps.c.touched_at).where(sweeps.c.id == record.last_sweep_id))
