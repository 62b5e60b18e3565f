"""Processes of a running site are killed at random points: an import ends as if nothing had happened."""

import csv
import os
import random
import signal
import sqlite3
import sys

import pytest

from halo_admin.practice.credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET
from tests.processes import Process
from tests.waiting import until

MOVEMENTS = ("reading", "comparing", "asking", "saving")
HALO = ("--companies", "2600", "--contacts", "0", "--rate", "off", "--latency", "2-20")
SETTINGS = {"HALO_WINDOW_REQUESTS": "0", "LEG_SECONDS": "1", "LEASE_SECONDS": "2", "PAUSE_SECONDS": "0.2"}


def horse(site):
    for pid in site.processes["imports"].horses():
        os.kill(pid, signal.SIGKILL)


def worker(site):
    """The worker alone: its horse goes on as an orphan while a new worker takes its place."""
    site.processes["imports"].kill()
    site.start("imports")


def worker_and_horse(site):
    site.processes["imports"].end_at_once()
    site.start("imports")


def watch(site):
    site.processes["watch"].kill()
    site.start("watch")


def redis(site):
    site.redis.process.kill()
    site.redis.start()


def redis_emptied(site):
    site.redis.client().flushall()


KILLS = (horse, worker, worker_and_horse, watch, redis, redis_emptied)


@pytest.mark.parametrize("kill", KILLS, ids=[one.__name__ for one in KILLS])
def test_an_import_ends_the_same_whatever_is_killed(start_site, sqlite_url, tmp_path, kill):
    site = start_site(sqlite_url, settings=SETTINGS, practice=HALO)
    undisturbed = Account(site, "undisturbed", tmp_path)
    undisturbed.imported_inline()
    disturbed = Account(site, "disturbed", tmp_path)
    importing = disturbed.start_importing()
    positions = []
    for movement in ("reading", "comparing", "saving"):
        disturbed.wait_within(movement, positions)
        kill(site)
    until(lambda: disturbed.position(positions) is None, seconds=45, why=site.logs)
    assert importing.popen.wait(30) == 0, site.logs()
    assert disturbed.state() in ("done", "problems")
    assert positions == sorted(positions)
    assert disturbed.dump() == undisturbed.dump()


class Account:
    """An account of a running site that is connected to its practice Halo and has mapped its types."""

    def __init__(self, site, name, folder):
        self.site, self.folder = site, folder / name
        made = site.flask("accounts", "create", name, "--email", f"{name}@example.com", "--password-stdin",
                          stdin="a long password\n")  # fmt: skip
        self.account = ("--account", made["account"])
        self.database = site.env["DATABASE_URL"].removeprefix("sqlite:///")
        site.flask("halo", "connect", *self.account, "--url", site.practice_url, "--client-id", PRACTICE_CLIENT_ID,
                   "--client-secret-stdin", stdin=f"{PRACTICE_CLIENT_SECRET}\n")  # fmt: skip
        self._write_some()
        site.flask("halo", "read", "companies", *self.account, "--inline")
        site.flask("halo", "map", *self.account, "--all")
        # what was read is not to be used: the import reads for itself
        self._ask("UPDATE sweeps SET spare = 0")

    def _write_some(self):
        path = self.folder.with_suffix(".csv")
        path.write_text("name,phone\nNorthwind,+49 30 5550100\nContoso,\n")
        self.site.flask("crm", "load", "companies", path, *self.account)

    def imported_inline(self):
        self.site.flask("halo", "import", "companies", *self.account, "--inline")

    def start_importing(self):
        command = [
            sys.executable,
            "-m",
            "flask",
            "--app",
            "app",
            "halo",
            "import",
            "companies",
            *map(str, self.account),
        ]
        started = Process("importing", command, self.folder.with_suffix(".log"), self.site.env)
        self.site.processes["importing"] = started  # ended with the site
        return started

    def wait_within(self, movement, positions):
        """Until the import is somewhere within a movement, or past it."""
        start = MOVEMENTS.index(movement)
        until(lambda: (self.position(positions) or (9,))[0] >= start, seconds=60, why=self.site.logs)
        touches = self._touches() + random.randrange(6)
        until(lambda: self.position(positions) is None or positions[-1][0] > start or self._touches() >= touches,
              seconds=60, why=self.site.logs)  # fmt: skip

    def position(self, positions):
        """Where the import is, kept in positions; None once it has ended."""
        row = self._ask("SELECT movement, step, cursor, state FROM import_runs WHERE account_id = ? AND purpose = "
                        "'import' ORDER BY id DESC LIMIT 1", self.account[1])  # fmt: skip
        if row is None:
            return (-1,)
        positions.append((MOVEMENTS.index(row[0]), row[1], row[2]))
        return positions[-1] if row[3] in ("waiting", "running", "quota") else None

    def state(self):
        return self._ask("SELECT state FROM import_runs WHERE account_id = ? ORDER BY id DESC", self.account[1])[0]

    def _touches(self):
        return self._ask("SELECT max(touches) FROM import_runs WHERE account_id = ?", self.account[1])[0]

    def _ask(self, query, *values):
        with sqlite3.connect(self.database, timeout=15) as database:
            return database.execute(query, values).fetchone()

    def dump(self):
        """The companies as `crm dump` writes them, without our ids."""
        self.site.flask("crm", "dump", self.folder, *self.account)
        with (self.folder / "companies.csv").open(encoding="utf-8", newline="") as file:
            return sorted(tuple(value for name, value in row.items() if name != "id") for row in csv.DictReader(file))
