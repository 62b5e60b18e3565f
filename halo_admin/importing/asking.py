"""Between comparing and saving: the details that decisions hinge on, one request each, within the quota."""

import msgspec
import sqlalchemy as sa
from flask import current_app

from ..db import db, now
from ..halo.errors import HaloDown, HaloRejected
from ..mirror.models import HaloRecord
from ..records import Unreadable
from . import comparing
from .applying import settle
from .deciding import Deciding, full_rows, store
from .fetching import combined_digest, composed, load_around
from .models import Decision

# a detail that cannot be had in this many legs is done without: one bad record must not stop the others
TRIES = 2


# so few are asked without asking the person first
FEW = 20
CHOICES = {
    "time": (
        "times",
        [("read", "Read the times from Halo"), ("ours", "Keep GlassHive's values"), ("theirs", "Take Halo's values")],
    ),
    "website": ("websites", [("read", "Read the websites"), ("skip", "Go on without websites")]),
}


def prepare(run):
    """Count what must be asked. Where it is much and there is another way, a person chooses first."""
    waiting = sa.select(Decision.asks, sa.func.count()).where(Decision.run_id == run.id, Decision.state == "asking")
    asks = dict(db.session.execute(waiting.group_by(Decision.asks)).all())
    run.progress = run.progress | {"asking": [0, sum(asks.values())]}
    question(run, asks)


def question(run, asks):
    """Put the next question to the person, if one is open; a run with a question waits for its answer."""
    for what, (kind, choices) in CHOICES.items():
        number = asks.get(what, 0)
        if number > FEW and not run.options.get(ANSWERS[kind]):
            run.question = {
                "kind": kind, "records": number, "requests": number, "seconds": seconds_for(number),
                "choices": [{"value": value, "label": label} for value, label in choices],
            }  # fmt: skip
            run.state = "waiting"
            return


# under which option an answer is kept
ANSWERS = {"times": "newer", "websites": "websites"}


def seconds_for(requests) -> int:
    """How long so many requests take under the quota: a staircase, one window's worth at a time."""
    allowed, length = current_app.config["HALO_WINDOW_REQUESTS"], current_app.config["HALO_WINDOW_SECONDS"]
    return int(requests // allowed * length) + requests % allowed // 4 if allowed > 0 else requests // 4


def reply(run, choice):
    """A person's answer to the run's question. Rows that need no detail any more are compared without one."""
    run.options = run.options | {ANSWERS[run.question["kind"]]: choice}
    run.question = None
    if choice == "read":
        prepare(run)
    else:
        run.movement = "comparing"
        comparing.prepare(run)


def due(run):
    """The decisions of a run that still wait for a detail, oldest first."""
    return sa.select(Decision).where(Decision.run_id == run.id, Decision.state == "asking").order_by(Decision.id)


def ask(leg) -> bool:
    """Ask for the detail that the next waiting decision hinges on, then decide; True when none waits any more."""
    decision = db.session.scalar(due(leg.run).limit(1))
    if decision is None:
        return True
    kind, halo_id = decision.evidence["ask"]
    record_id = decision.record_id
    detail, had = _detail(leg, kind, halo_id)
    with leg.batch() as run:
        if had:
            keep_detail(leg, kind, halo_id, detail)
        _decide(leg, record_id, final=not had)
        done, total = run.progress["asking"]
        run.progress = run.progress | {"asking": [done + 1, max(total, done + 1)]}
    return False


def _detail(leg, kind, halo_id):
    """(the detail or None where Halo has it no more, whether Halo told)."""
    try:
        return leg.halo().one(leg.listing(kind), halo_id), True
    except HaloRejected as error:
        leg.problem(f"{kind.title()} {halo_id}: {error}")
    except HaloDown as error:
        if leg.run.tries < TRIES:
            raise
        leg.problem(f"{kind.title()} {halo_id}: {error}")
    return None, False


def keep_detail(leg, kind, halo_id, detail):
    """Cache a detail in the mirror, and what follows from it."""
    here = (HaloRecord.tenant_id == leg.run.tenant_id, HaloRecord.kind == kind, HaloRecord.halo_id == halo_id)
    row = db.session.scalar(sa.select(HaloRecord).where(*here))
    if detail is None:
        row.gone_at = now()
        return
    row.detail_of, row.detail_at = row.listed_digest, now()
    if isinstance(detail, Unreadable):
        leg.problem(f"{row.label}: {detail.reason}")
        return
    row.halo_changed_at = detail.changed_at or None
    if kind == leg.stage.kind:
        _compose(leg, row, detail)


def _compose(leg, row, detail):
    record = next(reading.record for reading in leg.stage.readings if reading.kind == row.kind)
    listed = msgspec.convert(row.listed, record)
    around = load_around(leg.stage, row.tenant_id, row.kind, [row.halo_id]).get(row.halo_id, ())
    for name, value in composed(leg.stage, row.kind, listed, detail, around, leg.country).items():
        setattr(row, name, value)
    row.detail = msgspec.to_builtins(detail)
    row.digest = combined_digest(row.listed_digest, msgspec.json.encode(row.detail), around)


def _decide(leg, record_id, final):
    db.session.flush()
    situation = leg.situation()
    rows = full_rows(situation, [record_id])
    decisions = Deciding(situation, rows, final).decisions()
    store(decisions)
    settle(situation, decisions, {row.id: row for row in rows})
    leg.count(decisions)
