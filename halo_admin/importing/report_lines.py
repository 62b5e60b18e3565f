"""A record as a report shows it: both sides by name, what became of it and why, field by field."""

from dataclasses import dataclass, field
from typing import NamedTuple

import sqlalchemy as sa

from ..db import among, db, owned
from ..mirror.models import HaloRecord
from ..web.words import plural
from . import stages
from .matching import called
from .models import Decision, ImportRun
from .telling import Names


class Change(NamedTuple):
    """One field. kind: "changed", "conflict" (both sides had changed) or "newer here"."""

    field: str
    label: str
    kind: str
    before: str
    after: str
    theirs: str
    winner: str  # "halo" or "glasshive"
    why: str


class Candidate(NamedTuple):
    """A record of ours that one of Halo's may be. by: keys that agree; link: the Halo id it belongs to by now."""

    id: int
    name: str
    by: list
    values: str
    link: int | None


@dataclass
class Line:
    """id: the decision's; None where nothing changed, which needs no decision."""

    action: str
    reason: str
    halo_id: int
    halo_name: str
    halo_values: str
    halo_noun: str  # what a sentence calls one of Halo's
    id: int | None = None
    by: str = ""
    ours_id: int | None = None
    ours_name: str = ""
    changes: list = field(default_factory=list)
    candidates: list = field(default_factory=list)
    told: list = field(default_factory=list)
    waits: bool = False  # decided, but not carried out
    newer_run: int | None = None  # the later import that has dealt with this record

    @property
    def touched(self) -> str:
        """How many fields changed, in words; where none did, how many are newer here."""
        changed = sum(one.winner == "halo" for one in self.changes)
        return plural(changed, "field") if changed else f"{len(self.changes)} newer here"

    @property
    def conflicts(self):
        return [one for one in self.changes if one.kind == "conflict"]


def lines(run: ImportRun, rows: list) -> list[Line]:
    """Lines of a page's rows: decisions, or mirror rows where nothing changed."""
    return Lines(run.account_id, run).of(rows)


class Lines:
    """Looks up for a page at once what its lines name."""

    def __init__(self, account_id, run, names=None):
        self.account_id, self.run = account_id, run
        self.stage = stages.stage(run.stage)
        self.names = names or Names(account_id)

    def of(self, rows):
        decisions = self._decisions(rows)
        self.names.know([one.changes for one in decisions.values()])
        self.records = self._records([one.record_id for one in decisions.values()])
        ids = {one.ours_id for one in rows} | {one.ours_id for one in decisions.values()}
        ids |= {candidate["id"] for one in decisions.values() for candidate in _evidence(one, "candidates")}
        self.ours = self._named(ids - {None})
        self.links = self._links(ids - {None})
        return [self._passed_by(row, decisions) if isinstance(row, HaloRecord) else self.line(row) for row in rows]

    def _decisions(self, rows):
        """{mirror id: decision}; those few mirror rows where nothing changed but something is told have one too."""
        if not rows or isinstance(rows[0], Decision):
            return {one.record_id: one for one in rows}
        mine = Decision.about(self.run.id, [row.id for row in rows])
        return {one.record_id: one for one in db.session.scalars(sa.select(Decision).where(*mine))}

    def _records(self, ids):
        chosen = owned(HaloRecord, self.account_id).where(among(HaloRecord.id, ids))
        return {row.id: row for row in db.session.scalars(chosen)} if ids else {}

    def _named(self, ids):
        model = self.stage.model
        chosen = owned(model, self.account_id).where(among(model.id, list(ids)))
        return {row.id: row for row in db.session.scalars(chosen)} if ids else {}

    def _links(self, ids):
        here = (HaloRecord.tenant_id == self.run.tenant_id, HaloRecord.kind == self.stage.kind)
        chosen = sa.select(HaloRecord.ours_id, HaloRecord.halo_id).where(*here, among(HaloRecord.ours_id, list(ids)))
        return dict(map(tuple, db.session.execute(chosen))) if ids else {}

    def _passed_by(self, row, decisions):
        if row.id in decisions:
            return self.line(decisions[row.id])
        return self._both(Line("unchanged", "nothing has changed", *self._theirs(row)), row.ours_id)

    def line(self, one: Decision) -> Line:
        record = self.records[one.record_id]
        line = Line(
            one.action, one.reason, *self._theirs(record),
            id=one.id, by=called(one.by or ""), changes=self.changes(one),
            candidates=[found for each in _evidence(one, "candidates") if (found := self._candidate(each))],
            told=list(_evidence(one, "told")), waits=one.state != "applied",
            newer_run=record.run_id if record.run_id and record.run_id > self.run.id else None,
        )  # fmt: skip
        return self._both(line, one.ours_id)

    def _both(self, line, ours_id):
        ours = self.ours.get(ours_id)
        line.ours_id, line.ours_name = (ours_id, ours.name) if ours else (None, "")
        return line

    def _candidate(self, each):
        ours = self.ours.get(each["id"])
        if ours is None:
            return None
        values = _few(getattr(ours, field) for field in self.stage.tells)
        return Candidate(ours.id, ours.name, [called(key) for key in each["by"]], values, self.links.get(ours.id))

    def changes(self, one: Decision) -> list[Change]:
        """The fields an import changed or could have: conflicts with both values, and what stayed as newer here."""
        conflicts = {conflict["field"]: conflict for conflict in one.conflicts or ()}
        found = [self._conflict(one, conflict) for conflict in conflicts.values()]
        for name, (before, after) in (one.changes or {}).items():
            if name not in conflicts:
                found.append(self._change(name, "changed", before, after, after, "halo", ""))
        for name, (ours, theirs) in (one.newer_here or {}).items():
            if name not in conflicts:
                found.append(self._change(name, "newer here", ours, ours, theirs, "glasshive", "only it changed"))
        return found

    def _conflict(self, one, conflict):
        halo_wins = conflict["winner"] == "halo"
        after = conflict["theirs"] if halo_wins else conflict["ours"]
        return self._change(conflict["field"], "conflict", conflict["ours"], after, conflict["theirs"],
                            conflict["winner"], conflict["why"])  # fmt: skip

    def _change(self, name, kind, before, after, theirs, winner, why):
        texts = [_text(self.names.of(name, value)) for value in (before, after, theirs)]
        return Change(name, self.stage.label(name), kind, *texts, winner, why)

    def _theirs(self, record):
        values = record.values or {}
        told = _few(values.get(name) for name in self.stage.tells)
        return record.halo_id, record.label or "", told, self.stage.halo_noun


def _text(value):
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _few(values):
    return " · ".join(value for value in values if value)


def _evidence(decision, name):
    return (decision.evidence or {}).get(name, ())
