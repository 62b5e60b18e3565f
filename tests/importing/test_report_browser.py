"""An import's page in a real browser: an answer keeps one's place, brings its counts along, and nothing complains."""

import pytest
from playwright.sync_api import expect

from tests.browsing import barriers, shot, sign_in, wait_for_focus
from tests.importing.world import links

pytestmark = pytest.mark.browser

PHONE = "+1 415 555 0101"


@pytest.fixture
def site(world, serve):
    """The address of the world's site."""
    return serve(world.app)


@pytest.fixture
def ann(page, site):
    """Ann's browser."""
    sign_in(page, site)
    return page


def some_of_everything(world):
    """A run after which records of every kind are there, two of them questions about the same two companies."""
    changing = world.theirs("Changing", phone="+1 415 555 0102", website="old.example")
    company = links(world.imported().account_id)[changing]
    world.edit(company, city="Typed here")
    world.theirs("Changing", id=changing, phone="+1 415 555 0199", website="new.example", city="Halo's")
    world.ours("Acme", phone=PHONE)
    world.ours("Acme Inc", phone=PHONE)
    world.theirs("Acme Worldwide", phone=PHONE)
    world.theirs("Acme Overseas", phone=PHONE)
    world.theirs("Fresh")
    return world.imported()


def test_answering_keeps_ones_place_and_brings_the_counts_along(world, site, ann):
    run = some_of_everything(world)
    ann.goto(f"{site}/settings/halo/runs/{run.id}")
    shot(ann, "run-review")
    assert barriers(ann) == []
    expect(ann.locator("tbody.record")).to_have_count(2)
    first, second = ann.locator("tbody.record").all()
    place = first.get_attribute("id")
    first.get_by_role("button", name="Answer").click()
    first.get_by_text("Choose one of the answers.").wait_for()
    wait_for_focus(ann, place)
    first.get_by_text("Link to Acme", exact=False).first.locator("xpath=../input").check()
    first.get_by_role("button", name="Answer").click()
    first.get_by_text("Linked", exact=True).wait_for()
    wait_for_focus(ann, place)
    ann.locator("#report-tabs [aria-current]").get_by_text("1", exact=True).wait_for()
    second.get_by_text("by now").wait_for()
    shot(ann, "run-answered")
    assert barriers(ann) == []


def test_what_changed_and_the_history(world, site, ann):
    run = some_of_everything(world)
    ann.goto(f"{site}/settings/halo/runs/{run.id}?action=changed")
    ann.get_by_text("2 fields").first.click()
    shot(ann, "run-changed")
    assert barriers(ann) == []
    world.read()
    ann.goto(f"{site}/settings/halo/runs")
    shot(ann, "history")
    assert barriers(ann) == []


def test_a_saved_mapping_says_so_beside_its_button(world, site, ann):
    world.theirs("Acme", type="Customer")
    world.theirs("Odd", type="Partner")
    world.read()
    ann.goto(f"{site}/settings/halo/companies/mapping")
    ann.get_by_text("2 clients not answered yet.").wait_for()
    ann.get_by_text("Suggested", exact=True).first.wait_for()
    shot(ann, "mapping-open")
    assert barriers(ann) == []
    ann.get_by_label("What Partner means").first.select_option(label="Don't import")
    ann.get_by_role("button", name="Save mapping").click()
    expect(ann.locator(".buttons .said")).to_be_focused()
    expect(ann.locator(".buttons .said")).to_have_text("Saved.")
    shot(ann, "mapping-saved")
    assert barriers(ann) == []


def test_the_last_answer_leaves_the_table_as_wide_as_its_card(world, site, ann):
    world.ours("Acme", phone=PHONE)
    world.ours("Acme Inc", phone=PHONE)
    world.theirs("Acme Worldwide", phone=PHONE)
    ann.goto(f"{site}/settings/halo/runs/{world.imported().id}")
    only = ann.locator("tbody.record")
    expect(only).to_have_count(1)
    only.get_by_text("Link to Acme", exact=False).first.locator("xpath=../input").check()
    only.get_by_role("button", name="Answer").click()
    only.get_by_text("Linked", exact=True).wait_for()
    expect(ann.locator("#reasons")).to_be_hidden()  # no reason is left
    table, card = (ann.locator(place).bounding_box()["width"] for place in (".report-table", "#what-happened"))
    assert table > 0.95 * card


def test_a_choice_is_saved_as_it_is_ticked_and_keeps_ones_place(world, site, ann):
    world.theirs("Acme")
    world.imported()
    ann.goto(f"{site}/settings/halo/contacts")
    choice = ann.get_by_role("radio", name="Bring them in")
    choice.focus()
    ann.keyboard.press("Space")
    ann.get_by_role("status").get_by_text("Saved.").wait_for()
    expect(choice).to_be_focused()
    assert barriers(ann) == []
    shot(ann, "stage-choice")
    ann.reload()
    expect(choice).to_be_checked()
