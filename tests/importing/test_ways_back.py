"""Unlink, link, never import, delete and bring back, between imports: nothing a person put right comes undone."""

import csv
import html
import io
import re

import pytest
import sqlalchemy as sa

from halo_admin.audit.models import AuditEntry
from halo_admin.crm import parting
from halo_admin.db import db, owned
from halo_admin.importing import left_out_rows
from halo_admin.importing.models import Decision
from halo_admin.mirror.models import HaloRecord
from tests.crm.conftest import history
from tests.importing.world import counts, links

PHONE = "+49 30 5550100"


@pytest.fixture
def ann(world):
    visitor = world.app.test_client()
    visitor.post("/sign-in", data={"email": "ann@example.com", "password": "a long password"})

    def ask(address, data=None, code=None, raw=False):
        answer = (
            visitor.get(address) if data is None else visitor.post(address, data=data, follow_redirects=code is None)
        )
        db.session.rollback()
        assert answer.status_code == (code or 200), answer.text
        return answer.text if raw else " ".join(html.unescape(answer.text).split())

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


@pytest.mark.parametrize("way", ["unlink", "never-import"])
def test_contacts_that_were_here_before_they_were_linked_have_not_come_with_it(world, ann, acme, way):
    stays = "as long as its Halo client is left out."
    own = world.contact(first_name="Own").id
    world.edit_contact(own, email="own@acme.example")
    world.person("Own", at=world.halo_id, email="own@acme.example")
    world.run("contacts")
    told = (
        "Its 2 contacts stay. 1 of them came from Halo with it, 1 more is linked to it: imports leave those as they are"
    )
    assert f"{told} {stays}" in ann(f"/companies/{acme}/{way}")
    delete(ann, "contacts", world.contact(first_name="Sam"))
    told = "Its one contact stays. It did not come from Halo, but is linked to it: imports leave it as it is"
    assert f"{told} {stays}" in ann(f"/companies/{acme}/{way}")
    other = world.our_contact("Other", company_id=acme)
    told = "Its 2 contacts stay. None of them came from Halo, but 1 is linked to it: imports leave it as it is"
    assert f"{told} {stays}" in ann(f"/companies/{acme}/{way}")
    delete(ann, "contacts", world.contact(own))
    assert "Its one contact stays. It did not come from Halo." in ann(f"/companies/{acme}/{way}")
    delete(ann, "contacts", world.contact(other))
    assert "It has no contacts here." in ann(f"/companies/{acme}/{way}")


def test_what_an_earlier_link_had_changed_is_not_told_of_this_one(world, ann, acme):
    ann(f"/companies/{acme}/unlink", {})
    other = world.theirs("Acme anew", website="anew.example")
    world.run("companies", purpose="read")
    ann(f"/companies/{acme}/link", {"halo_record": world.record(other).id})
    page = ann(f"/companies/{acme}/unlink")
    assert f"It is not the same as Halo client {other}, Acme anew" in page
    assert "What the link has changed" not in page
    world.run("companies")
    page = ann(f"/companies/{acme}/unlink")
    assert '<td data-label="An import brought">Acme anew</td>' in page
    assert '<td data-label="Before">Acme GmbH</td>' in page
    assert '<td data-label="Before">Acme</td>' not in page, "Acme GmbH came by the earlier link"


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
    assert "never to be imported" in reason(world, run, world.halo_id)[1]
    assert world.company(acme).name == "Acme GmbH"
    page = ann("/settings/halo/left-out")
    assert "Acme AG" in page
    assert "Never to be imported, as ann said on" in page
    assert f'<a href="/companies/{acme}">Acme GmbH</a>' in page
    ann("/settings/halo/left-out", {"record_id": world.record(world.halo_id).id})
    world.run("companies")
    assert links(world.account.id) == {world.halo_id: acme}, "it is what it was linked to"
    assert "Nothing is left out" in ann("/settings/halo/left-out")


def test_what_is_left_out_goes_into_a_file_by_its_kind(world, ann, acme, monkeypatch):
    monkeypatch.setattr(left_out_rows, "ROWS_AT_A_TIME", 1)
    sam = next(one.id for one in world.contacts() if one.email)
    other = world.theirs("=Zoo", phone="+49 30 5550200")
    world.run("companies")
    zoo = links(world.account.id)[other]
    ann(f"/contacts/{sam}/unlink", {})
    ann(f"/companies/{acme}/never-import", {})
    ann(f"/companies/{zoo}/delete", {"version": world.company(zoo).version})
    assert 'href="/settings/halo/left-out.csv?kind=client"' in ann("/settings/halo/left-out?kind=client")

    def file(address):
        return list(csv.reader(io.StringIO(ann(address, raw=True).removeprefix("\ufeff"), newline="")))

    header, first, second = file("/settings/halo/left-out.csv?kind=client")
    assert header == ["Kind", "Halo id", "Halo", "GlassHive id", "Here it was", "Why", "When (UTC)"]
    assert first[:5] == ["Halo client", str(world.halo_id), "Acme GmbH", str(acme), "Acme GmbH"]
    assert first[5].startswith("Never to be imported, as ann said on ")
    assert second[:5] == ["Halo client", str(other), "'=Zoo", "", "'=Zoo"]
    assert second[5].startswith("Deleted here by ann on ")
    assert [row[0] for row in file("/settings/halo/left-out.csv")[1:]].count("Halo contact") == 1
    assert ("ann", "Downloaded what people left out") in [
        (one.by_name, one.said) for one in db.session.scalars(owned(AuditEntry, world.account.id))
    ]


def test_what_was_deleted_is_not_made_again_and_its_contacts_stay(world, ann, acme):
    page = ann(f"/companies/{acme}/delete")
    assert "Its 2 contacts stay, without a company." in page
    assert "No import makes it again" in page
    ann(f"/companies/{acme}/delete", {"version": world.company(acme).version})
    run = world.run("companies")
    contacts_run = world.run("contacts")
    assert reason(world, run, world.halo_id)[1].startswith("deleted here by ann on ")
    assert f"/companies/{acme}" not in ann("/settings/halo/left-out"), "what is gone has no page"
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


def test_a_contact_in_the_mirror_is_found_by_its_names_in_any_order_and_what_its_email_begins_with(world, ann, acme):
    world.person("Sam", "van Dyke", at=world.halo_id, email="s.dyke@acme.example")
    world.run("contacts")
    dyke = world.contact(email="s.dyke@acme.example").id
    ann(f"/contacts/{dyke}/unlink", {})
    for q in ("sam van", "van dyke sam", "Dyke, Sam van", "Van Dyke, Sam", "s.dyke", "S.Dyke@acme", "acme.example"):
        assert "Link to Sam van Dyke, Halo contact" in ann(f"/contacts/{dyke}/link?q={q}"), q
    for q in ("dyke", "van dyke", "dyke@", "%"):
        told = ann(f"/contacts/{dyke}/link?q={q}")
        assert "A contact is not found by the last name alone" in told, q


def test_a_search_in_the_mirror_says_that_names_are_found_by_their_beginning(world, ann):
    ours = world.ours("Ours")
    world.theirs("Acme Metal Works")
    world.map()
    assert "beginning of the name" in ann(f"/companies/{ours}/link")
    told = ann(f"/companies/{ours}/link?q=works")
    assert "A name is found by its beginning only, not by a word inside of it." in told


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
    assert "never to be imported" in reason(world, run, own)[1]
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


@pytest.fixture
def twin(world, acme):
    """Sam's second contact in Halo, inactive until a test makes it active."""
    return world.person("Samuel", at=world.halo_id, email="SAM@acme.example", active=False)


def made_active(world, twin):
    return world.person("Samuel", at=world.halo_id, email="sam@acme.example", id=twin)


def record_of(world, contact):
    """The mirror row that leads a contact."""
    rows = sa.select(HaloRecord).where(HaloRecord.kind == "user", HaloRecord.ours_id == contact.id)
    return db.session.scalars(rows.where(HaloRecord.follows_id.is_(None))).one()


def delete(ann, nouns, record):
    ann(f"/{nouns}/{record.id}/delete", {"version": record.version})


def sams(world):
    return [one.id for one in world.contacts() if one.email_key == "sam@acme.example"]


def test_a_deleted_contact_does_not_come_back_by_another_halo_contact_with_its_e_mail(world, ann, twin):
    world.run("contacts")
    delete(ann, "contacts", world.contact(first_name="Sam"))
    made_active(world, twin)
    run = world.run("contacts")
    action, told = reason(world, run, twin)
    assert (action, sams(world)) == ("review", [])
    assert re.fullmatch(r"Sam Poole, with the same e-mail, was deleted here by ann on \d+ \w+", told)
    decision = owned(Decision, world.account.id).where(Decision.run_id == run.id, Decision.action == "review")
    ann(f"/settings/halo/decisions/{db.session.scalar(decision).id}/answer", {"do": "create"})
    assert len(sams(world)) == 1
    assert counts(world.run("contacts"))["unchanged"] >= 1
    assert len(sams(world)) == 1


def test_a_deleted_company_does_not_come_back_by_another_client_with_one_of_its_values(world, ann, acme):
    delete(ann, "companies", world.company(acme))
    again = world.theirs("Acme again", website="acme.example")
    run = world.run()
    action, told = reason(world, run, again)
    assert action == "review"
    assert told.startswith("Acme GmbH, with the same website, was deleted here by ann on ")
    other = world.theirs("Bergmann", website="bergmann.example")
    assert reason(world, world.run(), other)[0] == "created"


def test_consent_given_back_by_a_clear_yes_is_not_taken_again(world, ann, acme):
    sam = world.contact(first_name="Sam")
    world.edit_contact(sam.id, unsubscribed=True)
    halo_record = record_of(world, sam).id
    for still in (True, False):
        delete(ann, "contacts", world.contact(first_name="Sam"))
        ann("/settings/halo/left-out", {"record_id": halo_record})
        world.run("contacts")
        sam = world.contact(first_name="Sam")
        assert sam.unsubscribed is still
        yes = {"version": sam.version, "was_unsubscribed": "1", "confirm_unsubscribed": "1"}
        ann(f"/contacts/{sam.id}/edit", yes)


def test_bringing_back_brings_back_all_that_were_one_contact_here(world, ann, twin):
    made_active(world, twin)
    world.run("contacts")
    sam = world.contact(first_name="Sam")
    leader = record_of(world, sam)
    delete(ann, "contacts", sam)
    assert world.record(twin, "user").answer["how"] == "deleted"
    ann("/settings/halo/left-out", {"record_id": leader.id})
    world.run("contacts")
    assert len(sams(world)) == 1
    assert world.record(twin, "user").ours_id == world.record(leader.halo_id, "user").ours_id == sams(world)[0]


def test_who_had_opted_out_has_so_when_a_contact_is_made_again(world, ann, acme):
    sam = world.contact(first_name="Sam")
    halo_record = record_of(world, sam).id
    world.edit_contact(sam.id, unsubscribed=True, bounced=True)
    delete(ann, "contacts", world.contact(sam.id))
    ann("/settings/halo/left-out", {"record_id": halo_record})
    world.run("contacts")
    back = world.contact(first_name="Sam")
    assert (back.unsubscribed, back.bounced) == (True, True)
    page = ann(f"/contacts/{back.id}?tab=history")
    assert "Opted out, as before" in page
    assert "So it was when the contact with this e-mail was deleted here" in page


@pytest.mark.parametrize("way", ["unlink", "never-import"])
def test_a_link_that_is_another_one_by_now_is_not_ended(world, ann, acme, way):
    shown = re.search(r'name="linked" value="(\d+)"', ann(f"/companies/{acme}/{way}"))[1]
    assert int(shown) == world.record(world.halo_id).id
    ann(f"/companies/{acme}/unlink", {"linked": shown})
    other = world.theirs("Acme anew", website="anew.example")
    world.run("companies", purpose="read")
    ann(f"/companies/{acme}/link", {"halo_record": world.record(other).id})
    told = ann(f"/companies/{acme}/{way}", {"linked": shown}, code=409)
    assert "is linked to another Halo client by now" in told
    assert links(world.account.id) == {other: acme}


def test_a_company_with_more_contacts_than_one_transaction_lets_go_loses_them_all(world, ann, acme, monkeypatch):
    monkeypatch.setattr(parting, "AT_ONCE", 2)
    ids = [world.our_contact(f"Sam{number}", company_id=acme) for number in range(5)]
    sale = world.our_opportunity("Backup", company_id=acme)
    delete(ann, "companies", world.company(acme))
    assert {one.company_id for one in world.contacts()} == {None}
    assert world.opportunity(sale).company_id is None
    assert [line.note for line in history("contact", ids[-1])] == ["Its company was deleted"]
    assert world.companies() == []
