"""What happened in an import, a page at a time: quick whatever its size, for every filter has an index."""

from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from ..connecting.kinds import KINDS
from ..connecting.models import Mapping
from ..db import db
from ..mirror.models import HaloRecord
from . import stages
from .models import OUTCOMES, Decision

ROWS = 50
MANY = 10_000  # beyond, a reason says "10,000+"
MOST_REASONS = 200

CHANGED = ("linked", "updated", "created")  # the matches come first: that is where wrong ones hide
NEWER = "newer"
TABS = {"changed": CHANGED} | {name: (name,) for name in OUTCOMES} | {NEWER: OUTCOMES}
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Asked:
    """What of a run is to be shown: the records of a tab, or of one reason; after: where the page before ended."""

    tab: str
    why: str = ""
    after: tuple | None = None


class Reason(NamedTuple):
    why: str
    count: int  # MANY + 1 stands for all that are more


class Page(NamedTuple):
    """after: the cursor of the next page, None on the last one."""

    rows: list
    after: tuple | None


def read(run, args) -> Asked:
    """What an address asks for; whatever in it means nothing is left aside."""
    tab = args.get("action", "")
    tab = tab if tab in TABS else first_tab(run)
    return Asked(tab, args.get("why", "")[:200].replace("\0", ""), _cursor(tab, args.get("after", "")))


def first_tab(run) -> str:
    """What a person wants to see first: what needs them, else what failed, what changed, what was left out."""
    first = ("review", "failed", *CHANGED, "skipped")
    found = next((name for name in first if run.counts.get(name)), "changed")
    return "changed" if found in CHANGED else found


def open_questions(run) -> int:
    """How many of its records still wait for an answer: none that a later import has dealt with."""
    if not run.counts.get("review"):
        return 0
    asked = sa.select(sa.func.count()).select_from(Decision).join(HaloRecord, HaloRecord.id == Decision.record_id)
    here = (Decision.run_id == run.id, Decision.action == "review", HaloRecord.run_id == run.id)
    return db.session.scalar(asked.where(*here))


def _cursor(tab, text):
    place, _, rest = text.partition(".")
    strength, _, last = rest.partition(".")
    numbers = strength.isdecimal() and last.removeprefix("-").isdecimal() and len(rest) < 60
    if place not in TABS[tab] or not numbers:
        return None
    values = (int(strength), int(last))
    return (place, *values) if max(map(abs, values)) <= LARGEST else None


def page(run, asked: Asked, rows: int = 0) -> Page:
    """A page of decisions; of mirror rows where nothing changed, as most of those have no decision."""
    rows = rows or ROWS
    if asked.tab == "unchanged":
        return _unchanged(run, asked, rows)
    found = []
    for place, chosen in _pieces(run, asked):
        found += [(place, one) for one in db.session.scalars(chosen.limit(rows + 1 - len(found)))]
        if len(found) > rows:
            break
    return _cut(found, rows, lambda place, one: (place, one.strength, one.id))


def _pieces(run, asked):
    """Selects that follow each other: an action after the other, each in the order of its index."""
    if asked.why or asked.tab == NEWER:
        place, after = TABS[asked.tab][0], asked.after[2] if asked.after else 0
        chosen = sa.select(Decision).where(Decision.run_id == run.id, Decision.id > after)
        narrowed = chosen.where(Decision.why == asked.why) if asked.why else chosen
        yield place, _of_tab(narrowed, asked.tab).order_by(Decision.id)
        return
    places = TABS[asked.tab]
    start = places.index(asked.after[0]) if asked.after else 0
    for place in places[start:]:
        chosen = sa.select(Decision).where(Decision.run_id == run.id, Decision.action == place)
        if asked.after and place == asked.after[0]:
            beyond = sa.tuple_(Decision.strength, Decision.id) > sa.tuple_(*map(sa.literal, asked.after[1:]))
            chosen = chosen.where(beyond)
        yield place, chosen.order_by(Decision.strength, Decision.id)


def _of_tab(chosen, tab):
    return chosen.where(Decision.newer_here != {}) if tab == NEWER else chosen.where(Decision.action.in_(TABS[tab]))


def _unchanged(run, asked, rows):
    after = asked.after[2] if asked.after else -LARGEST
    chosen = sa.select(HaloRecord).where(*_mine(run), HaloRecord.halo_id > after).order_by(HaloRecord.halo_id)
    found = [("unchanged", one) for one in db.session.scalars(chosen.limit(rows + 1))]
    return _cut(found, rows, lambda place, one: (place, 0, one.halo_id))


def _mine(run):
    kind = stages.stage(run.stage).kind
    return (HaloRecord.tenant_id == run.tenant_id, HaloRecord.kind == kind,
            HaloRecord.run_id == run.id, HaloRecord.outcome == "unchanged")  # fmt: skip


def _cut(found, rows, cursor):
    shown = found[:rows]
    return Page([one for _, one in shown], cursor(*shown[-1]) if len(found) > rows else None)


def reasons(run, tab) -> list[Reason]:
    """The reasons of a tab's records with how many there are, the most frequent first.

    From reason to reason along an index: a run of a million records has a few, and none is counted beyond MANY.
    """
    found, last = [], ""
    for _ in range(MOST_REASONS):
        following = sa.select(Decision.why, Decision.action).where(Decision.run_id == run.id, Decision.why > last)
        row = db.session.execute(following.order_by(Decision.why).limit(1)).first()
        if row is None:
            break
        last = row.why
        if row.action in TABS[tab] and tab not in (NEWER, "unchanged"):
            found.append(Reason(last, _count(run, last)))
    return sorted(found, key=lambda one: -one.count)


def _count(run, why):
    some = sa.select(sa.literal(1)).where(Decision.run_id == run.id, Decision.why == why).limit(MANY + 1).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some))


def types_used(run) -> list[tuple[str, str]]:
    """[(Halo's value, what it means here)] of the mappings as they are now; an empty meaning: not imported."""
    kinds = [KINDS[kind] for kind in stages.stage(run.stage).mappings]
    return [one for kind in kinds for one in _used(run, kind)]


def _used(run, kind):
    here = (Mapping.tenant_id == run.tenant_id, Mapping.kind == kind.key, Mapping.choice.is_not(None))
    rows = db.session.execute(sa.select(Mapping.halo_name, Mapping.choice, Mapping.ours_id).where(*here))
    ours = {None: kind.as_none or ""} | (kind.own.names(run.account_id) if kind.own else {})
    return sorted((row.halo_name, ours.get(row.ours_id, "") * (row.choice != "leave_out")) for row in rows)
