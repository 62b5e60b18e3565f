"""The watch process: every two seconds it asks the database what is due and sees that it is queued.

So an emptied Redis, a crash between commit and enqueue, or a killed worker cost seconds.
"""

import signal
import threading
from itertools import count

import click
import structlog
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from .. import due, queues
from ..accounts import mailing
from ..crm import load_legs, loading
from ..db import db
from . import legs

SECONDS = 2
SWEEPS = 1800  # looks, an hour's: how often old uploads are removed

log = structlog.get_logger()


@click.command("watch")
@with_appcontext
def watch():
    """See that every due leg of an import or a file, and all else that waits, is queued, until stopped."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    for looks in count():
        if stop.wait(SECONDS):
            return
        look()
        if looks % SWEEPS == 0:
            sweep()


def sweep() -> None:
    """Away with files that people uploaded and forgot. Trouble is told, and the next sweep tries again."""
    try:
        loading.forget_old()
    except (SQLAlchemyError, OSError) as error:
        log.warning("old uploads stay", why=type(error).__name__)
    finally:
        db.session.remove()


def look() -> int:
    """Queue what is due; how much that is, legs, mails and exports. Trouble is told, and the next look tries again."""
    try:
        queued = sum(legs.queue_next(run_id) for run_id in legs.due_runs())
        return queued + load_legs.queue_due() + mailing.queue_due() + sum(queue_due() for queue_due in due.WHAT)
    except (SQLAlchemyError, queues.NoQueue) as error:
        log.warning("nothing could be queued", why=type(error).__name__)
        return 0
    finally:
        db.session.remove()
