"""The worker: an RQ worker that says in the database that it is alive, and gives each job a fresh engine."""

import platform
import signal
import time

import sqlalchemy as sa
from redis.exceptions import RedisError
from rq import Queue, SpawnWorker
from rq import Worker as ForkWorker
from sqlalchemy.exc import SQLAlchemyError

from . import queues
from .db import begin_write, db, now
from .heartbeats import WorkerBeat

# RQ asks for a heartbeat between jobs (worker_ttl less 15 s) and while one runs
BEAT_SECONDS = 5
# a forked child may not use macOS's system libraries
Base = SpawnWorker if platform.system() == "Darwin" else ForkWorker


class Worker(Base):
    """`Worker.run(app, ["exports"])` works until it is told to stop."""

    is_told_to_stop = False  # RQ remembers it only while a job runs

    @classmethod
    def run(cls, app, names):
        with app.app_context():
            connection = queues.redis_connection()
            while not cls._work(connection, names):
                # RQ gives up when Redis goes away while a job runs; Redis comes back, and so does the worker
                cls._wait_for(connection)

    @classmethod
    def _work(cls, connection, names) -> bool:
        """Work until told to stop (True), or until RQ gives up (False)."""
        worker = cls(
            [Queue(name, connection=connection) for name in names],
            connection=connection,
            worker_ttl=BEAT_SECONDS + 15,
            job_monitoring_interval=BEAT_SECONDS,
        )
        try:
            worker.work(logging_level="WARNING")
        except RedisError as error:
            worker.log.warning("Redis does not answer: %s", type(error).__name__)
        return worker.is_told_to_stop

    @staticmethod
    def _wait_for(connection):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        while True:
            try:
                connection.ping()
                return
            except RedisError:
                time.sleep(1)

    def request_stop(self, signum, frame):
        self.is_told_to_stop = True
        super().request_stop(signum, frame)

    def heartbeat(self, *args, **options):
        super().heartbeat(*args, **options)
        self._beat()

    def set_state(self, state, *args, **options):
        super().set_state(state, *args, **options)
        self._beat()

    def main_work_horse(self, *args, **options):
        db.engine.dispose(close=False)  # the parent's connections are not the child's
        super().main_work_horse(*args, **options)

    def register_death(self, *args, **options):
        super().register_death(*args, **options)
        begin_write()
        db.session.execute(sa.delete(WorkerBeat).where(WorkerBeat.name == self.name))
        db.session.commit()

    def _beat(self):
        try:
            begin_write()
            db.session.merge(
                WorkerBeat(name=self.name, queues=",".join(self.queue_names()), busy=self.state == "busy", at=now())
            )
            db.session.commit()
        except SQLAlchemyError as error:
            db.session.rollback()
            self.log.warning("no heartbeat: %s", type(error).__name__)
