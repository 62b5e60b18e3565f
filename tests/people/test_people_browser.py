"""People in a real browser: agents read, mapped and chosen; nothing complains, with script and without."""

import pytest

from tests.browsing import barriers, shot
from tests.people.staff import PASSWORD, Staff

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


def sign_in(page, address, path=PAGE, email="ann@example.com"):
    page.goto(address + path)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(address + path)


def test_agents_are_mapped_and_chosen(page, serve, staff):
    sign_in(page, serve(staff.app))
    shot(page, "users-unmapped")
    page.get_by_role("button", name="Save mapping").click()
    page.get_by_text("nobody here has its e-mail; it comes as Salesperson", exact=False).wait_for()
    page.get_by_role("button", name="Tick all but No type").click()
    assert page.get_by_label("Take in Jo Roth").is_checked()
    assert not page.get_by_label("Take in Kim Park").is_checked()
    page.locator("#agent-5 summary, #agent-4 summary").first.click()
    page.get_by_text("1 former agent, disabled in Halo").click()
    assert barriers(page) == []
    shot(page, "users-from-halo")


def test_without_script_an_agent_is_linked_by_hand(new_page, serve, staff):
    page = new_page(java_script_enabled=False)
    sign_in(page, serve(staff.app))
    page.locator("summary", has_text="what becomes of Kim Park").click()
    page.get_by_label("Link Kim Park to").select_option(label="Bob Marsh (bob@msp.example)")
    page.get_by_role("button", name="Link: Kim Park").click()
    page.get_by_text("Kim Park is linked to Bob Marsh.").wait_for()
