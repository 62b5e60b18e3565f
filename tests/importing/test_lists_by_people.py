"""Lists that imports fill and people change: what a person took off or deleted stays so, and histories tell of it."""

import pytest

from halo_admin.crm import history, list_growth, list_stops
from halo_admin.crm import lists as crm_lists
from halo_admin.crm.types import TYPES
from halo_admin.db import begin_write, db, now
from tests.importing.world import counts


@pytest.fixture
def customers(world, acme):
    """What there is after an import has put Sam and Kim on the list for customers."""
    world.person("Sam", at=acme)
    world.person("Kim", at=acme)
    return world.imported_contacts()


def the_list(world):
    return crm_lists.lists_of(world.account.id)[0]


def test_a_list_tells_of_each_import_and_what_it_put_on_is_taken_off_for_good(world, acme, customers):
    kim = world.person("Kim", at=acme, email="second@acme.example", last="Kay")
    second = world.imported_contacts()
    lines = list_growth.page(the_list(world)).lines
    assert [(line.number, line.joined) for line in lines] == [(second.id, 1), (customers.id, 2)]
    begin_write()
    assert crm_lists.take_off_grown(the_list(world), lines[0], None, "Taken off again") == 1
    db.session.commit()
    assert world.lists() == {"Halo: Customer": ["Kim Poole", "Sam Poole"]}
    world.person("Kim", at=acme, id=kim, email="second@acme.example", last="Kay", title="CEO")
    assert counts(world.imported_contacts())["updated"] == 1
    assert world.lists() == {"Halo: Customer": ["Kim Poole", "Sam Poole"]}


def test_a_deleted_list_is_not_made_again_until_it_is_brought_back(world, acme, customers):
    begin_write()
    crm_lists.delete(the_list(world), None)
    db.session.commit()
    world.person("Ada", at=acme)
    run = world.imported_contacts()
    assert (counts(run)["created"], world.lists()) == (1, {})
    (line,) = history.page("contact", world.contact(first_name="Ada")).entries
    assert "lists" not in [change.field for change in line.changes]
    begin_write()
    (purpose,) = list_stops.stopped(world.account.id)
    list_stops.bring_back(world.account.id, purpose, None)
    db.session.commit()
    world.person("Zoe", at=acme)
    world.imported_contacts()
    assert world.lists() == {"Halo: Customer": ["Zoe Poole"]}


def test_whom_a_person_took_off_a_deleted_list_does_not_join_the_one_made_instead(world, acme, customers):
    world.take_off("Halo: Customer", world.contact(first_name="Sam").id)
    begin_write()
    crm_lists.delete(the_list(world), None)
    (purpose,) = list_stops.stopped(world.account.id)
    list_stops.bring_back(world.account.id, purpose, None)
    db.session.commit()
    sam, kim = (world.person(first, at=acme, id=world.halo_id_of(first), title="CEO") for first in ("Sam", "Kim"))
    run = world.imported_contacts()
    assert "lists" not in world.decision(run, sam)["changes"]
    assert world.decision(run, kim)["changes"]["lists"] == ["", "Halo: Customer"]
    assert world.lists() == {"Halo: Customer": ["Kim Poole"]}
    world.person("Sam", at=acme, id=sam, title="CFO")
    world.imported_contacts()
    assert world.lists() == {"Halo: Customer": ["Kim Poole"]}


def test_a_type_that_was_removed_stops_no_import_and_leaves_its_list_to_people(world, acme, customers):
    world.edit(world.company(name="Acme").id, type_id=None)
    remove_type(world, "Customer")
    run = world.imported_contacts()
    assert (run.state, run.stopped) == ("done", None)
    both = ["Kim Poole", "Sam Poole"]
    assert world.lists() == {"Halo: Customer": both, "Halo: No type": both}
    assert counts(world.imported_contacts())["unchanged"] == 2


def test_a_type_that_is_removed_before_a_move_is_saved_stops_nothing(world, acme, customers):
    kind = TYPES.called(world.account.id, "Customer")
    purpose, sam = f"type:{kind.id}", world.contact(first_name="Sam").id
    world.edit(world.company(name="Acme").id, type_id=None)
    remove_type(world, "Customer")
    begin_write()
    crm_lists.move(world.account.id, customers.id, {purpose: [sam]}, {purpose: [sam], "no type": [sam]},
                   lambda: {"no type": "Halo: No type"})  # fmt: skip
    db.session.commit()
    assert world.lists() == {"Halo: Customer": ["Kim Poole", "Sam Poole"], "Halo: No type": ["Sam Poole"]}


def remove_type(world, name):
    begin_write()
    TYPES.remove(TYPES.called(world.account.id, name))
    db.session.commit()


def test_a_list_of_a_persons_own_with_leads_on_is_not_filled_by_imports(world, acme):
    begin_write()
    crm_lists.make(world.account.id, "Halo: Customer").leads = True
    db.session.commit()
    world.person("Sam", at=acme)
    world.imported_contacts()
    assert world.lists() == {"Halo: Customer": [], "Halo: Customer (2)": ["Sam Poole"]}


def test_a_list_of_a_persons_own_with_leads_off_is_filled_by_imports(world, acme):
    begin_write()
    crm_lists.make(world.account.id, "Halo: Customer")
    db.session.commit()
    world.person("Sam", at=acme)
    world.imported_contacts()
    assert world.lists() == {"Halo: Customer": ["Sam Poole"]}


def test_a_membership_that_somebody_else_has_just_made_is_passed_by(world, acme, customers):
    new = world.our_contact("Zoe")
    list_id, sam = the_list(world).id, world.contact(first_name="Sam").id
    begin_write()
    assert crm_lists._join(world.account.id, {"joined_at": now()}, {list_id: [sam, new]}) == {list_id: [new]}
    assert crm_lists.those_on(the_list(world), [sam, new]) == {sam, new}
    db.session.rollback()


def test_a_history_has_imports_and_people_in_one_line_of_time(world, acme, customers):
    sam = world.contact(first_name="Sam")
    world.take_off("Halo: Customer", sam.id)
    first, second = history.page("contact", sam).entries
    assert (first.what, first.changes[0][2:4]) == ("Taken off a list", ("Halo: Customer", ""))
    assert (second.what, second.link.args) == ("Brought in by an import", {"run_id": customers.id})
    told = {change.field: (change.before, change.after) for change in second.changes}
    assert told["lists"] == ("", "Halo: Customer")
    assert told["company_id"] == ("", "Acme")
    assert history.origins("contact", sam)["first_name"].startswith("From Halo, read ")


def test_a_history_asks_each_source_once_however_long_it_is(world, acme, customers):
    sam = world.contact(first_name="Sam")
    asked = []
    db.event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    history.page("contact", sam)
    few = len(asked)
    for number in range(3):
        world.take_off("Halo: Customer", sam.id)
        begin_write()
        crm_lists.put_on(the_list(world), [sam.id], None)
        db.session.commit()
        world.edit_contact(sam.id, title=f"Boss {number}")
    sam = world.contact(first_name="Sam")
    asked.clear()
    assert len(history.page("contact", sam).entries) == 7
    assert len(asked) <= few + 1  # what was expired by the commit
