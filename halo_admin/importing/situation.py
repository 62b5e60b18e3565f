"""What deciding has before it: what a run's decisions have in common, and a batch's mirror rows as they need them."""

from datetime import datetime
from functools import cached_property
from sys import intern
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from ..accounts.models import Account
from ..connecting.models import Mapping, StageState
from ..db import among, db
from ..mirror.models import HaloRecord, HaloTenant
from .composing import digest_of
from .stage import NOTHING_FOUND

LOWEST = -(2**62)  # below every id, those made up for rows without one included
# the fact that tells up to which of Halo's ids a run has compared before all was read
UP_TO = "compared_meanwhile"
# and the fact that tells up to which of them what it has saved then was completed, where nothing was left to decide
COMPLETED = "completed"
# in front of the fingerprint of what a run has saved before all was read and has not completed
LATER = "later:"
IS_LEFT = HaloRecord.fingerprint.like(f"{LATER}%")
# outcomes that a fingerprint vouches for, beside those left out for grounds of their own
STEADY = ("created", "linked", "updated", "unchanged")

# what the quick path needs of a row, and what deciding needs
LIGHT = (
    "id", "halo_id", "digest", "fingerprint", "outcome", "ours_id", "follows_id", "error", "detail_of", "detail_at",
    "run_id", "parent_id", "email_key",
)  # fmt: skip
FULL = (
    *LIGHT, "label", "active", "type_key", "values", "listed_digest", "halo_changed_at", "changed_after",
    "changed_before", "phone_key", "website_key", "name_key", "base", "answer", "not_same", "matched_by", "linked_at",
    "gone_at", "stood_for_id",
)  # fmt: skip


class Situation:
    """What all decisions of a run have in common: whose, with which mapping, under which options."""

    def __init__(self, run, stage, country, kept=None):
        """kept: what a stage looks up once for many batches, while nothing it comes from changes."""
        self.kept = {} if kept is None else kept
        self.run, self.stage, self.country = run, stage, country
        self.options = run.options
        self.mapping = Meanings(run.tenant_id, *stage.mappings)
        self.choices, self.revision = _state(run.tenant_id, stage.key)
        self.learned = db.session.get(HaloTenant, run.tenant_id).learned

    def detail_read(self, row) -> bool:
        """Whether a row's cached detail may be used: its list row is the same, and nobody asked for --full."""
        if row.detail_of is None or row.detail_of != row.listed_digest:
            return False
        return not self.options.get("full") or row.detail_at >= self.run.started_at

    def fingerprint(self, row, version, found) -> str:
        """All that an applied decision depended on: the same again means there is nothing to decide."""
        return f"{row.digest}:{self.revision}:{row.ours_id}:{version}:{found.lasting}"

    def stands(self, row, found) -> bool:
        """Whether all is as it was when a record was saved, before all was read."""
        return row.fingerprint == LATER + self.fingerprint(row, row.ours_version, found)

    def grounds(self, row, found) -> str:
        """All that leaving a record out depended on, where it was its own doing: the same again means, left out again
        for the same reason.
        """
        return f"{row.digest}:{self.settings}:{row.ours_id}:{found.token}"

    def was_told(self, row) -> bool:
        """Whether this run has left a record out already, before all was read."""
        return row.run_id == self.run.id and row.outcome == "skipped" and row.halo_id <= self._up_to

    @cached_property
    def _up_to(self):
        return self.run.facts.get(UP_TO, LOWEST)

    @cached_property
    def settings(self):
        """A digest of what people chose for this stage, names in the reasons included."""
        return digest_of(msgspec.json.encode([self.choices, self.mapping.rows]))[:12]

    def day(self, at: str) -> str:
        """The day of a time (ISO) as this run's sentences name it; with the year where it is not the run's."""
        local, today = (one.astimezone(self._zone) for one in (datetime.fromisoformat(at), self.run.started_at))
        return f"{local.day} {local:%B}" + (f" {local.year}" if local.year != today.year else "")

    @cached_property
    def _zone(self):
        return ZoneInfo(db.session.get(Account, self.run.account_id).time_zone)

    def unlinked_website(self) -> bool:
        """Whether a record of ours that is linked to nothing has a website: only then can one tell who is who."""
        model = self.stage.model
        linked = sa.select(HaloRecord.id).where(
            HaloRecord.tenant_id == self.run.tenant_id, HaloRecord.kind == self.stage.kind,
            HaloRecord.ours_id == model.id,
        )  # fmt: skip
        ours = sa.select(model.id).where(model.account_id == self.run.account_id, model.website_key.is_not(None))
        return db.session.scalar(sa.select(ours.where(~linked.exists()).exists()))


class Meanings:
    """The mapping as it is now: what each of Halo's values means here."""

    def __init__(self, tenant_id, *kinds):
        rows = db.session.execute(
            sa.select(Mapping.halo_key, Mapping.halo_name, Mapping.choice, Mapping.ours_id).where(
                Mapping.tenant_id == tenant_id, Mapping.kind.in_(kinds)
            )
        ).all()
        self.rows = sorted(map(tuple, rows))
        self._rows = {row.halo_key: row for row in rows}

    def meaning(self, key):
        row = self._rows.get(key)
        return (row.choice, row.ours_id) if row else (None, None)

    def name(self, key):
        row = self._rows.get(key)
        return row.halo_name if row else key


def mapping_revision(tenant_id, stage_key) -> int:
    return _state(tenant_id, stage_key)[1]


def _state(tenant_id, stage_key):
    """(what a person chose for the stage, the mapping's revision)."""
    columns = sa.select(StageState.options, StageState.mapping_revision)
    here = (StageState.tenant_id == tenant_id, StageState.stage == stage_key)
    return db.session.execute(columns.where(*here)).first() or ({}, 0)


def mirror_rows(situation, names):
    """A select of the mirror rows this stage decides about, with these columns."""
    columns = [getattr(HaloRecord, name) for name in names]
    here = (HaloRecord.tenant_id == situation.run.tenant_id, HaloRecord.kind == situation.stage.kind)
    return sa.select(*columns).where(*here)


def rows_with_ours(situation, names):
    """The same, beside them what the record of ours has that a row is linked to: ours_version, and as ours_<name> what
    the stage's look_up() wants. All None where there is none.
    """
    return _with_ours(situation, mirror_rows(situation, names))


def _with_ours(situation, chosen):
    names = ("version", *situation.stage.looks_at)
    return chosen.add_columns(*(_of_ours(situation, name).label(f"ours_{name}") for name in names))


def _of_ours(situation, name):
    """A subquery, so that the record is looked up by its id: for a join PostgreSQL may walk all of its table."""
    model = situation.stage.model
    linked = (model.id == HaloRecord.ours_id, model.account_id + 0 == situation.run.account_id)
    return sa.select(getattr(model, name)).where(*linked).correlate(HaloRecord).scalar_subquery()


def versions_of(model, ids) -> dict:
    """The versions of our rows, locked until this writing transaction ends."""
    if not ids:
        return {}
    chosen = sa.select(model.id, model.version).where(among(model.id, list(ids))).order_by(model.id)
    return dict(map(tuple, db.session.execute(chosen.with_for_update())))


class Sorted(NamedTuple):
    """Mirror rows by what there is to do about them. same: nothing. out: they stay out for the same reason as last
    time. rest: to be decided. Those that this run has left out already are in none.
    """

    same: list
    out: list
    rest: list

    def up_to(self, halo_id):
        """The same of those with no larger Halo id."""
        return Sorted(*([row for row in rows if row.halo_id <= halo_id] for rows in self))


def quick(situation, rows) -> Sorted:
    rested = [row for row in rows if row.fingerprint and row.error is None and not _reread(situation, row)]
    found = situation.stage.look_over(situation, rested)
    same, out, told, run_id = [], [], [], situation.run.id
    for row in rested:
        its_own = found.get(row.id, NOTHING_FOUND)
        if row.outcome == "skipped":
            if row.fingerprint == situation.grounds(row, its_own):
                (told if situation.was_told(row) else out if row.run_id != run_id else []).append(row)
        elif row.ours_version is None or row.outcome not in STEADY:
            continue
        elif row.fingerprint == situation.fingerprint(row, row.ours_version, its_own):
            same.append(row)
    rests = {row.id for row in (*same, *out, *told)}
    return Sorted(same, out, [row for row in rows if row.id not in rests])


def _reread(situation, row):
    return situation.options.get("full") and row.detail_of and row.detail_at < situation.run.started_at


def full_rows(situation, ids):
    # sorted here, and not mirror_rows: either would make SQLite walk the whole tenant
    chosen = sa.select(*(getattr(HaloRecord, name) for name in FULL)).where(among(HaloRecord.id, ids))
    chosen = _with_ours(situation, chosen)
    return looked_up(situation, sorted(db.session.execute(chosen), key=lambda row: row.halo_id))


def looked_up(situation, rows):
    """Rows as from rows_with_ours() with all columns of FULL, as deciding sees them."""
    found = situation.stage.look_up(situation, rows)
    # as the code has them, so that its attributes are found by their identity
    names = [intern(name) for name in rows[0]._fields] if rows else []
    return [Row(names, row, situation, found.get(row.id, NOTHING_FOUND)) for row in rows]


class Row:
    """A mirror row as deciding sees it, with what its stage found beyond it."""

    def __init__(self, names, row, situation, found):
        self.__dict__.update(zip(names, row, strict=True))
        self.base = self.base or {}
        self.detail_read = situation.detail_read(row)
        self.found = found
        self.stays_out = False  # whether what it depends on to be left out is known as a whole
        if found.is_alone:
            self.stood_for_id, self.base = self.ours_id, {}
            self.ours_id = self.follows_id = self.matched_by = self.linked_at = None

    @property
    def follows(self):
        return self.found.leader is not None

    @property
    def takes_the_lead(self):
        """Whether it stands for a record of ours that another of Halo's stood for until now."""
        return not self.follows and (self.follows_id is not None or self.found.takes is not None)

    @property
    def agreed(self):
        """What both sides last agreed on; nothing where another of Halo's supplied the values until now."""
        return {} if self.takes_the_lead else self.base


def links_of(situation, ids) -> dict:
    """{our id: the Halo id it is linked to} of those of our records that are linked."""
    if not ids:
        return {}
    chosen = mirror_rows(situation, ("ours_id", "halo_id")).where(
        among(HaloRecord.ours_id, list(ids)), HaloRecord.follows_id.is_(None)
    )
    return {row.ours_id: row.halo_id for row in db.session.execute(chosen)}
