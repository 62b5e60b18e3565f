"""What happens between comparing and saving: a decision that would now be another one is not carried out as it was."""

import pytest

from halo_admin.db import db
from halo_admin.importing import legs
from halo_admin.importing.models import ImportRun
from tests.importing.test_legs import one_batch
from tests.importing.world import all_told, counts


def until_saving(world):
    """An import that has compared everything and saved nothing yet."""
    run = world.start()
    while world.fresh(run).movement != "saving":
        one_batch(world, run)
    return world.fresh(run)


@pytest.fixture
def changed(world):
    """A company whose phone has changed in Halo since it was imported. (world, client's id, company's id)"""
    halo_id = world.theirs("Acme", phone="+49 30 5550100")
    world.imported()
    world.theirs("Acme", id=halo_id, phone="+49 30 5550199")
    return world, halo_id, world.company(name="Acme").id


def test_a_person_edits_the_same_field_while_an_import_is_saving_and_the_edit_stays(changed):
    world, halo_id, company_id = changed
    run = until_saving(world)
    world.edit(company_id, phone="+49 30 5550177")
    run = world.finish(run)
    assert world.company(company_id).phone == "+49 30 5550177"
    assert world.decision(run, halo_id)["conflicts"][0]["winner"] == "glasshive"
    assert all_told(run)


def test_a_person_edits_another_field_meanwhile_and_both_are_kept(changed):
    world, _halo_id, company_id = changed
    run = until_saving(world)
    world.edit(company_id, city="Hamburg")
    world.finish(run)
    company = world.company(company_id)
    assert (company.city, company.phone) == ("Hamburg", "+49 30 5550199")


def test_a_company_made_here_meanwhile_is_not_made_twice(world):
    halo_id = world.theirs("Acme", phone="+49 30 5550100")
    world.map()
    run = until_saving(world)
    company_id = world.ours("Acme", phone="+49 30 5550100")
    run = world.finish(run)
    assert [one.id for one in world.companies()] == [company_id]
    assert world.decision(run, halo_id)["action"] == "linked"
    assert (counts(run), all_told(run)) == ({"linked": 1, "skipped": 1}, True)


def test_a_mapping_changed_meanwhile_decides_again(world):
    halo_id = world.theirs("Acme", type="Supplier")
    world.map()
    run = until_saving(world)
    world.save_mapping(Supplier="don't import")
    run = world.finish(run)
    assert (world.companies(), world.decision(run, halo_id)["action"]) == ([], "skipped")
    assert all_told(run)


def test_a_run_cancelled_while_saving_tells_what_came_in(world, monkeypatch):
    monkeypatch.setattr("halo_admin.importing.batch_sizes.MOST", 10)
    for number in range(25):
        world.theirs(f"Client {number}")
    world.map()
    run = until_saving(world)
    one_batch(world, run)
    leg = legs.Leg(*legs.take(run.id), 60)
    world.cancel(run)
    leg.run = db.session.get(ImportRun, run.id)
    leg.work()
    leg.give_back()
    run = world.fresh(run)
    assert (run.state, run.counts["created"], len(world.companies())) == ("cancelled", 10, 10)
