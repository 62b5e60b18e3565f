"""Unlink, link, never import, delete and bring back, between imports: nothing a person put right comes undone."""

import html

import pytest
import sqlalchemy as sa

from halo_admin.db import db
from halo_admin.mirror.models import HaloRecord
from tests.crm.conftest import history
from tests.importing.world import counts, links

PHONE = "+49 30 5550100"


@pytest.fixture
def ann(world):
    visitor = world.app.test_client()
    visitor.post("/sign-in", data={"email": "ann@example.com", "password": "a long password"})

    def ask(address, data=None, code=None):
        answer = (
            visitor.get(address) if data is None else visitor.post(address, data=data, follow_redirects=code is None)
        )
        db.session.rollback()
        assert answer.status_code == (code or 200), answer.text
        return " ".join(html.unescape(answer.text).split())

    return ask


def reason(world, run, halo_id):
    one = world.decision(run, halo_id)
    return one["action"], one["reason"]


@pytest.fixture
def acme(world):
    """A company of ours that imports have linked and changed, with two contacts, one of whom came along."""
    acme = world.ours("Acme", phone=PHONE)
    halo_id = world.theirs("Acme GmbH", phone=PHONE, website="acme.example")
    world.imported()
    world.our_contact("Own", "Hand", company_id=acme)
    world.person("Sam", at=halo_id, email="sam@acme.example")
    world.run("contacts")
    world.halo_id = halo_id
    return acme


def test_unlinking_shows_first_what_the_link_had_changed_and_what_came_with_it(world, ann, acme):
    page = ann(f"/companies/{acme}/unlink")
    assert "Its 2 contacts stay. 1 of them came from Halo with it" in page
    assert '<th scope="row">Website</th><td data-label="Before">nothing</td>' in page
    assert '<td data-label="An import brought">acme.example</td>' in page
    assert "Nothing is written to Halo." in page
    assert links(world.account.id) == {world.halo_id: acme}, "looking changes nothing"


def test_what_was_unlinked_stays_and_is_never_taken_for_the_same_again(world, ann, acme):
    told = ann(f"/companies/{acme}/unlink", {})
    assert f"Unlinked. Imports leave Halo client {world.halo_id} out from now on." in told
    run = world.run("companies")
    assert reason(world, run, world.halo_id)[1].startswith("unlinked here by ann on ")
    assert links(world.account.id) == {}
    assert [one.id for one in world.companies()] == [acme]
    assert world.company(acme).website == "acme.example", "what imports brought stays"
    ann("/settings/halo/left-out", {"record_id": world.record(world.halo_id).id})
    world.run("companies")
    assert len(world.companies()) == 2, "it comes in as another one"
    assert links(world.account.id)[world.halo_id] != acme
    assert [one.what for one in history("company", acme)][-2:] == ["unlinked", "brought back"]


def test_what_is_never_to_be_imported_stays_here_by_itself_until_it_is_brought_back(world, ann, acme):
    ann(f"/companies/{acme}/never-import", {})
    world.theirs("Acme AG", phone=PHONE, id=world.halo_id)
    run = world.run("companies")
    assert reason(world, run, world.halo_id)[0] == "skipped"
    assert "never to import it" in reason(world, run, world.halo_id)[1]
    assert world.company(acme).name == "Acme GmbH"
    page = ann("/settings/halo/left-out")
    assert "Acme AG" in page
    assert "Ann said on" in page
    ann("/settings/halo/left-out", {"record_id": world.record(world.halo_id).id})
    world.run("companies")
    assert links(world.account.id) == {world.halo_id: acme}, "it is what it was linked to"
    assert "Nothing is left out" in ann("/settings/halo/left-out")


def test_what_was_deleted_is_not_made_again_and_its_contacts_stay(world, ann, acme):
    page = ann(f"/companies/{acme}/delete")
    assert "Its 2 contacts stay, without a company." in page
    assert "No import makes it again" in page
    ann(f"/companies/{acme}/delete", {"version": world.company(acme).version})
    run = world.run("companies")
    contacts_run = world.run("contacts")
    assert reason(world, run, world.halo_id)[1].startswith("deleted here by ann on ")
    assert world.companies() == []
    assert [one.company_id for one in world.contacts()] == [None, None]
    assert counts(contacts_run).get("created", 0) == 0
    ann("/settings/halo/left-out", {"record_id": world.record(world.halo_id).id})
    world.run("companies")
    assert [one.name for one in world.companies()] == ["Acme GmbH"]


def test_a_company_that_changed_since_the_page_was_opened_is_not_deleted(world, ann, acme):
    old = world.company(acme).version
    world.edit(acme, city="Bern")
    told = ann(f"/companies/{acme}/delete", {"version": old}, code=409)
    assert "was changed since you opened this page" in told
    assert world.company(acme).city == "Bern"


def test_a_record_is_linked_by_hand_to_one_found_in_the_mirror(world, ann):
    ours, halo_id = world.ours("Ours", website="ours.example"), world.theirs("Theirs Ltd", phone=PHONE)
    world.map()
    page = ann(f"/companies/{ours}/link")
    assert "Nothing in Halo has its name, phone, website or e-mail." in page
    for q in (str(halo_id), "theirs", PHONE):
        assert f"Link to Theirs Ltd, Halo client {halo_id}" in ann(f"/companies/{ours}/link?q={q.replace('+', '%2B')}")
    ann(f"/companies/{ours}/link", {"halo_record": world.record(halo_id).id})
    world.run("companies")
    assert links(world.account.id) == {halo_id: ours}
    held = world.company(ours)
    assert (held.name, held.phone) == ("Theirs Ltd", PHONE), "the two are merged as at any first link"
    other = world.ours("Other")
    told = ann(f"/companies/{other}/link", {"halo_record": world.record(halo_id).id}, code=409)
    assert "is linked to another company by now" in told


def test_what_was_unlinked_can_be_linked_again_by_hand(world, ann, acme):
    ann(f"/companies/{acme}/unlink", {})
    page = ann(f"/companies/{acme}/link")
    assert "Left out so far: unlinked here by ann" in page
    ann(f"/companies/{acme}/link", {"halo_record": world.record(world.halo_id).id})
    run = world.run("companies")
    assert links(world.account.id) == {world.halo_id: acme}
    assert counts(run).get("created", 0) == 0


def test_a_contact_has_the_same_ways_back(world, ann, acme):
    sam = world.contact(email="sam@acme.example")
    linked = sa.select(HaloRecord.halo_id).where(HaloRecord.kind == "user", HaloRecord.ours_id == sam.id)
    halo_id = db.session.scalar(linked)
    ann(f"/contacts/{sam.id}/unlink", {})
    run = world.run("contacts")
    assert reason(world, run, halo_id)[1].startswith("unlinked here by ann on ")
    assert len(world.contacts()) == 2
    ann(f"/contacts/{sam.id}/link", {"halo_record": world.record(halo_id, "user").id})
    ann(f"/contacts/{sam.id}/delete", {"version": world.contact(sam.id).version})
    run = world.run("contacts")
    assert reason(world, run, halo_id)[1].startswith("deleted here by ann on ")
    assert [one.name for one in world.contacts()] == ["Own Hand"]


def test_nothing_is_parted_while_an_import_is_live(world, ann, acme):
    world.start("companies")
    for way, data in (("unlink", {}), ("never-import", {}), ("delete", {"version": world.company(acme).version})):
        assert "An import is running." in ann(f"/companies/{acme}/{way}", data, code=409)
    assert links(world.account.id) == {world.halo_id: acme}


def test_the_msps_own_company_is_left_out_by_one_answer(world, ann):
    own = world.theirs("Acme IT")
    world.map()
    assert "seems to be your own company" in ann("/settings/halo")
    ann("/settings/halo/own-company", {"do": "never", "halo_id": own})
    run = world.run("companies")
    assert "never to import it" in reason(world, run, own)[1]
    assert "seems to be your own company" not in ann("/settings/halo")
    assert "This has been answered already." in ann("/settings/halo/own-company", {"do": "client", "halo_id": own})
    assert world.companies() == []


def test_it_may_be_a_client_after_all(world, ann):
    own = world.theirs("Acme IT")
    world.map()
    ann("/settings/halo/own-company", {"do": "client", "halo_id": own})
    world.run("companies")
    assert [one.name for one in world.companies()] == ["Acme IT"]
    assert "seems to be your own company" not in ann("/settings/halo")
