"""What may be chosen: which of Halo's records, site and type. What does not fit is told, and never sent."""

import pytest
import sqlalchemy as sa

from halo_admin.db import begin_write, db
from halo_admin.exporting import exports, picking
from halo_admin.mirror.models import HaloRecord
from tests.exporting.test_commands import run
from tests.exporting.test_told import signed_in


@pytest.fixture
def sam(world):
    """A contact here, not in Halo yet, of company Acme, which is linked to client 21."""
    world.theirs("Acme", id=21)
    world.imported()
    return world.our_contact("Sam", "Poole", email="sam@acme.example", company_id=world.company(name="Acme").id)


def test_a_site_of_another_client_cannot_be_chosen(world, sam):
    other = world.site(world.theirs("Zoo"))["id"]
    export = world.opened("contact", sam)
    with pytest.raises(picking.Rejected, match="Choose one of the sites of its client"):
        world.send(export, "email", site=other)
    answer = signed_in(world).post(f"/exports/{export.id}/send", data={"field": ["email"], "site": str(other)})
    assert (answer.status_code, "Choose one of the sites of its client" in answer.text) == (422, True)
    code, told = run(world, "contact", sam, "--fields", "email", "--site", other)
    assert (code, "Choose one of the sites of its client" in told) == (1, True)
    assert world.users("Sam Poole") == []


@pytest.mark.parametrize("typed", ["\u00b2", "9" * 30, "x", ""])
def test_a_site_that_is_no_number_is_no_site(world, sam, typed):
    client = signed_in(world)
    export = world.opened("contact", sam)
    answer = client.post(f"/exports/{export.id}/send", data={"field": ["email"], "site": typed})
    assert answer.status_code == (303 if typed == "" else 422)
    assert client.post(f"/companies/{world.company(name='Acme').id}/send", data={"then": typed}).status_code == 303


def test_a_site_that_was_chosen_is_forgotten_with_its_company(world, sam):
    second = world.halo.change("Site", record={"name": "Second", "client_id": 21})["id"]
    world.theirs("Zoo", id=22)
    world.imported()
    export = world.opened("contact", sam, site=second)
    assert export.chosen["site"] == second
    world.edit_contact(sam, company_id=world.company(name="Zoo").id)
    exports.look(export)
    export = world.worked(export)
    assert "site" not in export.chosen
    assert world.send(export, "email").state == "done"
    assert world.users("Sam Poole")[0]["site_id"] == world.site(22)["id"]


def test_a_type_that_stands_for_something_else_cannot_be_chosen_and_one_is_forgotten_with_ours(world):
    world.theirs("Zoo", type="Supplier")
    world.theirs("Yak", type="Partner")
    world.map(Supplier="Vendor", Partner="Vendor")
    world.imported()
    acme = world.ours("Acme", type="Vendor")
    with pytest.raises(picking.Rejected, match="Vendor cannot be sent as relationship:1"):
        world.send(world.opened("company", acme, type="relationship:1"), "type")
    export = world.opened("company", acme, type="relationship:4")
    world.edit(acme, type_id=world.company(name="Somebody else").type_id)
    exports.look(export)
    export = world.worked(export)
    assert "type" not in export.chosen
    assert world.send(export, "type").state == "done"
    assert world.clients("Acme")[0]["customer_relationship"] == [1]


@pytest.mark.parametrize("wrong", ["inactive", "another client's"])
def test_the_main_site_is_the_one_that_imports_take_for_it(world, wrong):
    world.theirs("Acme", id=21)
    world.theirs("Zoo", id=22)
    world.imported()
    right = world.halo.change("Site", record={"name": "Second", "client_id": 21})["id"]
    main = world.site(21)["id"]
    world.halo.change("Site", record={"id": main, "inactive": True})
    if wrong != "inactive":
        world.halo.change("Client", record={"id": 21, "main_site_id": world.site(22)["id"]})
    acme = world.company(name="Acme").id
    world.edit(acme, phone="+49 30 5550100")
    assert world.sent("company", acme, "phone").state == "done"
    phones = {one: world.halo.tenant.get("sites", one)["phonenumber"] for one in (right, main, world.site(22)["id"])}
    assert phones == {one: "+49 30 5550100" if one == right else "" for one in phones}


@pytest.mark.parametrize(("kind", "which", "why"), [
    ("company", "callers", "keeps callers there that it cannot place"), ("company", "taken", "is Acme here"),
    ("contact", "general user", "is a general user"), ("contact", "agent", "is an agent's own user"),
    ("contact", "service account", "is a service account"), ("company", "none", "does not hold client 987"),
])  # fmt: skip
def test_only_a_record_of_its_own_kind_can_be_linked(world, sam, kind, which, why):
    table = world.halo.tenant.tables["users"]
    general = next(key for key in table.ids() if table.get(key)["name"] == "General User")
    agents = world.person("Ada", "Roth", at=21, linked_agent_id=2)
    service = world.person("Ser", "Vice", at=21, isserviceaccount=True)
    ids = {"callers": 1, "taken": 21, "general user": general, "agent": agents, "service account": service, "none": 987}
    ours = world.ours("Zoo", city="Bonn") if kind == "company" else sam
    field = "city" if kind == "company" else "email"
    code, told = run(world, kind, ours, "--fields", field, "--to", ids[which])
    assert (code, why in told) == (1, True), told


@pytest.mark.parametrize(("fault", "settings"), [("forbidden-detail", {}), ("wrong-types", {"every": 1})])
def test_a_look_alike_that_cannot_be_read_is_shown_as_such_and_cannot_be_chosen(world, fault, settings):
    wrong = world.theirs("Acme Ltd", phone="+49 30 5550100")
    right = world.theirs("Acme", website="https://acme.example")
    acme = world.ours("Acme", phone="+49 30 5550100", website="acme.example")
    broken = world.fault(fault, match=f"/api/Client/{wrong}", **settings)
    export = world.opened("company", acme)
    assert broken.fired > 0
    assert export.state == "where", export.said
    found = {one["halo_id"]: bool(one["unreadable"]) for one in export.found["candidates"]}
    assert found == {wrong: True, right: False}
    client = signed_in(world)
    assert "It cannot be read" in client.get(f"/exports/{export.id}").text
    assert client.post(f"/exports/{export.id}/where", data={"to": str(wrong)}).status_code == 422
    assert client.post(f"/exports/{export.id}/where", data={"to": str(right)}).status_code == 303


def test_a_look_alike_that_a_person_left_out_says_so(world):
    halo_id = world.theirs("Acme", phone="+49 30 5550100")
    world.map()
    world.read()
    begin_write()
    answer = {"do": "ignore", "how": "never", "by": "Bob", "at": "2026-05-03T12:00:00+00:00", "name": "Acme"}
    mine = sa.update(HaloRecord).where(HaloRecord.kind == "client", HaloRecord.halo_id == halo_id)
    db.session.execute(mine.values(answer=answer))
    db.session.commit()
    export = world.opened("company", world.ours("Acme", phone="+49 30 5550100"))
    assert export.found["candidates"][0]["left_out"] == "never to be imported, as Bob said on 3 May 2026"
    html = signed_in(world).get(f"/exports/{export.id}").text
    assert "never to be imported, as Bob said on 3 May 2026: linking it ends that" in html


def test_only_link_links_through_the_page_and_changes_nothing(world):
    halo_id = world.theirs("Acme", phone="+49 30 5550100", website="https://acme.example")
    acme = world.ours("Acme", phone="+49 30 5550100", city="Berlin")
    client, export = signed_in(world), world.opened("company", acme)
    client.post(f"/exports/{export.id}/where", data={"to": str(halo_id)})
    export = world.worked(export)
    assert "Only link" in client.get(f"/exports/{export.id}").text
    assert client.post(f"/exports/{export.id}/send", data={"link_only": "1"}).status_code == 303
    done = world.worked(export)
    assert (done.state, world.record(halo_id).ours_id, world.site(halo_id)["line3"]) == ("done", acme, "")
    assert f"It is linked to client {halo_id}." in client.get(f"/exports/{export.id}").text
