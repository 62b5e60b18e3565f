"""What every page is made of: where one can go, errors as pages and fragments, fields that tell their mistakes."""

import re

import pytest
from flask import render_template_string

from halo_admin.accounts import people
from halo_admin.db import begin_write, db
from tests.accounts.test_signing_in import sign_in
from tests.importing.world import World


@pytest.fixture
def world(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path, connect=False) as world:
        yield world


@pytest.fixture
def ann(world):
    visitor = world.app.test_client()
    sign_in(visitor)
    return visitor


def test_an_htmx_request_gets_an_error_as_a_fragment(ann):
    answer = ann.get("/companies/999", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert "<html" not in answer.text


def test_the_settings_have_a_column_of_their_own_and_mark_where_one_is(ann):
    page = ann.get("/settings/halo").text
    column = page.partition('class="settings-column"')[2].partition("</nav>")[0]
    assert 'href="/settings/halo" aria-current="page"' in column
    assert 'class="settings-column"' not in ann.get("/companies").text


def test_the_plain_address_leads_home_and_to_the_sign_in_without_anybody(world, ann):
    assert world.app.test_client().get("/").location.startswith("/sign-in")
    assert '<h1 class="page-title">Home</h1>' in ann.get("/").text
    assert ann.get("/settings/").location == "/settings/account"


def test_the_bars_have_their_places_in_groups_and_mark_where_one_is(ann):
    page = ann.get("/lists").text
    bar = page.partition('<nav aria-label="Main">')[2].partition("</nav>")[0]
    assert re.findall(r"<h2>(.*)</h2>|<span>(.*)</span>", bar)[:5] == [
        ("", "Home"), ("Contacts", ""), ("", "Contacts"), ("", "Companies"), ("", "Lists"),
    ]  # fmt: skip
    assert re.findall(r'href="([^"]*)" aria-current="page"', bar) == ["/lists"]
    phone = page.partition('<nav class="bottom-bar"')[2].partition("</nav>")[0]
    assert re.findall(r"<span>(.*)</span>", phone)[:3] == ["Home", "Companies", "Contacts"]
    beside = page.partition('<nav class="group-links"')[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]*)"', beside) == ["/contacts", "/companies", "/lists"]
    assert '<nav class="group-links"' not in ann.get("/").text


def test_people_without_the_right_see_no_settings(world):
    begin_write()
    people.add_user(world.account, "bob@example.com", "Bob", ["salesperson"], "a long password")
    db.session.commit()
    bob = world.app.test_client()
    bob.post("/sign-in", data={"email": "bob@example.com", "password": "a long password"})
    page = bob.get("/companies").text
    assert "Sign out" in page
    assert "Account Settings" not in page


def test_a_wrong_field_is_tied_to_its_message(world):
    with world.app.test_request_context():
        field = render_template_string(
            '{% import "_macros.html" as ui %}{{ ui.field("url", "Address", "x", help="Its own.", error="No.") }}'
        )
    assert 'aria-invalid="true" aria-describedby="url-error url-help"' in field
    assert 'id="url-error"' in field


def test_a_password_is_never_sent_back(world):
    with world.app.test_request_context():
        field = render_template_string(
            '{% import "_macros.html" as ui %}{{ ui.field("secret", "Secret", "hush", type="password") }}'
        )
    assert "hush" not in field


def test_what_people_typed_is_never_markup(world):
    with world.app.test_request_context():
        field = render_template_string(
            '{% import "_macros.html" as ui %}{{ ui.field("name", "Name", value, error=value) }}', value='"><b>'
        )
    assert "<b>" not in field


LONG = "9" * 5000


@pytest.mark.parametrize(
    "address",
    ["/files?before=-99999999999999999999", f"/files?before={LONG}", f"/settings/halo/left-out?after={LONG}",
     f"/settings/halo/history?after={LONG}&who={LONG}", f"/audit?before={LONG}"],
)  # fmt: skip
def test_numbers_that_are_none_are_left_aside(world, address):
    assert signed_in(world).get(address).status_code in (200, 404)


def test_forms_with_numbers_that_are_none_are_answered(world):
    acme = world.ours("Acme")
    client = signed_in(world)
    for way, data, code in (
        ("delete", {"version": LONG}, 409),
        ("link", {"halo_record": LONG}, 409),
        ("unlink", {"linked": LONG}, 409),
    ):
        assert client.post(f"/companies/{acme}/{way}", data=data).status_code == code
    assert client.post("/settings/halo/left-out", data={"record_id": LONG}).status_code == 404


def test_what_is_too_large_is_told_with_how_much_is_taken(world):
    world.app.config["MAX_CONTENT_LENGTH"] = 2 * 2**20
    answer = signed_in(world).post("/files/new", data={"kind": "x" * (3 * 2**20)})
    assert answer.status_code == 413
    assert "at most 2 MB are taken at once" in answer.text


def signed_in(world):
    client = world.app.test_client()
    client.post("/sign-in", data={"email": "ann@example.com", "password": "a long password"})
    return client
