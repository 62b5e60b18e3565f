"""Leaving practice data in a real browser: the page lists what goes and what stays; by keyboard, and without script."""

import pytest
from playwright.sync_api import expect

from halo_admin.accounts.models import User
from halo_admin.crm.contact_models import Contact
from halo_admin.crm.models import Company
from tests.browsing import looked_at, press, sign_in
from tests.importing.test_leaving_practice import practised, some
from tests.importing.world import World

pytestmark = pytest.mark.browser
LEAVE = "/settings/halo/connection/leave-practice"


@pytest.fixture
def world(sqlite_url, tmp_path):
    """Ann's account with practice data of which she edited a contact, and a company of her own with a salesperson of
    the practice Halo's.
    """
    size = {"companies": 8, "contacts": 20, "opportunities": 6, "notes": 10, "agents": 4}
    with World(sqlite_url, tmp_path, practice=size, connect=False) as world:
        practised(world)
        world.edited = some(world, Contact).id
        world.edit_contact(world.edited, first_name="Edited", last_name="By Ann", company_id=some(world, Company).id)
        world.mine = world.ours("My company", salesperson_id=some(world, User, User.password_hash.is_(None)).id)
        yield world


def test_practice_data_is_left_by_keyboard(page, serve, world):
    site = serve(world.app)
    sign_in(page, site, "/settings/halo/connection")
    press(page, "Leave practice data")
    page.wait_for_url(site + LEAVE)
    expect(page.get_by_role("heading", name="What goes")).to_be_visible()
    expect(page.get_by_text("1 contact edited by people")).to_be_visible()
    looked_at(page, "leave-practice")
    press(page, "Leave practice data")
    expect(page.get_by_text("Practice data is gone.")).to_be_visible()
    looked_at(page, "practice-left")
    all_that_stays_is_shown(page, site, world)


def test_practice_data_is_left_without_script(new_page, serve, world):
    site, page = serve(world.app), new_page(java_script_enabled=False)
    sign_in(page, site, "/settings/halo/connection")
    page.get_by_role("link", name="Leave practice data").press("Enter")
    expect(page.get_by_role("link", name="Edited By Ann").first).to_be_visible()
    expect(page.get_by_text("1 company that stays loses a salesperson from practice data")).to_be_visible()
    page.get_by_role("button", name="Leave practice data").press("Enter")
    expect(page.get_by_text("Practice data is gone.")).to_be_visible()
    all_that_stays_is_shown(page, site, world)


def all_that_stays_is_shown(page, site, world):
    page.goto(f"{site}/contacts")
    expect(page.get_by_role("main").get_by_role("link", name="Edited By Ann")).to_be_visible()
    expect(page.get_by_text("Practice data.", exact=True)).to_have_count(0)
    page.goto(f"{site}/companies/{world.mine}?tab=history")
    expect(page.get_by_role("heading", name="My company")).to_be_visible()
    expect(page.get_by_text("Practice data was left")).to_be_visible()
    assert [one.id for one in world.contacts()] == [world.edited]
    assert [one.id for one in world.companies()] == [world.mine]
