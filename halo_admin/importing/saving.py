"""The third movement, batch by batch: what was decided is carried out."""

import sqlalchemy as sa

from ..db import db
from .applying import NEEDED, Applying
from .models import Decision


def count(run) -> int:
    """How many decisions are left to carry out."""
    left = sa.select(sa.func.count()).where(*Decision.open_of(run.id), Decision.state != "asking")
    return db.session.scalar(left)


def prepare(run, left):
    """Where saving starts. In a batch; left: as by count()."""
    run.cursor, saved = 0, run.progress["saving"][0]
    run.progress = run.progress | {"saving": [saved, saved + left]}


def save(leg) -> bool:
    """Carry out the next batch of decisions; True when there are none left."""
    with leg.batch() as run:
        applying = Applying(leg.situation())
        # who follows comes after whom it follows
        decisions, carry_out = _next(leg, "decided"), applying.apply
        if not decisions:
            decisions, carry_out = _next(leg, "follows"), applying.follow
        if not decisions:
            return True
        moved = carry_out(decisions)
        run.counts = {name: run.counts.get(name, 0) + moved.get(name, 0) for name in {*run.counts, *moved}}
        run.cursor = max(run.cursor, *(one.id for one in decisions))
        done, total = run.progress["saving"]
        run.progress = run.progress | {"saving": [done + len(decisions), total]}
    leg.size.learn(len(decisions), leg.took)
    return False


def _next(leg, state):
    todo = sa.select(*NEEDED).where(*Decision.open_of(leg.run_id), Decision.state == state)
    return db.session.execute(todo.order_by(Decision.id).limit(leg.size.number)).all()
