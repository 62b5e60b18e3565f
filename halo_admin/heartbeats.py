"""Which workers are alive: each says so in the database every few seconds."""

from datetime import timedelta

import sqlalchemy as sa

from .db import UTCDateTime, db, now

# a worker that has been silent for this long is taken for dead
SILENT = timedelta(seconds=20)


class WorkerBeat(db.Model):
    """A worker's last sign of life. Of the site, not of an account."""

    __tablename__ = "worker_beats"
    name = db.Column(db.String(100), primary_key=True)
    queues = db.Column(db.String(100), nullable=False)
    busy = db.Column(db.Boolean, nullable=False, default=False)
    at = db.Column(UTCDateTime, nullable=False)


def living(queue: str) -> list[WorkerBeat]:
    """The workers that have said lately that they are alive and serve this queue."""
    beats = db.session.scalars(sa.select(WorkerBeat).where(WorkerBeat.at > now() - SILENT))
    return [beat for beat in beats if queue in beat.queues.split(",")]


def nobody_free(queue: str) -> bool:
    """Whether every living worker that serves this queue is busy."""
    return all(beat.busy for beat in living(queue))
