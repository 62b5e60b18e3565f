"""The search box on top: companies and contacts by the beginnings of their words, and by Halo's id."""

import pytest

from halo_admin.crm import everywhere
from halo_admin.db import db
from tests.crm.conftest import linked, ours, people_of, tenant

HTMX = {"HX-Request": "true", "HX-Target": "search-found"}


@pytest.fixture
def acme(ann):
    """Acme and its Sam, both linked to Halo; and others that are not."""
    (acme,) = ours(ann, "Acme Metal Works", website="https://acme-metal.example", phone="+1 415 555 2671", city="Rome")
    (sam,) = people_of(ann, "Sam Poole", email="sam@acme-metal.example", company_id=acme, mobile="+1 415 555 9999")
    ours(ann, "Bergmann")
    people_of(ann, "Ada Bee", email="ada@bergmann.example")
    halo = tenant(ann)
    linked(halo, 214, acme)
    linked(halo, 214, sam, kind="user")
    return acme


def found(user, q):
    db.session.rollback()
    return {one.title: [hit.name for hit in one.hits] for one in everywhere.find(user.account_id, q)}


BOTH = {"Companies": ["Acme Metal Works"], "Contacts": ["Sam Poole"]}


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("met acm", {"Companies": ["Acme Metal Works"]}),
        ("poo s", {"Contacts": ["Sam Poole"]}),
        ("sam@acme", {"Contacts": ["Sam Poole"]}),
        ("acme-metal.ex", BOTH),
        ("+1 415 555", BOTH),
        ("(415) 555-2671", {"Companies": ["Acme Metal Works"]}),
        ("214", BOTH),
        ("0214", BOTH),
        ("21", {}),
        ("nobody", {}),
    ],
)
def test_it_finds_beginnings_of_words_and_halos_numbers(ann, acme, q, names):
    assert found(ann, q) == names


def test_what_is_linked_to_the_number_comes_first_and_once(ann, acme):
    ours(ann, "214 Rooms", "Acme 214")
    halo = [one for one in everywhere.find(ann.account_id, "214") if one.title == "Companies"]
    assert [hit.name for hit in halo[0].hits] == ["Acme Metal Works", "214 Rooms", "Acme 214"]
    assert halo[0].hits[0].told == "Halo client 214 · acme-metal.example · Rome"
    assert halo[0].total == "3"
    ours(ann, *(f"214 House {n}" for n in range(60)))
    assert len(everywhere.find(ann.account_id, "214")[0].hits) == everywhere.MOST
    assert everywhere.find(ann.account_id, "214")[0].total == "63"


def test_numbers_of_a_halo_that_is_not_connected_now_find_nothing(ann):
    (old,) = ours(ann, "Old")
    linked(tenant(ann, "old.halopsa.com:443|", current=False), 77, old)
    assert found(ann, "77") == {}
    tenant(ann)
    assert found(ann, "77") == {}


def test_each_account_finds_its_own(ann, cleo, acme):
    assert found(cleo, "acme") == {}
    assert found(cleo, "214") == {}


def test_the_page_leads_to_the_tables_for_the_same_words(ann, acme, get):
    ours(ann, *(f"Acme {n}" for n in range(9)))
    page = get(ann, "/search?q=acme")
    assert page.count('href="/companies/') == everywhere.MOST
    assert 'href="/companies?q=acme">All 10 in the table' in page
    assert 'value="acme"' in page
    assert "Nothing found" in get(ann, "/search?q=nobody")
    assert "Type the beginnings of words" in get(ann, "/search")
    assert get(ann, "/search?q=%00++")


def test_while_one_types_the_finds_alone_are_answered(ann, acme, get):
    part = get(ann, "/search?q=acm", **HTMX)
    assert "<html" not in part
    assert 'hx-swap-oob="true">Companies: 1. Contacts: 1. </p>' in part
    assert "Nothing begins like that." in get(ann, "/search?q=nobody", **HTMX)
    assert "<li>" not in get(ann, "/search?q=", **HTMX)
