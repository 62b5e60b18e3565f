"""The pages of contacts, as a signed-in person gets them."""

import re
from functools import partial

import pytest

from halo_admin.crm import lists, tables
from halo_admin.crm.types import company_types
from halo_admin.db import begin_write, db
from tests.crm.conftest import contact, linked, listed, ours, people_of, shown, tenant

shown = partial(shown, nouns="contacts")


def test_the_table_shows_what_was_asked_for(ann, get):
    (acme,) = ours(ann, "Acme", type_id=company_types(ann.account_id)[1].id)
    sam, ada = people_of(ann, "Sam Poole", "Ada <b>", company_id=acme, email="x@acme.example", phone="030 555")
    people_of(ann, "Zoe Zed", unsubscribed=True, bounced=True, inactive_in_halo=True)
    newsletter = listed(ann, "News", sam, ada)
    assert shown(get(ann, "/contacts")) == ["Ada &lt;b&gt;", "Sam Poole", "Zoe Zed"]
    assert shown(get(ann, "/contacts?q=x@acme&sort=-name")) == ["Sam Poole", "Ada &lt;b&gt;"]
    assert shown(get(ann, f"/contacts?list={newsletter}")) == ["Ada &lt;b&gt;", "Sam Poole"]
    assert shown(get(ann, f"/contacts?company={acme}&q=sam")) == ["Sam Poole"]
    html = get(ann, "/contacts?type=nocompany")
    assert shown(html) == ["Zoe Zed"]
    for word in ("unsubscribed", "bounced", "inactive in Halo", "1 contact<"):
        assert word in html
    html = get(ann, "/contacts?q=sam")
    assert f'<a href="/companies/{acme}">Acme</a>' in html
    assert '<td data-label="Lists">News</td>' in html
    assert "No contact is like this" in get(ann, "/contacts?q=nothing")


def test_a_profile_shows_the_contact_its_company_and_consent(ann, get):
    (acme,) = ours(ann, "Acme")
    (sam,) = people_of(ann, "Sam Poole", company_id=acme, email="sam@acme.example", unsubscribed=True)
    values = {"first_name": "Samuel", "last_name": "Poole", "email": "SAM@acme.example", "unsubscribed": False}
    linked(tenant(ann), 812, sam, kind="user", matched_by="email", values=values)
    html = get(ann, f"/contacts/{sam}")
    assert "Linked to Halo contact 812 · matched by e-mail" in html
    assert re.findall(r"Halo holds something else: ([^<]+)<", html) == ["Samuel"]
    assert f'href="/companies/{acme}">Acme</a>' in html
    assert "Unsubscribed" in html
    assert "Bounced" not in html


def test_a_contact_is_put_on_a_list_and_taken_off(ann, get, signed_in):
    (sam,) = people_of(ann, "Sam Poole")
    news = listed(ann, "News")
    client = signed_in(ann)
    assert client.post(f"/contacts/{sam}/lists", data={"list": news}).status_code == 303
    db.session.rollback()
    assert [one.name for one in lists.standing(contact(sam)).on] == ["News"]
    assert "Put on “News”." in client.get(f"/contacts/{sam}").text
    assert client.post(f"/contacts/{sam}/lists", data={"take_off": news}).status_code == 303
    html = client.get(f"/contacts/{sam}?tab=lists").text
    assert "Taken off by a person, and not put back by imports: News." in html
    assert "On no list." in html


@pytest.mark.parametrize("data", [{}, {"list": ""}, {"list": "x"}, {"list": "9" * 30}, {"take_off": "4711"}])
def test_a_list_that_is_not_there_is_a_404(ann, signed_in, data):
    (sam,) = people_of(ann, "Sam Poole")
    assert signed_in(ann).post(f"/contacts/{sam}/lists", data=data).status_code == 404


def test_cleo_gets_a_404_for_what_is_anns(ann, cleo, get, signed_in):
    (sam,), (hers,) = people_of(ann, "Sam Poole"), people_of(cleo, "Hers")
    news, of_cleo = listed(ann, "News", sam), listed(cleo, "Of Cleo")
    (acme,) = ours(ann, "Acme")
    for address in (f"/contacts/{sam}", f"/contacts/{sam}/edit", f"/lists/{news}"):
        get(cleo, address, 404)
    client = signed_in(cleo)
    assert client.post(f"/contacts/{sam}/lists", data={"take_off": news}).status_code == 404
    assert client.post(f"/contacts/{sam}/lists", data={"list": of_cleo}).status_code == 404
    assert client.post(f"/contacts/{hers}/lists", data={"list": news}).status_code == 404
    assert client.post(f"/lists/{news}", data={"name": "Taken over"}).status_code == 404
    # a filter by what is Ann's means nothing here
    for query in ("q=sam", f"list={news}", f"company={acme}"):
        html = get(cleo, f"/contacts?{query}")
        assert "Sam" not in html
        assert "News" not in html
        assert "Acme" not in html
    db.session.rollback()
    begin_write()
    assert [one.name for one in lists.standing(contact(sam)).on] == ["News"]


def test_a_company_shows_its_contacts_page_by_page(ann, get, monkeypatch):
    acme, zoo = ours(ann, "Acme", "Zoo")
    people_of(ann, *(f"Contact {number:02}" for number in range(12)), company_id=acme)
    monkeypatch.setattr(tables, "PAGE_ROWS", 10)
    html = get(ann, f"/companies/{acme}?tab=contacts")
    assert shown(html) == [f"Contact {number:02}" for number in range(10)]
    assert f'href="/contacts?company={acme}">12 contacts<' in html
    older = re.search(r'rel="next" href="([^"]+)"', html)[1].replace("&amp;", "&")
    assert shown(get(ann, older)) == ["Contact 10", "Contact 11"]
    assert "No contacts here yet." in get(ann, f"/companies/{zoo}?tab=contacts")
