"""Several of Halo's contacts with one e-mail are one here: who leads, who follows, who parts from the others."""

import random

import pytest

from tests.importing.test_contacts import answer
from tests.importing.world import counts


def test_two_contacts_with_one_email_are_one_here(world, acme):
    other = world.theirs("Other", type="Prospect")
    first = world.person("Sam", "Poole", at=acme, email="sam@x.example", title="CEO")
    second = world.person("Samuel", "Pool", at=other, email="SAM@x.example", title="Dr.")
    run = world.imported_contacts()
    assert counts(run) == {"created": 1, "linked": 1, "skipped": 3}
    told = world.decision(run, second)
    assert told["reason"] == (
        f"it has the same e-mail as Halo contact {first}: one contact here, which takes its values from that one"
    )
    assert told["ours_id"] == world.contact(email="sam@x.example").id


@pytest.mark.parametrize("arriving", [(5001, 5002), (5002, 5001)], ids=["the leader first", "the leader last"])
def test_two_contacts_with_one_email_never_flip_whoever_came_first_and_changed_last(world, acme, arriving):
    other = world.theirs("Other", type="Prospect")
    clients, names = {5001: acme, 5002: other}, {5001: "Sam", 5002: "Samuel"}

    def change(halo_id, number):
        new = {"title": f"Title {number} of {halo_id}", "phonenumber": f"+49 30 5550{number}{halo_id % 10}"}
        world.person(names[halo_id], at=clients[halo_id], email="sam@x.example", id=halo_id, **new)

    for halo_id in arriving:
        change(halo_id, 0)
        world.imported_contacts()
    contact = world.contact(email="sam@x.example")
    assert (contact.first_name, contact.title, contact.company.name) == ("Sam", "Title 0 of 5001", "Acme")
    for number in range(1, 6):
        world.halo.app.switches.turn("list_order", number)
        for halo_id in random.Random(number).sample([5001, 5002], 2):  # touched last, newer
            change(halo_id, number)
        run = world.imported_contacts()
        assert counts(run) == {"updated": 1, "unchanged": 1, "skipped": 3}
        (contact,) = world.contacts()
        assert (contact.title, contact.phone) == (f"Title {number} of 5001", f"+49 30 5550{number}1")
        assert (contact.first_name, contact.company.name) == ("Sam", "Acme")
        assert world.lists()["Halo: Customer"] == ["Sam Poole"]


def test_only_the_leaders_changes_come_in(world, acme):
    first = world.person("Sam", at=acme, email="sam@x.example", title="CEO")
    second = world.person("Samuel", at=acme, email="sam@x.example")
    world.imported_contacts()
    world.person("Samuel", at=acme, email="sam@x.example", id=second, title="Dr.")
    assert counts(world.imported_contacts())["unchanged"] == 2
    world.person("Sam", at=acme, email="sam@x.example", id=first, title="CFO")
    run = world.imported_contacts()
    assert (counts(run)["updated"], counts(run)["unchanged"]) == (1, 1)
    assert world.contact(email="sam@x.example").title == "CFO"


def test_the_next_one_leads_once_the_leader_is_inactive_and_gives_it_back(world, acme):
    first = world.person("Sam", at=acme, email="sam@x.example", title="CEO")
    second = world.person("Samuel", at=acme, email="sam@x.example", title="Dr.")
    world.imported_contacts()
    world.person("Sam", at=acme, email="sam@x.example", id=first, active=False)
    run = world.imported_contacts()
    assert "leads" in world.decision(run, second)["reason"]
    contact = world.contact(email="sam@x.example")
    assert (contact.first_name, contact.title, contact.inactive_in_halo) == ("Samuel", "Dr.", False)
    assert (world.record(second, "user").follows_id, world.record(first, "user").follows_id) == (
        None,
        world.record(second, "user").id,
    )
    assert counts(world.imported_contacts()) == {"unchanged": 2, "skipped": 2}
    world.person("Sam", at=acme, email="sam@x.example", id=first)
    world.imported_contacts()
    assert world.contact(email="sam@x.example").first_name == "Sam"
    assert world.record(first, "user").follows_id is None
    assert counts(world.imported_contacts()) == {"unchanged": 2, "skipped": 2}


def test_the_next_one_leads_once_the_leader_is_gone(world, acme):
    first = world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Samuel", at=acme, email="sam@x.example")
    world.imported_contacts()
    world.halo.change("Users", delete=first)
    world.imported_contacts()
    assert len(world.contacts()) == 1
    assert world.contact().first_name == "Samuel"
    assert world.record(second, "user").follows_id is None
    assert counts(world.imported_contacts()) == {"unchanged": 1, "skipped": 2}


def test_who_gets_an_email_of_their_own_becomes_a_contact_of_their_own(world, acme):
    world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Kim", at=acme, email="sam@x.example")
    world.imported_contacts()
    world.person("Kim", at=acme, email="kim@x.example", id=second)
    run = world.imported_contacts()
    assert counts(run)["created"] == 1
    assert {contact.first_name: contact.email for contact in world.contacts()} == {
        "Sam": "sam@x.example",
        "Kim": "kim@x.example",
    }


def test_a_follower_becomes_a_contact_of_its_own_when_the_leader_gets_another_email(world, acme):
    first = world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Kim", at=acme, email="sam@x.example")
    world.imported_contacts()
    world.person("Sam", at=acme, email="sam.poole@x.example", id=first)
    world.imported_contacts()
    world.imported_contacts()
    assert {contact.first_name: contact.email for contact in world.contacts()} == {
        "Sam": "sam.poole@x.example",
        "Kim": "sam@x.example",
    }
    assert world.record(second, "user").follows_id is None


def test_who_stands_alone_and_is_in_review_can_be_answered_and_keeps_the_opt_out(world, acme):
    world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Kim", at=acme, email="sam@x.example")
    world.imported_contacts()
    world.edit_contact(world.contact().id, unsubscribed=True)
    world.our_contact("One", email="kim@x.example")
    world.our_contact("Two", email="kim@x.example")
    world.person("Kim", at=acme, email="kim@x.example", id=second)
    run = world.imported_contacts()
    assert world.decision(run, second)["action"] == "review"
    row = world.record(second, "user")
    assert (row.ours_id, row.follows_id, row.base) == (None, None, None)
    answer(run, "create")
    assert world.contact(first_name="Kim").unsubscribed
    assert world.record(second, "user").stood_for_id is None


def test_who_stood_behind_another_one_and_has_no_email_any_more_stands_alone(world, acme):
    world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Kim", at=acme, email="sam@x.example")
    world.imported_contacts()
    world.person("Kim", at=acme, email=None, id=second)
    run = world.imported_contacts()
    assert world.decision(run, second)["reason"] == "it has no e-mail"
    assert world.record(second, "user").ours_id is None
    assert world.contact().first_name == "Sam"


def test_the_next_one_leads_once_the_leader_is_no_person_any_more(world, acme):
    first = world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Samuel", at=acme, email="sam@x.example")
    world.imported_contacts()
    world.person("Sam", at=acme, email="sam@x.example", id=first, isserviceaccount=True)
    world.imported_contacts()
    assert [contact.first_name for contact in world.contacts()] == ["Samuel"]
    assert world.record(second, "user").follows_id is None
    assert counts(world.imported_contacts()) == {"unchanged": 1, "skipped": 3}


def test_a_leader_that_cannot_be_read_keeps_its_place(world, acme):
    first = world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Samuel", at=acme, email="sam@x.example")
    world.imported_contacts()
    world.person("Sam", at=acme, email="sam@x.example", id=first, raw={"inactive": {"no": "flag"}})
    run = world.imported_contacts()
    assert (world.decision(run, first)["action"], world.decision(run, second)["action"]) == ("failed", "unchanged")
    assert [contact.first_name for contact in world.contacts()] == ["Sam"]
    assert world.record(first, "user").follows_id is None


def test_one_that_is_left_out_leads_nobody(world, acme):
    supplier = world.theirs("Parts Ltd", type="Supplier")
    world.person("Sam", at=supplier, email="sam@x.example")
    world.person("Samuel", at=acme, email="sam@x.example")
    world.map(Supplier="don't import")
    run = world.imported_contacts()
    assert counts(run)["created"] == 1
    assert world.contact().first_name == "Samuel"


def test_followers_wait_with_their_leader(world, acme):
    world.our_contact("Sam", email="sam@x.example")
    world.our_contact("Samantha", email="sam@x.example")
    first = world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Samuel", at=acme, email="sam@x.example")
    run = world.imported_contacts()
    assert world.decision(run, first)["action"] == "review"
    told = world.decision(run, second)
    assert (told["action"], told["reason"]) == (
        "skipped",
        f"it has the same e-mail as Halo contact {first}, which has not come in",
    )
    answer(run, "create")
    assert counts(world.imported_contacts())["linked"] == 1
    assert len(world.contacts()) == 3


def test_an_inactive_follower_takes_no_lead_from_an_inactive_leader_that_gets_another_email(world, acme):
    first = world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Samuel", at=acme, email="sam@x.example")
    world.imported_contacts()
    world.person("Samuel", at=acme, email="sam@x.example", id=second, active=False)
    world.person("Sam", at=acme, email="sam.poole@x.example", id=first, active=False)
    world.imported_contacts()
    assert [(one.first_name, one.email) for one in world.contacts()] == [("Sam", "sam.poole@x.example")]
    assert world.record(second, "user").ours_id is None
    assert counts(world.imported_contacts()) == {"unchanged": 1, "skipped": 3}
