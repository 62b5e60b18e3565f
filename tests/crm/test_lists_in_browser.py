"""The table of lists in a real browser: typing narrows it, and pages follow each other."""

import pytest
from playwright.sync_api import expect

from halo_admin.crm import list_stops, lists
from halo_admin.crm.types import company_types
from halo_admin.db import begin_write, db
from tests.browsing import barriers, shot
from tests.crm.conftest import listed, people_of
from tests.crm.test_browser import address, ann, sign_in  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


def wait_until_shown(page, first):
    page.wait_for_function(
        "name => document.querySelector('#lists tbody td:first-child a')?.textContent === name", arg=first
    )


def downloaded(page, name):
    """The lines of the file that a link leads to."""
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    return download.value.path().read_text(encoding="utf-8-sig").splitlines()


def test_typing_narrows_the_lists_and_they_are_paged(page, address, ann):  # noqa: F811
    begin_write()
    kind = company_types(ann.account_id)[0]
    lists.called(ann.account_id, [f"Trade fair {number:03}, everybody who left a card" for number in range(60)])
    lists.made_for(ann.account_id, {f"type:{kind.id}": f"Halo: {kind.name}"})
    list_stops.stop(ann.account_id, "no type", "Halo: No type", ann)
    db.session.commit()
    listed(ann, "Zürich Büro", *people_of(ann, "Sam Poole", "Ada Bee"))
    sign_in(page, address)
    page.goto(f"{address}/lists")
    wait_until_shown(page, "Contacts w/o Lists")
    assert barriers(page) == []
    shot(page, "lists")
    page.get_by_role("link", name="Next").click()
    page.get_by_role("link", name="Zürich Büro").wait_for()
    page.wait_for_load_state()
    page.get_by_label("Search", exact=True).press_sequentially("zür", delay=20)
    wait_until_shown(page, "Zürich Büro")
    page.wait_for_url(f"{address}/lists?q=z%C3%BCr")
    expect(page.get_by_text("1 list", exact=True)).to_be_visible()
    assert downloaded(page, "Download all lists") == ["name,leads,contacts", "Zürich Büro,0,2"]
    shot(page, "lists-found")
    page.get_by_label("Search", exact=True).fill("nobody")
    page.get_by_text("No list is called like this.").wait_for()
    shot(page, "lists-none-like-this")
    page.get_by_role("link", name="Show all lists").click()
    page.get_by_role("link", name="Next").click()
    page.get_by_role("link", name="Zürich Büro").click()
    assert [row[:8] for row in downloaded(page, "Download all contacts")[1:]] == ["Ada,Bee,", "Sam,Pool"]
    assert barriers(page) == []
    shot(page, "list")
