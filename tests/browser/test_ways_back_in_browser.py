"""The ways back from a profile in a real browser: each tells first what it means; by keyboard, and without script."""

import pytest

from tests.browsing import looked_at, sign_in
from tests.importing.world import World, links

pytestmark = pytest.mark.browser
PHONE = "+49 30 5550100"
OF_THE_LINK = ("Unlink from Halo", "Never import this one")


@pytest.fixture
def world(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path) as world:
        yield world


@pytest.fixture
def acme(world):
    """A company that imports have linked, changed, and brought a contact for."""
    acme = world.ours("Acme Metal Works", phone=PHONE)
    halo_id = world.theirs("Acme Metal Works", phone=PHONE, website="acme.example")
    world.imported()
    world.person("Sam", at=halo_id, email="sam@acme.example")
    world.run("contacts")
    return acme


def choose(page, label):
    """From a menu of a profile, by keyboard."""
    menu = "Linked to Halo" if label in OF_THE_LINK else "More"
    page.locator("summary", has_text=menu).press("Enter")
    page.get_by_role("link", name=label).press("Enter")


def test_each_way_back_is_walked_by_keyboard(page, serve, world, acme):
    site = serve(world.app)
    sign_in(page, site)
    page.goto(f"{site}/companies/{acme}")
    looked_at(page, "profile-linked")
    choose(page, "Unlink from Halo")
    page.get_by_text("What the link has changed").wait_for()
    looked_at(page, "unlink")
    page.get_by_role("button", name="Unlink from Halo").press("Enter")
    page.get_by_text("Not linked to Halo").wait_for()
    world.company(acme)  # of a transaction of its own
    assert links(world.account.id) == {}
    choose(page, "Link to a Halo client…")
    page.get_by_text("Left out so far: unlinked here by").wait_for()
    looked_at(page, "link")
    page.get_by_role("button", name="Link to Acme Metal Works").press("Enter")
    page.get_by_text("The next import brings the two together.").wait_for()
    choose(page, "Never import this one")
    looked_at(page, "never-import")
    page.get_by_role("button", name="Never import this one").press("Enter")
    page.get_by_text("out from now on").wait_for()
    page.goto(f"{site}/settings/halo/left-out")
    looked_at(page, "left-out")
    page.get_by_role("button", name="Bring back Acme Metal Works").press("Enter")
    page.get_by_text("Nothing is left out").wait_for()
    page.goto(f"{site}/companies/{acme}")
    choose(page, "Delete")
    page.get_by_text("What it means").wait_for()
    looked_at(page, "delete")
    page.get_by_role("button", name="Delete").press("Enter")
    page.get_by_text("Acme Metal Works was deleted.").wait_for()
    assert world.companies() == []


def test_a_contact_is_unlinked_and_its_list_left_without_script(new_page, serve, world, acme):
    site, page = serve(world.app), new_page(java_script_enabled=False)
    sign_in(page, site)
    page.goto(f"{site}/contacts")
    page.get_by_role("link", name="Sam Poole").click()
    page.locator("summary", has_text="Linked to Halo").click()
    page.get_by_role("link", name="Unlink from Halo").click()
    page.get_by_role("button", name="Unlink from Halo").click()
    page.get_by_text("Not linked to Halo").wait_for()
    page.get_by_role("link", name="Lists").last.click()
    page.get_by_role("button", name="Take off Halo: Prospect").or_(
        page.get_by_role("button", name="Take off Halo: Customer")
    ).click()
    page.get_by_text("Taken off by a person").wait_for()
