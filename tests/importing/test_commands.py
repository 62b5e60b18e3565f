"""`flask halo import` beside other runs: what was asked for is what is done and told."""

import json

import pytest

from halo_admin.db import db
from halo_admin.importing.models import ImportRun
from tests.importing.world import counts


@pytest.fixture
def mapped(world):
    world.theirs("Northwind")
    world.map()
    return world


def run_command(world, *arguments):
    return world.app.test_cli_runner().invoke(args=["halo", *arguments, "--account", str(world.account.id), "--json"])


def test_an_import_waits_for_a_reading_that_is_live_and_then_imports(mapped):
    reading_id = mapped.start_reading().id
    done = run_command(mapped, "import", "companies", "--inline")
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert told["run"] > reading_id
    assert (told["state"], told["counts"]["created"]) == ("done", 1)
    assert db.session.get(ImportRun, reading_id).state == "done"


def test_an_import_with_other_options_is_one_of_its_own(mapped):
    live_id = mapped.start().id
    told = json.loads(run_command(mapped, "import", "companies", "--inline", "--full").stdout)
    assert told["run"] > live_id
    assert counts(db.session.get(ImportRun, live_id)) == {"created": 1, "skipped": 1}
    assert told["counts"]["unchanged"] == 1


def test_the_import_that_is_live_already_is_taken_part_in(mapped):
    live_id = mapped.start().id
    assert json.loads(run_command(mapped, "import", "companies", "--inline").stdout)["run"] == live_id
