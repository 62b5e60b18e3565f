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


@cache
def code() -> bytes:
    """A digest of the code that reads pages: what another release read is read anew."""
    sources = [*sorted((PACKAGE / "halo").glob("*.py")), Path(records.__file__)]
    return blake2b(b"".join(source.read_bytes() for source in sources), digest_size=16).digest()


def load(leg, kind: str, page_no: int, number: int) -> dict[int, KnownPage]:
    """{page_no: KnownPage} of the next pages, where what follows from them stands in the mirror.

    What other records belong into is composed anew whenever those have changed: its pages are always read.
    """
    if leg.stage.around(kind) or leg.run.options.get("full"):
        return {}
    tenant_id = leg.run.tenant_id
    here = (HaloPage.tenant_id == tenant_id, HaloPage.kind == kind, HaloPage.code == code().hex())
    columns = (HaloPage.page_no, HaloPage.digest, HaloPage.halo_ids, HaloPage.record_count)
    chosen = sa.select(*columns).where(*here, HaloPage.page_no.between(page_no, page_no + number - 1))
    found = {row.page_no: KnownPage(*row[1:]) for row in db.session.execute(chosen)}
    ids = {halo_id for page in found.values() for halo_id in page.halo_ids}
    return found if len(ids) == _readable(tenant_id, kind, ids) else {}


def _readable(tenant_id, kind, ids):
    """How many of these records the mirror holds without a fault."""
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == kind, among(HaloRecord.halo_id, list(ids)))
    return db.session.scalar(sa.select(sa.func.count()).where(*here, HaloRecord.error.is_(None))) if ids else 0


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
