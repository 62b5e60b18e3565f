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
    """A page as it came the last time, with the ids of its rows in Halo's order."""

    digest: str
    halo_ids: list[int]
    record_count: int | None


class NotHeld(Exception):
    """The mirror does not hold, or not without a fault, what a known page names: such pages must be read."""


@cache
def code() -> bytes:
    """A digest of the code that reads pages: what another release read is read anew."""
    sources = [*sorted((PACKAGE / "halo").glob("*.py")), Path(records.__file__)]
    return blake2b(b"".join(source.read_bytes() for source in sources), digest_size=16).digest()


def load(leg, sweep, first: int, number: int) -> dict[int, KnownPage]:
    """{page_no: KnownPage} of so many of a sweep's pages from `first` on, as far as they are known.

    What other records belong into is composed anew whenever those have changed: its pages are always read.
    """
    if leg.stage.around(sweep.kind) or leg.run.options.get("full") or not leg.trusts_known_pages:
        return {}
    here = (HaloPage.tenant_id == sweep.tenant_id, HaloPage.kind == sweep.kind, HaloPage.code == code().hex())
    columns = (HaloPage.page_no, HaloPage.digest, HaloPage.halo_ids, HaloPage.record_count)
    chosen = sa.select(*columns).where(*here, HaloPage.page_no.between(first, first + number - 1))
    return {row.page_no: KnownPage(row.digest, row.halo_ids, row.record_count) for row in db.session.execute(chosen)}


def mark_seen(sweep, pages: list[KnownPage]) -> set[int]:
    """The sweep has seen the rows of these pages; the ids of those it had seen before. In a batch. Raises NotHeld."""
    ids = {halo_id for page in pages for halo_id in page.halo_ids}
    if not ids:
        return set()
    here = (HaloRecord.tenant_id == sweep.tenant_id, HaloRecord.kind == sweep.kind, HaloRecord.error.is_(None))
    these = (*here, among(HaloRecord.halo_id, list(ids)))
    seen = sa.update(HaloRecord).where(*these, HaloRecord.last_sweep_id.is_distinct_from(sweep.id))
    seen = seen.values(last_sweep_id=sweep.id, gone_at=None).returning(HaloRecord.halo_id)
    new = set(db.session.scalars(seen, execution_options={"synchronize_session": False}))
    if len(new) < len(ids) and db.session.scalar(sa.select(sa.func.count()).where(*these)) < len(ids):
        raise NotHeld
    return ids - new


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
