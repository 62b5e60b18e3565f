"""Home: what needs an answer, the last imports, and how a new account begins."""

import html

import pytest

from halo_admin.accounts import people
from halo_admin.db import begin_write, db
from halo_admin.importing import finishing
from halo_admin.web import needs
from tests.importing.world import World

PHONE = "+1 415 555 0101"


@pytest.fixture
def world(database_url, tmp_path):
    with World(database_url, tmp_path) as world:
        yield world


def home(world, email="ann@example.com"):
    db.session.rollback()
    visitor = world.app.test_client()
    visitor.post("/sign-in", data={"email": email, "password": "a long password"})
    answer = visitor.get("/")
    assert answer.status_code == 200
    return " ".join(html.unescape(answer.text).partition("<main")[2].split())


@pytest.fixture
def bob(world):
    """Bob is Ann's salesperson."""
    begin_write()
    people.add_user(world.account, "bob@example.com", "Bob", ["salesperson"], "a long password")
    db.session.commit()
    return "bob@example.com"


def with_a_question(world):
    world.ours("Acme", phone=PHONE)
    world.ours("Acme Inc", phone=PHONE)
    world.theirs("Acme Worldwide", phone=PHONE)
    world.theirs("Fresh")
    return world.imported()


def test_a_new_account_has_two_ways_to_begin(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path, connect=False) as world:
        begin_write()
        people.add_user(world.account, "bob@example.com", "Bob", ["salesperson"], "a long password")
        people.add_user(world.account, "eve@example.com", "Eve", [], "a long password")
        db.session.commit()
        page = home(world)
        assert "Nothing is here yet" in page
        assert 'href="/settings/halo/connection">' in page
        assert "Try with practice data" in page
        assert "Needs your answer" not in page
        for email in ("bob@example.com", "eve@example.com"):
            page = home(world, email)
            assert "An admin of your account connects Halo" in page
            assert "/settings" not in page
        world.ours("Acme")
        page = home(world)
        assert "Halo is not connected yet." in page
        assert "Connect Halo" in page


def test_whoever_is_signed_out_signs_in_first(world):
    assert world.app.test_client().get("/").location.startswith("/sign-in")


def test_a_connected_account_goes_on_with_the_set_up(world, bob):
    page = home(world)
    assert "Nothing waits for you." in page
    assert "Halo is connected, and nothing has been imported yet." in page
    assert 'href="/settings/halo">Go on with the set-up' in page
    assert "Go on with the set-up" not in home(world, bob)


def test_records_that_nobody_has_answered_for_lead_to_their_report(world, bob):
    run = with_a_question(world)
    page = home(world)
    assert ": 1 needs your answer." in page
    assert f'href="/settings/halo/runs/{run.id}?action=review">Answer' in page
    assert f'<a href="/settings/halo/runs/{run.id}">Companies, ' in page
    assert "ann: 1 new, 1 left out, 1 needs your answer" in page
    seen = home(world, bob)
    assert "Nothing waits for you." in seen
    assert "1 new, 1 left out" in seen
    assert "/settings" not in seen


def test_a_new_type_is_told_with_its_clients(world):
    world.theirs("Acme", type="Customer")
    world.imported()
    world.theirs("Bergmann", type="Supplier")
    world.theirs("Zuse", type="Supplier")
    world.run()
    page = home(world)
    assert "Companies: 1 new type, 2 clients in Halo." in page
    assert 'href="/settings/halo/companies/mapping">Answer' in page
    world.save_mapping()
    assert "new type" not in home(world)


def test_an_import_that_stopped_says_why(world):
    world.theirs("Acme")
    world.imported()
    begin_write()
    run = world.start()
    finishing.stop(run, "Halo no longer accepts the client secret")
    db.session.commit()
    page = home(world)
    assert "Halo no longer accepts the client secret." in page
    assert f'href="/settings/halo/runs/{run.id}">Go on or start again' in page


def test_an_import_that_asks_leads_to_its_question(world):
    world.map()
    begin_write()
    run = world.start()
    run.question = {"kind": "times"}
    db.session.commit()
    assert "Companies: the import waits for your answer." in home(world)


def test_the_msps_own_company_is_offered_until_somebody_has_answered(world):
    own = world.theirs("Acme IT")
    world.map()
    page = home(world)
    assert f"Acme IT (Halo client {own}) seems to be your own company." in page
    assert 'href="/settings/halo#own-company">Answer' in page
    visitor = world.app.test_client()
    visitor.post("/sign-in", data={"email": "ann@example.com", "password": "a long password"})
    visitor.post("/settings/halo/own-company", data={"do": "never", "halo_id": own})
    assert "seems to be your own company" not in home(world)


def test_the_own_company_is_looked_for_also_where_somebody_has_no_e_mail(world, bob):
    own = world.theirs("Acme IT")
    world.map()
    begin_write()
    people.add_user(world.account, None, "Former agent", [], None)
    db.session.commit()
    assert f"Acme IT (Halo client {own}) seems to be your own company." in home(world)
    assert "Nothing waits for you." in home(world, bob)


def test_needs_are_looked_for_only_where_their_page_may_be_opened(monkeypatch):
    asked = []
    monkeypatch.setattr(needs, "SOURCES", {})
    needs.source("secrets", opens="settings")(asked.append)
    assert needs.of(7, lambda endpoint: False) == []
    assert asked == []


def test_another_accounts_imports_are_not_told(world):
    with_a_question(world)
    _, cleo = world.new_account("Cleo's MSP", "cleo@example.com")
    assert "Nothing is here yet" in home(world, cleo.email)
