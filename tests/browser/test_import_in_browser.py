"""The whole way of somebody new: sign in, practice data, check, map, import, watch it arrive; then import again."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing import barriers, shot, sign_in
from tests.waiting import until

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"


@pytest.fixture
def running(start_site, sqlite_url):
    """A site whose Halo takes its time, so that an import can be watched."""
    site = start_site(sqlite_url, practice=("--companies", "1000", "--contacts", "400", "--latency", "300-500"))
    site.flask("accounts", "create", "Acme IT", "--email", "ann@example.com", "--password-stdin", stdin=PASSWORD)
    return site


def card(page, stage="companies"):
    return page.locator(f"#stage-{stage}")


def connect(page):
    card(page).get_by_role("link", name="Connect Halo").click()
    page.get_by_role("button", name="Try with practice data").click()
    page.get_by_role("link", name="Go on to the import").click(timeout=60_000)


def choose_types(page):
    card(page).get_by_role("button", name="Read from Halo").click()
    assert len(seen_while_live(page, 3)) >= 3
    card(page).get_by_role("link", name="Map company types").click(timeout=90_000)
    page.wait_for_load_state()
    page.get_by_role("button", name="Save mapping").wait_for()  # all() takes what is there by then
    for choice in page.locator("main select").all():
        if not choice.input_value():
            choice.select_option(label="Prospect")
    page.get_by_role("button", name="Save mapping").click()
    page.get_by_role("link", name="Go on to the import").click()


def seen_while_live(page, enough):
    """The different percentages its bars showed together, until there are `enough` or the run has ended."""
    bars, seen = card(page).locator("progress"), set()

    def look():
        values = bars.evaluate_all("all => all.map(one => one.hasAttribute('value') ? 100 * one.value / one.max : 0)")
        whole = sum(values) / max(len(values), 1)
        if 0 < whole < 100:
            seen.add(whole)
        return len(seen) >= enough or (seen and not values)

    until(look, seconds=90)
    return seen


def wait_for_the_end(page, stage="companies"):
    counts = card(page, stage).get_by_role("list", name="What became of the records")
    until(counts.is_visible, seconds=120, why=lambda: card(page, stage).inner_text())


def test_from_signing_in_to_a_filled_list_and_importing_again(page, running):
    sign_in(page, running.url, "/settings/halo", password=PASSWORD)
    shot(page, "rail-not-connected")
    assert barriers(page) == []
    connect(page)
    shot(page, "rail-connected")
    choose_types(page)
    shot(page, "stage-ready")
    assert barriers(page) == []
    page.get_by_role("link", name="Halo PSA").first.click()
    page.wait_for_url(f"{running.url}/settings/halo")  # the page that is left has such a button too
    card(page).get_by_role("button", name="Import").click()
    wait_for_the_end(page)
    shot(page, "rail-done")
    assert barriers(page) == []
    expect(card(page)).not_to_contain_text("1 new type")
    page.goto(f"{running.url}/companies")
    expect(page.locator("#companies tbody tr")).to_have_count(50)
    page.goto(f"{running.url}/settings/halo")
    card(page).get_by_role("button", name="Import").click()
    card(page).get_by_role("button", name="Cancel").wait_for()
    assert len(seen_while_live(page, 3)) >= 3
    shot(page, "rail-live")
    assert barriers(page) == []
    wait_for_the_end(page)
    card(page).get_by_text(re.compile("Nothing has changed in Halo since")).wait_for()
    shot(page, "rail-nothing-new")
    assert re.search(r"^0 New$", card(page).inner_text(), re.MULTILINE)
    contacts_come_after_companies(page, running)


def contacts_come_after_companies(page, site):
    page.goto(f"{site.url}/settings/halo")
    shot(page, "rail-contacts-next")
    assert barriers(page) == []
    import_contacts(page)
    shot(page, "rail-contacts-done")
    card(page, "contacts").get_by_role("link", name="What happened").click()
    page.get_by_text(re.compile("^0 opt-outs loosened, ")).wait_for()
    shot(page, "report-contacts")
    assert barriers(page) == []
    page.get_by_role("link", name=re.compile("^Halo: ")).first.click()
    page.wait_for_url("**/lists/*")
    name = page.locator("h1").inner_text()
    shot(page, "list-of-an-import")
    page.get_by_role("link", name=re.compile(r"^\d+ contacts?$")).click()
    shot(page, "contacts-of-a-list")
    page.locator("#contacts tbody a").first.click()
    page.wait_for_url(re.compile(r"/contacts/\d+$"))
    contact = page.url
    lists = f"{contact}?tab=lists"
    page.goto(lists)
    page.get_by_role("button", name=f"Take off {name}").click()
    taken_off = page.get_by_text(f"not put back by imports: {name}.")
    taken_off.wait_for()
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.get_by_label("Unsubscribed")).not_to_be_checked()  # else it may be Halo's doing afterwards
    page.get_by_label("Unsubscribed").check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(contact)
    shot(page, "contact-unsubscribed")
    page.goto(f"{site.url}/settings/halo")
    import_contacts(page)
    page.goto(lists)
    expect(page.get_by_text("Unsubscribed").first).to_be_visible()
    expect(taken_off).to_be_visible()
    assert barriers(page) == []


def import_contacts(page):
    card(page, "contacts").get_by_role("button", name="Import").click()
    card(page, "contacts").get_by_role("button", name="Cancel").wait_for()
    wait_for_the_end(page, "contacts")


def test_cancelling_stops_it_and_card_and_history_say_so(page, running):
    sign_in(page, running.url, "/settings/halo", password=PASSWORD)
    connect(page)
    card(page).get_by_role("button", name="Read from Halo").dblclick()
    card(page).get_by_role("button", name="Cancel").wait_for()  # where a second click lands cancels nothing unasked
    page.on("dialog", lambda dialog: dialog.accept())
    card(page).get_by_role("button", name="Cancel").click()
    card(page).get_by_role("button", name="Read from Halo").wait_for(timeout=60_000)
    expect(card(page).locator("progress")).to_have_count(0)
    expect(card(page)).to_contain_text(", then cancelled")
    page.goto(f"{running.url}/settings/halo/runs")
    expect(page.get_by_role("row", name=re.compile("Companies read"))).to_contain_text("Cancelled")
