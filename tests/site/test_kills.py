"""Processes of a running site are killed at random points: an import ends as if nothing had happened."""

import json
import random
import shutil
import sqlite3
from pathlib import Path
from typing import NamedTuple

import pytest

from halo_admin.practice.server import PracticeHalo
from tests.lacks import assert_kept
from tests.site.accounts import (
    Account,
    active_names,
    beside,
    connected_account,
    ready_for_contacts,
    ready_for_notes,
)
from tests.sites import Site
from tests.waiting import until

MOVEMENTS = ("reading", "comparing", "asking", "saving")
SETTINGS = {"HALO_WINDOW_REQUESTS": "0", "LEG_SECONDS": "1", "LEASE_SECONDS": "2", "PAUSE_SECONDS": "0.2"}
# what both sides know and differ in, so that the import must ask Halo when each of them changed
DIFFERENT = 60


def horse(site):
    site.processes["imports"].kill_horses()


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


# each stage is killed in the same ways, by its name here
STAGES = ("companies", "contacts", "notes")


SIZES = {
    "companies": {"companies": 2600, "contacts": 0},
    "contacts": {"companies": 200, "contacts": 2600},
    "notes": {"companies": 400, "contacts": 800, "notes": 3000},
}


class Prepared(NamedTuple):
    """A database with an account that can import a stage, the id of that account, and what an undisturbed import ends
    with.
    """

    stage: str
    database: Path
    halo: PracticeHalo
    account: int
    undisturbed: list


@pytest.fixture(scope="module", params=STAGES)
def prepared(request, make_sqlite, tmp_path_factory):
    folder, stage = tmp_path_factory.mktemp("prepared"), request.param
    size = SIZES[stage]
    with PracticeHalo(**size, rate="off", latency="2-20") as halo:
        database = make_sqlite(folder)
        with Site(folder, f"sqlite:///{database}", settings=SETTINGS | beside(halo), only=()) as site:
            account = ready(stage, site, halo, folder)
            with sqlite3.connect(database) as opened:
                opened.execute("UPDATE sweeps SET spare = 0")  # the import is to read for itself
            kept = shutil.copy(database, folder / "kept.db")
            site.flask("halo", "import", stage, "--account", account, "--inline")
            yield Prepared(stage, kept, halo, account, Account(site, account, folder, stage).dump())


def ready(stage, site, halo, folder):
    """The id of an account whose next import of the stage has to ask for DIFFERENT details."""
    if stage == "notes":
        return ready_for_notes(site, halo, folder)
    if stage == "contacts":
        return ready_for_contacts(site, halo, folder, DIFFERENT)
    names = list(active_names(halo).values())[:DIFFERENT]
    ours = [(name, f"+49 30 5550{number:03}") for number, name in enumerate(names)]
    return connected_account(site, halo, folder, ours)


@pytest.mark.parametrize("kill", KILLS, ids=[one.__name__ for one in KILLS])
def test_an_import_ends_the_same_whatever_is_killed(prepared, start_site, tmp_path, kill):
    database = shutil.copy(prepared.database, tmp_path / "halo.db")
    site = start_site(f"sqlite:///{database}", settings=SETTINGS | beside(prepared.halo), only=("imports", "watch"))
    disturbed = Watched(site, prepared.account, tmp_path, prepared.stage)
    importing = disturbed.start_importing()
    positions = []
    for movement in MOVEMENTS:
        disturbed.wait_within(movement, positions)
        kill(site)
    until(lambda: disturbed.position(positions) is None, seconds=120, why=disturbed.story)
    assert importing.popen.wait(60) == 0, site.logs()
    assert disturbed.state() in ("done", "problems")
    asks_nothing = {"asking"} if prepared.stage == "notes" else set()
    assert disturbed.movements() | asks_nothing == set(MOVEMENTS)
    assert positions == sorted(positions)
    assert disturbed.dump() == prepared.undisturbed
    assert_kept(f"sqlite:///{database}")


class Watched(Account):
    """An account whose import is followed from place to place."""

    def wait_within(self, movement, positions):
        """Until the import is somewhere within a movement, or past it."""
        start = MOVEMENTS.index(movement)
        until(lambda: (self.position(positions) or (9,))[0] >= start, seconds=120, why=self.story)
        touches = self._touches() + random.randrange(6)
        until(lambda: self.position(positions) is None or positions[-1][0] > start or self._touches() >= touches,
              seconds=120, why=self.story)  # fmt: skip

    def position(self, positions):
        """Where the import is, kept in positions; None once it has ended."""
        row = self.ask("SELECT movement, step, cursor, state FROM import_runs WHERE purpose = 'import'"
                       " AND stage = ?", self.stage)  # fmt: skip
        if row is None:
            return (-1,)
        positions.append((MOVEMENTS.index(row[0]), row[1], row[2]))
        return positions[-1] if row[3] in ("waiting", "running", "quota") else None

    def state(self):
        return self.ask("SELECT state FROM import_runs WHERE stage = ? AND purpose = 'import'", self.stage)[0]

    def movements(self):
        """Those that had something to do."""
        (progress,) = self.ask("SELECT progress FROM import_runs WHERE stage = ? AND purpose = 'import'", self.stage)
        bars = json.loads(progress)
        return {movement for movement in MOVEMENTS if bars.get(movement, [0])[0]}

    def _touches(self):
        return self.ask("SELECT touches FROM import_runs WHERE stage = ? AND purpose = 'import'", self.stage)[0]
