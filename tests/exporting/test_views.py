"""The dialog as plain pages and forms, for who has no script; who may send; what history and audit keep."""

import re

import pytest

from halo_admin.accounts import people
from halo_admin.accounts.models import Account
from halo_admin.audit.models import AuditEntry
from halo_admin.connecting.models import StageState
from halo_admin.crm import writing
from halo_admin.crm.models import OpportunityStatus
from halo_admin.crm.opportunity_models import Opportunity
from halo_admin.db import begin_write, db, owned
from halo_admin.exporting import jobs
from halo_admin.exporting.models import Export


@pytest.fixture
def client(world):
    return signed_in(world, "ann@example.com")


def signed_in(world, email):
    client = world.app.test_client()
    assert client.post("/sign-in", data={"email": email, "password": "a long password"}).status_code == 302
    return client


def person(world, name, *roles):
    begin_write()
    email = f"{name.lower()}@example.com"
    people.add_user(world.account, email, name, list(roles), "a long password")
    db.session.commit()
    return signed_in(world, email)


def opened(world, client, address):
    """The page of the dialog, once the look is there."""
    answer = client.post(f"{address}/send")
    assert answer.status_code == 303
    db.session.rollback()
    jobs.work_inline(int(answer.location.rpartition("/")[2]))
    return answer.location, client.get(answer.location).text


def ticked(html):
    return re.findall(r'name="field" value="(\w+)" checked', html)


def send_button(html):
    """The classes of the Send button."""
    return html.rpartition("Send</button>")[0].rpartition('<button class="')[2].partition('"')[0]


def test_a_company_is_sent_by_plain_forms(world, client):
    acme = world.ours("Acme", phone="+49 30 5550100", city="Berlin")
    place, html = opened(world, client, f"/companies/{acme}")
    assert "<dialog" not in html
    assert ticked(html) == ["name", "phone", "city"]
    assert "Makes a new client in Halo with the company name, and 2 fields on its main site." in html
    answer = client.post(f"{place}/send", data={"field": ["name", "phone"]})
    assert (answer.status_code, answer.location) == (303, place)
    assert "is sending it just now" in client.get(place).text
    assert client.post(f"{place}/send", data={"field": ["name", "city"]}).status_code == 303, "a second click"
    jobs.work_inline(int(place.rpartition("/")[2]))
    html = client.get(place).text
    assert "Halo has a new client" in html
    assert html.count("Written") == 2
    (made,) = world.clients("Acme")
    assert world.site(made["id"])["line3"] == ""
    history = client.get(f"/companies/{acme}?tab=history").text
    assert "Sent to Halo" in history
    assert f"Client {made['id']} · made it" in history
    db.session.rollback()
    (entry,) = db.session.scalars(owned(AuditEntry, world.account.id).where(AuditEntry.kind == "export")).all()
    assert (entry.said, entry.by_name) == ("Sent Acme to Halo: Company name, Phone", world.ann.name)


def test_what_cannot_be_sent_is_a_422_and_what_was_ticked_stays(world, client):
    world.theirs("Acme", phone="+49 30 5550100", id=21)
    world.imported()
    acme = world.company(name="Acme").id
    world.edit(acme, city="Berlin")
    world.theirs("Acme", phone="+49 30 5550199", id=21)
    place, html = opened(world, client, f"/companies/{acme}")
    assert ticked(html) == ["city"]
    assert send_button(html) == "btn btn-primary"
    assert send_button(client.post(f"{place}/foot").text) == "btn btn-outline"
    empty = client.post(f"{place}/send")
    assert (empty.status_code, "Tick at least one field." in empty.text) == (422, True)
    refused = client.post(f"{place}/send", data={"field": ["phone"]})
    assert refused.status_code == 422
    assert "Halo has changed Phone since." in refused.text
    assert ticked(refused.text) == ["phone"]
    foot = client.post(f"{place}/foot", data={"field": ["phone"]}, headers={"HX-Request": "true"})
    assert "Changes the phone of its main site." in foot.text
    assert "Overwrite what Halo has changed since: Phone" in foot.text


def test_nothing_to_send_is_told(world, client):
    world.theirs("Acme", id=21)
    world.imported()
    _place, html = opened(world, client, f"/companies/{world.company(name='Acme').id}")
    assert "Halo already has all of this." in html


def test_where_to_must_be_chosen_and_only_what_is_offered_can_be(world, client):
    halo_id = world.theirs("Acme", phone="+49 30 5550100")
    acme = world.ours("Acme", phone="+49 30 5550100")
    place, html = opened(world, client, f"/companies/{acme}")
    assert f'value="{halo_id}"' in html
    assert "checked" not in html.partition("<fieldset")[2].partition("</fieldset>")[0], "nothing is preselected"
    for wrong in ("", "90", "21; DROP", "9" * 30):
        assert client.post(f"{place}/where", data={"to": wrong}).status_code == 422
    assert client.post(f"{place}/where", data={"to": str(halo_id)}).status_code == 303


def test_locked_it_stays_on_the_profile_with_the_reason_for_admins_and_for_others(world, client):
    acme = world.ours("Acme")
    bob = person(world, "Bob", "salesperson")
    begin_write()
    db.session.get(StageState, (world.tenant().id, "companies")).mapped_at = None
    db.session.commit()
    for who, way in ((client, 'href="/settings/halo/companies/mapping"'), (bob, f"Ask {world.ann.name}.")):
        html = who.get(f"/companies/{acme}").text
        assert "Send to Halo" in html
        assert "The mapping of Companies has not been saved yet." in html
        assert way in html
        answer = who.post(f"/companies/{acme}/send")
        assert (answer.status_code, answer.location) == (303, f"/companies/{acme}")
    assert db.session.query(Export).count() == 0


def test_who_may_send_is_the_accounts_choice(world, client):
    acme = world.ours("Acme")
    mia = person(world, "Mia", "marketer")
    assert "Send to Halo" in mia.get(f"/companies/{acme}").text
    begin_write()
    db.session.get(Account, world.account.id).senders = ["salesperson"]
    db.session.commit()
    locked = mia.get(f"/companies/{acme}").text
    assert "Account Settings, General, say who may; admins can change it." in locked
    assert "Ask ann." in locked
    assert f"/companies/{acme}/send" not in locked
    assert "Send to Halo" not in person(world, "Nobody").get(f"/companies/{acme}").text, "who looks only"
    assert mia.post(f"/companies/{acme}/send").status_code == 403
    assert "Send to Halo" in client.get(f"/companies/{acme}").text, "admins always may"


def test_a_gentle_word_where_no_open_opportunity_hangs_on_it(world, client):
    acme = world.ours("Acme")
    _place, html = opened(world, client, f"/companies/{acme}")
    assert "There is no open opportunity on it." in html
    for kind, told in (("won", True), ("open", False)):
        begin_write()
        status = db.session.scalars(owned(OpportunityStatus, world.account.id).filter_by(kind=kind)).first()
        writing.insert(Opportunity, world.account, [{"name": "Backup", "company_id": acme, "status_id": status.id}])
        db.session.commit()
        _place, html = opened(world, client, f"/companies/{acme}")
        assert ("There is no open opportunity on it." in html) == told
    assert "no open opportunity" not in html
    assert "Opportunities themselves are not sent." in html


def test_while_the_look_is_under_way_what_was_last_read_is_shown(world, client):
    world.theirs("Acme", phone="+49 30 5550100", id=21)
    world.imported()
    acme = world.company(name="Acme").id
    html = client.get(client.post(f"/companies/{acme}/send").location).text
    assert "Looking into Halo" in html
    assert "Client 21, as of" in html
    assert "+49 30 5550100" in html
    assert 'hx-trigger="every 700ms"' in html


def test_no_page_or_form_takes_two_records(world):
    rules = [rule for rule in world.app.url_map.iter_rules() if rule.endpoint.startswith("exporting.")]
    assert len(rules) == 9
    assert all(len(rule.arguments) == 1 for rule in rules)


def test_the_mapping_names_what_stands_for_each_type_when_sending(world, client):
    world.theirs("Zoo", type="Supplier", id=21)
    world.theirs("Yak", type="Partner", id=22)
    world.map(Supplier="Vendor", Partner="Vendor")
    world.imported()
    html = client.get("/settings/halo/companies/mapping").text
    assert "Used when sending" in html
    assert "Customer is sent as this" in html
    group = re.search(r'name="(sends-\d+)" value="relationship:3"', html)[1]
    assert client.post("/settings/halo/companies/mapping", data={group: "relationship:4"}).status_code == 302
    html = client.get("/settings/halo/companies/mapping").text
    assert re.search(r'value="relationship:4" checked', html)
    acme = world.ours("Acme", type="Vendor")
    assert world.sent("company", acme, "type").state == "done"
    assert world.clients("Acme")[0]["customer_relationship"] == [4]


@pytest.mark.parametrize(("fault", "said"), [
    ("mandatory-field", "Halo refused Acme"), ("hang-up", "It is not known whether Halo saved Acme"),
    ("unauthorized", "Acme was not sent to Halo"), ("Site", "Halo took only a part of Acme"),
])  # fmt: skip
def test_the_audit_tells_what_became_of_a_sending_that_did_not_go_well(world, fault, said):
    acme = world.ours("Acme", country="Germany")
    export = world.opened("company", acme)
    if fault == "Site":
        world.fault("mandatory-field", match="/api/Site")
    else:
        world.fault(fault, match="/api/Client", method="POST")
    if fault == "hang-up":
        world.fault("mandatory-field", match="/api/Client")
    world.send(export, "country")
    entries = db.session.scalars(owned(AuditEntry, world.account.id).where(AuditEntry.kind == "export")).all()
    assert [one.said for one in entries] == ["Sent Acme to Halo: Company name, Country", said]
    assert {(one.by_name, one.by_id) for one in entries[1:]} == {(world.ann.name, world.ann.id)}


def test_an_open_opportunity_of_its_company_counts_for_a_contact(world, client):
    world.theirs("Acme", id=21)
    world.imported()
    acme = world.company(name="Acme").id
    sam = world.our_contact("Sam", "Poole", email="sam@acme.example", company_id=acme)
    _place, html = opened(world, client, f"/contacts/{sam}")
    assert "There is no open opportunity on it." in html
    world.our_opportunity(company_id=acme)
    _place, html = opened(world, client, f"/contacts/{sam}")
    assert "no open opportunity" not in html
