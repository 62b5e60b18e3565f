"""The session's cookie: who can read it, where it travels, and when it ends."""

import time

import pytest

from tests.accounts.test_signing_in import PASSWORD, sign_in
from tests.importing.world import World

FORM = {"email": "ann@example.com", "password": PASSWORD}


@pytest.fixture
def world(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path, connect=False) as world:
        yield world


def cookie(answer):
    return next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("session="))


def test_scripts_and_other_sites_get_no_cookie(world):
    told = cookie(sign_in(world.app.test_client()))
    assert "HttpOnly" in told
    assert "SameSite=Lax" in told
    assert "Secure" not in told


def test_by_https_the_cookie_and_the_site_stay_with_https(world):
    visitor = world.app.test_client()
    answer = visitor.post("/sign-in", data=FORM, base_url="https://localhost")
    assert "Secure" in cookie(answer)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize(("proxies", "secure"), [(0, False), (1, True)])
def test_a_web_server_in_front_is_believed_only_where_it_is_trusted(sqlite_url, tmp_path, proxies, secure):
    with World(sqlite_url, tmp_path, connect=False, TRUSTED_PROXIES=proxies) as world:
        told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
        answer = world.app.test_client().post("/sign-in", data=FORM, headers=told)
        assert ("Secure" in cookie(answer)) == secure
        visitor = world.app.test_client()
        visitor.post("/sign-in", data=FORM | {"password": "wrong"}, headers=told)
        sign_in(visitor)
        page = visitor.get("/settings/audit").text
        assert ("203.0.113.7" in page, "198.51.100.1" in page) == (secure, False)


def test_a_session_ends_so_many_hours_after_signing_in_however_much_it_is_used(world):
    visitor = world.app.test_client()
    sign_in(visitor)
    assert visitor.get("/companies").status_code == 200
    with visitor.session_transaction() as session:
        session["since"] = time.time() - world.app.config["SESSION_HOURS"] * 3600 + 60
    assert visitor.get("/companies").status_code == 200
    with visitor.session_transaction() as session:
        session["since"] -= 120
    assert visitor.get("/companies").location.startswith("/sign-in")


def test_nothing_of_the_session_before_signing_in_stays(world):
    visitor = world.app.test_client()
    with visitor.session_transaction() as session:
        session["csrf_token"] = session["planted"] = "by somebody else"
    sign_in(visitor)
    with visitor.session_transaction() as session:
        assert session.get("csrf_token") != "by somebody else"
        assert "planted" not in session
