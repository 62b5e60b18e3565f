"""The ways back from a profile in a real browser: each tells first what it means; by keyboard, and without script."""

import pytest
from playwright.sync_api import expect

from tests.browsing import looked_at, press, sign_in, tab_to
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
    """A company that imports have linked, changed, and brought a contact for; another Halo client is not imported."""
    acme = world.ours("Acme Metal Works", phone=PHONE)
    halo_id = world.theirs("Acme Metal Works", phone=PHONE, website="acme.example")
    world.theirs("Bergmann Supplies", type="Supplier", website="bergmann.example")
    world.map(Supplier="don't import")
    world.imported()
    world.person("Sam", at=halo_id, email="sam@acme.example")
    world.run("contacts")
    return acme


def choose(page, label):
    """From a menu of a profile, by keyboard alone."""
    press(page, "Linked to Halo" if label in OF_THE_LINK else "More")
    press(page, label)


def choose_without_script(page, label):
    page.locator("summary", has_text="Linked to Halo" if label in OF_THE_LINK else "More").click()
    page.get_by_role("link", name=label).click()


def test_each_way_back_is_walked_by_keyboard(page, serve, world, acme):
    site = serve(world.app)
    sign_in(page, site)
    page.goto(f"{site}/companies/{acme}")
    looked_at(page, "profile-linked")
    choose(page, "Unlink from Halo")
    page.get_by_text("What the link has changed").wait_for()
    looked_at(page, "unlink")
    press(page, "Unlink from Halo")
    page.get_by_text("Not linked to Halo").wait_for()
    world.company(acme)  # of a transaction of its own
    assert links(world.account.id) == {}
    choose(page, "Link to a Halo client…")
    page.get_by_text("Left out so far: unlinked here by").wait_for()
    looked_at(page, "link")
    search_in_halo(page, "nobody", "Nothing in Halo that is not linked yet is like this.")
    looked_at(page, "link-nothing-found")
    search_in_halo(page, "bergm", "Bergmann Supplies")
    expect(page.get_by_text("Acme Metal Works client")).to_have_count(0)
    search_in_halo(page, "acme.example", "Acme Metal Works client")
    looked_at(page, "link-found")
    press(page, "Link to Acme Metal Works")
    page.get_by_text("The next import brings the two together.").wait_for()
    choose(page, "Never import this one")
    page.get_by_text("What it means").wait_for()
    looked_at(page, "never-import")
    press(page, "Never import this one")
    page.get_by_text("Not linked to Halo").wait_for()
    page.goto(f"{site}/settings/halo/left-out")
    looked_at(page, "left-out")
    press(page, "Bring back Acme Metal Works")
    page.get_by_text("Nothing is left out").wait_for()
    page.goto(f"{site}/companies/{acme}")
    choose(page, "Delete")
    page.get_by_text("What it means").wait_for()
    looked_at(page, "delete")
    press(page, "Delete")
    page.get_by_text("Acme Metal Works was deleted.").wait_for()
    assert world.companies() == []


@pytest.mark.parametrize("noun", ["contact", "opportunity"])
def test_each_way_back_of_a_contact_and_of_an_opportunity_is_walked(page, serve, world, acme, noun):
    halo_id = next(one for one, ours_id in links(world.account.id).items() if ours_id == acme)
    sale = world.sale("Backup for 30 PCs", at=halo_id, contact=world.halo_id_of("Sam"))
    world.imported_sales()
    record, plural, theirs, text = {
        "contact": (world.contact(first_name="Sam"), "contacts", "Halo contact", "sam@acme.example"),
        "opportunity": (world.opportunity(name="Backup for 30 PCs"), "opportunities", "Halo opportunity", str(sale)),
    }[noun]
    name, profile = record.name, f"{serve(world.app)}/{plural}/{record.id}"
    site = profile.partition("/" + plural)[0]
    sign_in(page, site)
    page.goto(profile)
    choose(page, "Unlink from Halo")
    expect(page.get_by_role("heading", name=f"Unlink {name}")).to_be_visible()
    looked_at(page, f"{noun}-unlink")
    press(page, "Unlink from Halo")
    expect(page.get_by_text("Not linked to Halo")).to_be_visible()
    choose(page, f"Link to a {theirs}…")
    expect(page.get_by_text("Search what was last read")).to_be_visible()
    search_in_halo(page, "nobody", "Nothing in Halo that is not linked yet is like this.")
    search_in_halo(page, text, "Left out so far: unlinked here by")
    looked_at(page, f"{noun}-link")
    press(page, f"Link to {name}")
    expect(page.get_by_text("The next import brings the two together.")).to_be_visible()
    choose(page, "Never import this one")
    expect(page.get_by_text("What it means")).to_be_visible()
    looked_at(page, f"{noun}-never-import")
    press(page, "Never import this one")
    expect(page.get_by_text("Not linked to Halo")).to_be_visible()
    page.goto(f"{site}/settings/halo/left-out")
    press(page, f"Bring back {name}")
    expect(page.get_by_text("Nothing is left out")).to_be_visible()
    page.goto(profile)
    choose(page, "Delete")
    expect(page.get_by_text("What it means")).to_be_visible()
    looked_at(page, f"{noun}-delete")
    press(page, "Delete")
    expect(page.get_by_text(f"{name} was deleted.")).to_be_visible()
    assert {"contact": world.contacts, "opportunity": world.opportunities}[noun]() == []


def search_in_halo(page, text, found):
    tab_to(page, "halo-q")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Found in Halo").wait_for()
    page.get_by_text(found).wait_for()


def test_each_way_back_is_walked_without_script(new_page, serve, world, acme, complaints):
    complaints.forgive("status of 409")
    site, page = serve(world.app), new_page(java_script_enabled=False)
    sign_in(page, site)
    page.goto(f"{site}/contacts")
    page.get_by_role("link", name="Sam Poole").press("Enter")
    choose_without_script(page, "Unlink from Halo")
    page.get_by_role("button", name="Unlink from Halo").press("Enter")
    page.get_by_text("Not linked to Halo").wait_for()
    page.locator("#tab-lists").press("Enter")
    page.get_by_role("button", name="Take off Halo: Prospect").or_(
        page.get_by_role("button", name="Take off Halo: Customer")
    ).press("Enter")
    page.get_by_text("Taken off by a person").wait_for()
    page.goto(f"{site}/companies/{acme}")
    choose_without_script(page, "Unlink from Halo")
    page.get_by_role("button", name="Unlink from Halo").press("Enter")
    choose_without_script(page, "Link to a Halo client…")
    page.get_by_label("Search what was last read").fill("acme.example")
    page.get_by_role("button", name="Search").last.press("Enter")
    page.get_by_role("heading", name="Found in Halo").wait_for()
    page.get_by_role("button", name="Link to Acme Metal Works").press("Enter")
    page.get_by_text("The next import brings the two together.").wait_for()
    choose_without_script(page, "Never import this one")
    page.get_by_role("button", name="Never import this one").press("Enter")
    page.get_by_text("out from now on").wait_for()
    page.goto(f"{site}/settings/halo/left-out")
    page.get_by_label("Show").select_option("Companies")
    page.get_by_role("button", name="Show").press("Enter")
    page.get_by_role("button", name="Bring back Acme Metal Works").press("Enter")
    page.get_by_text("Nothing like this is left out.").wait_for()
    page.get_by_role("link", name="Show all").press("Enter")
    page.get_by_role("button", name="Bring back Sam Poole").press("Enter")
    page.get_by_text("Nothing is left out").wait_for()
    page.goto(f"{site}/companies/{acme}")
    choose_without_script(page, "Delete")
    page.get_by_text("What it means").wait_for()
    world.edit(acme, city="Bern")
    page.get_by_role("button", name="Delete").press("Enter")
    page.get_by_text("This company was changed since you opened this page.").wait_for()
    page.get_by_role("button", name="Delete").press("Enter")
    page.get_by_text("Acme Metal Works was deleted.").wait_for()
    assert world.companies() == []
