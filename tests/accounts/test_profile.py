"""My profile: name, password, and signing out everywhere."""

import re

import pytest

from tests.accounts.test_signing_in import PASSWORD, sign_in
from tests.importing.world import World

NEW = "another long password"


@pytest.fixture
def world(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path, connect=False) as world:
        yield world


@pytest.fixture
def ann(world):
    return signed_in(world)


def signed_in(world, password=PASSWORD):
    visitor = world.app.test_client()
    assert sign_in(visitor, password=password).status_code == 302
    return visitor


def change(visitor, current=PASSWORD, password=NEW):
    return visitor.post("/profile/password", data={"current": current, "password": password}, follow_redirects=True)


def test_the_person_menu_leads_to_the_profile(ann):
    assert 'href="/profile"' in ann.get("/companies").text
    assert "ann@example.com" in ann.get("/profile").text


def test_a_name_is_changed(ann):
    ann.post("/profile", data={"name": "  Ann   Archer "})
    assert "<strong>Ann Archer</strong>" in ann.get("/companies").text


@pytest.mark.parametrize("name", [" ", "x" * 201])
def test_a_name_nobody_has_is_told_beside_it_and_not_lost(ann, name):
    answer = ann.post("/profile", data={"name": name})
    assert answer.status_code == 422
    assert "Type your name, at most 200 characters." in answer.text
    assert f'value="{name}"' in answer.text
    assert "<strong>ann</strong>" in ann.get("/companies").text


def test_a_changed_password_signs_out_everywhere_else(world, ann):
    elsewhere = signed_in(world)
    assert "Your password is changed. Everywhere else you are signed out." in change(ann).text
    assert ann.get("/companies").status_code == 200
    assert elsewhere.get("/companies").status_code == 302
    assert signed_in(world, NEW)


def test_the_password_now_must_be_typed_and_is_counted(ann):
    for _ in range(5):
        answer = change(ann, current="wrong")
        assert answer.status_code == 422
        assert "This is not your password." in answer.text
    answer = change(ann)
    assert answer.status_code == 429
    assert "That was tried too often." in answer.text


@pytest.mark.parametrize(("password", "sentence"), [
    ("short", "This password is too short: use at least 10 characters."),
    ("password123", "This password is one of those that are tried first."),
])  # fmt: skip
def test_a_new_password_that_cannot_be_used_is_told_beside_it(world, ann, password, sentence):
    answer = change(ann, password=password)
    assert answer.status_code == 422
    assert re.search(rf'id="password-error">.*{sentence}', answer.text, re.DOTALL)
    assert signed_in(world)


def test_signing_out_everywhere_ends_every_session_this_one_too(world, ann):
    elsewhere = signed_in(world)
    answer = ann.post("/profile/sign-out-everywhere", follow_redirects=True)
    assert "You are signed out everywhere." in answer.text
    for visitor in (ann, elsewhere):
        assert visitor.get("/companies").status_code == 302
