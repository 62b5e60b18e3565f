"""One record on its way to Halo: made, linked, changed in part, read back; against the practice Halo over HTTP."""

import pytest

from halo_admin.exporting import exports, picking
from tests.importing.world import counts


def test_a_company_that_halo_does_not_have_is_made_with_the_fields_ticked(world_on_each):
    world = world_on_each
    acme = world.ours("Acme", phone="+49 30 5550100", website="acme.example", city="Berlin", country="Germany",
                      type="Customer", notes="Met at the fair.")  # fmt: skip
    export = world.opened("company", acme)
    assert (export.state, export.chosen) == ("ready", {"to": "new"})
    assert world.ticked(export) == {"name", "type", "phone", "website", "city", "country"}, "the memo never by itself"
    done = world.send(export, "phone", "website", "city", "country", "type")
    assert (done.state, done.is_new) == ("done", True), (done.said, done.results)
    (client,) = world.clients("Acme")
    assert (client["website"], client["customer_relationship"], client["notes"]) == ("acme.example", [1], "")
    site = world.site(client["id"])
    assert (site["phonenumber"], site["line3"], site["country"]) == ("+49 30 5550100", "Berlin", "Germany")
    assert set(world.outcomes(done).values()) == {"written"}
    assert world.record(client["id"]).ours_id == acme


def test_the_next_import_finds_nothing_to_do_about_what_was_sent(world_on_each):
    world = world_on_each
    acme = world.ours("Acme", phone="030 5550100", website="acme.example", city="Berlin", type="Customer")
    client_id = world.sent("company", acme).halo_id
    version = world.company(acme).version
    run = world.imported()
    told = world.decision(run, client_id)
    assert (told["action"], told["changes"], told["conflicts"]) == ("unchanged", {}, [])
    assert world.company(acme).version == version
    assert len(world.companies()) == 2


def test_a_linked_company_is_changed_in_what_is_ticked_and_nothing_else(world_on_each):
    world = world_on_each
    client_id = world.theirs("Acme", phone="+49 30 5550100", website="https://acme.example", site={"line3": "Berlin"})
    world.imported()
    acme = world.company(name="Acme").id
    world.edit(acme, phone="+49 30 5550199", city="Bonn", website="acme.test")
    export = world.opened("company", acme)
    assert world.ticked(export) == {"phone", "city", "website"}
    done = world.send(export, "phone", "website")
    assert (done.state, world.outcomes(done)) == ("done", {"phone": "written", "website": "written"})
    assert world.site(client_id)["phonenumber"] == "+49 30 5550199"
    assert world.site(client_id)["line3"] == "Berlin"
    assert world.halo.tenant.get("clients", client_id)["website"] == "acme.test"
    told = world.decision(world.imported(), client_id)
    assert (told["action"], told["conflicts"]) == ("unchanged", [])
    assert world.company(acme).city == "Bonn"


def test_an_unlinked_company_is_linked_to_the_one_that_was_chosen_or_made_anew(world):
    client_id = world.theirs("Acme Ltd", phone="+49 30 5550100")
    other = world.theirs("Acme", website="https://other.example")
    acme = world.ours("Acme", phone="+49 (30) 5550100", city="Berlin")
    export = world.opened("company", acme)
    assert export.state == "where"
    assert [(one["halo_id"], one["by"]) for one in export.found["candidates"]] == [
        (client_id, ["phone", "name"]), (other, ["name"]),
    ]  # fmt: skip
    exports.look(export, to=client_id)
    export = world.worked(export)
    assert (export.state, world.ticked(export)) == ("ready", {"city"})
    assert world.rows(export)["name"].verdict == "differs"
    done = world.send(export, "city")
    assert (done.state, done.halo_id, done.is_new) == ("done", client_id, False)
    assert world.record(client_id).ours_id == acme
    assert len(world.clients("Acme")) == 1


def test_candidates_are_found_that_no_import_has_brought_yet(world):
    acme = world.ours("Acme", website="acme.example")
    client_id = world.theirs("Acme GmbH", website="https://www.acme.example/")
    (found,) = world.opened("company", acme).found["candidates"]
    assert (found["halo_id"], found["by"], found["taken"]) == (client_id, ["website", "name"], None)


def test_it_can_be_linked_without_changing_anything(world):
    client_id = world.theirs("Acme", phone="+49 30 5550100", website="https://acme.example")
    acme = world.ours("Acme", phone="+49 30 5550100")
    export = world.opened("company", acme, to=client_id)
    with pytest.raises(picking.Rejected, match="Tick at least one field"):
        world.send(export)
    done = world.send(export, link_only=True)
    assert (done.state, world.record(client_id).ours_id) == ("done", acme)
    assert world.halo.tenant.get("clients", client_id)["website"] == "https://acme.example"


def test_one_that_is_somebody_elses_here_cannot_be_chosen(world):
    client_id = world.theirs("Acme", phone="+49 30 5550100")
    world.imported()
    twin = world.ours("Acme twin", phone="+49 30 5550100")
    (found,) = world.opened("company", twin).found["candidates"]
    assert (found["halo_id"], found["taken"]) == (client_id, "Acme")


def test_a_contact_is_made_at_the_main_site_of_its_company(world_on_each):
    world = world_on_each
    client_id = world.theirs("Acme")
    world.imported()
    acme = world.company(name="Acme").id
    sam = world.our_contact("Sam", "Poole", email="sam@acme.example", mobile="0170 1", title="CEO", company_id=acme,
                            unsubscribed=True)  # fmt: skip
    done = world.sent("contact", sam)
    assert (done.state, done.is_new) == ("done", True), (done.said, done.results)
    (user,) = world.users("Sam Poole")
    assert user["site_id"] == world.halo.tenant.get("clients", client_id)["main_site_id"]
    assert (user["emailaddress"], user["mobilenumber"], user["title"]) == ("sam@acme.example", "0170 1", "CEO")
    assert (user["neversendmarketingemails"], user["neversendemails"]) == (True, False)
    run = world.run("contacts")
    assert counts(run) == {"updated": 1, "skipped": 3}
    assert set(world.decision(run, user["id"])["changes"]) == {"lists"}
    assert len(world.contacts()) == 1


def test_a_contact_whose_company_is_not_in_halo_waits_for_it(world):
    acme = world.ours("Acme")
    sam = world.our_contact("Sam", "Poole", email="sam@acme.example", company_id=acme)
    export = world.opened("contact", sam)
    assert (export.state, export.found["company_first"]) == ("where", {"id": acme, "name": "Acme"})
    world.sent("company", acme)
    done = world.sent("contact", sam)
    assert done.state == "done"
    assert world.halo.tenant.client_of_user(world.users("Sam Poole")[0]) == world.clients("Acme")[0]["id"]


def test_a_contact_without_a_company_goes_to_no_client_once_somebody_says_so(world):
    sam = world.our_contact("Sam", "Poole", email="sam@acme.example")
    export = world.opened("contact", sam)
    assert (export.state, export.found["no_company"]) == ("where", True)
    exports.look(export, client="none")
    done = world.send(world.worked(export), "email")
    assert done.state == "done", done.said
    assert world.halo.tenant.client_of_user(world.users("Sam Poole")[0]) == 1


def test_the_site_of_a_new_contact_can_be_chosen(world):
    client_id = world.theirs("Acme")
    second = world.halo.change("Site", record={"name": "Second", "client_id": client_id})["id"]
    world.imported()
    sam = world.our_contact("Sam", "Poole", company_id=world.company(name="Acme").id)
    export = world.opened("contact", sam)
    assert [one[1:] for one in export.found["sites"]] == [["Main", True], ["Second", False]]
    world.send(export, site=second)
    assert world.users("Sam Poole")[0]["site_id"] == second


def test_the_memo_is_added_to_and_never_replaced(world):
    client_id = world.theirs("Acme", notes="Pays late.")
    world.imported()
    acme = world.company(name="Acme").id
    world.edit(acme, notes="Met at the fair.")
    export = world.opened("company", acme)
    assert "notes" not in world.ticked(export)
    world.send(export, "notes")
    assert world.halo.tenant.get("clients", client_id)["notes"] == "Pays late.\n\nMet at the fair."
    assert world.rows(world.opened("company", acme))["notes"].verdict == "same"


def test_a_salesperson_becomes_the_account_manager_where_they_are_a_halo_agent(world):
    agent = world.halo.change("Agent", record={"name": "Bob", "email": "ann@example.com"})["id"]
    client_id = world.theirs("Acme")
    world.run("users")
    world.imported()
    acme = world.company(name="Acme").id
    world.edit(acme, salesperson_id=world.ann.id)
    export = world.opened("company", acme)
    assert "salesperson" in world.ticked(export), world.rows(export)
    done = world.send(export, "salesperson")
    assert done.state == "done", (done.said, done.results)
    assert world.halo.tenant.get("clients", client_id)["accountmanagertech"] == agent


def test_a_new_type_replaces_the_first_relationship_and_leaves_the_others(world):
    client_id = world.theirs("Acme", type=["Customer", "Supplier"])
    world.theirs("Zoo", type="Partner")
    world.map()
    world.imported()
    acme = world.company(name="Acme")
    world.edit(acme.id, type_id=world.company(name="Zoo").type_id)
    done = world.sent("company", acme.id, "type")
    assert done.state == "done", done.results
    assert world.halo.tenant.get("clients", client_id)["customer_relationship"] == [4, 3]


def test_the_whole_address_is_sent_with_a_new_client_and_with_one_that_is_there(world):
    address = {"street": "Weg 1", "city": "Berlin", "state": "BE", "postal_code": "10115", "country": "Germany"}
    acme = world.ours("Acme", **address)
    done = world.sent("company", acme, *address)
    assert (done.state, set(world.outcomes(done).values())) == ("done", {"written"}), done.results
    lines = ("line1", "line2", "line3", "line4", "line5", "country")
    assert [world.site(done.halo_id)[line] for line in lines] == ["Weg 1", "", "Berlin", "BE", "10115", "Germany"]
    moved = {"street": "Allee 2", "city": "Bonn", "state": "NW", "postal_code": "53111"}
    world.edit(acme, **moved)
    assert world.sent("company", acme, *moved).state == "done"
    assert [world.site(done.halo_id)[line] for line in lines] == ["Allee 2", "", "Bonn", "NW", "53111", "Germany"]


def test_what_halo_takes_back_to_what_it_was_before_the_sending_comes_in(world):
    client = world.theirs("Acme", phone="+49 30 5550100")
    sam = world.person("Sam", at=client, email="sam@acme.example", title="CEO")
    world.imported()
    world.run("contacts")
    company, contact = world.company(name="Acme").id, world.contact(first_name="Sam").id
    world.edit(company, phone="+49 30 5550199")
    world.edit_contact(contact, title="CTO")
    assert world.sent("company", company, "phone", overwrites=True).state == "done"
    assert world.sent("contact", contact, "title", overwrites=True).state == "done"
    world.theirs("Acme", phone="+49 30 5550100", id=client)
    world.person("Sam", at=client, email="sam@acme.example", title="CEO", id=sam)
    world.imported()
    world.run("contacts")
    assert (world.company(company).phone, world.contact(contact).title) == ("+49 30 5550100", "CEO")
