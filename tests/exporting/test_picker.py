"""What the field picker shows and ticks, and what it lets a person send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_admin.accounts import people
from halo_admin.connecting.models import StageState
from halo_admin.db import begin_write, db
from halo_admin.exporting import comparing, exports, fields, locks, picking, sentences
from halo_admin.exporting.comparing import Value

PHONE = fields.KINDS["company"].named("phone")
MEMO = fields.KINDS["company"].named("notes")


def stands(ours, theirs, agreed, field=PHONE):
    return comparing.verdict(field, Value(ours, ""), Value(theirs, ""), agreed, "US")


@pytest.mark.parametrize(("ours", "theirs", "agreed", "verdict"), [
    ("1", "1", None, "same"),
    ("+1 415 5550100", "(415) 555-0100", None, "same"),
    ("1", None, None, "only here"),
    ("1", None, ("2", "2"), "only here"),
    (None, "1", ("1", "1"), "only in halo"),
    ("2", "1", ("1", "1"), "newer here"),
    ("1", "2", ("1", "1"), "newer in halo"),
    ("2", "3", ("1", "1"), "both"),
    ("2", "1", None, "differs"),
    ("2", "1", ("1", "2"), "newer here"),  # ours counted when it was settled, and Halo has not taken it yet
    ("2", "3", ("1", "2"), "newer in halo"),
    ("1", "2", (None, None), "both"),
    (None, None, None, "nothing"),
])  # fmt: skip
def test_how_a_field_stands(ours, theirs, agreed, verdict):
    assert stands(ours, theirs, agreed) == verdict


@given(*[st.sampled_from([None, "1", "2", "3"])] * 2, st.none() | st.tuples(*[st.sampled_from([None, "1", "2"])] * 2))
def test_nothing_that_halo_changed_or_would_lose_is_ticked(ours, theirs, agreed):
    if stands(ours, theirs, agreed) in comparing.TICKED:
        assert ours is not None
        assert theirs is None or (agreed is not None and theirs == agreed[0])


def test_a_memo_is_the_same_where_halos_has_it_in_it():
    assert stands("Met at\nthe fair.", "Pays late.\n\nMet at the fair.", None, MEMO) == "same"
    assert stands("Met.", "Pays late.", None, MEMO) == "adds"
    assert stands("Met", "Metal works.", None, MEMO) == "adds"
    assert stands("late", "Pays late.", None, MEMO) == "adds", "a part of a line is not all of ours"
    assert stands("Met.\n\nCall.", "Pays late.\n\nMet.\n\nCall.", None, MEMO) == "same"


def test_a_blank_memo_here_never_empties_halos():
    assert stands(None, "Pays late.", None, MEMO) == "nothing"
    assert stands(None, "Pays late.", ("Pays late.", "Met."), MEMO) == "nothing"


def test_the_sentence_says_what_is_written_where():
    company, contact = fields.KINDS["company"], fields.KINDS["contact"]
    assert sentences.promise(company, ["name", "type", "website", "phone"], False, 214) == (
        "Changes 3 fields of client 214 and the phone of its main site."
    )
    assert sentences.promise(company, ["phone"], False, 214) == "Changes the phone of its main site."
    assert sentences.promise(company, ["name", "phone", "city"], True, None) == (
        "Makes a new client in Halo with the company name, and 2 fields on its main site."
    )
    assert sentences.promise(contact, ["email"], False, 812, links=True) == (
        "Links it to Halo contact 812. Changes the e-mail of Halo contact 812."
    )
    assert sentences.promise(contact, [], False, 812) == "Tick at least one field."


@pytest.fixture
def acme(world):
    world.theirs("Acme", phone="+49 30 5550100", website="https://acme.example", site={"line3": "Berlin"}, id=21)
    world.imported()
    return world.company(name="Acme").id


def test_what_is_newer_in_halo_or_changed_on_both_sides_is_not_ticked_and_asks_for_one_more_tick(world, acme):
    world.edit(acme, phone="+49 30 5550111", city="Bonn")
    world.theirs("Acme", phone="+49 30 5550199", website="https://new.example", site={"line3": "Berlin"}, id=21)
    export = world.opened("company", acme)
    rows = world.rows(export)
    assert {name: row.verdict for name, row in rows.items() if row.verdict != "same"} == {
        "phone": "both", "website": "newer in halo", "city": "newer here",
    }  # fmt: skip
    assert world.ticked(export) == {"city"}
    with pytest.raises(picking.Rejected, match="Halo has changed Phone since"):
        picking.start(world.picker(export), ["phone", "city"])
    done = world.send(export, "phone", "city", overwrites=True)
    assert done.state == "done"
    assert world.site(21)["phonenumber"] == "+49 30 5550111"
    assert world.halo.tenant.get("clients", 21)["website"] == "https://new.example"


def test_what_would_be_emptied_in_halo_is_not_ticked_but_can_be_sent(world, acme):
    world.edit(acme, phone=None)
    export = world.opened("company", acme)
    assert (world.rows(export)["phone"].verdict, world.ticked(export)) == ("only in halo", set())
    assert world.send(export, "phone").state == "done"
    assert world.site(21)["phonenumber"] == ""


def test_the_last_choice_unticks_and_never_ticks(world, acme):
    world.edit(acme, phone="+49 30 5550111", city="Bonn", website="acme.test")
    world.send(world.opened("company", acme), "city", "phone")
    world.edit(acme, phone="+49 30 5550122")
    export = world.opened("company", acme)
    assert world.ticked(export) == {"phone"}, "the website was left out the last time"
    world.theirs("Acme", phone="+49 30 5550133", website="https://acme.example", site={"line3": "Bonn"}, id=21)
    world.send(world.opened("company", acme), "website")
    assert world.ticked(world.opened("company", acme)) == set(), "newer in Halo, whatever was ticked before"


def test_a_new_record_is_sent_with_what_it_cannot_do_without(world):
    acme = world.ours("Acme", city="Berlin")
    row = world.rows(world.opened("company", acme))["name"]
    assert (row.ticked, row.fixed) == (True, "Halo takes no client without a name")
    done = world.sent("company", acme, "city")
    assert set(world.outcomes(done)) == {"name", "city"}


def test_opt_outs_are_sent_and_giving_consent_back_is_never_ticked(world, acme):
    world.person("Sam", "Poole", at=21, neversendmarketingemails=True, id=812)
    world.run("contacts")
    sam = world.contact(first_name="Sam")
    world.edit_contact(sam.id, unsubscribed=False)
    export = world.opened("contact", sam.id)
    assert (world.rows(export)["unsubscribed"].verdict, world.ticked(export)) == ("only in halo", set())
    world.halo.change("Users", record={"id": 812, "neversendmarketingemails": False, "neversendemails": True})
    world.edit_contact(sam.id, unsubscribed=True)
    assert world.ticked(world.opened("contact", sam.id)) == {"unsubscribed"}
    world.sent("contact", sam.id)
    user = world.halo.tenant.get("users", 812)
    assert (user["neversendmarketingemails"], user["neversendemails"]) == (True, True)


def test_a_salesperson_who_is_no_halo_agent_cannot_be_ticked(world, acme):
    world.edit(acme, salesperson_id=world.ann.id, city="Bonn")
    export = world.opened("company", acme)
    row = world.rows(export)["salesperson"]
    assert (row.ticked, "is no Halo agent" in row.problem) == (False, True)
    with pytest.raises(picking.Rejected, match="is no Halo agent"):
        picking.start(world.picker(export), ["salesperson"])


def test_a_type_that_several_of_halos_mean_asks_for_an_answer_there(world, acme):
    world.theirs("Zoo", type="Supplier")
    world.theirs("Yak", type="Partner")
    world.map(Supplier="Vendor", Partner="Vendor")
    world.imported()
    zoo = world.company(name="Zoo")
    world.edit(acme, type_id=zoo.type_id)
    export = world.opened("company", acme)
    asks = world.rows(export)["type"].asks
    assert set(asks.values()) >= {"Supplier (Relationship)", "Partner (Relationship)"}
    with pytest.raises(picking.Rejected, match="Choose which of Halo's types stands for Vendor"):
        picking.start(world.picker(export), ["type"])
    done = world.send(export, "type", type="relationship:3")
    assert done.state == "done"
    assert world.halo.tenant.get("clients", 21)["customer_relationship"] == [3]


def test_a_record_changed_here_after_the_look_is_looked_at_anew_and_not_sent(world, acme):
    world.edit(acme, city="Bonn")
    export = world.opened("company", acme)
    world.edit(acme, city="Mainz")
    begin_write()
    assert not picking.start(world.picker(export), ["city"])
    again = world.worked(export)
    assert (again.state, world.rows(again)["city"].ours) == ("ready", "Mainz")
    assert world.site(21)["line3"] == "Berlin"


def test_a_second_click_sends_nothing_more_and_two_people_are_told(world, acme):
    begin_write()
    bob = people.add_user(world.account, "bob@example.com", "Bob", ["salesperson"], "a long password")
    db.session.commit()
    world.edit(acme, city="Bonn")
    mine, bobs = world.opened("company", acme), world.opened("company", acme, by=bob)
    assert mine.id != bobs.id
    assert picking.start(world.picker(mine), ["city"])
    assert not picking.start(world.picker(mine), ["city"]), "it is on its way"
    with pytest.raises(exports.Busy, match="is sending this just now"):
        picking.start(world.picker(bobs), ["city"])


@pytest.mark.parametrize("stage", ["users", "companies"])
def test_sending_is_locked_until_every_mapping_was_saved_once(world, acme, stage):
    begin_write()
    db.session.get(StageState, (world.tenant().id, stage)).mapped_at = None
    db.session.commit()
    lock = locks.lock_of(world.account.id)
    assert stage.capitalize() in lock.reason
    assert lock.admins == [world.ann.name]
    with pytest.raises(exports.NotNow, match="has not been saved yet"):
        world.opened("company", acme)


def test_an_admin_who_is_only_invited_is_not_named_as_who_can_open_the_lock(world, acme):
    begin_write()
    people.add_user(world.account, "dan@example.com", "Dan", ["admin"], None)
    db.session.get(StageState, (world.tenant().id, "companies")).mapped_at = None
    db.session.commit()
    assert locks.lock_of(world.account.id).admins == [world.ann.name]


def test_a_value_that_turns_up_later_locks_nothing(world, acme):
    world.theirs("Zoo", type="Supplier")
    world.read()
    assert locks.lock_of(world.account.id) is None


def test_a_memo_that_was_emptied_here_stays_in_halo(world, acme):
    world.halo.change("Client", record={"id": 21, "notes": "Pays late."})
    world.edit(acme, city="Bonn")
    export = world.opened("company", acme)
    assert "notes" not in world.rows(export)
    done = world.send(export, "city", "notes")
    assert (done.state, world.halo.tenant.get("clients", 21)["notes"]) == ("done", "Pays late.")


def test_emptying_a_type_that_halo_changed_asks_for_one_more_tick(world, acme):
    world.theirs("Zoo", type="Partner")
    world.map()
    world.imported()
    world.edit(acme, type_id=None)
    world.theirs("Acme", phone="+49 30 5550100", website="https://acme.example", type="Partner", id=21)
    export = world.opened("company", acme)
    row = world.rows(export)["type"]
    assert (row.verdict, row.overwrites) == ("only in halo", True)
    with pytest.raises(picking.Rejected, match="Halo has changed Company type since"):
        world.send(export, "type")
