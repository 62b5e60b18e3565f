"""`flask halo import` beside other runs: what was asked for is what is done and told."""

import json

import pytest

from halo_admin.db import begin_write, db
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


def test_an_import_of_contacts_tells_its_opt_outs_and_lists(world, acme):
    world.imported()
    world.person("Sam", at=acme, neversendemails=True)
    told = json.loads(run_command(world, "import", "contacts", "--inline").stdout)
    assert told["touched"] == ["0 opt-outs loosened, 1 added."]
    assert told["lists"] == [{"name": "Halo: Customer", "joined": 1, "left": 0}]
    world.person("Kim", at=acme)
    arguments = ["halo", "import", "contacts", "--inline", "--account", str(world.account.id)]
    words = world.app.test_cli_runner().invoke(args=arguments).stdout.splitlines()
    assert words[1:] == ["0 opt-outs loosened, 0 added.", "List Halo: Customer: 1 joined, 0 left."]


def test_an_import_that_is_told_what_to_take_does_not_join_one_that_was_not(mapped):
    live = mapped.start()
    told = json.loads(run_command(mapped, "import", "companies", "--inline", "--newer", "theirs").stdout)
    assert told["run"] > live.id
    assert (mapped.fresh(live).state, told["state"]) == ("done", "done")


def test_an_import_that_waits_for_an_answer_is_not_taken_for_the_one_asked_for(mapped):
    question = {"kind": "times", "records": 30, "requests": 30, "seconds": 8, "choices": []}
    live = mapped.start()
    begin_write()
    live = mapped.fresh(live)
    live.question, live.movement, live.next_leg_at = question, "asking", None
    db.session.commit()
    done = run_command(mapped, "import", "companies", "--inline", "--newer", "theirs")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "is running and waits for an answer on its page." in done.stderr
    assert mapped.fresh(live).is_live


def test_the_import_that_is_live_already_is_taken_part_in(mapped):
    live_id = mapped.start().id
    assert json.loads(run_command(mapped, "import", "companies", "--inline").stdout)["run"] == live_id
