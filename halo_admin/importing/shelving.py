"""Pages of a sweep go into the mirror."""

from collections import Counter

import msgspec
import sqlalchemy as sa

from ..db import among, db, now, update_rows
from ..mirror.models import HaloRecord
from ..records import Unreadable
from .composing import combined_digest, composed, digest_of, load_around
from .models import Sweep


class Shelf:
    """Puts pages' rows into the mirror: new ones in, changed ones over, the same ones only marked as seen."""

    COLUMNS = (
        "id", "halo_id", "listed_digest", "digest", "detail", "detail_of", "last_sweep_id", "error", "gone_at",
    )  # fmt: skip

    def __init__(self, leg, reading, sweep):
        self.stage, self.country, self.reading, self.sweep = leg.stage, leg.country, reading, sweep
        self.here = (HaloRecord.tenant_id == sweep.tenant_id, HaloRecord.kind == reading.kind)
        self.at = now()

    def store(self, pages) -> list[int]:
        """pages: the rows of each, in Halo's order. Returns how many of each the sweep had not seen before."""
        pages = [dict(self._identified(rows, number)) for number, rows in enumerate(pages, self.sweep.page_no)]
        rows = {halo_id: row for page in pages for halo_id, row in page.items()}
        known = self._known(list(rows))
        around = load_around(self.stage, self.sweep.tenant_id, self.reading.kind, list(rows))
        self.inserts, self.updates, self.same, self.unread = [], [], [], []
        self.swept = _sweep_times({row.last_sweep_id for row in known.values()})
        for halo_id, row in rows.items():
            self._sort(halo_id, row, known.get(halo_id), around.get(halo_id, ()))
        self._write()
        return self._new_ones(pages, {i for i, row in known.items() if row.last_sweep_id == self.sweep.id})

    def _new_ones(self, pages, seen):
        new = []
        for page in pages:
            new.append(len(page.keys() - seen))
            seen |= page.keys()
        return new

    def _identified(self, rows, page_no):
        unnamed = Counter()
        for row in rows:
            if row.halo_id is None:
                unnamed[row.fingerprint] += 1
                yield made_up_id(row.fingerprint, page_no, unnamed[row.fingerprint]), row
            else:
                yield row.halo_id, row

    def _known(self, ids):
        columns = [getattr(HaloRecord, name) for name in self.COLUMNS]
        rows = db.session.execute(sa.select(*columns).where(*self.here, among(HaloRecord.halo_id, ids)))
        return {row.halo_id: row for row in rows}

    def _sort(self, halo_id, row, known, around):
        if isinstance(row, Unreadable):
            (self.unread if known else self.inserts).append(self._unreadable(halo_id, row, known))
            return
        listed_digest = digest_of(msgspec.json.encode(row))
        detail_text = msgspec.json.encode(known.detail) if known and known.detail else b""
        digest = combined_digest(listed_digest, detail_text, around)
        if known and known.digest == digest and known.error is None:
            self.same.append(known.id)
            return
        detail = msgspec.json.decode(detail_text, type=self.reading.record) if detail_text else None
        columns = composed(self.stage, self.reading.kind, row, detail, around, self.country) | {
            "listed": row, "listed_digest": listed_digest, "digest": digest, "error": None,
            "last_sweep_id": self.sweep.id, "gone_at": None,
        }  # fmt: skip
        if known:
            self.updates.append(columns | {"id": known.id} | self._change_times(known, listed_digest))
        else:
            self.inserts.append(self._new(halo_id) | columns)

    def _new(self, halo_id):
        sweep = self.sweep
        return {
            "account_id": sweep.account_id, "tenant_id": sweep.tenant_id, "kind": self.reading.kind, "halo_id": halo_id,
            "first_sweep_id": sweep.id, "last_sweep_id": sweep.id, "changed_before": self.at,
        }  # fmt: skip

    def _unreadable(self, halo_id, row, known):
        if known:
            return {"id": known.id, "error": row.reason, "last_sweep_id": self.sweep.id, "gone_at": None}
        empty = {"label": row.label} | dict.fromkeys(
            ("parent_id", "type_key", "listed", "listed_digest", "values", "digest", "phone_key",
             "website_key", "name_key", "email_key")
        )  # fmt: skip
        return self._new(halo_id) | empty | {"active": True, "error": row.reason, "gone_at": None}

    def _change_times(self, known, listed_digest):
        """Two sweeps bound the time of Halo's own change (design: "Merging")."""
        if known.listed_digest == listed_digest:
            return {}
        after = self.swept.get(known.last_sweep_id)
        return {"changed_after": after, "changed_before": self.at, "halo_changed_at": None}

    def _write(self):
        if self.inserts:
            db.session.execute(sa.insert(HaloRecord.__table__), self.inserts)
        for rows in (*_alike(self.updates), self.unread):
            if rows:
                update_rows(HaloRecord, rows)
        if self.same:
            seen = sa.update(HaloRecord).where(among(HaloRecord.id, self.same))
            db.session.execute(
                seen.values(last_sweep_id=self.sweep.id, gone_at=None), execution_options={"synchronize_session": False}
            )


def _sweep_times(ids):
    if not ids:
        return {}
    return {
        row.id: row.started_at
        for row in db.session.execute(sa.select(Sweep.id, Sweep.started_at).where(Sweep.id.in_(ids)))
    }


def made_up_id(fingerprint, page_no, nth) -> int:
    """An id for a row that Halo sent without one: negative, as no id of Halo's is, and the same in the same place."""
    return -1 - int(digest_of(f"{fingerprint}|{page_no}|{nth}".encode())[:12], 16)


def _alike(rows):
    """executemany wants every row to have the same columns."""
    groups = {}
    for row in rows:
        groups.setdefault(tuple(row), []).append(row)
    return groups.values()
