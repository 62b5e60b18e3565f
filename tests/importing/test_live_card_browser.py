"""The card of a live import in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browsing import sign_in
from tests.importing.world import World
from tests.waiting import until

pytestmark = pytest.mark.browser


@pytest.fixture
def world(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path) as world:
        world.theirs("Acme")
        world.map()
        yield world


def test_an_answer_to_a_card_that_is_not_there_any_more_breaks_nothing(world, serve, page):
    run = world.start()
    asked = []
    sign_in(page, serve(world.app), "/settings/halo/companies")
    page.route("**/progress?*", lambda route: asked.append(route))
    until(lambda: page.wait_for_timeout(50) or asked)
    world.cancel(run)
    page.evaluate("htmx.swap('#stage-companies', '<p>Another card</p>', {swapStyle: 'outerHTML'})")
    page.get_by_text("Another card").wait_for()
    with page.expect_response("**/progress?*"):
        for one in asked:
            one.continue_()
    page.wait_for_timeout(300)
    expect(page.get_by_text("Another card")).to_be_visible()
