"""No page offers a person what the table of rights refuses them: every link, form and fragment address is looked up."""

import re

import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from halo_admin.accounts import people, rights
from halo_admin.accounts.models import User
from halo_admin.db import begin_write, db
from tests.importing.world import World

PASSWORD = "a long password"
OFFERS = re.compile(r'\b(href|action|formaction|hx-get|hx-post)="(/[^"#]*)"')
POSTS = {"action", "formaction", "hx-post"}


@pytest.fixture
def world(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path) as world:
        world.theirs("Acme", phone="+49 30 5550100")
        world.map()
        world.imported()
        world.our_contact("Sam", email="sam@acme.example", lists=["Clients"])
        yield world


@pytest.mark.parametrize("role", ["no type", "salesperson", "marketer"])
def test_a_person_is_offered_nothing_that_is_refused(world, role):
    begin_write()
    user = people.add_user(world.account, "bob@example.com", "Bob", [] if role == "no type" else [role], PASSWORD)
    db.session.commit()
    visitor, urls = world.app.test_client(), world.app.url_map.bind("localhost")
    visitor.post("/sign-in", data={"email": "bob@example.com", "password": PASSWORD})
    seen, ahead, refused = set(), {"/companies", "/profile"}, set()
    while ahead:
        address = ahead.pop()
        seen.add(address)
        page = visitor.get(address, buffered=True)
        if page.mimetype != "text/html":
            continue
        for kind, offered in set(OFFERS.findall(page.text)):
            path = offered.replace("&amp;", "&").partition("?")[0]
            endpoint = leads_to(urls, path, "POST" if kind in POSTS else "GET")
            if endpoint is None or endpoint == "static":
                continue
            if not rights.may_open(db.session.get(User, user.id), endpoint):
                refused.add((address, path))
            elif kind == "href" and path not in seen:
                ahead.add(path)
        db.session.rollback()
    assert sorted(refused) == []
    assert len(seen) > 8


def leads_to(urls, path, method):
    """The endpoint of an address; None for one that is not there, or that a form sends by another method."""
    for one in (method, "GET"):
        try:
            return urls.match(path, method=one)[0]
        except RequestRedirect as error:
            return leads_to(urls, error.new_url.partition("localhost")[2], one)
        except HTTPException:
            continue
    return None
