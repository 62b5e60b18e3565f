"""One record's detail, asked of Halo by itself: what is kept of it, and what is done without it."""

import msgspec
import sqlalchemy as sa

from .. import normal
from ..db import db, now
from ..halo.errors import HaloDown, HaloRejected
from ..mirror.models import HaloPage, HaloRecord
from ..records import Unreadable
from . import stages
from .composing import combined_digest, composed, load_around

# a detail that cannot be had in this many legs is done without, if Halo answers otherwise: one bad record must not
# hold up the others
TRIES = 2


def ask_for(leg, kind, halo_id) -> tuple:
    """(the detail or None where Halo has it no more, whether Halo told). Outside of a batch.

    Raises HaloDown while Halo does not answer at all, or may yet give out this detail.
    """
    try:
        return leg.halo().one(leg.listing(kind), halo_id), True
    except HaloRejected as error:
        why = error
    except HaloDown as error:
        if leg.run.tries < TRIES:
            raise
        leg.halo().page(leg.listing(kind), 1)  # raises HaloDown when it is not this record alone
        why = error
    leg.problem(f"{stages.word(kind).capitalize()} {halo_id}: {why}")
    return None, False


def keep(leg, kind, halo_id, detail) -> bool:
    """Cache a detail in the mirror, and what follows from it. Inside a batch. False where it is of no use."""
    here = (HaloRecord.tenant_id == leg.run.tenant_id, HaloRecord.kind == kind, HaloRecord.halo_id == halo_id)
    row = db.session.scalar(sa.select(HaloRecord).where(*here))
    if detail is None:
        row.gone_at = now()
        HaloPage.forget(leg.run.tenant_id)
        return True
    is_readable = not isinstance(detail, Unreadable)
    if is_readable and not _is_of(row, detail):
        leg.run.note(f"{row.label}: Halo answered with another record, {detail.name}. It was not used.")
        return False
    row.detail_of, row.detail_at = row.listed_digest, now()
    if not is_readable:
        leg.run.note(f"{row.label}: {detail.reason}")
        return False
    row.halo_changed_at = detail.changed_at or None
    if kind == leg.stage.kind:
        _compose(leg, row, detail)
    return True


def _is_of(row, detail):
    """Whether a detail is of the record that was listed: an id can be given to another one meanwhile."""
    if row.label is None or detail.name is None:
        return True
    return normal.name_key(row.label) == normal.name_key(detail.name)


def _compose(leg, row, detail):
    record = next(reading.record for reading in leg.stage.readings if reading.kind == row.kind)
    listed = msgspec.convert(row.listed, record)
    around = load_around(leg.stage, row.tenant_id, row.kind, [row.halo_id]).get(row.halo_id, ())
    for name, value in composed(leg.stage, row.kind, listed, detail, around, leg.country).items():
        setattr(row, name, value)
    row.detail = msgspec.to_builtins(detail)
    row.digest = combined_digest(row.listed_digest, msgspec.json.encode(row.detail).decode(), around)
