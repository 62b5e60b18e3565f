"""Signing in and out, and who may see what without."""

import subprocess
import sys

import pytest
from argon2 import PasswordHasher

from halo_admin.accounts import people
from halo_admin.accounts.models import User
from halo_admin.db import begin_write, db
from tests.importing.world import World
from tests.processes import ROOT

PASSWORD = "a long password"
OPEN = {
    "accounts.accept_invitation", "accounts.choose_password", "accounts.forgotten", "accounts.invitation",
    "accounts.new_password", "accounts.send_link", "accounts.sign_in", "favicon", "health.healthz", "metrics.metrics",
    "static",
}  # fmt: skip


@pytest.fixture
def world(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path, connect=False) as world:
        yield world


@pytest.fixture
def visitor(world):
    return world.app.test_client()


def sign_in(visitor, email="ann@example.com", password=PASSWORD, query=""):
    return visitor.post(f"/sign-in{query}", data={"email": email, "password": password})


def test_a_person_signs_in_with_e_mail_and_password_whatever_the_case_of_the_e_mail(visitor):
    assert sign_in(visitor, "ANN@Example.com ").status_code == 302
    assert visitor.get("/companies").status_code == 200


@pytest.mark.parametrize(("email", "password"), [("ann@example.com", "wrong"), ("nobody@example.com", PASSWORD)])
def test_a_wrong_password_and_an_unknown_e_mail_get_the_same_sentence(visitor, email, password):
    answer = sign_in(visitor, email, password)
    assert answer.status_code == 422
    assert "do not belong together" in answer.text
    assert visitor.get("/companies").status_code == 302


def test_what_was_left_blank_is_told_beside_it(visitor):
    answer = sign_in(visitor, "", "")
    assert "Type your e-mail address." in answer.text
    assert "Type your password." in answer.text


def test_signing_out_ends_the_session(visitor):
    sign_in(visitor)
    visitor.post("/sign-out")
    assert visitor.get("/companies").status_code == 302


def test_a_session_survives_a_restart_of_the_site(world, visitor, sqlite_url, tmp_path):
    sign_in(visitor)
    cookie = visitor.get_cookie("session")
    with World(sqlite_url, tmp_path, connect=False, make_account=False) as restarted:
        again = restarted.app.test_client()
        again.set_cookie("session", cookie.value)
        assert again.get("/companies").status_code == 200


def test_a_changed_password_ends_every_session(world, visitor):
    sign_in(visitor)
    begin_write()
    people.set_password(db.session.get(User, world.ann.id), "another long password")
    db.session.commit()
    assert visitor.get("/companies").status_code == 302
    assert sign_in(visitor, password="another long password").status_code == 302


def test_a_disabled_person_is_out_at_once(world, visitor):
    sign_in(visitor)
    begin_write()
    db.session.get(User, world.ann.id).active = False
    db.session.commit()
    assert visitor.get("/companies").status_code == 302
    assert sign_in(visitor).status_code == 422


def test_every_page_but_sign_in_health_and_static_needs_somebody(world, visitor):
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint in OPEN:
            continue
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(next(part for part in path.split("/") if f"{name}>" in part), "1")
        method = "GET" if "GET" in rule.methods else "POST"
        answer = visitor.open(path, method=method)
        assert (answer.status_code, "/sign-in" in answer.headers.get("Location", "")) == (302, True), path


def test_a_signed_out_fragment_sends_the_browser_to_the_sign_in_page(visitor):
    answer = visitor.get("/companies", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/sign-in")
    assert answer.text == ""


def test_after_signing_in_the_person_is_where_they_wanted_to_go(visitor):
    target = visitor.get("/companies?q=acme").headers["Location"]
    answer = visitor.post(target, data={"email": "ann@example.com", "password": PASSWORD})
    assert answer.headers["Location"] == "/companies?q=acme"


@pytest.mark.parametrize("elsewhere", [
    "https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", "/%09/evil.example",
    "%2F%2Fevil.example",
    "/%0A/evil.example", "%20//evil.example", "https:evil.example", "/%5C/evil.example", "///evil.example",
])  # fmt: skip
def test_after_signing_in_nobody_is_sent_to_another_site(visitor, elsewhere):
    answer = sign_in(visitor, query=f"?next={elsewhere}")
    assert answer.headers["Location"] == "/"


def test_a_password_is_kept_as_an_argon2_hash(world):
    assert db.session.get(User, world.ann.id).password_hash.startswith("$argon2id$")


def test_a_sites_passwords_cost_what_the_library_advises():
    told = "from halo_admin.accounts import people; print(people.HASHER.hash('x'), people._nobodys())"
    hashes = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not any(PasswordHasher().check_needs_rehash(one) for one in hashes.stdout.split())


@pytest.mark.parametrize(("email", "password", "sentence"), [
    ("not an address", PASSWORD, "no e-mail address"),
    ("ann@example.com", PASSWORD, "has a user already"),
    ("new@example.com", "short", "too short"),
])  # fmt: skip
def test_an_account_that_cannot_be_made_is_told_why(world, email, password, sentence):
    answer = world.app.test_cli_runner().invoke(
        args=["accounts", "create", "New", "--email", email, "--password-stdin"], input=f"{password}\n"
    )
    assert answer.exit_code == 1
    assert sentence in answer.output


def test_an_account_and_a_user_are_made_from_the_shell(world):
    runner = world.app.test_cli_runner()
    made = runner.invoke(
        args=["accounts", "create", "Bolt", "--email", "cleo@example.com", "--password-stdin", "--json"],
        input=f"{PASSWORD}\n",
    )
    assert made.output.startswith('{"account": 2, "user": 2}')
    added = runner.invoke(args=["accounts", "add-user", "--account", "2", "--email", "bob@example.com", "--name",
                                "Bob", "--role", "salesperson", "--json"])  # fmt: skip
    assert added.output.startswith('{"user": 3}')
    assert db.session.get(User, 3).roles == ["salesperson"]
