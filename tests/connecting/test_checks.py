import re

import pytest
import sqlalchemy as sa
from redis import Redis

from halo_admin.connecting import checks
from halo_admin.connecting.models import Connection, ConnectionCheck
from halo_admin.connecting.opening import connected, connection_of, open_halo
from halo_admin.db import begin_write, db
from halo_admin.halo.companies import CLIENTS
from halo_admin.practice.credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET
from halo_admin.practice.server import PracticeHalo
from tests.connecting.conftest import SECRET, passed, saved


@pytest.fixture(scope="module")
def practice():
    with PracticeHalo(companies=20, contacts=10, rate="off") as halo:
        yield halo


@pytest.fixture
def halo(practice):
    practice.reset()
    practice.clear_faults()
    return practice


@pytest.fixture
def connection(ann, app, halo):
    app.config["HALO_ALLOW_PRIVATE_HOSTS"] = True
    return saved(ann, url=halo.url, client_id=PRACTICE_CLIENT_ID, secret=PRACTICE_CLIENT_SECRET)


def checked(connection):
    check = checks.new(connection)
    checks.run(check.id)
    return db.session.get(ConnectionCheck, check.id)


def line(check, key):
    return next(line for line in check.lines if line["key"] == key)


def test_a_passed_check_connects_and_names_the_agent(connection):
    assert not connected(connection.account_id)
    check = checked(connection)
    assert check.state == "passed", check.lines
    assert [line["key"] for line in check.lines] == [
        "sign-in", "agents", "clients", "sites", "users", "opportunities", "statuses", "customer-types", "notes",
    ]  # fmt: skip
    assert connected(connection.account_id)
    assert connection.agent_name
    assert connection.agent_is_person is False


def test_an_agent_that_is_a_person_is_told(connection, halo):
    halo.switches.turn("api_agent", "person")
    check = checked(connection)
    assert connection.agent_is_person is True
    assert line(check, "sign-in")["warning"]


def test_a_list_that_may_not_be_read_fails_its_own_line_only(connection, halo):
    halo.set_fault("forbidden", match="/Site")
    check = checked(connection)
    assert check.state == "failed"
    assert [line["key"] for line in check.lines if line["ok"] is False] == ["sites"]
    assert "read:customers" in line(check, "sites")["text"]
    assert not connected(connection.account_id)


@pytest.mark.parametrize(
    ("fault", "told"),
    [("token-error", "agent to log in as"), ("token-redirect", "login page"), ("token-revoked", "client secret")],
)
def test_what_is_wrong_with_signing_in_is_told(connection, halo, fault, told):
    halo.set_fault(fault)
    check = checked(connection)
    assert told in line(check, "sign-in")["text"]
    assert [line["text"] for line in check.lines[1:]] == ["Not checked."] * 8


def test_a_failed_check_ends_being_connected(connection, halo):
    passed(connection)
    halo.set_fault("unauthorized", match="/Client")
    checked(connection)
    assert not connected(connection.account_id)


def test_a_host_that_does_not_answer_is_told(connection, app):
    saved_elsewhere(connection, "http://127.0.0.1:9")
    assert "does not accept connections" in line(checked(connection), "sign-in")["text"]


def saved_elsewhere(connection, url):
    begin_write()
    connection.url = url
    db.session.commit()


def test_a_missing_tenant_is_told(connection, halo):
    halo.switches.turn("tenant_required", "acme")
    assert "needs the tenant" in line(checked(connection), "sign-in")["text"]


def test_a_401_that_stays_after_a_fresh_token_is_a_missing_permission(connection, halo):
    halo.set_fault("unauthorized", match="/Users")
    check = checked(connection)
    assert "permission" in line(check, "users")["text"]
    assert halo.stats()["routes"]["GET /Users"] == 2


def test_a_private_address_is_not_asked(connection, app, halo):
    app.config["HALO_ALLOW_PRIVATE_HOSTS"] = False
    saved_elsewhere(connection, halo.url.replace("http://", "https://"))
    assert "private network" in line(checked(connection), "sign-in")["text"]
    assert halo.stats()["requests"] == 0


def test_the_secret_is_not_logged(connection, ann, caplog, capsys):
    caplog.set_level("DEBUG")
    checked(connection)
    checked(saved(ann, url=connection.url, client_id=PRACTICE_CLIENT_ID, secret=SECRET))
    printed = capsys.readouterr()
    assert not any(
        secret in text
        for secret in (PRACTICE_CLIENT_SECRET, SECRET)
        for text in (caplog.text, printed.out, printed.err)
    )


def test_without_a_secret_the_check_says_so(connection):
    begin_write()
    connection.secret = None
    db.session.commit()
    assert "No client secret is saved" in checked(connection).stopped


def test_a_used_up_limit_is_told_with_the_time_to_wait(connection, halo):
    halo.set_fault("throttled", times=1, retry_after="40")
    assert re.search(r"Check again in (40|3\d) seconds", checked(connection).stopped)


def test_credentials_changed_while_a_check_ran_are_not_connected_by_it(connection, ann):
    check = checks.new(connection)
    saved(ann, url=connection.url, client_id=PRACTICE_CLIENT_ID, secret="another secret of some length")
    checks.run(check.id)
    assert not connected(ann.account_id)
    assert checks.latest(connection_of(ann.account_id)) is None


def test_without_redis_a_check_says_what_to_start(connection):
    check = checks.start(connection)
    assert check.state == "failed"
    assert "make run" in check.stopped


def test_pressing_twice_gives_the_check_that_is_live(connection, app, redis_url):
    app.config["REDIS_URL"] = redis_url
    assert checks.start(connection).id == checks.start(connection).id


def test_a_check_that_lost_its_worker_is_live_no_more(connection, app, redis_url):
    app.config["REDIS_URL"] = redis_url
    check = checks.start(connection)
    app.config["LEASE_SECONDS"] = 0.0
    assert not checks.is_live(check)
    assert checks.start(connection).id != check.id


def test_the_job_carries_no_secret(connection, app, redis_url):
    app.config["REDIS_URL"] = redis_url
    check = checks.start(connection)
    kept = Redis.from_url(redis_url)
    everything = b"".join(
        b"".join(kept.hgetall(key).values()) for key in kept.keys("rq:job:*") if kept.type(key) == b"hash"
    )
    assert f"check-{check.id}".encode() in b"".join(kept.keys("rq:job:*"))
    assert PRACTICE_CLIENT_SECRET.encode() not in everything
    assert connection.secret not in everything


def test_the_token_is_kept_encrypted_and_used_again(connection, halo):
    checked(connection)
    kept = db.session.scalar(sa.select(Connection.token))
    assert kept is not None
    assert b"until" not in kept
    before = halo.stats()
    with open_halo(connection_of(connection.account_id), "exports") as opened:
        db.session.rollback()
        opened.page(CLIENTS, 1)
    assert tokens(halo.stats()) == tokens(before)


def tokens(stats):
    return {route: count for route, count in stats["routes"].items() if "token" in route}


def test_two_accounts_check_apart(connection, cleo):
    saved(cleo, url=connection.url, client_id=PRACTICE_CLIENT_ID, secret="a wrong secret, long enough")
    checked(connection)
    assert connected(connection.account_id)
    assert not connected(cleo.account_id)


def test_a_check_never_gets_the_number_of_an_older_one(connection, app, redis_url):
    app.config["REDIS_URL"] = redis_url
    check = checks.start(connection)
    begin_write()
    db.session.delete(check)
    db.session.commit()
    again = checks.start(connection)
    assert Redis.from_url(redis_url).exists(f"rq:job:check-{again.id}")
    assert Redis.from_url(redis_url).llen("rq:queue:exports") == 2
