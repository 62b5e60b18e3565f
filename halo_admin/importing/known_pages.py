"""A page that comes byte for byte as it did the last time needs no reading: the mirror holds its rows as they are."""

from functools import cache
from hashlib import blake2b
from pathlib import Path

import msgspec
import sqlalchemy as sa

from .. import records
from ..bulk import insert_rows
from ..db import among, db
from ..mirror.models import HaloPage, HaloRecord

PACKAGE = Path(records.__file__).parent


class KnownPage(msgspec.Struct):
    """A page as it came the last time, with the ids of its rows in Halo's order; seen: those the sweep saw before."""

    digest: str
    halo_ids: list[int]
    record_count: int | None
    seen: set[int]


@cache
def code() -> bytes:
    """A digest of the code that reads pages: what another release read is read anew."""
    sources = [*sorted((PACKAGE / "halo").glob("*.py")), Path(records.__file__)]
    return blake2b(b"".join(source.read_bytes() for source in sources), digest_size=16).digest()


def load(leg, sweep, number: int) -> dict[int, KnownPage]:
    """{page_no: KnownPage} of a sweep's next pages, where what follows from them stands in the mirror.

    What other records belong into is composed anew whenever those have changed: its pages are always read.
    """
    if leg.stage.around(sweep.kind) or leg.run.options.get("full"):
        return {}
    here = (HaloPage.tenant_id == sweep.tenant_id, HaloPage.kind == sweep.kind, HaloPage.code == code().hex())
    columns = (HaloPage.page_no, HaloPage.digest, HaloPage.halo_ids, HaloPage.record_count)
    chosen = sa.select(*columns).where(*here, HaloPage.page_no.between(sweep.page_no, sweep.page_no + number - 1))
    rows = db.session.execute(chosen).all()
    held = _held(sweep, {halo_id for row in rows for halo_id in row.halo_ids})
    return {row.page_no: KnownPage(row.digest, row.halo_ids, row.record_count, _seen(row.halo_ids, held))
            for row in rows if held.keys() >= set(row.halo_ids)}  # fmt: skip


def _held(sweep, ids):
    """{halo_id: whether this sweep has seen it} of those records that the mirror holds without a fault."""
    here = (HaloRecord.tenant_id == sweep.tenant_id, HaloRecord.kind == sweep.kind, HaloRecord.error.is_(None))
    is_seen = HaloRecord.last_sweep_id.is_not_distinct_from(sweep.id)
    chosen = sa.select(HaloRecord.halo_id, is_seen).where(*here, among(HaloRecord.halo_id, list(ids)))
    return dict(map(tuple, db.session.execute(chosen))) if ids else {}


def _seen(ids, held):
    return {halo_id for halo_id in ids if held[halo_id]}


def keep(sweep, pages: dict) -> None:
    """Remember {page_no: Page} that were read just now and whose rows went into the mirror. In a batch."""
    here = (HaloPage.tenant_id == sweep.tenant_id, HaloPage.kind == sweep.kind)
    db.session.execute(sa.delete(HaloPage).where(*here, HaloPage.page_no.in_(list(pages))))
    rows = [
        {"account_id": sweep.account_id, "tenant_id": sweep.tenant_id, "kind": sweep.kind, "page_no": page_no,
         "code": code().hex(), "digest": page.digest, "record_count": page.record_count,
         "halo_ids": [row.halo_id for row in page.rows]}
        for page_no, page in pages.items() if _is_worth_it(page)
    ]  # fmt: skip
    insert_rows(HaloPage, rows)


def _is_worth_it(page):
    return page.rows and not any(isinstance(row, records.Unreadable) or row.halo_id is None for row in page.rows)
