"""Which side is more current: from exact times where Halo told them, else from the sweeps that bound them."""

from typing import NamedTuple

import sqlalchemy as sa

from ..db import among, db
from ..mirror.models import HaloRecord

NAMES = ("halo_id", "listed_digest", "detail_of", "halo_changed_at", "changed_after", "changed_before")

# what a person chose instead of reading the times one by one
CHOSEN = {"ours": (False, "you chose to keep GlassHive's"), "theirs": (True, "you chose to take Halo's")}


class Bounds(NamedTuple):
    """When Halo's record changed: exactly, or after one sweep and before another. asked: its detail was read."""

    exact: object
    after: object
    before: object
    asked: bool


def judge(edited_at, bounds: Bounds, choice, final) -> tuple:
    """(whether Halo's value is later, why); (None, why) while only Halo's own time of change could tell."""
    if edited_at is None:
        return True, "nobody edited it here"
    if bounds.exact is not None:
        if bounds.exact > edited_at:
            return True, "Halo's record changed later"
        return False, "it was edited here later"
    if edited_at >= bounds.before:
        return False, "it was edited here later"
    if bounds.after is not None and edited_at <= bounds.after:
        return True, "Halo's record changed later"
    if choice in CHOSEN:
        return CHOSEN[choice]
    if bounds.asked or final:
        return False, "Halo tells no time of change, so ours stays"
    return None, "the time of Halo's change is not known"


class Times:
    """The bounds of a batch of rows, those of other Halo records that hold some of their fields included."""

    def __init__(self, situation, rows):
        self.stage, self.situation = situation.stage, situation
        self.own = {row.halo_id: _bounds(row, self.stage.changed_at(row) if row.values else None) for row in rows}
        self.others = None
        self.rows = rows

    def judge(self, row, edited_at, final):
        """The `later` that merging asks, for one row."""

        def later(field):
            return judge(edited_at, self._of(row, field), self.situation.options.get("newer"), final)

        return later

    def _of(self, row, field):
        kind, halo_id = self.stage.holder(row, field)
        if kind == self.stage.kind:
            return self.own[halo_id]
        if self.others is None:
            self.others = self._load()
        return self.others[kind, halo_id]

    def _load(self):
        found = {}
        for kind in set(self.stage.held_by.values()):
            fields = [field for field, holder in self.stage.held_by.items() if holder == kind]
            held = [(row, field) for row in self.rows for field in fields if field in (row.values or {})]
            ids = {self.stage.holder(row, field)[1] for row, field in held}
            columns = [getattr(HaloRecord, name) for name in NAMES]
            here = (HaloRecord.tenant_id == self.situation.run.tenant_id, HaloRecord.kind == kind)
            rows = db.session.execute(sa.select(*columns).where(*here, among(HaloRecord.halo_id, sorted(ids))))
            found |= {(kind, row.halo_id): _bounds(row) for row in rows}
        return found


def _bounds(row, listed=None):
    """listed: the time that Halo's list told, if any."""
    asked = row.detail_of is not None and row.detail_of == row.listed_digest
    return Bounds(listed or (row.halo_changed_at if asked else None), row.changed_after, row.changed_before, asked)
