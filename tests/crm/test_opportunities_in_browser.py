"""Opportunities in a real browser: from the first reading to one that is up to date again, on the board and without."""

import re

import pytest
from playwright.sync_api import expect

from halo_admin.crm import assigning
from tests.browsing import barriers, shot, sign_in
from tests.importing.world import World

pytestmark = pytest.mark.browser
SMALL = {"companies": 12, "contacts": 20, "opportunities": 0, "agents": 4}


@pytest.fixture
def world(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path, practice=SMALL) as world:
        yield world


def test_mapped_asked_about_looked_at_on_the_board_taken_from_halo_and_assigned(world, serve, page):
    world.imported_contacts()
    acme = world.halo.tenant.tables["clients"].ids()[3]
    bob = world.sells(2, "Bob")
    backup = world.sale("Backup for 30 PCs", at=acme, agent=2, value=12_000.0, targetdate="2026-09-30T00:00:00")
    world.sale("Odd one", at=acme, agent=3, status=22)
    world.run("opportunities", purpose="read")
    address = serve(world.app)
    sign_in(page, address)
    page.goto(f"{address}/settings/halo/opportunities/mapping")
    assert barriers(page) == []
    shot(page, "opportunity-mapping")
    expect(page.locator("main .btn-primary")).to_have_text(["Save mapping"])
    page.locator("#mapping-opportunity_type").get_by_role("button", name="Save mapping").click()
    page.locator("#mapping-opportunity_type").get_by_text("Saved.").wait_for()
    statuses = page.locator("#mapping-opportunity_status")
    expect(statuses.locator("tbody tr").first, "what nothing is suggested for is on top").to_contain_text("Quote Sent")
    statuses.get_by_role("button", name="Save mapping").click()
    statuses.get_by_text("Saved.").wait_for()

    run = world.finish(world.start("opportunities"))
    page.goto(f"{address}/settings/halo/opportunities")
    page.get_by_text("1 opportunity has a status that nobody has mapped yet: Quote Sent (1).").wait_for()
    assert barriers(page) == []
    shot(page, "opportunity-question")
    page.get_by_label("What to do with them").select_option(label="Put them into “In progress”")
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("You can close this page: the import goes on.").wait_for()
    assert world.finish(run).state == "done"

    world.sale("Backup for 30 PCs", id=backup, at=acme, agent=2, value=14_000.0, targetdate="2026-09-30T00:00:00")
    world.imported_sales(unmapped_status="leave_out")
    page.goto(f"{address}/opportunities")
    page.get_by_role("link", name="Out of date: 1").click()
    page.wait_for_url("**/opportunities?differs=1")
    page.get_by_role("link", name="Board").click()
    page.locator(".opportunity-card").first.wait_for()
    assert barriers(page) == []
    shot(page, "opportunity-board")
    page.get_by_role("button", name=re.compile("Take it: value 14,000")).click()
    page.get_by_text("Backup for 30 PCs: value is 14,000 now, as in Halo.").wait_for()
    assert world.opportunity(name="Backup for 30 PCs").value == 1_400_000

    page.locator(".opportunity-card", has_text="Backup for 30 PCs").locator("summary").click()
    page.get_by_role("button", name="Won", exact=True).click()
    page.get_by_text("Saved.", exact=True).wait_for()
    assert world.opportunity(name="Backup for 30 PCs").status.name == "Won"

    dora = world.sells(3, "Dora")
    assert assigning.assignable(world.account.id) == 1
    page.goto(f"{address}/opportunities")
    page.get_by_role("button", name=re.compile("Assign it")).click()
    page.get_by_text("1 opportunity was assigned.").wait_for()
    page.wait_for_load_state()
    assert world.opportunity(name="Odd one").salesperson_id == dora != bob
    page.get_by_role("searchbox", name="Search", exact=True).last.fill("backup")
    expect(page.locator("#opportunities tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Backup for 30 PCs").click()
    page.get_by_role("heading", name="Backup for 30 PCs").wait_for()
    assert barriers(page) == []
    shot(page, "opportunity-profile")
