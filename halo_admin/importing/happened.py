"""What happened to every record of an import: the rows of its list, with names on both sides, page by page."""

from dataclasses import dataclass, field

import sqlalchemy as sa

from ..db import among, db
from ..mirror.models import HaloRecord
from . import stages
from .models import OUTCOMES, Decision, ImportRun
from .telling import shown, type_names

PAGE_ROWS = 50
CHANGED = "changed"
TABS = {CHANGED: ("created", "linked", "updated")} | {outcome: (outcome,) for outcome in OUTCOMES}
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Asked:
    """What of an import's list is wanted: a tab of TABS, a reason ("" for all), and the place to go on from."""

    tab: str
    why: str = ""
    after: tuple[int, int] | None = None

    def address(self, **changes) -> dict:
        """The query of an address that asks for the same with these changes."""
        whole = {"what": self.tab, "why": self.why or None} | changes
        return {name: value for name, value in whole.items() if value}


def read(args, run: ImportRun) -> Asked:
    """What an address asks for; anything else is the tab that matters most."""
    tab = args.get("what", "")
    return Asked(tab if tab in TABS else first_tab(run), args.get("why", "")[:200], _place(args.get("after", "")))


def first_tab(run: ImportRun) -> str:
    """Needs your answer, else Failed, else New, Linked and Updated."""
    return next((tab for tab in ("review", "failed") if run.counts.get(tab)), CHANGED)


@dataclass
class Line:
    """One field of a record that changed, or stays because ours is newer. Values are as people read them."""

    label: str
    before: str
    theirs: str
    after: str
    side: str
    why: str


@dataclass
class Row:
    """One record: a decision with its names, or (id None) a record nothing has changed for."""

    id: int | None
    run_id: int
    action: str
    reason: str
    by: str | None
    halo_id: int
    halo_name: str | None
    ours_id: int | None
    ours_name: str | None
    stage: object
    place: str = ""
    lines: list[Line] = field(default_factory=list)
    conflicts: int = 0
    evidence: dict = field(default_factory=dict)
    candidates: list[dict] = field(default_factory=list)
    theirs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def says(self):
        """What the row opens to, in few words: "2 changes, 1 conflict: phone, website"."""
        changed = [line for line in self.lines if line.side != "glasshive"]
        stays = len(self.lines) - len(changed)
        parts = [f"{len(changed)} {'change' if len(changed) == 1 else 'changes'}"] if changed else []
        parts += [f"{stays} newer here"] if stays else []
        parts += [f"{self.conflicts} {'conflict' if self.conflicts == 1 else 'conflicts'}"] if self.conflicts else []
        return f"{', '.join(parts)}: {', '.join(line.label.lower() for line in self.lines)}"


def rows(run: ImportRun, asked: Asked, limit: int = PAGE_ROWS) -> tuple[list[Row], str | None]:
    """One page of an import's list, and the place where the next one begins (None at the end)."""
    found = _unchanged(run, asked, limit + 1) if asked.tab == "unchanged" else _decided(run, asked, limit + 1)
    more, found = len(found) > limit, found[:limit]
    return found, found[-1].place if more else None


def row_of(decision: Decision) -> Row:
    """The row of one decision."""
    run = db.session.get(ImportRun, decision.run_id)
    stage = stages.stage(run.stage)
    one = db.session.execute(_chosen(stage).where(Decision.id == decision.id)).one()
    return _finished(run, [_row(stage, *one)])[0]


def _chosen(stage):
    model = stage.model
    chosen = sa.select(Decision, HaloRecord.halo_id, HaloRecord.label, HaloRecord.values, model.name)
    chosen = chosen.join(HaloRecord, HaloRecord.id == Decision.record_id)
    ours = sa.and_(model.id == Decision.ours_id, model.account_id == Decision.account_id)
    return chosen.outerjoin(model, ours)


def _decided(run, asked, limit):
    stage = stages.stage(run.stage)
    chosen = _chosen(stage).where(Decision.run_id == run.id, Decision.action.in_(TABS[asked.tab]))
    if asked.why:
        chosen = chosen.where(Decision.why == asked.why)
    if asked.after:
        chosen = chosen.where(sa.tuple_(Decision.strength, Decision.id) > sa.tuple_(*asked.after))
    # the weakest evidence first: that is where wrong matches hide
    chosen = chosen.order_by(Decision.strength, Decision.id).limit(limit)
    return _finished(run, [_row(stage, *one) for one in db.session.execute(chosen)])


def _unchanged(run, asked, limit):
    """Their decisions are not kept: the run's number on the mirror row says it, until a later import."""
    stage = stages.stage(run.stage)
    model = stage.model
    chosen = sa.select(HaloRecord.id, HaloRecord.halo_id, HaloRecord.label, HaloRecord.ours_id, model.name)
    chosen = chosen.outerjoin(model, sa.and_(model.id == HaloRecord.ours_id, model.account_id == run.account_id))
    here = (HaloRecord.tenant_id == run.tenant_id, HaloRecord.run_id == run.id, HaloRecord.outcome == "unchanged")
    if asked.after:
        chosen = chosen.where(HaloRecord.id > asked.after[1])
    rows = db.session.execute(chosen.where(*here).order_by(HaloRecord.id).limit(limit))
    return [
        Row(None, run.id, "unchanged", "nothing has changed", None, halo_id, label, ours_id, ours, stage, f"0.{one}")
        for one, halo_id, label, ours_id, ours in rows
    ]


def _row(stage, decision, halo_id, label, values, ours):
    row = Row(
        decision.id, decision.run_id, decision.action, decision.reason, decision.by, halo_id, label, decision.ours_id,
        ours, stage, f"{decision.strength}.{decision.id}", evidence=decision.evidence or {},
    )  # fmt: skip
    row.decision, row.values = decision, values or {}
    return row


def _finished(run, found):
    """The rows with their values in words; what they name is looked up at once."""
    types = type_names(run.account_id)
    here = _candidates_of(run, found)
    for row in found:
        row.lines = _lines(row, types)
        row.conflicts = len(row.decision.conflicts or [])
        if row.action == "review":
            told = row.evidence.get("candidates", ())
            row.candidates = [here[one["id"]] | {"by": one["by"]} for one in told if one["id"] in here]
            row.theirs = _values(row.values, row.stage, types)
    return found


def _lines(row, types):
    labels, decision = row.stage.model.FIELDS, row.decision
    whys = {conflict["field"]: conflict for conflict in decision.conflicts or []}
    lines = []
    for name, (before, after) in (decision.changes or {}).items():
        why = whys[name]["why"] if name in whys else "" if before is not None else "was empty here"
        values = [str(shown(name, value, types)) for value in (before, after)]
        lines.append(Line(labels[name], values[0], values[1], values[1], "halo", why))
    for name, (ours, theirs) in (decision.newer_here or {}).items():
        values = [str(shown(name, value, types)) for value in (ours, theirs)]
        why = whys[name]["why"] if name in whys else "only GlassHive's changed"
        lines.append(Line(labels[name], values[0], values[1], values[0], "glasshive", why))
    return lines


def _candidates_of(run, found):
    stage = stages.stage(run.stage)
    told = [one["id"] for row in found if row.action == "review" for one in row.evidence.get("candidates", ())]
    if not told:
        return {}
    model = stage.model
    ours = db.session.scalars(sa.select(model).where(model.account_id == run.account_id, among(model.id, told)))
    types = type_names(run.account_id)
    return {
        one.id: {"id": one.id, "name": one.name, "values": _values({f: getattr(one, f) for f in stage.fields}, stage, types)}
        for one in ours
    }  # fmt: skip


def _values(values, stage, types):
    """The few values by which people tell two records apart."""
    told = [(name, shown(name, values.get(name), types)) for name in ("phone", "website", "email", "city")]
    return [(stage.model.FIELDS[name], value) for name, value in told if value and name in stage.model.FIELDS]


def _place(text):
    strength, _, place = text.partition(".")
    usable = strength.isdigit() and place.isdigit() and len(strength) < 9 and int(place) <= LARGEST_ID
    return (int(strength), int(place)) if usable else None
