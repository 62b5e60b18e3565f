"""Between comparing and saving: the details that decisions hinge on, one request each, within the quota."""

import sqlalchemy as sa

from ..connecting import opening, window
from ..connecting.models import SHARES
from ..db import db
from . import comparing, details
from .applying import settle
from .deciding import Deciding, store
from .models import Decision
from .situation import full_rows

# so few are asked without asking the person first
FEW = 20
CHOICES = {
    "time": (
        "times",
        [("read", "Read the times from Halo"), ("ours", "Keep GlassHive's values"), ("theirs", "Take Halo's values")],
    ),
    "website": ("websites", [("read", "Read the websites"), ("skip", "Go on without websites")]),
}


def count(run) -> dict[str, int]:
    """{what is asked for: how many decisions wait for it}."""
    waiting = sa.select(Decision.asks, sa.func.count()).where(*Decision.open_of(run.id), Decision.state == "asking")
    return dict(map(tuple, db.session.execute(waiting.group_by(Decision.asks))))


def prepare(run, asks):
    """Where much must be asked and there is another way, a person chooses first. In a batch; asks: as by count()."""
    run.progress = run.progress | {"asking": [0, sum(asks.values())]}
    question(run, asks)


def question(run, asks):
    """Put the next question to the person, if one is open; a run with a question waits for its answer."""
    for what, (kind, choices) in CHOICES.items():
        number = asks.get(what, 0)
        if number > FEW and not run.options.get(ANSWERS[kind]):
            run.question = {
                "kind": kind, "records": number, "requests": number, "seconds": seconds_for(number, run.account_id),
                "choices": [{"value": value, "label": label} for value, label in choices],
            }  # fmt: skip
            run.state = "waiting"
            return


# under which option an answer is kept
ANSWERS = {"times": "newer", "websites": "websites"}


def seconds_for(requests, account_id) -> int:
    """How long so many requests of an import take under the quota, from now on."""
    connection = opening.connection_of(account_id)
    share = SHARES[opening.share_of(connection)]
    return window.seconds_for(connection.tenant_id, requests, "imports", share)


def reply(run, choice):
    """A person's answer to the run's question. Rows that need no detail any more are compared without one."""
    option = run.question.get("option") or ANSWERS[run.question["kind"]]
    run.options = run.options | {option: choice}
    run.question = None
    if choice == "read":
        prepare(run, count(run))
    else:
        run.movement = "comparing"
        comparing.prepare(run, comparing.count(run))


def due(run):
    """The decisions of a run that still wait for a detail, oldest first."""
    return sa.select(Decision).where(*Decision.open_of(run.id), Decision.state == "asking").order_by(Decision.id)


def ask(leg) -> bool:
    """Ask for the detail that the next waiting decision hinges on, then decide; True when none waits any more."""
    decision = db.session.scalar(due(leg.run).limit(1))
    if decision is None:
        return True
    asked, record_id = decision.evidence["ask"], decision.record_id
    detail, had = details.ask_for(leg, *asked)
    with leg.batch() as run:
        of_use = had and details.keep(leg, *asked, detail)
        _decide(leg, record_id, asked, final=not of_use)
        done, total = run.progress["asking"]
        run.progress = run.progress | {"asking": [done + 1, max(total, done + 1)]}
    return False


def _decide(leg, record_id, asked, final):
    """Decide with what was asked. Nothing is asked twice: what would ask for the same again does without it."""
    db.session.flush()
    situation = leg.situation()
    rows = full_rows(situation, [record_id])
    decisions = Deciding(situation, rows, final).decisions()
    if [one["evidence"]["ask"] for one in decisions if one["action"] == "ask"] == [asked]:
        decisions = Deciding(situation, rows, final=True).decisions()
    by_id = {row.id: row for row in rows}
    situation.stage.heed_left_out(situation, decisions, by_id)
    store(decisions)
    settle(situation, decisions, by_id)
    leg.count(decisions)
