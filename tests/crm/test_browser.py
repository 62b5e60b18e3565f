"""Companies in a real browser: typing narrows the table, everything works without script, and nothing complains."""

import re

import pytest
from playwright.sync_api import expect

from halo_admin.crm import writing
from halo_admin.crm.models import Company
from halo_admin.crm.types import company_types
from halo_admin.db import begin_write, db
from tests import browsing
from tests.browsing import barriers, shot, wait_for_focus
from tests.crm.conftest import PASSWORD, linked, make_user, ours, tenant

pytestmark = pytest.mark.browser


@pytest.fixture
def address(sqlite_app, serve):
    """The site, running on a free port."""
    return serve(sqlite_app)


@pytest.fixture
def ann(sqlite_app):
    return make_user("Ann", "ann@example.com")


def sign_in(page, address):
    browsing.sign_in(page, address, "/companies", password=PASSWORD)


def found(page):
    return page.locator("#companies tbody tr td:first-child a")


def wait_until_found(page, *names):
    expect(found(page)).to_have_text(names)


def some_companies(ann):
    client = next(kind.id for kind in company_types(ann.account_id) if kind.name == "Client")
    values = {"type_id": client, "city": "Springfield", "street": "1 Road", "phone": "+1 (415) 555-2671"}
    site = "https://www.acme-metal-works.example.com/about"
    (acme,) = ours(ann, "Acme Metal Works of Greater Springfield GmbH & Co. KG", website=site, **values)
    ours(ann, "Bergmann", inactive_in_halo=True, website="bergmann.example")
    ours(ann, "Zürich Büro", phone="+41 44 668 18 00")
    values = {
        "name": "Acme Metal Works",
        "phone": "+1 415 555 2671",
        "city": "Springfield",
        "state": "CA",
        "street": None,
    }
    linked(tenant(ann), 214, acme, matched_by="website", values=values)
    return acme


def test_an_account_without_companies(page, address, ann):
    sign_in(page, address)
    expect(page.get_by_text("No companies yet")).to_be_visible()
    assert barriers(page) == []
    shot(page, "companies-empty")


def test_typing_narrows_the_table_and_the_address_keeps_it(page, address, ann):
    some_companies(ann)
    sign_in(page, address)
    expect(found(page)).to_have_count(3)
    assert barriers(page) == []
    shot(page, "companies")
    page.get_by_label("Search").press_sequentially("zur", delay=20)
    wait_until_found(page, "Zürich Büro")
    expect(page).to_have_url(f"{address}/companies?q=zur")
    wait_for_focus(page, "q")
    page.get_by_label("Search").fill("")
    page.get_by_label("Company type").select_option("No type")
    wait_until_found(page, "Bergmann", "Zürich Büro")
    page.get_by_label("Sort by").select_option("Name, Z to A")
    wait_until_found(page, "Zürich Büro", "Bergmann")
    page.get_by_label("Only inactive in Halo").check()
    wait_until_found(page, "Bergmann")
    page.reload()
    wait_until_found(page, "Bergmann")
    page.get_by_label("Search").fill("nothing")
    page.get_by_text("No company is like this").wait_for()
    shot(page, "companies-none-found")


def test_a_profile(page, address, ann):
    acme = some_companies(ann)
    sign_in(page, address)
    page.get_by_role("link", name="Acme Metal Works").click()
    page.wait_for_url(f"{address}/companies/{acme}")
    expect(page.get_by_text("Linked to Halo client 214 · matched by website")).to_be_visible()
    expect(page.get_by_text("Halo holds something else: Acme Metal Works")).to_be_visible()
    assert barriers(page) == []
    shot(page, "company")


def test_more_than_ten_thousand_are_paged_and_not_counted_further(page, address, ann):
    for start in range(0, 10_001, 1000):
        begin_write()
        rows = [{"name": f"Company {number:05}"} for number in range(start, min(start + 1000, 10_001))]
        writing.insert(Company, ann.account, rows)
        db.session.commit()
    sign_in(page, address)
    expect(page.get_by_text("More than 10,000 companies")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    wait_until_found(page, *(f"Company {number:05}" for number in range(50, 100)))
    shot(page, "companies-many")
    page.get_by_role("link", name="Back").click()
    wait_until_found(page, *(f"Company {number:05}" for number in range(50)))


def test_enter_in_the_search_asks_without_a_complaint(page, address, ann):
    some_companies(ann)
    sign_in(page, address)
    page.get_by_label("Search").fill("berg")
    page.get_by_label("Search").press("Enter")
    expect(found(page)).to_have_text(["Bergmann"])


def test_a_rejected_form_goes_on_at_the_first_wrong_field(page, address, ann):
    acme = some_companies(ann)
    sign_in(page, address)
    page.goto(f"{address}/companies/{acme}/edit")
    page.get_by_label("Website").fill("javascript:alert(1)")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#website-error")).to_contain_text("Type a web address")
    wait_for_focus(page, "website")


def test_without_script_the_same_forms_and_links_work(new_page, address, ann):
    some_companies(ann)
    page = new_page(java_script_enabled=False)
    sign_in(page, address)
    page.get_by_label("Search").fill("555 2671")
    page.get_by_label("Company type").select_option("Client")
    page.get_by_role("button", name="Search").press("Enter")
    page.wait_for_url(re.compile("q=555"))
    expect(found(page)).to_have_count(1)
    page.get_by_role("link", name="Name", exact=True).press("Enter")
    page.wait_for_url(re.compile("sort=-name"))
    expect(found(page)).to_have_count(1)
