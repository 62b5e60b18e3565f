"""A page that comes byte for byte as it did the last time needs no reading: the mirror holds its rows as they are."""

from functools import cache
from hashlib import blake2b
from pathlib import Path

import msgspec
import sqlalchemy as sa

from .. import records
from ..bulk import execute, insert_rows
from ..db import among, db
from ..mirror.models import HaloPage, HaloRecord
from .models import Sweep

PACKAGE = Path(records.__file__).parent


class KnownPage(msgspec.Struct):
    """A page as it came the last time, with the ids of its rows in Halo's order."""

    digest: str
    halo_ids: list[int]
    record_count: int | None


class NotHeld(Exception):
    """What a known page names is not in the mirror, or is gone or faulty there, or was seen before: it must be read."""


@cache
def code() -> bytes:
    """A digest of the code that reads pages: what another release read is read anew."""
    sources = [*sorted((PACKAGE / "halo").glob("*.py")), Path(records.__file__)]
    return blake2b(b"".join(source.read_bytes() for source in sources), digest_size=16).digest()


def load(leg, sweep, first: int, number: int) -> dict[int, KnownPage]:
    """{page_no: KnownPage} of so many of a sweep's pages from `first` on, as far as they are known.

    What other records belong into is composed anew whenever those have changed: its pages are read again then.
    """
    if leg.run.options.get("full") or not leg.trusts_known_pages:
        return {}
    here = (HaloPage.tenant_id == sweep.tenant_id, HaloPage.kind == sweep.kind, HaloPage.code == code().hex(),
            HaloPage.around == _around(leg.stage, sweep))  # fmt: skip
    columns = (HaloPage.page_no, HaloPage.digest, HaloPage.halo_ids, HaloPage.record_count)
    chosen = sa.select(*columns).where(*here, HaloPage.page_no.between(first, first + number - 1))
    return {row.page_no: KnownPage(row.digest, row.halo_ids, row.record_count) for row in db.session.execute(chosen)}


def _around(stage, sweep):
    """The last sweep that changed what belongs into the rows of this one's list; 0 where nothing does."""
    other = stage.around(sweep.kind)
    if other is None:
        return 0
    changed = sa.select(Sweep.id).where(Sweep.tenant_id == sweep.tenant_id, Sweep.kind == other, Sweep.changed)
    return db.session.scalar(changed.order_by(Sweep.id.desc()).limit(1)) or 0


def mark_seen(sweep, pages: list[KnownPage]) -> None:
    """The sweep sees the rows of these pages. In a batch, which must not go on where this raises NotHeld."""
    ids = [halo_id for page in pages for halo_id in page.halo_ids]
    if not ids:
        return
    here = (HaloRecord.tenant_id == sweep.tenant_id, HaloRecord.kind == sweep.kind, HaloRecord.error.is_(None),
            HaloRecord.gone_at.is_(None))  # fmt: skip
    new = sa.update(HaloRecord).where(*here, HaloRecord.last_sweep_id.is_distinct_from(sweep.id))
    new = new.where(among(HaloRecord.halo_id, ids)).values(last_sweep_id=sweep.id)
    if execute(new) < len(ids):
        raise NotHeld


def keep(stage, sweep, pages: list) -> None:
    """Remember pages that were read just now and whose rows went into the mirror, [(page_no, Page, how many of its rows
    the sweep had not seen before)]. In a batch.
    """
    here = (HaloPage.tenant_id == sweep.tenant_id, HaloPage.kind == sweep.kind)
    execute(sa.delete(HaloPage).where(*here, HaloPage.page_no.in_([page_no for page_no, _, _ in pages])))
    around = _around(stage, sweep)
    rows = [
        {"account_id": sweep.account_id, "tenant_id": sweep.tenant_id, "kind": sweep.kind, "page_no": page_no,
         "code": code().hex(), "around": around, "digest": page.digest, "record_count": page.record_count,
         "halo_ids": [row.halo_id for row in page.rows]}
        for page_no, page, new in pages if _is_worth_it(page, new)
    ]  # fmt: skip
    insert_rows(HaloPage, rows)


def _is_worth_it(page, new):
    if not page.rows or new < len(page.rows):
        return False  # a list that repeats itself is read every time
    return not any(isinstance(row, records.Unreadable) or row.halo_id is None for row in page.rows)
