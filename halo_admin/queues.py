"""The two queues: `exports` for what a person waits for, `imports` for legs. Redis may be emptied at any time."""

from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError

EXPORTS, IMPORTS = "exports", "imports"
# no job of ours lasts this long; RQ's own limit must never be what ends one
JOB_SECONDS = 3600


class NoQueue(RuntimeError):
    """Redis cannot be reached: nothing was queued. The database still knows what is due."""


def redis_connection() -> Redis:
    url = current_app.config["REDIS_URL"]
    if not url:
        raise NoQueue("REDIS_URL is not set: start the site with `make run`, or use --inline.")
    return Redis.from_url(url, socket_connect_timeout=2)


def enqueue(queue: str, job, *args, job_id: str) -> bool:
    """Queue `job(*args)` under an id of its own; False when that id is queued already. Raises NoQueue.

    Commit first: the job reads what it needs from the database.
    """
    try:
        Queue(queue, connection=redis_connection()).enqueue(
            job, *args, job_id=job_id, job_timeout=JOB_SECONDS, result_ttl=60, failure_ttl=3600, unique=True
        )
    except DuplicateJobError:
        return False
    except RedisError as error:
        raise NoQueue("Redis does not answer: nothing can be queued until it runs again.") from error
    return True


def is_queued(queue: str, job_id: str) -> bool:
    """Whether this job waits in a queue. False when Redis cannot be asked.

    The list itself is asked: a worker that died between taking a job and starting it leaves its status "queued".
    """
    try:
        return Queue(queue, connection=redis_connection()).get_job_position(job_id) is not None
    except (RedisError, NoQueue):
        return False


def waiting(queue: str) -> int:
    """How many jobs wait in a queue; 0 when Redis cannot be asked."""
    try:
        return Queue(queue, connection=redis_connection()).count
    except (RedisError, NoQueue):
        return 0
