"""The General page in a real browser: types change in place, focus stays where one works, and nothing complains."""

import re

import pytest
from playwright.sync_api import expect

from halo_admin.accounts import people
from halo_admin.crm import writing
from halo_admin.crm.models import Company
from halo_admin.crm.types import company_types
from halo_admin.db import begin_write, db
from tests.browsing import barriers, settled, shot, sign_in, wait_for_focus
from tests.connecting.conftest import make_app

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"


@pytest.fixture
def address(sqlite_url, tmp_path, serve):
    """The site with Ann's account in it, running on a free port."""
    app = make_app(sqlite_url, tmp_path)
    with app.app_context():
        begin_write()
        account, _ann = people.create_account("Acme IT", "ann@example.com", PASSWORD, "DE", "Europe/Berlin")
        ids = [kind.id for kind in company_types(account.id)]
        rows = [{"name": f"Company {n}", "phone": f"555 010 {n:04}", "type_id": ids[n % 7 > 2]} for n in range(1200)]
        writing.insert(Company, account, rows)
        db.session.commit()
    return serve(app)


def open_general(page, address):
    sign_in(page, address, "/settings/account", password=PASSWORD)


def names(page):
    return page.locator("#company-types strong")


def test_the_account_is_changed_and_phone_numbers_follow(page, address):
    open_general(page, address)
    assert barriers(page) == []
    shot(page, "general")
    page.get_by_label("Account name").fill(" ")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Give the account a name of 1 to 200 characters.").wait_for()
    assert barriers(page) == []
    shot(page, "general-wrong")
    page.get_by_label("Account name").fill("Acme Managed Services")
    page.get_by_label("Time zone").select_option("New York")
    page.get_by_label("Default country for phones").select_option("United States (+1)")
    page.get_by_role("button", name="Save").click()
    page.get_by_text(re.compile(r"now belong to United States \(\+1\): [1-9]")).wait_for()
    expect(page.locator(".left-bar .person-words small")).to_have_text("Acme Managed Services")
    shot(page, "general-saved")


def test_types_are_changed_in_place_by_keyboard(page, address):
    open_general(page, address)
    page.get_by_label("New company type").fill("Public sector")
    page.keyboard.press("Enter")
    page.get_by_text("“Public sector” was added.").wait_for()
    wait_for_focus(page, "added-type")
    settled(page)
    page.get_by_role("button", name="Move Public sector up").focus()
    for _ in range(4):
        before = names(page).all_inner_texts()
        page.keyboard.press("Enter")
        expect(names(page)).not_to_have_text(before)
        settled(page)
    expect(names(page).first).to_have_text("Public sector")
    wait_for_focus(page, "Move Public sector down")
    settled(page)
    page.get_by_role("link", name="Rename Vendor").press("Enter")
    wait_for_focus(page, "new-name")
    page.get_by_label("New name of Vendor").fill("clients")
    page.keyboard.press("Enter")
    page.get_by_text("“Vendor” is called “clients” now.").wait_for()
    wait_for_focus(page, "Rename clients")
    settled(page)
    page.get_by_role("link", name="Rename clients").press("Enter")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Rename clients").wait_for()
    settled(page)
    page.get_by_role("button", name="Remove clients").press("Enter")
    page.get_by_text("“clients” was removed.").wait_for()
    expect(names(page)).to_have_text(["Public sector", "Prospect", "Client", "Partner"])
    expect(page).to_have_url(f"{address}/settings/account")


def test_what_cannot_be_done_says_why_in_its_line(page, address):
    open_general(page, address)
    page.get_by_role("button", name="Remove Client").click()
    page.get_by_text("companies have this type. Give them another one first.").wait_for()
    wait_for_focus(page, "Remove Client")
    assert barriers(page) == []
    shot(page, "general-types-kept")
    page.reload()  # taking pictures left styles behind that htmx must not copy
    page.get_by_role("link", name="Rename Partner").click()
    page.get_by_label("New name of Partner").fill("prospect")
    page.get_by_role("button", name="Save").last.click()
    page.get_by_text("There is a type “Prospect” already.").wait_for()
    expect(page.get_by_label("New name of Partner")).to_have_value("prospect")
    assert barriers(page) == []
    shot(page, "general-types-renaming")
    page.reload()
    page.get_by_label("New company type").fill("partner")
    page.get_by_role("button", name="Add").first.click()
    page.get_by_text("There is a type “Partner” already.").wait_for()
    wait_for_focus(page, "added-type")
    assert barriers(page) == []
    shot(page, "general-types-adding")


def test_statuses_are_changed_with_how_they_count(page, address):
    open_general(page, address)
    page.get_by_label("New opportunity status").fill("On hold")
    page.locator("#opportunity-statuses").get_by_role("button", name="Add").click()
    page.get_by_text("“On hold” was added.").wait_for()
    page.wait_for_load_state()
    settled(page)
    page.get_by_role("link", name="Change On hold").press("Enter")
    page.get_by_label("New name of On hold").wait_for()
    assert barriers(page) == []
    shot(page, "general-statuses")
    page.reload()
    page.get_by_role("link", name="Change On hold").click()
    page.locator("#new-kind").select_option("Lost")
    page.locator("#opportunity-statuses").get_by_role("button", name="Save").click()
    page.get_by_text("“On hold” counts as lost now.").wait_for()
    page.get_by_label("Marketers").uncheck()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.", exact=True).wait_for()
    expect(page.get_by_label("Salespeople")).to_be_checked()
    expect(page.get_by_label("Marketers")).not_to_be_checked()


def test_without_script_the_same_buttons_work(new_page, address):
    page = new_page(java_script_enabled=False)
    open_general(page, address)
    page.get_by_role("button", name="Move Vendor up").press("Enter")
    page.get_by_text("“Vendor” was moved up.").wait_for()
    page.get_by_role("link", name="Rename Vendor").press("Enter")
    page.get_by_label("New name of Vendor").fill("Supplier")
    page.get_by_role("button", name="Save").last.press("Enter")
    page.get_by_text("“Vendor” is called “Supplier” now.").wait_for()
    page.get_by_role("button", name="Remove Supplier").press("Enter")
    page.get_by_text("“Supplier” was removed.").wait_for()
    expect(names(page)).to_have_text(["Prospect", "Client", "Partner"])
