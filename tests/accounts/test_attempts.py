"""Wrong passwords are counted: floods wait, longer and longer, and nobody can tell who is here by trying."""

import re

import pytest
import sqlalchemy as sa

from halo_admin.accounts import attempts, people
from halo_admin.audit.models import AuditEntry
from halo_admin.db import db
from tests.accounts.test_signing_in import PASSWORD, sign_in
from tests.importing.world import World
from tests.servers import Redis


@pytest.fixture
def world(sqlite_url, tmp_path, redis_url, monkeypatch):
    monkeypatch.setattr(attempts, "SECONDS", 60)  # a slow answer is no Redis that is away
    with World(sqlite_url, tmp_path, connect=False, REDIS_URL=redis_url) as world:
        yield world


def flood(visitor, email="ann@example.com", tries=5):
    return [sign_in(visitor, email, "wrong").status_code for _ in range(tries)]


def noted(kind):
    db.session.rollback()
    found = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.kind == kind).order_by(AuditEntry.id))
    return [(one.said, one.by_name, one.place, one.account_id) for one in found]


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
def test_after_five_wrong_passwords_the_next_must_wait_whether_the_e_mail_is_known_or_not(world, email):
    visitor = world.app.test_client()
    assert flood(visitor, email) == [422] * 5
    answer = sign_in(visitor, f" {email.upper()} ", PASSWORD)
    assert answer.status_code == 429
    assert re.search(r"That was tried too often. Wait (1 min|\d\d s), then try again.", answer.text)
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert visitor.get("/companies").status_code == 302


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
def test_an_e_mail_that_nobody_has_costs_as_much_work_as_a_wrong_password(world, email, monkeypatch):
    hashed, real = [], people.HASHER

    class Counting:
        def verify(self, *given):
            hashed.append(given)
            return real.verify(*given)

    monkeypatch.setattr(people, "HASHER", Counting())
    assert sign_in(world.app.test_client(), email, "wrong").status_code == 422
    assert (len(hashed), len(noted("failed"))) == (1, 1)


def test_who_waits_keeps_nobody_else_out(world):
    begin_with = world.app.test_client()
    flood(begin_with)
    world.new_account("Cleo's MSP", "cleo@example.com")
    assert sign_in(begin_with, "cleo@example.com").status_code == 302


def test_the_wait_grows_with_every_row_of_wrong_passwords(world):
    who = attempts.e_mail("ann@example.com")
    waits = [attempts.count(who) for _ in range(20)]
    assert waits[3] == 0
    assert 50 <= waits[4] <= 60
    assert 590 <= waits[9] <= 600
    assert 3590 <= waits[19] <= 3600


def test_the_right_password_starts_the_count_anew(world):
    visitor = world.app.test_client()
    for _ in range(3):
        flood(visitor, tries=4)
        assert sign_in(visitor).status_code == 302
        visitor.post("/sign-out")


def test_an_address_that_tries_many_e_mails_must_wait_as_well(world):
    visitor = world.app.test_client()
    assert {sign_in(visitor, f"user{number}@example.com", "wrong").status_code for number in range(20)} == {422}
    assert sign_in(visitor).status_code == 429
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    form = {"email": "ann@example.com", "password": PASSWORD}
    assert visitor.post("/sign-in", data=form, environ_overrides=elsewhere).status_code == 302


def test_guessing_links_is_counted_as_well(world):
    visitor = world.app.test_client()
    assert {visitor.get(f"/invitation/guess-{number}").status_code for number in range(20)} == {404}
    answer = visitor.get("/password/guess")
    assert answer.status_code == 429
    assert "That was tried too often." in answer.text


@pytest.mark.parametrize(("text", "counted"), [
    ("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), (None, "unknown"),
    ("unix:", "unknown"),
])  # fmt: skip
def test_an_ipv6_address_is_counted_by_the_part_a_provider_hands_out(text, counted):
    assert attempts.address(text)[1] == counted


def test_every_failure_is_noted_for_the_account_it_was_about_and_the_one_that_must_wait_is_told(world):
    visitor = world.app.test_client()
    flood(visitor)
    flood(visitor, "nobody@example.com", tries=1)
    *first, fifth, other = noted("failed")
    assert first == [("Typed a wrong password", "ann@example.com", "127.0.0.1", world.account.id)] * 4
    assert fifth[0] == "Typed a wrong password; after so many of them, the next must wait"
    assert other == ("Typed a wrong password", "nobody@example.com", "127.0.0.1", None)


def test_without_redis_this_process_counts_and_admins_are_told(sqlite_url, tmp_path):
    server = Redis()
    try:
        with World(sqlite_url, tmp_path, connect=False, REDIS_URL=server.url) as world:
            ann, visitor = world.app.test_client(), world.app.test_client()
            sign_in(ann)
            assert attempts.AWAY not in ann.get("/settings/users").text
            server.process.end_at_once()
            assert flood(visitor) == [422] * 5
            assert sign_in(visitor).status_code == 429
            assert attempts.AWAY in ann.get("/settings/users").text
            server.start()
            assert attempts.AWAY not in ann.get("/settings/users").text
            assert sign_in(visitor).status_code == 302, "nobody is locked out for what Redis did not hear of"
    finally:
        server.stop()


@pytest.mark.parametrize("email", ["\0", "ann@example.com\0", "ä" * 3000, "a b"])
def test_what_no_e_mail_is_gets_the_same_answer(sqlite_url, postgres_url, tmp_path, email):
    with World(postgres_url, tmp_path, connect=False) as world:
        answer = sign_in(world.app.test_client(), email, "wrong\0")
        assert (answer.status_code, "do not belong together" in answer.text) == (422, True)
