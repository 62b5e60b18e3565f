"""Pages of a sweep go into the mirror."""

from collections import Counter

import msgspec
import sqlalchemy as sa

from ..bulk import execute, insert_rows, update_rows
from ..db import among, db, now
from ..mirror.models import HaloRecord
from ..records import Unreadable
from .composing import combined_digest, composed, digest_of, load_around
from .known_pages import KnownPage, mark_seen
from .models import Sweep


class Shelf:
    """Puts pages' rows into the mirror: new ones in, changed ones over, the same ones only marked as seen."""

    COLUMNS = tuple(
        getattr(HaloRecord, name) for name in ("id", "halo_id", "listed_digest", "digest", "last_sweep_id", "gone_at")
    )

    def __init__(self, leg, reading, sweep):
        self.stage, self.country, self.reading, self.sweep = leg.stage, leg.country, reading, sweep
        self.here = (HaloRecord.tenant_id == sweep.tenant_id, HaloRecord.kind == reading.kind)
        self.at = now()
        self.seen = {"last_sweep_id": sweep.id, "gone_at": None}
        self.new = self.seen | {
            "account_id": sweep.account_id, "tenant_id": sweep.tenant_id, "kind": reading.kind,
            "first_sweep_id": sweep.id, "changed_before": self.at,
        }  # fmt: skip

    def store(self, pages) -> list[int]:
        """Put pages, read or known, into the mirror. Returns how many rows of each the sweep had not seen before."""
        rows = [self._rows(page, number) for number, page in enumerate(pages, self.sweep.page_no)]
        seen = self._sort_in({halo_id: row for page in rows for halo_id, row in page.items() if row is not None})
        mark_seen(self.sweep, [page for page in pages if isinstance(page, KnownPage)])
        return self._new_ones(rows, seen)

    def _rows(self, page, page_no):
        """{halo_id: row} of a page; of a known one None for each row."""
        if isinstance(page, KnownPage):
            return dict.fromkeys(page.halo_ids)
        return dict(self._identified(page.rows, page_no))

    def _sort_in(self, rows):
        """Put rows in; the ids of those that the sweep had seen before."""
        if not rows:
            return set()
        known = self._known(list(rows))
        around = load_around(self.stage, self.sweep.tenant_id, self.reading.kind, list(rows))
        self.inserts, self.updates, self.same, self.unread = [], [], [], []
        self.swept = _sweep_times({row.last_sweep_id for row in known.values()})
        for halo_id, row in rows.items():
            self._sort(halo_id, row, known.get(halo_id), around.get(halo_id, ()))
        self._write()
        came_back = any(row.gone_at is not None for row in known.values())
        self.sweep.changed = self.sweep.changed or bool(came_back or self.inserts or self.updates or self.unread)
        return {halo_id for halo_id, row in known.items() if row.last_sweep_id == self.sweep.id}

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
        # the detail as the text that it is, as most rows are not looked into
        more = (sa.type_coerce(HaloRecord.detail, sa.Text).label("detail"), HaloRecord.error.is_(None).label("is_good"))
        chosen = sa.select(*self.COLUMNS, *more).where(*self.here, among(HaloRecord.halo_id, ids))
        return {row.halo_id: row for row in db.session.execute(chosen)}

    def _sort(self, halo_id, row, known, around):
        if isinstance(row, Unreadable):
            (self.unread if known else self.inserts).append(self._unreadable(halo_id, row, known))
            return
        listed_digest = digest_of(msgspec.json.encode(row))
        detail_text = (known and known.detail) or ""
        digest = combined_digest(listed_digest, detail_text, around)
        if known and known.digest == digest and known.is_good:
            self.same.append(known.id)
            return
        detail = msgspec.json.decode(detail_text, type=self.reading.record) if detail_text else None
        columns = composed(self.stage, self.reading.kind, row, detail, around, self.country) | self.seen | {
            "listed": row, "listed_digest": listed_digest, "digest": digest, "error": None,
        }  # fmt: skip
        if known:
            self.updates.append(columns | {"id": known.id} | self._change_times(known, listed_digest))
        else:
            self.inserts.append(self.new | {"halo_id": halo_id} | columns)

    def _unreadable(self, halo_id, row, known):
        if known:
            return {"id": known.id, "error": row.reason} | self.seen
        empty = {"label": row.label} | dict.fromkeys(
            ("parent_id", "type_key", "listed", "listed_digest", "values", "digest", "phone_key",
             "website_key", "name_key", "email_key")
        )  # fmt: skip
        return self.new | {"halo_id": halo_id} | empty | {"active": True, "error": row.reason}

    def _change_times(self, known, listed_digest):
        """Two sweeps bound the time of Halo's own change (design: "Merging")."""
        if known.listed_digest == listed_digest:
            return {}
        after = self.swept.get(known.last_sweep_id)
        return {"changed_after": after, "changed_before": self.at, "halo_changed_at": None}

    def _write(self):
        insert_rows(HaloRecord, self.inserts)
        for rows in (*_alike(self.updates), self.unread):
            update_rows(HaloRecord, rows)
        if self.same:
            execute(sa.update(HaloRecord).where(among(HaloRecord.id, self.same)).values(self.seen))


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
