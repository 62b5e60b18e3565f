"""Halo's own count, with real processes: it never sees more requests in its window than it allows."""

import sys

import pytest

from halo_admin.practice.credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET
from halo_admin.practice.server import PracticeHalo
from tests.connecting.asking import SETTINGS
from tests.connecting.conftest import saved

PROCESSES, TIMES = 4, 30


@pytest.fixture
def halo():
    with PracticeHalo(rate="40/3", latency="20-100", companies=20, contacts=10) as practice:
        yield practice


def test_four_processes_of_one_tenant_never_exceed_its_limit(app, ann, halo, run_process):
    app.config.update(SETTINGS)
    saved(ann, url=halo.url, client_id=PRACTICE_CLIENT_ID, secret=PRACTICE_CLIENT_SECRET)
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    asking = [
        run_process(sys.executable, "-m", "tests.connecting.asking", url, str(ann.account_id), str(TIMES))
        for _ in range(PROCESSES)
    ]
    for process in asking:
        process.wait_for("asked", seconds=120)
    told = halo.stats()
    assert told["refused"] == 0
    assert 30 <= told["peak"] <= 40
