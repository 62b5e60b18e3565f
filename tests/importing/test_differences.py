"""Whichever is more current: what an import changes here when both sides have gone on."""

from datetime import timedelta

import pytest

from tests.importing.world import counts

HOUR = timedelta(hours=1)


@pytest.fixture
def agreed(world):
    """A client and its company, imported: both sides hold the same. (world, client's id, company's id)"""
    halo_id = world.theirs("Acme", phone="+49 30 5550100", site={"line3": "Berlin"})
    world.imported()
    return world, halo_id, world.company(name="Acme").id


def test_a_change_in_halo_alone_comes_in(agreed):
    world, halo_id, company_id = agreed
    world.theirs("Acme", id=halo_id, phone="+49 30 5550199")
    run = world.imported()
    assert world.company(company_id).phone == "+49 30 5550199"
    assert world.decision(run, halo_id)["changes"] == {"phone": ["+49 30 5550100", "+49 30 5550199"]}
    assert counts(run)["updated"] == 1


def test_a_change_here_alone_stays_and_is_listed_as_newer_here(agreed):
    world, _halo_id, company_id = agreed
    world.edit(company_id, phone="+49 30 5550177")
    run = world.imported()
    assert world.company(company_id).phone == "+49 30 5550177"
    assert (counts(run)["unchanged"], run.facts["newer_here"]) == (1, 1)


def test_a_change_here_of_one_field_and_in_halo_of_another_keeps_both(agreed):
    world, halo_id, company_id = agreed
    world.edit(company_id, city="Hamburg")
    world.theirs("Acme", id=halo_id, phone="+49 30 5550199", site={"line3": "Berlin"})
    world.imported()
    company = world.company(company_id)
    assert (company.city, company.phone) == ("Hamburg", "+49 30 5550199")


def test_a_settled_field_stays_when_halo_changes_another_one(agreed):
    world, halo_id, company_id = agreed
    world.edit(company_id, city="Hamburg")
    world.imported()
    world.theirs("Acme", id=halo_id, phone="+49 30 5550199", site={"line3": "Berlin"})
    world.imported()
    assert world.company(company_id).city == "Hamburg"


def test_a_conflict_is_won_by_halo_when_it_changed_later(agreed):
    world, halo_id, company_id = agreed
    world.edit(company_id, phone="+49 30 5550177")
    world.imported()
    world.theirs("Acme", id=halo_id, phone="+49 30 5550199")
    world.edit(company_id, city="Hamburg")
    run = world.imported(newer="theirs")
    assert world.company(company_id).phone == "+49 30 5550199"
    assert run.state == "done"


def test_a_conflict_whose_times_overlap_asks_halo_for_the_time_of_its_record(agreed):
    world, halo_id, company_id = agreed
    world.edit(company_id, phone="+49 30 5550177")
    world.theirs("Acme", id=halo_id, phone="+49 30 5550199")
    run = world.imported()
    told = world.decision(run, halo_id)
    # the phone is the site's, and Halo changed that after the edit here
    assert run.progress["asking"] == [1, 1]
    assert (told["conflicts"][0]["winner"], told["conflicts"][0]["why"]) == ("halo", "Halo's record changed later")
    assert world.company(company_id).phone == "+49 30 5550199"


def test_a_conflict_is_won_here_when_we_changed_later(agreed):
    world, halo_id, company_id = agreed
    world.theirs("Acme", id=halo_id, phone="+49 30 5550199")
    world.edit(company_id, phone="+49 30 5550177")
    run = world.imported()
    told = world.decision(run, halo_id)
    assert told["conflicts"][0]["winner"] == "glasshive"
    assert world.company(company_id).phone == "+49 30 5550177"
    assert run.facts["newer_here"] == 1


def test_an_edit_after_halos_change_was_read_needs_no_question(agreed):
    world, halo_id, company_id = agreed
    world.theirs("Acme", id=halo_id, phone="+49 30 5550199")
    world.read()
    world.edit(company_id, phone="+49 30 5550177")
    run = world.imported()
    assert run.progress["asking"] == [0, 0]
    assert world.company(company_id).phone == "+49 30 5550177"


def test_a_settled_conflict_is_not_reported_again(agreed):
    world, halo_id, company_id = agreed
    world.theirs("Acme", id=halo_id, phone="+49 30 5550199")
    world.edit(company_id, phone="+49 30 5550177")
    world.imported()
    again = world.imported()
    assert world.decision(again, halo_id)["conflicts"] == []
    assert counts(again)["unchanged"] == 1


def test_a_blank_of_halos_never_erases(agreed):
    world, halo_id, company_id = agreed
    world.theirs("Acme", id=halo_id, phone="", site={"line3": ""})
    world.imported()
    company = world.company(company_id)
    assert (company.phone, company.city) == ("+49 30 5550100", "Berlin")


def test_a_field_a_person_emptied_stays_empty_until_halo_changes_it(agreed):
    world, halo_id, company_id = agreed
    world.edit(company_id, phone=None)
    world.imported()
    assert world.company(company_id).phone is None
    world.theirs("Acme", id=halo_id, phone="+49 30 5550199")
    world.imported(newer="theirs")
    assert world.company(company_id).phone == "+49 30 5550199"


def test_values_that_differ_only_in_form_are_the_same(agreed):
    world, halo_id, company_id = agreed
    world.theirs("Acme", id=halo_id, phone="0049 30 555 01 00", site={"line3": "Berlin"})
    run = world.imported()
    assert counts(run)["unchanged"] == 1
    assert world.company(company_id).phone == "+49 30 5550100"


def test_on_the_first_link_gaps_are_filled_and_a_later_edit_here_wins(world):
    company_id = world.ours("Acme Ltd", website="https://acme.example", city="Hamburg", edited=-HOUR)
    world.theirs("Acme", website="acme.example", phone="+49 30 5550100", site={"line3": "Berlin"})
    world.imported()
    company = world.company(company_id)
    assert (company.phone, company.city, company.name) == ("+49 30 5550100", "Hamburg", "Acme Ltd")


def test_on_the_first_link_halos_later_record_wins(world):
    company_id = world.ours("Acme", city="Hamburg", edited=HOUR)
    world.theirs("Acme", site={"line3": "Berlin"})
    world.imported()
    assert world.company(company_id).city == "Berlin"


def test_without_any_time_to_be_had_ours_stays_and_it_is_told(world):
    company_id = world.ours("Acme", city="Hamburg", edited=HOUR)
    halo_id = world.theirs("Acme", site={"line3": "Berlin"})
    site_id = world.halo.tenant.get("clients", halo_id)["main_site_id"]
    world.halo.change("Site", record={"id": site_id, "raw": {"slastupdate": "1900-01-01T00:00:00"}})
    run = world.imported()
    assert world.company(company_id).city == "Hamburg"
    assert "no time of change" in world.decision(run, halo_id)["conflicts"][0]["why"]


def test_a_choice_beforehand_asks_halo_for_no_times(world):
    company_id = world.ours("Acme", city="Hamburg", edited=HOUR)
    world.theirs("Acme", site={"line3": "Berlin"})
    world.map()
    run = world.imported(newer="ours")
    assert (world.company(company_id).city, run.progress["asking"]) == ("Hamburg", [0, 0])


def test_many_times_to_read_are_a_question_first_with_their_number(world):
    for number in range(30):
        world.ours(f"Firm {number}", city="Hamburg", edited=HOUR)
        world.theirs(f"Firm {number}", site={"line3": "Berlin"})
    run = world.imported()
    assert run.is_live
    assert (run.question["kind"], run.question["requests"]) == ("times", 30)
    assert {one["value"] for one in run.question["choices"]} == {"read", "ours", "theirs"}
    before = run.requests
    run = world.reply(run, "theirs")
    assert (run.state, run.requests, counts(run)["linked"]) == ("done", before, 30)
    assert {one.city for one in world.companies()} == {"Berlin"}


def test_many_times_are_read_one_by_one_when_that_is_the_answer(world):
    for number in range(25):
        world.ours(f"Firm {number}", city="Hamburg", edited=HOUR)
        world.theirs(f"Firm {number}", site={"line3": "Berlin"})
    run = world.imported()
    before = run.requests
    run = world.reply(run, "read")
    assert (run.state, run.requests - before) == ("done", 25)


def test_websites_in_details_are_asked_only_while_an_unlinked_company_here_has_one(start_world):
    world = start_world(switches={"website_in_list": "off"})
    halo_id = world.theirs("Acme", website="https://acme.example")
    world.map()
    run = world.imported()
    assert run.progress["asking"] == [0, 0]
    assert (run.facts["websites_unread"], world.company(name="Acme").website) == (1, None)
    company_id = world.ours("Other name", website="https://bolt.example")
    bolt = world.theirs("Bolt", website="www.bolt.example")
    run = world.imported()
    assert (world.decision(run, bolt)["by"], world.decision(run, bolt)["ours_id"]) == ("website", company_id)
    assert world.record(halo_id).detail_at is None


def test_read_websites_reads_them_and_the_next_import_brings_them_in(start_world):
    world = start_world(switches={"website_in_list": "off"})
    world.theirs("Acme", website="https://acme.example")
    world.imported()
    read = world.run(purpose="websites")
    assert (read.state, read.requests) == ("done", 1)
    world.imported()
    assert world.company(name="Acme").website == "https://acme.example"
    assert world.run(purpose="websites").requests == 0


def test_a_cached_website_is_read_again_when_halo_names_its_client_as_changed(start_world):
    world = start_world(switches={"website_in_list": "off", "lastupdate_honoured": "on"})
    halo_id = world.theirs("Acme", website="https://acme.example")
    world.imported()
    world.run(purpose="websites")
    world.imported()
    world.theirs("Acme", id=halo_id, website="https://new.example")
    world.imported()
    assert world.company(name="Acme").website == "https://new.example"


def test_a_tenant_that_ignores_the_filter_is_asked_once_and_full_reads_every_detail(start_world):
    world = start_world(switches={"website_in_list": "off"})
    halo_id = world.theirs("Acme", website="https://acme.example")
    world.imported()
    world.run(purpose="websites")
    world.imported()
    plain = world.imported()
    world.theirs("Acme", id=halo_id, website="https://new.example")
    assert world.imported().requests == plain.requests
    assert world.company(name="Acme").website == "https://acme.example"
    world.imported(full=True)
    assert world.company(name="Acme").website == "https://new.example"
