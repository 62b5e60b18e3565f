"""While Halo's limit makes the first reading of contacts wait, what it has read is saved, and completed at the end."""

from datetime import timedelta

import pytest

from halo_admin.db import db, now
from halo_admin.importing import fetching, legs, progress, runs
from halo_admin.importing.deciding import Deciding
from halo_admin.importing.models import Decision
from tests.importing.test_contacts import retype
from tests.importing.world import all_told, counts
from tests.waiting import until

WITHOUT_EMAIL = 7  # every so many-th person has none


@pytest.fixture
def waiting(world_on_each):
    """An import of 250 contacts that Halo has told to wait after their first page. (world, run)"""
    return wait_after_a_page(world_on_each)


def wait_after_a_page(world, acme=None, seconds=600):
    acme = acme or world.theirs("Acme", type="Customer")
    for number in range(250):
        email = None if number % WITHOUT_EMAIL == 0 else f"sam{number}@acme.example"
        world.person("Sam", f"Poole {number:03}", at=acme, email=email, id=1000 + number)
    world.imported()
    world.stage, world.acme = "contacts", acme
    fault = world.halo.set_fault("throttled", match="/api/Users", after=1, times=1, retry_after="seconds",
                                 seconds=seconds)  # fmt: skip
    run = world.start()
    legs._leg(run.id, 60)
    assert fault.fired == 1
    if world.fresh(run).is_live:
        world.may_go_on(run)
    return world, world.fresh(run)


def test_what_was_read_is_here_and_on_no_list_yet(waiting):
    world, run = waiting
    assert (run.state, run.movement) == ("quota", "reading")
    assert 50 < len(world.contacts()) < 100
    saving = next(bar for bar in progress.bars(run) if bar.name == "saving")
    assert saving.words == f"{len(world.contacts())}"
    assert set(world.lists()) <= {"Halo: Customer"}
    assert not any(world.lists().values())


def test_at_the_end_all_are_on_their_list_and_each_is_told_once(waiting):
    world, run = waiting
    run = world.finish(run)
    assert (run.state, run.progress["saving"]) == ("done", [214, 214])
    assert counts(run) == {"created": 214, "skipped": 38}  # two General Users among them
    assert len(world.contacts()) == len(world.lists()["Halo: Customer"]) == 214
    assert all_told(run)
    first = world.decision(run, 1001)
    assert (first["action"], first["changes"]["lists"]) == ("created", ["", "Halo: Customer"])
    assert first["changes"]["email"] == ["", "sam1@acme.example"]
    again = world.run("contacts")
    assert counts(again) == {"unchanged": 214, "skipped": 38}


def test_what_stands_as_it_was_made_is_completed_without_being_decided_again(waiting, monkeypatch):
    world, run = waiting
    saved = {contact.last_name for contact in world.contacts()}
    decided = watch_deciding(monkeypatch)
    world.finish(run)
    assert len(saved) > 50
    assert not {f"Poole {halo_id - 1000:03}" for halo_id in decided} & saved
    assert len(world.lists()["Halo: Customer"]) == 214


def watch_deciding(monkeypatch):
    """The Halo ids of the records that are decided about from now on."""
    decided, decisions = [], Deciding.decisions

    def watched(deciding):
        decided.extend(row.halo_id for row in deciding.rows)
        return decisions(deciding)

    monkeypatch.setattr(Deciding, "decisions", watched)
    return decided


def test_opportunities_that_stand_as_they_were_made_are_not_decided_about_again_either(world, monkeypatch):
    acme = world.theirs("Acme", type="Customer")
    sales = [world.sale(f"Backup {number}", at=acme) for number in range(150)]
    world.map_sales()
    monkeypatch.setattr(fetching, "FRESH", timedelta(0))
    fault = world.halo.set_fault(
        "throttled", match="/api/Opportunities", after=1, times=1, retry_after="seconds", seconds=600
    )
    run = world.start("opportunities")
    legs._leg(run.id, 60)
    saved = [sale for sale in sales if world.record(sale, "opportunity").ours_id]
    assert fault.fired == 1
    assert len(saved) > 50
    decided = watch_deciding(monkeypatch)
    world.may_go_on(run)
    run = world.finish(run)
    assert not set(decided) & set(saved)
    assert (counts(run)["created"], len(world.opportunities())) == (150, 150)
    assert all_told(run)
    assert counts(world.run("opportunities")).keys() == {"unchanged"}


def test_who_has_the_email_of_one_whom_halo_has_deleted_is_decided_about_as_without_a_wait(world):
    acme = world.theirs("Acme", type="Customer")
    leader = world.person("Jo", "Roth", at=acme, email="jo@acme.example", id=900)
    world.imported_contacts()
    world.halo.change("Users", delete=leader)
    late = world.person("Joanna", "Roth", at=acme, email="JO@acme.example", id=901)
    world, run = wait_after_a_page(world, acme)
    assert world.record(late, "user").ours_id is None
    run = world.finish(run)
    assert world.decision(run, late)["action"] == "review"
    assert all_told(run)


def test_a_run_whose_wait_is_over_once_it_has_compared_goes_on_at_once_and_says_so(world, monkeypatch):
    compare, store, told = legs.meanwhile.compare, fetching._store, []

    def for_as_long_as_the_wait(leg, end, waiting):
        compare(leg, end, waiting)
        told.append(leg.run.state)
        until(lambda: now() >= end)

    def watched(leg, run, *rest):
        told.append((run.state, run.waits_for))
        store(leg, run, *rest)

    monkeypatch.setattr(legs.meanwhile, "compare", for_as_long_as_the_wait)
    monkeypatch.setattr(fetching, "_store", watched)
    world, run = wait_after_a_page(world, seconds=4)
    assert (run.state, run.leg_no) == ("done", 1)
    assert "quota" in told
    afterwards = told[told.index("quota") + 1 :]
    assert afterwards
    assert set(afterwards) == {("running", None)}


def test_an_opt_out_that_halo_tells_later_counts(waiting):
    world, run = waiting
    assert not world.contact(email="sam1@acme.example").unsubscribed
    world.person("Samuel", "Poole", at=world.acme, email="SAM1@acme.example", id=5000, neversendemails=True)
    run = world.finish(run)
    assert world.contact(email="sam1@acme.example").unsubscribed
    assert world.decision(run, 1001)["changes"]["unsubscribed"] == ["", True]
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 1}
    assert all_told(run)


def test_whom_an_opt_out_that_comes_later_unsubscribes_is_told(waiting):
    world, run = waiting
    world.our_contact("Samantha", email="SAM1@acme.example")
    world.person("Samuel", "Poole", at=world.acme, email="SAM1@acme.example", id=5000, neversendemails=True)
    run = world.finish(run)
    assert world.contact(first_name="Samantha").unsubscribed
    assert "Samantha Poole, who has its e-mail here, is unsubscribed" in world.decision(run, 1001)["reason"]
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 2}


def test_whom_one_that_stays_out_unsubscribes_is_told_at_the_end(world):
    acme = world.theirs("Acme", type="Customer")
    world.our_contact("Zoe", email="zoe@acme.example")
    world.person("Zoe", "Out", at=acme, email="zoe@acme.example", id=999, active=False, neversendemails=True)
    world, run = wait_after_a_page(world, acme)
    assert not world.contact(first_name="Zoe").unsubscribed
    run = world.finish(run)
    assert world.contact(first_name="Zoe").unsubscribed
    assert "Zoe Poole, who has its e-mail here, is unsubscribed" in world.decision(run, 999)["reason"]
    assert run.facts["opt_outs"] == {"loosened": 0, "added": 1}


def test_who_would_take_the_lead_from_one_that_was_not_read_yet_is_decided_about_at_the_end(world):
    acme = world.theirs("Acme", type="Customer")
    leader = world.person("Jo", "Roth", at=acme, email="jo@acme.example", id=9000)
    world.imported_contacts()
    contact = world.contact(email="jo@acme.example")
    world.person("Jo", "Roth", at=acme, email="jo.roth@acme.example", id=leader)
    late = world.person("Joanna", "Roth", at=acme, email="JO@acme.example", id=900)
    world, run = wait_after_a_page(world, acme)
    assert world.record(late, "user").ours_id is None
    run = world.finish(run)
    assert world.record(leader, "user").ours_id == contact.id
    assert world.decision(run, late)["action"] == "review"
    assert all_told(run)


def test_who_follows_another_one_is_linked_while_it_waits_and_not_decided_about_again(world, monkeypatch):
    acme = world.theirs("Acme", type="Customer")
    leader = world.person("Jo", "Roth", at=acme, email="jo@acme.example", id=900)
    follower = world.person("Joanna", "Roth", at=acme, email="JO@acme.example", id=901)
    world, run = wait_after_a_page(world, acme)
    contact = world.contact(email="jo@acme.example")
    assert (contact.first_name, world.record(follower, "user").ours_id) == ("Jo", contact.id)
    decided = watch_deciding(monkeypatch)
    run = world.finish(run)
    assert not {leader, follower} & set(decided)
    assert world.decision(run, follower)["action"] == "linked"
    assert world.lists()["Halo: Customer"].count(contact.name) == 1
    assert all_told(run)
    assert counts(world.run("contacts")).keys() == {"unchanged", "skipped"}


def test_who_follows_another_one_and_must_get_no_mail_counts_though_it_was_read_first(world):
    acme = world.theirs("Acme", type="Customer")
    world.our_contact("Joe", email="jo@acme.example")
    world.person("Jo", "Roth", at=acme, email="jo@acme.example", id=900)
    follower = world.person("Joanna", "Roth", at=acme, email="JO@acme.example", id=901, neversendemails=True)
    world, run = wait_after_a_page(world, acme)
    run = world.finish(run)
    assert all(contact.unsubscribed for contact in world.contacts() if contact.email.lower() == "jo@acme.example")
    assert world.decision(run, follower)["action"] == "linked"
    assert all_told(run)
    assert counts(world.run("contacts")).keys() == {"unchanged", "skipped"}


def test_whom_a_later_one_of_halos_leads_is_told_anew(world):
    world, run = wait_after_a_page(world)
    world.person("Sam", "Poole", at=world.acme, email="sam2@acme.example", id=900, active=False)
    inactive = world.person("Jo", "Roth", at=world.acme, email="jo@acme.example", id=1000, active=False)
    later = world.person("Jo", "Roth", at=world.acme, email="jo@acme.example", id=6000)
    run = world.finish(run)
    assert world.decision(run, later)["action"] == "created"
    assert world.decision(run, inactive)["action"] in ("linked", "skipped")
    assert all_told(run)
    assert counts(world.run("contacts")).keys() <= {"unchanged", "skipped", "linked"}


def test_a_cancelled_one_is_completed_by_the_next(waiting):
    world, run = waiting
    world.cancel(run)
    saved = len(world.contacts())
    assert counts(world.fresh(run))["created"] == saved
    again = world.run("contacts")
    assert counts(again) == {"created": 214 - saved, "updated": saved, "skipped": 38}
    assert len(world.lists()["Halo: Customer"]) == 214


def test_one_that_a_person_edits_meanwhile_keeps_the_edit_and_goes_on_its_list(waiting):
    world, run = waiting
    contact = world.contact(email="sam1@acme.example")
    world.edit_contact(contact.id, title="Chief")
    run = world.finish(run)
    assert world.contact(contact.id).title == "Chief"
    assert contact.name in world.lists()["Halo: Customer"]
    assert all_told(run)


def test_one_put_on_its_list_by_a_person_meanwhile_stays_theirs(waiting):
    world, run = waiting
    contact = world.contact(email="sam1@acme.example")
    world.put_on("Halo: Customer", contact.id)
    assert all_told(world.finish(run))
    assert len(world.lists()["Halo: Customer"]) > 200
    world.stage = "companies"
    retype(world, world.acme, "Prospect")
    world.run("contacts")
    assert world.lists()["Halo: Customer"] == [contact.name], "an import takes off only whom it has put there"
    assert contact.name in world.lists()["Halo: Prospect"]


def test_a_type_left_out_meanwhile_leaves_out_the_rest(waiting):
    world, run = waiting
    saved = len(world.contacts())
    world.save_mapping(Customer="don't import")
    run = world.finish(run)
    assert len(world.contacts()) == saved
    assert counts(run)["created"] == saved
    assert all_told(run)


def test_one_left_out_meanwhile_and_opted_out_keeps_what_its_decision_had_settled(world):
    world, run = wait_after_a_page(world)
    world.person("Samuel", "Poole", at=world.acme, email="SAM1@acme.example", id=5000, neversendemails=True)
    world.save_mapping(Customer="don't import")
    run = world.finish(run)
    assert world.contact(email="sam1@acme.example").unsubscribed
    record = world.record(1001, "user")
    told = db.session.query(Decision).filter_by(run_id=run.id, record_id=record.id).one()
    assert (told.action, told.settled["last_name"]) == ("created", ["Poole 001", "Poole 001"])


def test_going_on_after_a_day_tells_each_once(waiting, monkeypatch):
    world, run = waiting
    saved = len(world.contacts())
    world.halo.set_fault("token-revoked", match="/api/Users")
    stopped = world.finish(run)
    assert stopped.state == "failed"
    world.halo.clear_faults()
    monkeypatch.setattr(fetching, "STALE", timedelta(0))
    resumed = runs.go_on(stopped)
    monkeypatch.undo()
    run = world.finish(resumed)
    assert (run.state, len(world.contacts())) == ("done", 214)
    assert run.progress["comparing"] == [252, 252]
    assert saved < counts(run)["created"] == 214
    assert len(world.lists()["Halo: Customer"]) == 214
    assert all_told(run)
    assert db.session.query(Decision).filter_by(run_id=run.id, action="created").count() == 214
