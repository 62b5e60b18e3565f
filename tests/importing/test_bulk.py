"""Rows written in bulk are stored as SQLAlchemy stores them, on both databases."""

from datetime import UTC, datetime

import sqlalchemy as sa

from halo_admin.bulk import insert_rows, update_rows
from halo_admin.db import begin_write, db
from halo_admin.importing.models import Sweep
from halo_admin.mirror.models import HaloPage

AT = datetime(2026, 5, 4, 3, 2, 1, 250000, tzinfo=UTC)


def test_rows_are_stored_by_their_columns_types(world_on_each):
    tenant = world_on_each.tenant()
    mine = {"account_id": tenant.account_id, "tenant_id": tenant.id, "kind": "user"}
    begin_write()
    insert_rows(HaloPage, [
        mine | {"page_no": number, "code": "%s :x", "digest": "ünï'\"?", "around": 0, "record_count": None,
                "halo_ids": [number, 2]}
        for number in (1, 2, 3)
    ])  # fmt: skip
    sweep = {"state": "running", "attempt": 1, "page_no": 1, "seen": 0, "changed": False, "claimed": None,
             "fell": False, "paused": True, "first_id": 2**40, "spare": False,
             "started_at": AT, "touched_at": AT, "ended_at": None}  # fmt: skip
    insert_rows(Sweep, [mine | sweep, mine | sweep | {"seen": 7}])
    insert_rows(Sweep, [])
    db.session.commit()
    pages = db.session.scalars(sa.select(HaloPage).order_by(HaloPage.page_no)).all()
    assert [page.halo_ids for page in pages] == [[1, 2], [2, 2], [3, 2]]
    assert (pages[0].code, pages[0].digest, pages[0].record_count) == ("%s :x", "ünï'\"?", None)
    stored = db.session.scalars(sa.select(Sweep).where(Sweep.first_id == 2**40).order_by(Sweep.id)).all()
    assert [(one.started_at, one.fell, one.paused, one.seen, one.ended_at) for one in stored] == [
        (AT, False, True, 0, None), (AT, False, True, 7, None),
    ]  # fmt: skip


def test_rows_are_changed_by_their_id_and_others_stay(world_on_each):
    world_on_each.theirs("Acme")
    world_on_each.map()
    begin_write()
    first, *others = db.session.scalars(sa.select(Sweep).order_by(Sweep.id)).all()
    before = [(one.seen, one.ended_at) for one in others]
    update_rows(Sweep, [{"id": first.id, "seen": 99, "ended_at": AT}])
    db.session.commit()
    first, *others = db.session.scalars(sa.select(Sweep).order_by(Sweep.id)).all()
    assert (first.seen, first.ended_at) == (99, AT)
    assert [(one.seen, one.ended_at) for one in others] == before
