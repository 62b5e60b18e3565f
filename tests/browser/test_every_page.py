"""Every page that somebody can open, in a real browser: no barrier, no complaint, nothing to scroll sideways for.

The pages are those of the site's own map of addresses, so that a new one is looked at as soon as it exists; what the
ids in addresses stand for is told by the test of two accounts.
"""

import pytest

from halo_admin.accounts import people, rights
from halo_admin.accounts.rights import Right
from halo_admin.db import begin_write, db
from tests.browsing import DESKTOP, LIGHT, PHONE, barriers, sign_in
from tests.importing.test_two_accounts import addresses, anns_ids, imported  # noqa: F401 - a fixture
from tests.importing.world import World

pytestmark = pytest.mark.browser
FILES = ("favicon", "health.healthz", "metrics.metrics", "static")  # open to the signed out, and no pages
PARTS = 3  # so that several browsers share the pages


@pytest.fixture
def ann(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path, HALO_WINDOW_REQUESTS=300) as world:
        yield world


def pages(world, run, email="ann@example.com"):
    """The addresses of all pages that somebody may open: not files, not fragments, and not what leads elsewhere."""
    visitor = world.app.test_client()
    visitor.post("/sign-in", data={"email": email, "password": "a long password"})
    found = []
    for method, address, _ in addresses(world.app, anns_ids(world, run)):
        answer = visitor.get(address) if method == "GET" else None
        db.session.rollback()
        if answer is not None and answer.status_code == 200 and b"<html" in answer.data[:400]:
            found.append(address)
    return sorted(set(found))


def sideways(page):
    """How many pixels a phone's page is wider than the phone."""
    page.set_viewport_size(PHONE)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    page.set_viewport_size(DESKTOP)
    return max(wide, 0)


def barriers_of(page, site, known):
    """{address: what is wrong there}"""
    wrong = {}
    for address in known:
        page.goto(f"{site}{address}")
        found = barriers(page) + ([f"{wide} px too wide for a phone"] if (wide := sideways(page)) else [])
        if found:
            wrong[address] = found
    return wrong


def light_barriers_of(page, site, known):
    """As barriers_of(), at one light look: colours and widths are those of others' pages."""
    found = {address: page.goto(f"{site}{address}") and barriers(page, LIGHT) for address in known}
    return {address: wrong for address, wrong in found.items() if wrong}


@pytest.fixture
def others(ann):
    """{e-mail: (how many pages there are at least, how they are looked at)}.

    Bob is Ann's salesperson, Cleo has an empty account.
    """
    begin_write()
    people.add_user(ann.account, "bob@example.com", "Bob", ["salesperson"], "a long password")
    db.session.commit()
    ann.new_account("Cleo's MSP", "cleo@example.com")
    return {"bob@example.com": (25, barriers_of), "cleo@example.com": (15, light_barriers_of)}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_has_a_barrier(page, serve, ann, imported, part):  # noqa: F811
    known = pages(ann, imported)
    assert len(known) > 30
    site = serve(ann.app)
    sign_in(page, site)
    assert barriers_of(page, site, known[part::PARTS]) == {}


def test_no_page_has_a_barrier_for_a_salesperson_or_in_an_empty_account(new_page, serve, ann, imported, others):  # noqa: F811
    site = serve(ann.app)
    for email, (least, look) in others.items():
        known, page = pages(ann, imported, email), new_page()
        assert len(known) > least, known
        sign_in(page, site, email=email)
        assert look(page, site, known) == {}


def test_no_page_of_the_signed_out_has_a_barrier(page, serve, complaints, ann):
    for code in (404, 410):
        complaints.forgive(f"status of {code}")  # a link that does not let in, which is a page as well
    urls = ann.app.url_map.bind("localhost")
    rules = [rule for rule in ann.app.url_map.iter_rules() if rights.RIGHT_OF[rule.endpoint] is Right.NOTHING]
    known = {
        urls.build(rule.endpoint, dict.fromkeys(rule.arguments, "nothing"))
        for rule in rules
        if "GET" in rule.methods and rule.endpoint not in FILES
    }
    assert "/sign-in" in known
    assert barriers_of(page, serve(ann.app), sorted(known)) == {}
