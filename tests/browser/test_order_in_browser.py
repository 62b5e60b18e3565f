"""The whole order of somebody new: from an empty account, stage after stage, to notes on a contact's profile."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing import barriers, shot, sign_in
from tests.waiting import until

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
STAGES = ("companies", "contacts", "opportunities", "notes")


@pytest.fixture
def running(start_site, sqlite_url):
    """A site with an account and nothing in it; its Halo has clients, contacts, opportunities, notes and agents."""
    size = ("--companies", "25", "--contacts", "60", "--latency", "5-30", "--rate", "off")
    site = start_site(sqlite_url, settings={"HALO_WINDOW_REQUESTS": "0"}, practice=size)
    site.flask("accounts", "create", "Acme IT", "--email", "ann@example.com", "--password-stdin", stdin=PASSWORD)
    return site


def line(page, stage):
    return page.locator(f"#stage-{stage}")


def connect(page, site):
    sign_in(page, site.url, "/settings/halo", password=PASSWORD)
    line(page, "users").get_by_role("link", name="Connect Halo").click()
    page.get_by_role("button", name="Try with practice data").click()
    page.get_by_role("link", name="Go on to the import").click(timeout=60_000)


def take_users_in(page, site):
    line(page, "users").get_by_role("button", name="Import").click()
    line(page, "users").get_by_role("button", name="Cancel").or_(page.locator("#agents")).first.wait_for()
    until(lambda: read_to_the_end(opened(page, f"{site.url}/settings/halo/users")))
    for choice in page.locator("#roles select").all():
        choice.select_option(label="Salesperson")
    page.get_by_role("button", name="Save mapping").click()
    page.get_by_role("button", name="Tick all but No type").click()
    page.get_by_role("button", name="Invite who is ticked").click()
    page.get_by_role("button", name=re.compile("^Invite .* p")).click()
    page.wait_for_url("**/settings/users*")


def read_to_the_end(page):
    """Whether the agents are here, and no reading goes on that would load the page anew."""
    return page.locator("#agents").count() == 1 and page.locator(".rail-live").count() == 0


def opened(page, address):
    page.goto(address)
    return page


def map_values(page, site, stage):
    address = f"{site.url}/settings/halo/{stage}"
    opened(page, address)
    line(page, stage).get_by_role("button", name="Read from Halo").first.click()
    line(page, stage).get_by_text("Halo data as of").or_(
        line(page, stage).get_by_role("button", name="Cancel")
    ).wait_for()
    until(lambda: opened(page, address).get_by_text("Halo data as of").count() > 0, seconds=60)
    mapping = f"{site.url}/settings/halo/{stage}/mapping"
    until(lambda: opened(page, mapping).locator("main table select").count() > 0, seconds=60)
    for number in range(page.get_by_role("button", name="Save mapping").count()):
        opened(page, mapping)
        form = page.locator("form", has=page.get_by_role("button", name="Save mapping")).nth(number)
        for choice in form.locator("select").all():
            if not choice.input_value():
                choice.select_option(index=choice.locator("option").count() - 1)
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            form.get_by_role("button", name="Save mapping").click()
        page.wait_for_load_state("networkidle")


def import_it(page, site, stage):
    opened(page, f"{site.url}/settings/halo/{stage}")
    line(page, stage).get_by_role("button", name="Import").click()
    line(page, stage).get_by_role("list", name="What became of the records").wait_for(timeout=90_000)


def test_the_whole_order_from_an_empty_account_to_notes_on_a_contact(page, running):
    connect(page, running)
    opened(page, f"{running.url}/settings/halo")
    expect(line(page, "notes").get_by_text("Locked")).to_be_visible()
    shot(page, "order-empty")
    assert barriers(page) == []
    take_users_in(page, running)
    for stage in STAGES:
        if stage in ("companies", "opportunities"):
            map_values(page, running, stage)
        if stage == "notes":
            opened(page, f"{running.url}/settings/halo/notes")
            page.get_by_text(re.compile(r"^Next: \d+ requests")).wait_for()
            shot(page, "order-notes-plan")
            assert barriers(page) == []
        import_it(page, running, stage)
    shot(page, "order-notes-done")
    notes_are_on_a_contact(page, running)
    everything_again_by_one_press(page, running)


def notes_are_on_a_contact(page, site):
    line(page, "notes").get_by_role("link", name="What happened").first.click()
    expect(page.locator("#what-happened tbody.record").first).to_be_visible()
    shot(page, "order-notes-report")
    assert barriers(page) == []
    notes = [
        one.get_attribute("href") for one in page.locator("#what-happened tbody.record td a[href^='/notes/']").all()
    ]
    on_contacts = (
        note for note in notes
        if opened(page, site.url + note).locator(".breadcrumb-line a[href*='/contacts/']").count()
    )  # fmt: skip
    assert next(on_contacts, None), "a note by itself, on a contact"
    page.locator(".breadcrumb-line a[href*='/contacts/']").click()
    page.locator("ol.activity li .note-head", has_text="from Halo").first.wait_for()
    shot(page, "activity-full")
    assert barriers(page) == []
    page.get_by_role("button", name="Get notes from Halo").click()
    page.get_by_text(re.compile("read from Halo: ")).wait_for()
    page.locator("summary", has_text="Add note").click()
    page.get_by_role("button", name="Save note").click()
    page.get_by_text("Type the note first.").wait_for()
    shot(page, "activity-error")
    page.get_by_label(re.compile("^Note on")).fill("Called, wants a quote.")
    page.get_by_role("button", name="Save note").click()
    page.locator("ol.activity li").first.get_by_text("Called, wants a quote.").wait_for()
    assert barriers(page) == []


def everything_again_by_one_press(page, site):
    opened(page, f"{site.url}/settings/halo")
    expect(page.get_by_text("Set-up: done")).to_be_visible()
    expect(page.locator("main .btn-primary")).to_have_count(1)
    shot(page, "order-set-up-done")
    assert barriers(page) == []
    page.get_by_role("button", name="Import all, in order").click()
    ended = page.get_by_text(re.compile("all came to their end"))
    page.get_by_text("Cancel all").or_(ended).first.wait_for(timeout=60_000)
    shot(page, "order-live")
    ended.wait_for(timeout=120_000)
    shot(page, "order-done")
