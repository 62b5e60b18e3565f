"""Several contacts of the table at once, in a real browser: by keyboard, and without script."""

import re

import pytest
from playwright.sync_api import expect

from halo_admin.crm import writing
from halo_admin.crm.contact_models import ContactList
from halo_admin.crm.opportunity_models import Opportunity
from halo_admin.crm.statuses import STATUSES
from halo_admin.db import begin_write, db
from tests.browsing import DESKTOP, PHONE, barriers, in_sight, looked_at, press, settled, shot, tab_to
from tests.crm.conftest import linked, listed, ours, people_of, tenant
from tests.crm.test_browser import address, ann, sign_in  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


@pytest.fixture
def news(ann):  # noqa: F811
    (acme,) = ours(ann, "Acme Metal Works")
    values = {"company_id": acme, "phone": "+1 415 555 2671", "email": "hello@acme.example"}
    ids = people_of(ann, "Ada Bee", "Kim Low", "Sam Poole", **values)
    people_of(ann, "Una Off", unsubscribed=True, bounced=True, email="una@acme.example")
    linked(tenant(ann), 3, ids[0], kind="user", matched_by="email")
    return listed(ann, "News", ids[0])


def on(list_id):
    db.session.rollback()
    return db.session.get(ContactList, list_id, populate_existing=True).contacts


def test_contacts_are_selected_by_keyboard_and_put_on_a_list(page, address, news):  # noqa: F811
    sign_in(page, address)
    page.goto(f"{address}/contacts")
    page.get_by_label("Select Kim Low").focus()
    page.keyboard.press("Space")
    page.get_by_text("1 selected:").wait_for()
    page.get_by_label("Select all on this page").focus()
    page.keyboard.press("Space")
    page.get_by_text("4 selected:").wait_for()
    page.get_by_role("button", name="Put on list").press("Enter")
    page.get_by_text("Choose a list first.").wait_for()
    expect(page.get_by_label("Select Sam Poole")).to_be_checked()
    assert barriers(page) == []
    shot(page, "contacts-selected")
    page.get_by_label("List for the selected contacts").select_option("News")
    page.get_by_role("button", name="Put on list").click()
    page.get_by_text("3 contacts put on “News”. 1 was on it already.").wait_for()
    assert on(news) == 4


def test_a_table_that_was_narrowed_by_typing_is_selected_from_too(page, address, news):  # noqa: F811
    sign_in(page, address)
    page.goto(f"{address}/contacts")
    page.get_by_label("Search").fill("sam")  # at once: asked for once
    page.wait_for_url(f"{address}/contacts?q=sam")
    settled(page)
    page.get_by_label("Select Sam Poole").check()
    page.get_by_label("List for the selected contacts").select_option("News")
    page.get_by_role("button", name="Put on list").click()
    page.get_by_text("1 contact put on “News”.").wait_for()
    expect(page).to_have_url(f"{address}/contacts?q=sam")
    assert on(news) == 2


def test_columns_are_chosen_by_keyboard_and_a_narrowed_table_is_taken_along_as_csv(page, address, news):  # noqa: F811
    sign_in(page, address)
    page.goto(f"{address}/contacts")
    tab_to(page, "q")
    page.keyboard.insert_text("sam")
    page.wait_for_url(f"{address}/contacts?q=sam")
    settled(page)
    press(page, "Columns")
    press(page, "column-lists", "Space")
    press(page, "column-title", "Space")
    looked_at(page, "contacts-columns")
    press(page, "Show these")
    page.get_by_role("columnheader", name="Title").wait_for()
    expect(page).to_have_url(f"{address}/contacts?q=sam")
    with page.expect_download() as download:
        press(page, "Download all that this shows")
    heads, *lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert heads.startswith("first_name,last_name,email")
    assert [line.partition(",")[0] for line in lines] == ["Sam"]
    page.set_viewport_size(PHONE)
    page.locator("summary", has_text="Columns").click()
    for column in ("Halo", "Added"):
        page.get_by_role("checkbox", name=column, exact=True).scroll_into_view_if_needed()
        page.locator(".bottom-bar a", has_text="Home").click(trial=True)  # nothing lies over the bar
    tab_to(page, "Usual ones")
    assert in_sight(page)
    page.get_by_role("button", name="Usual ones").click()
    page.set_viewport_size(DESKTOP)
    page.get_by_role("columnheader", name="Lists").wait_for()
    expect(page).to_have_url(f"{address}/contacts?q=sam")


@pytest.fixture
def tables(ann):  # noqa: F811
    """Companies and opportunities, some of each to be narrowed away."""
    acme, zoo = ours(ann, "Acme Metal Works", "Zoo", city="Rome", salesperson_id=ann.id)
    statuses = {name: STATUSES.called(ann.account_id, name).id for name in ("New", "Won")}
    begin_write()
    rows = [
        {"name": "Backup", "company_id": acme, "status_id": statuses["Won"], "value": 1_200_000},
        {"name": "Firewall", "company_id": zoo, "status_id": statuses["New"], "value": 300_000, "probability": 40},
    ]
    writing.insert(Opportunity, ann.account, rows)
    db.session.commit()
    linked(tenant(ann), 214, acme, matched_by="website")


@pytest.mark.parametrize(
    ("nouns", "narrow", "added", "taken", "found"),
    [
        ("companies", ("Halo", "Linked to Halo"), "Country", "Phone", "Acme Metal Works"),
        ("opportunities", ("Status", "New"), "Probability", "Value", "Firewall"),
    ],
)
def test_other_tables_are_narrowed_shown_and_taken_along(page, address, tables, nouns, narrow, added, taken, found):  # noqa: F811
    sign_in(page, address)
    page.goto(f"{address}/{nouns}")
    rows = page.locator(f"#{nouns} tbody tr")
    expect(rows).to_have_count(2)
    page.get_by_role("combobox", name=narrow[0]).select_option(label=narrow[1])
    expect(rows).to_have_count(1)
    settled(page)
    narrowed = page.url
    press(page, "Columns")
    page.get_by_label(added, exact=True).check()
    page.get_by_label(taken, exact=True).uncheck()
    looked_at(page, f"{nouns}-columns")
    press(page, "Show these")
    expect(page.get_by_role("columnheader", name=added)).to_be_visible()
    expect(page.get_by_role("columnheader", name=taken)).to_have_count(0)
    expect(page).to_have_url(narrowed)
    looked_at(page, f"{nouns}-narrowed")
    with page.expect_download() as download:
        press(page, "Download all that this shows")
    heads, *lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert heads.startswith("name,")
    assert "salesperson" in heads.split(",")
    assert [line.partition(",")[0] for line in lines] == [found]


def test_contacts_are_selected_without_script(new_page, address, news):  # noqa: F811
    page = new_page(java_script_enabled=False)
    sign_in(page, address)
    page.goto(f"{address}/contacts")
    page.get_by_label("Select Ada Bee").press("Space")
    page.get_by_label("List for the selected contacts").select_option("News")
    page.get_by_role("button", name="Take off list").press("Enter")
    page.get_by_text("1 contact taken off “News”.").wait_for()
    assert on(news) == 0
    page.get_by_label("Search").fill("ada")
    page.get_by_role("button", name="Search").last.press("Enter")
    page.wait_for_url(re.compile("q=ada"))
    page.locator("summary", has_text="Columns").press("Enter")
    page.get_by_label("Added").press("Space")
    page.get_by_role("button", name="Show these").press("Enter")
    page.get_by_role("columnheader", name="Added").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").press("Enter")
    assert len(download.value.path().read_text(encoding="utf-8-sig").splitlines()) == 2
