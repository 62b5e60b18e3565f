"""A whole running site for tests: the Procfile's processes on free ports, each with a handle to kill it."""

import json
import os
import sys
from contextlib import contextmanager
from functools import cached_property
from unittest import mock

import httpx
from honcho.environ import parse_procfile

from app import create_app
from halo_admin.db import db
from tests.processes import ROOT, Process
from tests.servers import KEYS, Redis, free_port
from tests.waiting import until

# Short, so that tests see many legs and need not wait for a dead process's lease.
QUICK = {"LEG_SECONDS": "1", "LEASE_SECONDS": "5", "HALO_TIMEOUT_SECONDS": "3"}
PROCESSES = parse_procfile((ROOT / "Procfile").read_text()).processes
EVERYTHING = ("practice", "web", "exports", "imports", "watch")


class Site:
    """`with Site(folder, database_url) as site:` runs until the block ends, also when it fails.

    The database must have its schema. `settings` are environment variables; `practice` are options of the practice
    Halo, such as ("--companies", "40"); `only` names the processes to start. `processes` holds their handles by name
    (`site.processes["imports"].kill()`), `redis` the Redis server's.
    """

    def __init__(self, folder, database_url, *, settings=None, practice=(), only=EVERYTHING):
        self.folder, self.only, self.practice_options = folder, only, tuple(practice)
        port, practice_port = free_port(), free_port()
        self.url, self.practice_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{practice_port}"
        self.redis, self.processes = None, {}
        self.env = self._environment(database_url, port, practice_port) | (settings or {})

    def _environment(self, database_url, port, practice_port):
        bin_folder = os.path.dirname(sys.executable)
        return os.environ | QUICK | KEYS | {
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "INSTANCE_PATH": str(self.folder),
            "DATABASE_URL": database_url,
            "PORT": str(port),
            "PRACTICE_PORT": str(practice_port),
            "PRACTICE_URL": self.practice_url,
            "HALO_ALLOW_HOST": f"127.0.0.1:{practice_port}",
        }  # fmt: skip

    def __enter__(self):
        try:
            self.redis = Redis()
            self.env["REDIS_URL"] = self.redis.url
            for name in self.only:
                self.start(name)
            self.wait_until_it_answers()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, name):
        """Start a process of the Procfile, also again after it was killed; returns its handle."""
        options = " ".join(self.practice_options) if name == "practice" else ""
        command = ["sh", "-c", f"exec {PROCESSES[name]} {options}"]
        self.processes[name] = Process(name, command, self.folder / f"{name}.log", self.env)
        return self.processes[name]

    def wait_until_it_answers(self):
        asked = {"web": f"{self.url}/healthz", "practice": self.practice_url}
        for name in asked.keys() & self.processes.keys():
            _wait_until_it_answers(self.processes[name], asked[name])

    @contextmanager
    def inside(self):
        """This process as one of the site's; yields its app. All that is opened meanwhile is closed again."""
        with self._app.app_context():
            try:
                yield self._app
            finally:
                db.session.remove()
                db.engine.dispose()

    def flask(self, *arguments, stdin=None):
        """Run a command with --json and return what it answers, parsed.

        In this process, as a process of its own takes a second to start.
        """
        with self.inside() as app:
            done = app.test_cli_runner().invoke(args=[*map(str, arguments), "--json"], input=stdin)
        assert done.exit_code == 0, (done.output, done.exception)
        return json.loads(done.stdout)

    @cached_property
    def _app(self):
        with mock.patch.dict(os.environ, self.env):
            return create_app()

    def logs(self):
        """The output of all processes, for a failure's message."""
        return "\n".join(f"--- {name}\n{process.output()}" for name, process in self.processes.items())

    def stop(self):
        for process in self.processes.values():
            process.popen.terminate()
        for process in self.processes.values():
            process.end(seconds=3)
        if self.redis:
            self.redis.stop()


def _wait_until_it_answers(process, url):
    until(lambda: _answers(url) or not process.is_alive(), why=process.output)
    assert process.is_alive(), process.output()


def _answers(url):
    try:
        return httpx.get(url, timeout=5).status_code < 500
    except httpx.HTTPError:
        return False
