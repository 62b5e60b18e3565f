"""Consent only gets stricter: what Halo, people and other records say, whatever else keeps a contact out."""

import pytest

from halo_admin.crm import history, parting
from halo_admin.crm.contact_models import Contact
from halo_admin.crm.models import Company
from halo_admin.db import begin_write, db
from halo_admin.importing.stages.contacts import Contacts
from tests.importing.test_contacts import answer
from tests.importing.world import counts


@pytest.mark.parametrize("flag", ["neversendemails", "neversendmarketingemails"])
def test_halo_can_opt_a_contact_out_and_never_in(world, acme, flag):
    sam = world.person("Sam", at=acme, **{flag: True})
    run = world.imported_contacts()
    assert world.contact(first_name="Sam").unsubscribed
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 1}
    world.person("Sam", at=acme, id=sam, title="CEO", **{flag: False})
    run = world.imported_contacts()
    assert world.contact(first_name="Sam").unsubscribed
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 0}


def test_an_opt_out_in_halo_counts_whatever_was_edited_here_later(world, acme):
    sam = world.person("Sam", at=acme)
    world.imported_contacts()
    world.edit_contact(world.contact(first_name="Sam").id, unsubscribed=False, title="CEO")
    world.person("Sam", at=acme, id=sam, neversendemails=True)
    run = world.imported_contacts(newer="ours")
    assert world.contact(first_name="Sam").unsubscribed
    assert world.decision(run, sam)["changes"] == {"unsubscribed": [False, True]}


def test_an_opt_out_is_told_by_the_record_whose_time_had_to_be_asked_for(world, acme):
    sam = world.person("Sam", at=acme, email="sam@acme.example")
    world.imported_contacts()
    contact = world.contact(first_name="Sam")
    other = world.our_contact("Samantha", email="sam@acme.example")
    world.edit_contact(contact.id, title="CEO")
    world.person("Sam", at=acme, id=sam, email="sam@acme.example", title="CFO", neversendemails=True)
    run = world.imported_contacts()
    told = world.decision(run, sam)
    assert run.progress["asking"] == [1, 1]
    assert told["changes"]["unsubscribed"] == [False, True]
    heeded = "Samantha Poole, who has its e-mail here, is unsubscribed: Halo must send it no mail"
    assert told["reason"] == f"changed: title, unsubscribed; {heeded}"
    assert all(db.session.get(Contact, one).unsubscribed for one in (contact.id, other))
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 2}


def test_who_takes_over_a_contact_here_brings_along_what_its_email_has_opted_out_of(world, acme):
    world.person("Sam", at=acme, email="a@acme.example")
    world.imported_contacts()
    sam = world.contact(email="a@acme.example")
    world.edit_contact(sam.id, email="z@acme.example")
    world.our_contact("Bo", email="a@acme.example", unsubscribed=True)
    newer = world.person("Samuel", at=acme, email="a@acme.example", id=5)
    run = world.imported_contacts(newer="theirs")
    told, contact = world.decision(run, newer), world.contact(sam.id)
    assert told["reason"].startswith("it leads the Halo records that are one here now")
    assert (contact.email, contact.unsubscribed) == ("a@acme.example", True)
    assert told["changes"]["unsubscribed"] == [False, True]
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 1}


def test_who_unsubscribed_or_bounced_here_stays_so(world, acme):
    world.our_contact("Sam", email="sam@acme.example", unsubscribed=True, bounced=True)
    sam = world.person("Sam", at=acme, email="sam@acme.example")
    world.imported_contacts()
    world.person("Sam", at=acme, email="sam@acme.example", id=sam, title="CEO")
    run = world.imported_contacts()
    contact = world.contact(first_name="Sam")
    assert (contact.title, contact.unsubscribed, contact.bounced) == ("CEO", True, True)
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 0}


def test_an_opt_out_reaches_a_contact_whose_company_is_left_out_and_nothing_else_does(world, acme):
    sam = world.person("Sam", at=acme, email="sam@acme.example", title="CEO")
    world.imported_contacts()
    world.save_mapping(Customer="don't import")
    world.run()
    world.imported_contacts()
    world.person("Sam", at=acme, email="sam@acme.example", id=sam, title="CFO", neversendemails=True)
    run = world.imported_contacts()
    told = world.decision(run, sam)
    assert (told["action"], told["changes"]) == ("updated", {"unsubscribed": [False, True]})
    out = "its company's type, Customer, is not imported; the contact here stays as it is"
    assert told["reason"] == f"changed: unsubscribed; otherwise it is left out: {out}"
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 1}
    contact = world.contact(email="sam@acme.example")
    assert (contact.unsubscribed, contact.title) == (True, "CEO")
    run = world.imported_contacts()
    told = world.decision(run, sam)
    assert (told["action"], told["reason"]) == ("skipped", out)
    world.save_mapping(Customer="Customer")
    world.run()
    assert world.decision(world.imported_contacts(), sam)["changes"] == {"title": ["CEO", "CFO"]}


def test_an_opt_out_reaches_a_contact_whose_halo_record_is_no_person_any_more(world, acme):
    sam = world.person("Sam", at=acme, email="sam@acme.example")
    world.imported_contacts()
    world.person("Sam", at=acme, email="sam@acme.example", id=sam, isserviceaccount=True, neversendemails=True)
    told = world.decision(world.imported_contacts(), sam)
    assert told["reason"] == "changed: unsubscribed; otherwise it is left out: it is a service account, no person"
    assert world.contact().unsubscribed


def test_an_opt_out_reaches_a_contact_whose_company_was_deleted_here(world, acme):
    sam = world.person("Sam", at=acme, email="sam@acme.example")
    world.imported_contacts()
    begin_write()
    there = world.company(name="Acme")
    parting.delete(world.account.id, Company, there.id, there.version, world.ann)
    db.session.commit()
    world.person("Sam", at=acme, email="sam@acme.example", id=sam, neversendemails=True)
    assert world.decision(world.imported_contacts(), sam)["changes"] == {"unsubscribed": [False, True]}


def test_a_left_out_record_that_does_not_lead_takes_no_lead_by_its_opt_out(world, acme):
    first = world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Samuel", at=acme, email="sam@x.example")
    world.imported_contacts()
    world.person("Sam", at=acme, email="sam@x.example", id=first, isserviceaccount=True)
    world.imported_contacts()
    assert world.contact().first_name == "Samuel"
    world.person("Sam", at=acme, email="sam@x.example", id=first, isserviceaccount=True, neversendemails=True)
    world.imported_contacts()
    assert world.contact().unsubscribed
    assert world.record(first, "user").follows_id == world.record(second, "user").id
    assert world.record(second, "user").follows_id is None


@pytest.mark.parametrize("flag", ["neversendemails", "neversendmarketingemails"])
def test_who_has_the_email_of_somebody_opted_out_in_halo_is_unsubscribed_though_that_one_stays_out(world, acme, flag):
    here = world.our_contact(email="SAM@acme.example")
    sam = world.person("Samuel", at=acme, email="sam@acme.example", active=False, **{flag: True})
    run = world.imported_contacts()
    told = world.decision(run, sam)
    assert (told["action"], told["reason"]) == (
        "skipped",
        "it is inactive in Halo; Sam Poole, who has its e-mail here, is unsubscribed: Halo must send it no mail",
    )
    assert world.contact(here).unsubscribed
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 1}
    (line,) = history.page("contact", world.contact(here)).entries
    assert (line.what, line.changes[0].after) == ("Unsubscribed as in Halo", "Yes")
    again = world.imported_contacts()
    assert world.decision(again, sam)["reason"] == "it is inactive in Halo"
    late = world.our_contact("Second", email="sam@acme.example")
    world.imported_contacts()
    assert world.contact(late).unsubscribed


@pytest.mark.parametrize("flag", ["neversendemails", "neversendmarketingemails"])
def test_a_second_contact_with_the_email_of_one_that_is_linked_and_opts_out_is_unsubscribed_too(world, acme, flag):
    sam = world.person("Sam", at=acme, email="sam@acme.example")
    world.imported_contacts()
    world.our_contact("Samantha", email="SAM@acme.example")
    world.person("Sam", at=acme, email="sam@acme.example", id=sam, **{flag: True})
    run = world.imported_contacts()
    assert [world.contact(first_name=name).unsubscribed for name in ("Sam", "Samantha")] == [True, True]
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 2}
    assert "Samantha Poole, who has its e-mail here, is unsubscribed" in world.decision(run, sam)["reason"]
    assert counts(world.imported_contacts())["unchanged"] == 1


def test_a_second_contact_that_comes_later_with_the_email_of_one_opted_out_in_halo_is_unsubscribed(world, acme):
    world.person("Sam", at=acme, email="sam@acme.example", neversendemails=True)
    world.imported_contacts()
    second = world.our_contact("Samantha", email="SAM@acme.example")
    world.imported_contacts()
    assert world.contact(second).unsubscribed
    world.edit_contact(second, unsubscribed=False)
    run = world.imported_contacts()
    assert world.contact(second).unsubscribed
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 1}
    assert counts(world.imported_contacts())["unchanged"] == 1


def test_an_unsubscribed_person_here_that_halo_knows_nothing_of_unsubscribes_nobody_else(world, acme):
    world.person("Sam", at=acme, email="sam@acme.example")
    world.imported_contacts()
    second = world.our_contact("Samantha", email="sam@acme.example")
    world.edit_contact(world.contact(first_name="Sam").id, unsubscribed=True)
    for _ in range(2):
        world.imported_contacts()
        assert not world.contact(second).unsubscribed


def test_a_contact_that_gets_the_email_of_somebody_who_must_get_no_mail_must_get_none_either(world, acme):
    kim = world.person("Kim", at=acme, email="kim@acme.example")
    world.imported_contacts()
    world.our_contact("Ann", email="ann@acme.example", unsubscribed=True, bounced=True)
    world.person("Kim", at=acme, email="ANN@acme.example", id=kim)
    run = world.imported_contacts()
    contact = world.contact(first_name="Kim")
    assert (contact.email, contact.unsubscribed, contact.bounced) == ("ANN@acme.example", True, True)
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 1}
    assert world.decision(run, kim)["changes"]["bounced"] == [False, True]


def test_a_contact_that_gets_the_email_of_one_deleted_here_gets_its_opt_outs(world, acme):
    kim = world.person("Kim", at=acme, email="kim@acme.example")
    world.imported_contacts()
    begin_write()
    there = world.contact(world.our_contact("Ann", email="ann@acme.example", unsubscribed=True))
    parting.delete(world.account.id, Contact, there.id, there.version, world.ann)
    db.session.commit()
    world.person("Kim", at=acme, email="ann@acme.example", id=kim)
    world.imported_contacts()
    assert world.contact(first_name="Kim").unsubscribed


def test_whom_a_record_without_another_change_unsubscribes_is_told(world, acme):
    sam = world.person("Sam", at=acme, email="sam@acme.example")
    world.imported_contacts()
    world.edit_contact(world.contact(first_name="Sam").id, unsubscribed=True)
    world.our_contact("Samantha", email="sam@acme.example")
    world.person("Sam", at=acme, email="sam@acme.example", id=sam, neversendemails=True)
    run = world.imported_contacts()
    assert world.contact(first_name="Samantha").unsubscribed
    told = world.decision(run, sam)
    assert (told["action"], counts(run)["unchanged"]) == ("unchanged", 1)
    assert "Samantha Poole, who has its e-mail here, is unsubscribed" in told["reason"]


def test_an_opt_out_of_one_that_is_matched_just_now_is_set_once(world, acme):
    world.our_contact("Sam", email="sam@acme.example")
    sam = world.person("Sam", at=acme, email="sam@acme.example", neversendemails=True)
    run = world.imported_contacts()
    told = world.decision(run, sam)
    assert (told["action"], told["changes"]["unsubscribed"]) == ("linked", [False, True])
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 1}


def test_an_opt_out_of_somebody_in_review_reaches_all_that_may_be_meant(world, acme):
    world.our_contact("Sam", email="sam@acme.example")
    world.our_contact("Samantha", email="sam@acme.example")
    sam = world.person("Sam", at=acme, email="sam@acme.example", neversendemails=True)
    run = world.imported_contacts()
    assert world.decision(run, sam)["action"] == "review"
    assert [contact.unsubscribed for contact in world.contacts()] == [True, True]


def test_an_opt_out_of_one_that_follows_somebody_in_review_reaches_them_too(world, acme):
    world.our_contact("Sam", email="sam@acme.example")
    world.our_contact("Samantha", email="sam@acme.example")
    world.person("Sam", at=acme, email="sam@acme.example")
    world.person("Samuel", at=acme, email="sam@acme.example", neversendemails=True)
    assert counts(world.imported_contacts()) == {"review": 1, "skipped": 3}
    assert [contact.unsubscribed for contact in world.contacts()] == [True, True]


def test_an_opt_out_of_any_of_them_counts(world, acme):
    world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Samuel", at=acme, email="sam@x.example")
    world.imported_contacts()
    world.person("Samuel", at=acme, email="sam@x.example", id=second, neversendemails=True)
    world.imported_contacts()
    assert world.contact(email="sam@x.example").unsubscribed


def test_a_looser_rule_would_be_told_by_the_report(world, acme, monkeypatch):
    monkeypatch.setattr(Contacts, "only_set", ("bounced",))
    sam = world.person("Sam", at=acme, neversendemails=True)
    world.imported_contacts()
    world.edit_contact(world.contact(first_name="Sam").id, bounced=True)
    world.person("Sam", at=acme, id=sam, neversendemails=False)
    run = world.imported_contacts()
    assert world.contact(first_name="Sam").bounced
    assert run.facts["opt_outs"] == {"loosened": 1, "added": 0}
    client = world.signed_in()
    page = client.get(f"/settings/halo/runs/{run.id}").text
    assert "1 opt-out loosened, 0 added." in page


def test_who_stands_alone_gets_the_opt_outs_of_the_contact_it_stood_for_and_its_take_offs(world, acme):
    world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Kim", at=acme, email="sam@x.example")
    world.imported_contacts()
    sam = world.contact()
    world.edit_contact(sam.id, unsubscribed=True, bounced=True)
    world.take_off("Halo: Customer", sam.id)
    world.person("Kim", at=acme, email="kim@x.example", id=second)
    run = world.imported_contacts()
    told = world.decision(run, second)
    assert told["action"] == "created"
    assert "lists" not in told["changes"]
    assert told["changes"]["bounced"] == ["", True]
    kim = world.contact(first_name="Kim")
    assert (kim.unsubscribed, kim.bounced) == (True, True)
    world.person("Kim", at=acme, email="kim@x.example", id=second, title="CEO")
    world.imported_contacts()
    assert world.lists() == {"Halo: Customer": []}


def test_a_new_contact_with_the_email_of_one_here_that_must_get_no_mail_must_get_none_either(world, acme):
    world.our_contact("Sam", email="sam@x.example", unsubscribed=True)
    world.our_contact("Samantha", email="sam@x.example", bounced=True)
    world.person("Samuel", at=acme, email="sam@x.example")
    answer(world.imported_contacts(), "create")
    contact = world.contact(first_name="Samuel")
    assert (contact.unsubscribed, contact.bounced) == (True, True)


def test_an_opt_out_of_a_follower_counts_while_its_leader_cannot_be_read(world, acme):
    first = world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Samuel", at=acme, email="sam@x.example")
    world.imported_contacts()
    world.person("Sam", at=acme, email="sam@x.example", id=first, raw={"inactive": {"no": "flag"}})
    world.person("Samuel", at=acme, email="sam@x.example", id=second, neversendemails=True)
    run = world.imported_contacts()
    assert world.decision(run, first)["action"] == "failed"
    assert world.contact().unsubscribed
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 1}


def test_opt_outs_pass_to_nobody_else_who_has_no_email(world, acme):
    world.choose(without_email="import")
    world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Kim", at=acme, email="sam@x.example")
    world.imported_contacts()
    world.edit_contact(world.contact().id, unsubscribed=True, email=None)
    world.person("Kim", at=acme, email=None, id=second)
    world.person("Ada", at=acme, email=None)
    world.imported_contacts()
    assert {one.first_name: one.unsubscribed for one in world.contacts()} == {"Sam": True, "Kim": True, "Ada": False}
