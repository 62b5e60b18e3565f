"""What an export leaves in the mirror: the link, and for each field sent the pair that both sides now agree on, so that
the next import sees no difference that is none.
"""

import secrets

import msgspec
import sqlalchemy as sa

from ..crm import linked
from ..db import db, now, owned
from ..mirror.models import HaloPage, HaloRecord
from ..records import Client, WholeClient
from .sides import CALLERS


class Taken(Exception):
    """The Halo record, or ours, is linked otherwise by now."""


def linked_row(sides, ours_id: int) -> HaloRecord | None:
    """The mirror row that stands for a record of ours."""
    here = (HaloRecord.tenant_id == sides.tenant_id, HaloRecord.kind == sides.kind.halo_kind,
            HaloRecord.ours_id == ours_id, HaloRecord.follows_id.is_(None))  # fmt: skip
    query = owned(HaloRecord, sides.account.id).where(*here)
    return db.session.scalar(query.execution_options(populate_existing=True))


def link(sides, ours_id: int, held, matched_by: str | None) -> HaloRecord:
    """Link one of Halo's to one of ours; the row is made where no import has brought it yet. In a writing transaction.

    Raises Taken where either is linked otherwise by now.
    """
    here = (HaloRecord.tenant_id == sides.tenant_id, HaloRecord.kind == sides.kind.halo_kind,
            HaloRecord.halo_id == held.record.halo_id)  # fmt: skip
    linked.hold(sides.kind.model, sides.account.id, [ours_id])
    chosen = owned(HaloRecord, sides.account.id).where(*here).with_for_update()
    row = db.session.scalar(chosen.execution_options(populate_existing=True))
    other = linked_row(sides, ours_id)
    if (row and row.ours_id not in (None, ours_id)) or (other and other is not row):
        raise Taken
    if row is None:
        row = _new(sides, held)
    if row.ours_id is None:
        row.ours_id, row.matched_by, row.linked_at, row.base = ours_id, matched_by, now(), row.base or {}
        row.follows_id = row.fingerprint = row.answer = None
        row.outcome = None  # of no import
        if row.run_id and not row.listed:
            row.run_id = None
        linked.settle(sides.kind.model, sides.account.id, [ours_id])
    row.gone_at = None
    return row


def settle(sides, row: HaloRecord, held, ours: dict, sent) -> None:
    """Keep what Halo holds now, and for the fields that were sent the pair both agree on. In a writing transaction.

    ours: what was sent, {field: Value}; sent: the fields that Halo has taken or was asked to take.
    """
    theirs, base, values = sides.theirs(held), dict(row.base or {}), dict(row.values or {})
    for field in sides.kind.fields:
        key = theirs[field.name].key
        if field.name in sent and field.form != "flag":
            base[field.column] = [_kept(key), _kept(ours[field.name].key)]
        if field.form not in ("choice", "memo"):
            values[field.column] = _is_set(key, held.record) if field.form == "flag" else key
    # what an import of the same would find, whatever the lists leave out
    row.base, row.values, row.fingerprint = base, values, None
    row.digest = row.digest and secrets.token_hex(12)  # what was decided before must be decided anew
    HaloPage.forget(row.tenant_id, row.kind)  # Halo may come back to what its page said before
    for name, value in _listed(sides.kind.halo_kind, held.record).items():
        setattr(row, name, value)
    for name, key in sides.keys_of_theirs(held).items():
        setattr(row, name, key)
    if isinstance(held.record, WholeClient) and row.detail is not None:
        row.detail, row.detail_at = _as_listed(held.record), now()


def _is_set(key, record):
    """Whoever may get no mail at all may get none that sells either: so the lists are read."""
    return bool(key) or bool(getattr(record, "no_mail", False))


def _kept(key):
    """A pair holds our terms; what means nothing here is kept as it is, and so is a difference."""
    return key


def _as_listed(record):
    names = (field.name for field in msgspec.structs.fields(Client))
    return msgspec.to_builtins(Client(**{name: getattr(record, name) for name in names}))


def _listed(halo_kind, record):
    """The columns that an import keeps of a record beside its values."""
    told = {"label": record.name, "active": record.active}
    if halo_kind == "client":
        return told | {"parent_id": None, "type_key": record.types[0].key if record.types else "none"}
    is_placed = record.client_id not in (None, CALLERS) and not record.is_prospect
    return told | {"parent_id": record.client_id if is_placed else None, "type_key": record.no_person}


def _new(sides, held):
    record = held.record
    sweep_id = _running_sweep(sides.tenant_id, sides.kind.halo_kind)
    row = HaloRecord(
        account_id=sides.account.id, tenant_id=sides.tenant_id, kind=sides.kind.halo_kind, halo_id=record.halo_id,
        changed_before=now(), first_sweep_id=sweep_id, last_sweep_id=sweep_id,
        **_listed(sides.kind.halo_kind, record),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def _running_sweep(tenant_id, kind):
    """The sweep that is under way, if any: it must not take what it could not see for gone."""
    sweeps = db.metadata.tables["sweeps"]
    here = (sweeps.c.tenant_id == tenant_id, sweeps.c.kind == kind, sweeps.c.state == "running")
    return db.session.scalar(sa.select(sa.func.max(sweeps.c.id)).where(*here))
