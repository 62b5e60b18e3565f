"""The list of what people no longer want from Halo, and the way back for each."""

from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy as sa

from ..crm import changes
from ..db import db, owned, owned_among
from ..mirror import tombstones
from ..mirror.models import HaloRecord
from ..mirror.tombstones import NotNow
from . import stages

ROWS = 50
ROWS_AT_A_TIME = 500


class Page(NamedTuple):
    """after: the id that the next page goes on from, None on the last one."""

    rows: list[HaloRecord]
    after: int | None


def page(tenant_id: int, kind: str | None, after: int, most: int = ROWS) -> Page:
    """Rows with a tombstone, of one mirror kind or of all, in the order in which they came into the mirror."""
    chosen = sa.select(HaloRecord).where(HaloRecord.tenant_id == tenant_id, HaloRecord.answer.is_not(None))
    chosen = chosen.where(tombstones.left_out(), HaloRecord.id > after)
    if kind:
        # the kind plus nothing: along the index of answers alone
        chosen = chosen.where(HaloRecord.kind + "" == kind)
    rows = db.session.scalars(chosen.order_by(HaloRecord.id).limit(most + 1)).all()
    return Page(rows[:most], rows[most - 1].id if len(rows) > most else None)


def every(tenant_id: int, kind: str | None) -> Iterator[list[HaloRecord]]:
    """The same rows, all of them, some at a time. Between two times no transaction is open."""
    after = 0
    while after is not None:
        rows, after = page(tenant_id, kind, after, ROWS_AT_A_TIME)
        yield rows
        db.session.rollback()


def still_here(account_id: int, rows: list[HaloRecord]) -> set[int]:
    """The ids of those rows whose record of ours is there still."""
    told = {row.id: (row.kind, row.answer["ours_id"]) for row in rows if row.answer.get("ours_id")}
    here = set()
    for stage in stages.STAGES:
        ids = [ours_id for kind, ours_id in told.values() if kind == stage.kind]
        found = owned_among(stage.model, account_id, ids).with_only_columns(stage.model.id)
        here |= {(stage.kind, ours_id) for ours_id in (db.session.scalars(found) if ids else ())}
    return {row_id for row_id, one in told.items() if one in here}


def bring_back(account_id: int, record_id: int, by) -> HaloRecord:
    """Take a record's tombstone away: the next import decides about it again. In a writing transaction.

    What was never to be imported stood for a record of ours: as long as that is here, it stands for it again.
    Raises NotNow; the caller has found the row to be the account's, and commits.
    """
    tenant_id = tombstones.hold(account_id)
    row = db.session.scalar(
        owned(HaloRecord, account_id)
        .where(HaloRecord.id == record_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row.tenant_id != tenant_id:
        raise NotNow("This record belongs to another Halo than the one that is connected now.")
    if not tombstones.is_left_out(row.answer):
        raise NotNow("This record has been brought back already.")
    is_deletion = tombstones.how_of(row.answer) == "deleted"
    # what one contact here stood for comes back as one, else the rest would keep it out
    for one in tombstones.buried_with(row) if is_deletion else [row]:
        _come_back(one, by)
    return row


def _come_back(row, by):
    stage = next(one for one in stages.STAGES if one.kind == row.kind)
    ours_id = row.answer.get("ours_id")
    stood_for = tombstones.how_of(row.answer) == "never" and bool(still_here(row.account_id, [row]))
    row.answer = row.answer | {"do": "link"} if stood_for else None
    row.outcome = row.fingerprint = None
    if ours_id:
        told = f"{stage.halo_noun} {row.halo_id}, {row.label or 'no name'}: the next import decides about it again"
        changes.note(stage.noun, ours_id, row.account_id, by, "brought back", note=told)
