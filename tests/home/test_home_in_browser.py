"""Home and the bars in a real browser: on a desktop and a phone, by keyboard, and without script."""

import re

import pytest
from playwright.sync_api import expect

from halo_admin.db import begin_write, db
from halo_admin.importing import finishing
from tests.browsing import (
    ARTIFACTS,
    barriers,
    in_sight,
    late_answer,
    looked_at,
    press,
    shot,
    sign_in,
    tab_to,
    wait_for_focus,
)
from tests.browsing import PHONE as SMALL
from tests.home.test_home import with_a_question
from tests.importing.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def world(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path) as world:
        yield world


@pytest.fixture
def site(world, serve):
    return serve(world.app)


def test_a_new_account_begins_at_home(new_page, serve, sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path, connect=False) as world:
        page, site = new_page(), serve(world.app)
        sign_in(page, site)
        assert barriers(page) == []
        shot(page, "home-new")
        page.get_by_role("link", name="Connect Halo").click()
        page.wait_for_url(f"{site}/settings/halo/connection")


def test_what_needs_an_answer_is_answered_from_home(page, world, site):
    with_a_question(world)
    own = world.theirs("Acme IT")
    world.theirs("Zuse", type="Supplier")
    world.run()
    begin_write()
    finishing.stop(world.start(), "Halo no longer accepts the client secret")
    db.session.commit()
    sign_in(page, site)
    expect(page.locator(".needs > li")).to_have_count(4)
    assert barriers(page) == []
    shot(page, "home")
    page.locator(".needs > li", has_text="needs your answer").get_by_role("link", name="Answer").click()
    page.wait_for_url(re.compile("action=review"))
    page.goto(site)
    page.locator(".needs > li", has_text="seems to be your own company").get_by_role("link", name="Answer").click()
    page.wait_for_url(f"{site}/settings/halo#own-company")
    looked_at(page, "own-company")
    press(page, "Never import it")
    page.get_by_text(f"Imports leave Halo client {own} out from now on.").wait_for()
    expect(page.locator("#own-company")).to_have_count(0)
    page.goto(site)
    expect(page.locator(".needs > li")).to_have_count(3)


def test_the_search_box_offers_while_one_types_and_is_walked_by_keyboard(page, world, site):
    acme = world.ours("Acme Metal Works", phone="+1 415 555 2671", city="Rome")
    world.our_contact("Ada", "Acme", email="ada@acme.example", company_id=acme)
    for number in range(8):
        world.ours(f"Acme {number}")
    sign_in(page, site)
    page.keyboard.press("Tab")  # to the link that skips the bars
    box = page.get_by_label("Find a company or contact")
    box.focus()
    page.keyboard.insert_text("acm")  # at once: what half of it finds may come late, and take the focus along
    page.get_by_role("link", name="All 9 in the table").wait_for()
    expect(page.locator("#search-said")).to_have_text("Companies: 9. Contacts: 1.")
    assert barriers(page) == []
    box.focus()
    page.screenshot(path=ARTIFACTS / "search-offered-open.png")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(":focus")).to_have_text(re.compile(r"^\s*Acme 1"))
    page.keyboard.press("Escape")
    wait_for_focus(page, "search-all")
    expect(page.locator("#search-found li")).to_have_count(0)
    box.fill("ada")
    page.get_by_role("link", name="Ada Acme").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Ada Acme").wait_for()


def test_a_late_answer_leaves_what_is_walked(page, world, site):
    for name in ("Acme", "Acme North", "Acmes", *(f"Acme {number}" for number in range(5))):
        world.ours(name)
    sign_in(page, site)
    page.get_by_label("Find a company or contact").focus()
    page.keyboard.insert_text("acm")
    page.get_by_role("link", name="All 8 in the table").wait_for()
    offered = page.locator("#search-found li").all_text_contents()
    with late_answer(page, "q=acmes"):
        page.keyboard.insert_text("es")
        page.keyboard.press("ArrowDown")
    expect(page.locator(":focus")).to_have_text("Acme")
    expect(page.locator("#search-found li")).to_have_text(offered)
    page.keyboard.press("Escape")
    page.keyboard.insert_text(" ")
    page.keyboard.press("Backspace")
    expect(page.locator("#search-found li")).to_have_text(["Acmes"])


def test_on_a_phone_the_bars_lead_everywhere_without_script(new_page, world, site):
    world.ours("Acme Metal Works", city="Rome")
    own = world.theirs("Acme IT")
    world.map()
    page = new_page(viewport=SMALL, java_script_enabled=False)
    sign_in(page, site)
    bottom = page.get_by_role("navigation", name="Main, at the bottom")
    for place, name in enumerate(("Home", "Companies", "Contacts")):
        expect(bottom.get_by_role("link").nth(place)).to_have_text(name)
    bottom.get_by_role("link", name="Contacts").press("Enter")
    page.get_by_role("navigation", name="Pages of this group").get_by_role("link", name="Lists").press("Enter")
    page.get_by_role("heading", name="Lists", exact=True).wait_for()
    page.get_by_role("link", name="Find", exact=True).press("Enter")
    page.get_by_label("What to find").fill("metal")
    page.get_by_role("button", name="Search").press("Enter")
    page.get_by_role("link", name="Acme Metal Works").press("Enter")
    page.get_by_role("heading", name="Acme Metal Works").wait_for()
    bottom.get_by_role("link", name="Home").press("Enter")
    asked = page.locator(".needs > li", has_text="seems to be your own company")
    asked.get_by_role("link", name="Answer").press("Enter")
    page.get_by_role("button", name="It is a client").press("Enter")
    page.get_by_text(f"Halo client {own} is imported like all others.").wait_for()
    bottom.get_by_role("link", name="Home").press("Enter")
    page.get_by_text("Nothing waits for you.").wait_for()


def test_on_a_phone_the_bar_at_the_bottom_hides_nothing_that_tab_comes_to(new_page, world, site):
    for number in range(12):
        world.ours(f"Acme {number:02}", phone="+1 415 555 2671", city="Rome")
    page = new_page(viewport=SMALL)
    sign_in(page, site, "/companies")
    for number in range(12):
        tab_to(page, f"Acme {number:02}")
        assert in_sight(page), number


def test_what_was_searched_is_a_page(page, world, site):
    world.ours("Acme Metal Works", phone="+1 415 555 2671", city="Rome")
    sign_in(page, site)
    page.get_by_label("Find a company or contact").fill("acme")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/search?q=acme")
    expect(page.get_by_role("main").get_by_role("link", name="Acme Metal Works")).to_be_visible()
    assert barriers(page) == []
    shot(page, "search")
