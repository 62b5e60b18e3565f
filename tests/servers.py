"""Real servers for tests: free ports, short folders, Redis (Valkey). See also postgres.py and sites.py."""

import contextlib
import random
import shutil
import socket
import tempfile
from pathlib import Path

import flask_migrate
import redis

from halo_admin.db import db
from halo_admin.site import create_app
from tests.processes import Process
from tests.waiting import until
from tools import valkey

KEYS = {"SECRET_KEY": "of tests", "ENCRYPTION_KEYS": "iC2sUc8IBGQZ1xSm8MHcrsEMkBAgeB2bDRsGHTyJqBk="}


def free_port():
    """A port for a process that is about to start, from below those the system gives to whoever asks for any."""
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def short_folder():
    """A fresh folder whose path is short enough for a socket; the caller removes it."""
    return Path(tempfile.mkdtemp(prefix="gh-"))


def migrate(url):
    """Bring the database at this address up to the newest schema."""
    keys = {"SECRET_KEY": KEYS["SECRET_KEY"], "ENCRYPTION_KEYS": [KEYS["ENCRYPTION_KEYS"]]}
    app = create_app(**keys, SQLALCHEMY_DATABASE_URI=url, INSTANCE_PATH=Path(tempfile.gettempdir()))
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


@contextlib.contextmanager
def stopped_on_failure(server):
    """While a server starts: what of it runs already is ended when the rest fails."""
    try:
        yield
    except BaseException:
        server.stop()
        raise


class Redis:
    """A Valkey server of its own on a unix socket, set up as a running site's is."""

    def __init__(self):
        self.folder, self.process = short_folder(), None
        self.url = valkey.url(self.folder)
        with stopped_on_failure(self):
            self.start()

    def start(self):
        """Start it, also again after its process was killed."""
        command = [valkey.binary(), str(valkey.write_config(self.folder))]
        self.process = Process("redis", command, self.folder / "log")
        until(self._answers, why=self._log)

    def client(self):
        return valkey.client(self.folder)

    def stop(self):
        if self.process:
            self.process.end()
        shutil.rmtree(self.folder)

    def _log(self):
        return (self.folder / "valkey.log").read_text()

    def _answers(self):
        try:
            return self.client().ping()
        except redis.exceptions.RedisError:
            return False
