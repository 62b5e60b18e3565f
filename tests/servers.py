"""Real servers for tests: free ports, short folders, Redis (Valkey). See also postgres.py and sites.py."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import redis

from tests.processes import ROOT, Process
from tests.waiting import until
from tools import valkey

KEYS = {"SECRET_KEY": "of tests", "ENCRYPTION_KEYS": "iC2sUc8IBGQZ1xSm8MHcrsEMkBAgeB2bDRsGHTyJqBk="}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def short_folder():
    """A fresh folder whose path is short enough for a socket; the caller removes it."""
    return Path(tempfile.mkdtemp(prefix="gh-"))


def migrate(url):
    """Bring the database at this address up to the newest schema."""
    command = [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"]
    env = os.environ | KEYS | {"DATABASE_URL": url, "INSTANCE_PATH": tempfile.gettempdir()}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


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
