"""Nothing goes along with a record that is deleted which its page had not told of."""

import html
import re

import pytest

from halo_admin.crm import going_along, notes, writing
from halo_admin.crm.opportunity_models import Opportunity
from halo_admin.crm.statuses import STATUSES
from halo_admin.db import begin_write, db

from .conftest import company, contact, linked, listed, ours, people_of, tenant


@pytest.fixture
def acme(ann):
    return ours(ann, "Acme")[0]


@pytest.fixture
def sam(ann):
    return people_of(ann, "Sam Poole")[0]


@pytest.fixture
def client(ann, signed_in):
    return signed_in(ann)


@pytest.fixture
def deletes(client):
    """Open a record's page, let something happen, press Delete: the status and the text of what comes back."""

    def delete(address, happen=lambda: None):
        page = client.get(f"{address}/delete").text
        sent = dict(re.findall(r'<input type="hidden" name="(version|seen)" value="([^"]*)"', page))
        assert set(sent) == {"version", "seen"}
        happen()
        answer = client.post(f"{address}/delete", data=sent)
        return answer.status_code, " ".join(html.unescape(answer.text).split())

    return delete


def note_on(user, record):
    begin_write()
    notes.add(record, user, "Wants a quote")
    db.session.commit()


def sale(user, **values):
    begin_write()
    row = {"name": "Backup", "status_id": STATUSES.called(user.account_id, "New").id} | values
    (record_id,) = writing.insert(Opportunity, user.account, [row])
    db.session.commit()
    return record_id


def refused(noun, told, then):
    status, text = told
    assert status == 409
    assert f"What goes along with this {noun} has changed since you opened this page. Look at it again" in text
    assert then in text, "the page tells of it now"


def test_a_note_that_came_in_between_is_not_deleted_along(ann, acme, sam, deletes):
    for noun, address, get in (("company", f"/companies/{acme}", lambda: company(acme)),
                               ("contact", f"/contacts/{sam}", lambda: contact(sam))):  # fmt: skip
        told = deletes(address, lambda get=get: note_on(ann, get()))
        refused(noun, told, "1 note on ")
        assert get() is not None
        assert deletes(address)[0] == 303, "once it was told"
        assert get() is None


def test_a_contact_that_came_in_between_keeps_its_company(ann, acme, deletes):
    told = deletes(f"/companies/{acme}", lambda: people_of(ann, "Sam Poole", company_id=acme))
    refused("company", told, "Its one contact stays, without a company.")
    assert company(acme) is not None
    assert deletes(f"/companies/{acme}")[0] == 303


def test_an_opportunity_that_came_in_between_keeps_its_company_and_its_contact(ann, acme, sam, deletes):
    told = deletes(f"/companies/{acme}", lambda: sale(ann, company_id=acme, contact_id=sam))
    refused("company", told, "Its one opportunity stays, without a company.")
    told = deletes(f"/contacts/{sam}", lambda: sale(ann, contact_id=sam))
    refused("contact", told, "Its 2 opportunities stay, without a contact.")


def test_a_list_that_a_contact_joined_in_between_keeps_it(ann, sam, deletes):
    told = deletes(f"/contacts/{sam}", lambda: listed(ann, "News", sam))
    refused("contact", told, "It is taken off its list: News.")
    assert deletes(f"/contacts/{sam}")[0] == 303


def test_a_link_that_was_made_in_between_is_not_ended(ann, acme, deletes):
    halo = tenant(ann)
    told = deletes(f"/companies/{acme}", lambda: linked(halo, 214, acme))
    refused("company", told, "Its link to Halo client 214 goes along.")
    opportunity = sale(ann)
    told = deletes(f"/opportunities/{opportunity}", lambda: linked(halo, 99, opportunity, "opportunity"))
    refused("opportunity", told, "Its link to Halo opportunity 99 goes along.")


def test_what_goes_along_with_one_record_has_nothing_to_do_with_another(ann, acme, sam, deletes):
    (other,) = people_of(ann, "Bea Roth")

    def happen():
        note_on(ann, contact(other))
        listed(ann, "News", other)
        sale(ann, contact_id=other)

    assert deletes(f"/contacts/{sam}", happen)[0] == 303
    assert going_along.of(contact(other)).notes == 1
