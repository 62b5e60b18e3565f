"""A person's answers to records that need one: carried out at once, and remembered by every later import."""

import pytest

from halo_admin.accounts.models import User
from halo_admin.crm import linked
from halo_admin.db import begin_write, db, owned
from halo_admin.importing import answering, legs, runs
from halo_admin.importing.models import Decision
from tests.importing.world import all_told, links
from tests.importing.world import counts as all_counts

PHONE = "+1 415 555 0101"


@pytest.fixture
def review(world):
    """A client that two companies here are like, and the run that asks which: (run, client, company, company)."""
    return in_review(world)


def in_review(world):
    one, other = world.ours("Acme", phone=PHONE, website="acme.com"), world.ours("Acme Inc", phone=PHONE)
    client = world.theirs("Acme Worldwide", phone=PHONE)
    return world.imported(), client, one, other


def counts(run):
    """A run's outcomes without Halo's own client Unknown, which is left out each time."""
    told = all_counts(run)
    told["skipped"] -= 1
    return {name: number for name, number in told.items() if number}


def decision(world, run, client):
    world.fresh(run)
    return db.session.scalars(
        owned(Decision, run.account_id).where(
            Decision.run_id == run.id, Decision.record_id == world.record(client).id
        )
    ).one()  # fmt: skip


def answer(world, run, client, do, ours_id=None):
    asked = decision(world, run, client)
    begin_write()
    ann = db.session.get(User, world.ann.id)
    return answering.answer(db.session.merge(asked), do, ours_id, ann)


def refused(world, run, client, do, ours_id=None):
    """The sentence an answer is refused with; nothing is kept of it."""
    before = world.record(client).answer
    with pytest.raises(answering.Refused) as why:
        answer(world, run, client, do, ours_id)
    assert world.record(client).answer == before
    return str(why.value)


def test_link_links_to_the_chosen_company_at_once(review, world):
    run, client, _, other = review
    after = answer(world, run, client, "link", other)
    assert (after.action, after.state, after.ours_id) == ("linked", "applied", other)
    assert after.reason == "ann answered: it is Acme Inc"
    assert links(world.account.id) == {client: other}
    assert world.record(client).matched_by == "a person"


def test_link_merges_the_two_records(review, world):
    run, client, one, _ = review
    after = answer(world, run, client, "link", one)
    assert after.conflicts[0]["field"] == "name"
    assert after.newer_here["name"] == ["Acme", "Acme Worldwide"]
    assert world.company(one).website == "acme.com"
    assert world.company(one).type.name == "Customer"


def test_create_makes_a_new_company_although_there_are_candidates(review, world):
    run, client, one, other = review
    after = answer(world, run, client, "create")
    assert after.action == "created"
    assert after.ours_id not in (one, other)
    assert world.company(after.ours_id).name == "Acme Worldwide"
    assert links(world.account.id) == {client: after.ours_id}


def test_ignore_leaves_it_out_and_changes_nothing(review, world):
    run, client, *_ = review
    after = answer(world, run, client, "ignore")
    assert (after.action, after.reason) == ("skipped", "left out by the answer of ann")
    assert len(world.companies()) == 2
    assert links(world.account.id) == {}


@pytest.mark.parametrize(
    ("do", "then"), [("link", {"unchanged": 1}), ("create", {"unchanged": 1}), ("ignore", {"skipped": 1})]
)
def test_later_imports_remember_an_answer(review, world, do, then):
    run, client, one, _ = review
    answer(world, run, client, do, one if do == "link" else None)
    linked, number = links(world.account.id), len(world.companies())
    for _ in range(2):
        assert counts(world.imported()) == then
    assert links(world.account.id) == linked
    assert len(world.companies()) == number


@pytest.mark.parametrize("do", ["link", "create"])
def test_later_changes_of_an_answered_record_come_in(review, world, do):
    run, client, one, _ = review
    after = answer(world, run, client, do, one if do == "link" else None)
    world.theirs("Acme Worldwide", id=client, phone=PHONE, website="worldwide.example")
    assert counts(world.imported()) == {"updated": 1}
    assert world.company(after.ours_id).website == "worldwide.example"


def test_a_record_left_out_stays_so_when_halo_changes_it(review, world):
    run, client, *_ = review
    answer(world, run, client, "ignore")
    world.theirs("Quite another name", id=client)
    assert counts(world.imported()) == {"skipped": 1}
    assert len(world.companies()) == 2


@pytest.mark.parametrize(
    ("do", "outcome"), [("link", {"linked": 1}), ("create", {"created": 1}), ("ignore", {"skipped": 1})]
)
def test_the_runs_counts_add_up_after_an_answer(review, world, do, outcome):
    run, client, one, _ = review
    assert counts(run) == {"review": 1}
    answer(world, run, client, do, one if do == "link" else None)
    assert counts(world.fresh(run)) == outcome
    assert all_told(world.fresh(run))


def test_what_is_newer_here_is_counted_after_an_answer(review, world):
    run, client, one, _ = review
    answer(world, run, client, "link", one)
    assert world.fresh(run).facts["newer_here"] == 1


def test_an_answered_decision_keeps_its_id_and_its_evidence(review, world):
    run, client, one, other = review
    before = decision(world, run, client)
    number, evidence = before.id, before.evidence
    after = answer(world, run, client, "link", one)
    assert (after.id, after.evidence) == (number, evidence)
    assert [one["id"] for one in evidence["candidates"]] == [one, other]


def test_it_keeps_its_id_also_where_the_mapping_has_changed_since(review, world):
    run, client, one, _ = review
    number = decision(world, run, client).id
    world.map(Customer="Vendor")
    after = answer(world, run, client, "link", one)
    assert (after.id, after.action) == (number, "linked")
    assert world.company(one).type.name == "Vendor"
    assert counts(world.fresh(run)) == {"linked": 1}


def test_a_second_answer_is_refused(review, world):
    run, client, one, other = review
    answer(world, run, client, "link", one)
    assert refused(world, run, client, "link", other) == "This record has been answered already."
    assert refused(world, run, client, "ignore") == "This record has been answered already."
    assert links(world.account.id) == {client: one}


def test_a_company_of_another_account_is_refused(review, world):
    run, client, *_ = review
    cleo, _ = world.new_account("Other MSP", "cleo@example.com")
    ann_s, world.account = world.account, cleo
    hers = world.ours("Hers")
    world.account = ann_s
    assert "is not here any more" in refused(world, run, client, "link", hers)
    assert "is not here any more" in refused(world, run, client, "link", 2**70)
    assert "is not here any more" in refused(world, run, client, "link", 0)
    assert counts(world.fresh(run)) == {"review": 1}


def test_an_answer_without_a_company_to_link_to_is_refused(review, world):
    run, client, *_ = review
    for do in ("link", "", "remove"):
        assert refused(world, run, client, do) == "Choose one of the answers."


def test_of_two_clients_answered_with_the_same_company_the_second_is_told(world):
    one, _ = world.ours("Acme", phone=PHONE), world.ours("Acme Inc", phone=PHONE)
    first, second = world.theirs("First", phone=PHONE), world.theirs("Second", phone=PHONE)
    run = world.imported()
    assert counts(run) == {"review": 2}
    answer(world, run, first, "link", one)
    assert f"Acme is linked to Halo client {first} by now" in refused(world, run, second, "link", one)
    assert answer(world, run, second, "create").action == "created"
    assert counts(world.fresh(run)) == {"created": 1, "linked": 1}


def test_only_the_newest_import_of_a_record_takes_an_answer(review, world):
    old, client, one, _ = review
    new = world.imported()
    assert "answer it there" in refused(world, old, client, "link", one)
    assert answer(world, new, client, "link", one).action == "linked"


def test_an_import_of_a_halo_that_is_not_connected_any_more_takes_no_answer(review, world):
    run, client, *_ = review
    begin_write()
    world.tenant().current = False
    linked.settle_all(world.account.id)
    db.session.commit()
    assert "another Halo" in refused(world, run, client, "create")


def test_an_answer_while_a_later_import_waits_to_save_stands(review, world):
    """The import that is under way had decided otherwise; it finds the answer and counts it right."""
    old, client, _, other = review
    world.edit(other, phone=None)  # so that the next import would link the client to `one` by itself
    run = stopped_before(world, "saving")
    assert answer(world, old, client, "link", other).action == "linked"
    run = world.finish(run)
    assert links(world.account.id) == {client: other}
    assert all_told(run)
    assert counts(run) == {"unchanged": 1}


def test_a_live_import_takes_answers_to_its_own_records_once_it_saves(review, world):
    _, client, one, _ = review
    run = stopped_before(world, "saving")
    assert answer(world, run, client, "link", one).action == "linked"
    run = world.finish(run)
    assert counts(run) == {"linked": 1}
    assert all_told(run)


def test_a_live_import_that_still_compares_takes_no_answers_to_its_own_records(review, world):
    _, client, one, _ = review
    run = stopped_before(world, "saving")
    begin_write()
    world.fresh(run).movement = "comparing"
    db.session.commit()
    assert "still compares" in refused(world, run, client, "link", one)


def test_answers_hold_on_each_database(world_on_each):
    run, client, one, other = in_review(world_on_each)
    assert answer(world_on_each, run, client, "link", other).ours_id == other
    assert refused(world_on_each, run, client, "link", one) == "This record has been answered already."
    assert counts(world_on_each.imported()) == {"unchanged": 1}


def stopped_before(world, movement):
    """A live run that has come to this movement, and on which nobody works."""
    run = runs.start(world.account.id, "companies", world.ann)
    leg = legs.Leg(*legs.take(run.id), budget=60)
    while leg.run.movement != movement:
        if legs.MOVEMENTS["import"][leg.run.movement](leg):
            leg._next_movement()
    leg.close()
    leg.give_back()
    return world.fresh(run)
