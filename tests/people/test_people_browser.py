"""People in a real browser: agents read, mapped and chosen; nothing complains, with script and without."""

import pytest
from playwright.sync_api import expect

from tests.browsing import barriers, shot, sign_in
from tests.people.staff import Staff

pytestmark = pytest.mark.browser
PAGE = "/settings/halo/users"


@pytest.fixture
def staff(sqlite_url, tmp_path):
    """Ann's account and a Halo with all there is: several roles, an API agent, former ones, a shared e-mail."""
    with Staff(sqlite_url, tmp_path, WTF_CSRF_ENABLED=True) as world:
        world.user("Bob Marsh", email="bob@msp.example", roles=["marketer"])
        world.agent("Bob Marsh", email="Bob@msp.example", roles=("Marketing",))
        world.agent("Jo Roth", roles=("Sales", "Technician"))
        world.agent("Kim Park", roles=("Technician",))
        world.agent("Lee Moss", email=None, roles=("Account Manager",))
        world.agent("Ada One", email="info@msp.example")
        world.agent("Ada Two", email="info@msp.example")
        world.agent("Max Old", active=False)
        world.run(purpose="read")
        yield world


def test_agents_are_mapped_and_chosen(page, serve, staff):
    sign_in(page, serve(staff.app), PAGE)
    shot(page, "users-unmapped")
    page.get_by_role("button", name="Save mapping").click()
    page.get_by_text("nobody here has its e-mail; it comes as Salesperson", exact=False).wait_for()
    page.get_by_role("button", name="Tick all but No type").click()
    expect(page.get_by_label("Take in Jo Roth")).to_be_checked()
    expect(page.get_by_label("Take in Kim Park")).not_to_be_checked()
    page.locator("#agent-5 summary, #agent-4 summary").first.click()
    page.get_by_text("1 former agent, disabled in Halo").click()
    assert barriers(page) == []
    shot(page, "users-from-halo")


def test_without_script_an_agent_is_linked_by_hand(new_page, serve, staff):
    page = new_page(java_script_enabled=False)
    sign_in(page, serve(staff.app), PAGE)
    page.locator("summary", has_text="what becomes of Kim Park").press("Enter")
    page.get_by_label("Link Kim Park to").select_option(label="Bob Marsh (bob@msp.example)")
    page.get_by_role("button", name="Link: Kim Park").press("Enter")
    expect(page.get_by_text("Kim Park is linked to Bob Marsh.")).to_be_visible()


def test_somebody_is_invited_accepts_and_is_linked(page, new_page, serve, staff, complaints):
    complaints.forgive("status of 410")  # of the link that has been used
    address = serve(staff.app)
    sign_in(page, address, PAGE)
    page.get_by_label("Take in Jo Roth").check()
    page.get_by_role("button", name="Invite who is ticked").click()
    page.get_by_text("1 person is invited: Jo Roth").wait_for()
    assert barriers(page) == []
    shot(page, "users-invite")
    page.get_by_role("button", name="Invite 1 person").click()
    link = page.get_by_label("Link for Jo Roth, to copy").input_value()
    assert barriers(page) == []
    shot(page, "users-invited")

    guest = new_page()
    guest.goto(link)
    assert barriers(guest) == []
    shot(guest, "invitation")
    guest.get_by_label("Your name").fill("Joanna Roth")
    guest.get_by_label("Choose a password").fill("something long enough")
    guest.keyboard.press("Enter")
    guest.get_by_role("link", name="Companies").first.wait_for()
    guest.context.clear_cookies()
    guest.goto(link)
    guest.get_by_text("This invitation has been used already.").wait_for()
    shot(guest, "invitation-used")

    page.goto(address + PAGE)
    page.get_by_role("row", name="Jo Roth").get_by_text("Linked by its invitation.").wait_for()
    page.get_by_role("link", name="Joanna Roth").click()
    page.wait_for_url("**/settings/users#user-*")


def test_an_admin_looks_after_people(page, new_page, serve, staff, complaints):
    complaints.forgive("status of 403")  # what a salesperson may not open
    address, bob = serve(staff.app), staff.users()["Bob Marsh"].id
    staff.user("Eve Stone", email="eve@msp.example", roles=["salesperson"])
    staff.ours("Acme", salesperson_id=bob)
    sign_in(page, address, "/settings/users")
    row = page.locator(f"#user-{bob}")
    row.get_by_text("Change", exact=False).first.click()
    row.get_by_label("Salesperson").check()
    assert barriers(page) == []
    shot(page, "people")
    row.get_by_role("button", name="Save the roles of Bob Marsh").click()
    page.get_by_text("Bob Marsh: Marketer, Salesperson.").wait_for()

    guest = new_page()
    sign_in(guest, address, "/companies", email="bob@msp.example")
    guest.locator(".left-bar details.person-menu summary").click()
    expect(guest.get_by_text("Account Settings")).to_have_count(0)
    guest.locator(".left-bar").get_by_role("link", name="My profile").click()
    guest.get_by_label("Your password now").fill("wrong")
    guest.get_by_label("New password").fill("something long enough")
    guest.get_by_role("button", name="Change password").click()
    guest.get_by_text("This is not your password.").wait_for()
    assert barriers(guest) == []
    shot(guest, "profile")
    guest.goto(f"{address}/settings/users")
    guest.get_by_text("You may not do this. Ask an admin of your account.").wait_for()

    row.get_by_role("link", name="Disable Bob Marsh").click()
    page.get_by_label("Hand over to").select_option(label="Eve Stone")
    assert barriers(page) == []
    shot(page, "disable")
    page.get_by_role("button", name="Disable Bob Marsh").click()
    page.get_by_text("Bob Marsh is disabled and signed out. Handed over: 1 company.").wait_for()
    page.get_by_role("button", name="Enable Bob Marsh").wait_for()
    shot(page, "people-disabled")
    guest.goto(f"{address}/companies")
    guest.get_by_role("button", name="Sign in").wait_for()
    guest.get_by_role("link", name="Forgotten your password?").click()
    guest.get_by_text("Ask an admin of your account").wait_for()
    shot(guest, "forgotten")

    page.goto(f"{address}/settings/audit")
    page.get_by_text("Disabled Bob Marsh.").wait_for()
    assert barriers(page) == []
    shot(page, "audit")
