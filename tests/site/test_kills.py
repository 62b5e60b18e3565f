"""Processes of a running site are killed at random points: an import ends as if nothing had happened."""

import csv
import os
import random
import shutil
import signal
import sqlite3
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from halo_admin.practice.credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET
from halo_admin.practice.server import PracticeHalo
from tests.processes import Process
from tests.sites import Site
from tests.waiting import until

MOVEMENTS = ("reading", "comparing", "asking", "saving")
SETTINGS = {"HALO_WINDOW_REQUESTS": "0", "LEG_SECONDS": "1", "LEASE_SECONDS": "2", "PAUSE_SECONDS": "0.2"}
# what both sides know and differ in, so that the import must ask Halo when each of them changed
DIFFERENT = 60


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


class Prepared(NamedTuple):
    """A database with an account that can import, the id of that account, and what an undisturbed import ends with."""

    database: Path
    halo: PracticeHalo
    account: int
    undisturbed: list


@pytest.fixture(scope="module")
def prepared(make_sqlite, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    with PracticeHalo(companies=2600, contacts=0, rate="off", latency="2-20") as halo:
        database = make_sqlite(folder)
        with Site(folder, f"sqlite:///{database}", settings=settings_for(halo), only=()) as site:
            account = connected_account(site, halo, folder)
            kept = shutil.copy(database, folder / "kept.db")
            site.flask("halo", "import", "companies", "--account", account, "--inline")
            yield Prepared(kept, halo, account, Account(site, account, folder).dump())


def settings_for(halo):
    return SETTINGS | {"PRACTICE_URL": halo.url, "HALO_ALLOW_HOST": halo.url.removeprefix("http://")}


def connected_account(site, halo, folder):
    """The id of an account that is connected, holds some of Halo's companies with other phones, and has mapped."""
    account = site.flask("accounts", "create", "Acme IT", "--email", "ann@example.com", "--password-stdin",
                         stdin="a long password\n")["account"]  # fmt: skip
    mine = ("--account", account)
    clients = halo.app.tenant.tables["clients"]
    names = [clients.get(key)["name"] for key in clients.ids("active")[1 : DIFFERENT + 1]]
    path = folder / "ours.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("name", "phone"))
        writer.writerows((name, f"+49 30 5550{number:03}") for number, name in enumerate(names))
    site.flask("crm", "load", "companies", path, *mine)
    site.flask("halo", "connect", *mine, "--url", halo.url, "--client-id", PRACTICE_CLIENT_ID,
               "--client-secret-stdin", stdin=f"{PRACTICE_CLIENT_SECRET}\n")  # fmt: skip
    site.flask("halo", "read", "companies", *mine, "--inline")
    site.flask("halo", "map", *mine, "--all")
    with sqlite3.connect(site.env["DATABASE_URL"].removeprefix("sqlite:///")) as opened:
        opened.execute("UPDATE sweeps SET spare = 0")  # the import is to read for itself
    return account


@pytest.mark.parametrize("kill", KILLS, ids=[one.__name__ for one in KILLS])
def test_an_import_ends_the_same_whatever_is_killed(prepared, start_site, tmp_path, kill):
    database = shutil.copy(prepared.database, tmp_path / "halo.db")
    site = start_site(f"sqlite:///{database}", settings=settings_for(prepared.halo), only=("imports", "watch"))
    disturbed = Account(site, prepared.account, tmp_path)
    importing = disturbed.start_importing()
    positions = []
    for movement in MOVEMENTS:
        disturbed.wait_within(movement, positions)
        kill(site)
    until(lambda: disturbed.position(positions) is None, seconds=60, why=disturbed.story)
    assert importing.popen.wait(30) == 0, site.logs()
    assert disturbed.state() in ("done", "problems")
    assert {position[0] for position in positions} == set(range(len(MOVEMENTS)))
    assert positions == sorted(positions)
    assert disturbed.dump() == prepared.undisturbed


class Account:
    """An account of a running site that is ready to import."""

    def __init__(self, site, account, folder):
        self.site, self.account, self.folder = site, account, folder / "dump"
        self.database = site.env["DATABASE_URL"].removeprefix("sqlite:///")

    def start_importing(self):
        command = [sys.executable, "-m", "flask", "--app", "app", "halo", "import", "companies",
                   "--account", str(self.account)]  # fmt: skip
        started = Process("importing", command, self.site.folder / "importing.log", self.site.env)
        self.site.processes["importing"] = started  # ended with the site
        return started

    def wait_within(self, movement, positions):
        """Until the import is somewhere within a movement, or past it."""
        start = MOVEMENTS.index(movement)
        until(lambda: (self.position(positions) or (9,))[0] >= start, seconds=60, why=self.story)
        touches = self._touches() + random.randrange(6)
        until(lambda: self.position(positions) is None or positions[-1][0] > start or self._touches() >= touches,
              seconds=60, why=self.story)  # fmt: skip

    def position(self, positions):
        """Where the import is, kept in positions; None once it has ended."""
        row = self._ask("SELECT movement, step, cursor, state FROM import_runs WHERE purpose = 'import'")
        if row is None:
            return (-1,)
        positions.append((MOVEMENTS.index(row[0]), row[1], row[2]))
        return positions[-1] if row[3] in ("waiting", "running", "quota") else None

    def state(self):
        return self._ask("SELECT state FROM import_runs WHERE purpose = 'import'")[0]

    def _touches(self):
        return self._ask("SELECT touches FROM import_runs WHERE purpose = 'import'")[0]

    def story(self):
        """The run's row and what the processes wrote, for a failure's message."""
        row = self._ask("SELECT state, movement, step, cursor, leg_no, queued_at, next_leg_at, lease_until, waits_for"
                        " FROM import_runs WHERE purpose = 'import'")  # fmt: skip
        return f"{row}\n{self.site.logs()}"

    def _ask(self, query, *values):
        with sqlite3.connect(self.database, timeout=15) as database:
            return database.execute(query, values).fetchone()

    def dump(self):
        """The companies as `crm dump` writes them, without our ids."""
        self.site.flask("crm", "dump", self.folder, "--account", self.account)
        with (self.folder / "companies.csv").open(encoding="utf-8", newline="") as file:
            return sorted(tuple(value for name, value in row.items() if name != "id") for row in csv.DictReader(file))
