"""A token is got once, shared, replaced early; each way to be refused one has its own sentence (halo-api.md 1.4)."""

import json
import logging
import time
from urllib.parse import parse_qs

import httpx
import pytest

from halo_admin.halo.agents import AGENTS
from halo_admin.halo.companies import CLIENTS, SITES
from halo_admin.halo.errors import HaloBusy, HaloDown, HaloRefused
from halo_admin.halo.tokens import Kept, Token

from .told import SECRET, URL, clients, exception, token_answer

HTML = httpx.Response(200, html="<html><title>Sign in</title></html>")


def opens(wire):
    return wire.get(f"{URL}/api/Client").mock(return_value=clients())


def bearer(call):
    return call.request.headers["authorization"].removeprefix("Bearer ")


def test_the_token_request_is_a_form_with_the_client_credentials(wire, halo):
    opens(wire)
    halo.page(CLIENTS, 1)
    request = wire["token"].calls.last.request
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(request.content.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["client-id"],
        "client_secret": [SECRET],
        "scope": ["all"],
    }
    assert not request.url.query


def test_the_tenant_and_another_authorisation_server_are_used_where_given(wire, make_halo):
    opens(wire)
    asked = wire.post("https://auth.halo.example/auth/token?tenant=acme").mock(return_value=token_answer())
    make_halo(auth_url="https://auth.halo.example/auth", tenant="acme", scope="read:customers").page(CLIENTS, 1)
    assert parse_qs(asked.calls.last.request.content.decode())["scope"] == ["read:customers"]


def test_one_token_serves_many_requests(wire, halo):
    opens(wire)
    for _ in range(3):
        halo.page(CLIENTS, 1)
    assert wire["token"].call_count == 1


def test_a_token_is_shared_through_the_store(wire, make_halo):
    opens(wire)
    store = Kept()
    make_halo(tokens=store).page(CLIENTS, 1)
    make_halo(tokens=store).page(CLIENTS, 1)
    assert wire["token"].call_count == 1


def test_a_stored_token_that_has_run_out_is_replaced(wire, make_halo):
    asked, store = opens(wire), Kept()
    store.save(Token("old", time.time() - 1))
    make_halo(tokens=store).page(CLIENTS, 1)
    assert bearer(asked.calls.last) != "old"
    assert store.load().value == bearer(asked.calls.last)


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (3600, 3540),
        ("3600", 3540),
        (3600.0, 3540),
        (60, 30),
        (None, 3540),
        ("soon", 3540),
        ([3600], 3540),
        (0, 3540),
        (-1, 3540),
        ("nan", 3540),
        (10**12, 24 * 3600 - 60),
    ],
)
def test_a_token_is_replaced_early_whatever_type_its_life_has(wire, make_halo, expires_in, seconds):
    store = Kept()
    wire["token"].mock(return_value=token_answer(expires_in=expires_in))
    make_halo(tokens=store).sign_in()
    assert store.load().until == pytest.approx(time.time() + seconds, abs=5)


def test_a_token_without_a_life_is_taken_to_last_an_hour(wire, make_halo):
    store = Kept()
    wire["token"].mock(return_value=httpx.Response(200, json={"access_token": "t"}))
    make_halo(tokens=store).sign_in()
    assert store.load().until == pytest.approx(time.time() + 3540, abs=5)


def test_a_token_that_ends_at_once_is_used_at_once(wire, halo):
    wire["token"].mock(side_effect=lambda request: token_answer(expires_in=1e-9))
    opens(wire)
    halo.page(CLIENTS, 1)
    halo.page(CLIENTS, 1)
    assert wire["token"].call_count == 2


def test_a_401_gets_one_fresh_token_and_the_request_is_sent_again(wire, make_halo):
    store = Kept()
    store.save(Token("revoked", time.time() + 1000))
    asked = wire.get(f"{URL}/api/Client").mock(
        side_effect=lambda request: (
            httpx.Response(401) if request.headers["authorization"] == "Bearer revoked" else clients()
        )
    )
    make_halo(tokens=store).page(CLIENTS, 1)
    assert (asked.call_count, wire["token"].call_count) == (2, 1)


def test_a_401_first_tries_the_token_another_process_has_stored_meanwhile(wire, make_halo):
    store = Kept()
    store.save(Token("first", time.time() + 1000))
    halo = make_halo(tokens=store)
    asked = opens(wire)
    halo.page(CLIENTS, 1)
    store.save(Token("second", time.time() + 1000))
    asked.mock(
        side_effect=lambda request: (
            clients() if request.headers["authorization"] == "Bearer second" else httpx.Response(401)
        )
    )
    halo.page(CLIENTS, 1)
    assert wire["token"].call_count == 0


def test_a_fresh_token_that_another_process_has_just_replaced_is_no_lack_of_permission(wire, make_halo):
    store = Kept()

    def replaced(request):
        store.save(Token("theirs", time.time() + 1000))
        return clients() if request.headers["authorization"] == "Bearer theirs" else httpx.Response(401)

    wire.get(f"{URL}/api/Client").mock(side_effect=replaced)
    make_halo(tokens=store).page(CLIENTS, 1)
    assert wire["token"].call_count == 1


def test_a_401_that_stays_after_one_fresh_token_is_a_lack_of_permission(wire, make_halo):
    store = Kept()
    store.save(Token("known", time.time() + 1000))
    asked = wire.get(f"{URL}/api/Client").mock(return_value=httpx.Response(401))
    with pytest.raises(HaloRefused, match=r"no permission to read clients.*“read:customers”.*agent to log in as"):
        make_halo(tokens=store).page(CLIENTS, 1)
    assert (asked.call_count, wire["token"].call_count) == (2, 1)


def test_a_first_token_that_is_refused_is_replaced_once_too(wire, halo):
    asked = wire.get(f"{URL}/api/Client").mock(side_effect=[httpx.Response(401), clients()])
    halo.page(CLIENTS, 1)
    assert (asked.call_count, wire["token"].call_count) == (2, 2)
    asked.mock(return_value=httpx.Response(401))
    with pytest.raises(HaloRefused):
        halo.page(CLIENTS, 1)
    assert wire["token"].call_count == 3


def test_a_403_is_a_lack_of_permission_at_once(wire, halo):
    asked = wire.get(f"{URL}/api/Site").mock(return_value=httpx.Response(403, html="<h1>Forbidden</h1>"))
    with pytest.raises(HaloRefused, match="no permission to read sites"):
        halo.page(SITES, 1)
    assert asked.call_count == 1


def test_where_no_scope_exists_the_agents_own_rights_are_named(wire, halo):
    wire.get(f"{URL}/api/Agent").mock(return_value=httpx.Response(403))
    with pytest.raises(HaloRefused, match="application is active, and that its agent to log in as may see agents"):
        halo.rows(AGENTS)


def error(status, code, words="It is so."):
    return httpx.Response(status, json={"error": code, "error_description": words})


REFUSALS = {
    "a wrong id or secret": (error(401, "invalid_client"), "does not know this client ID, or the client secret"),
    "an unknown scope": (error(400, "invalid_scope"), "lacks a permission that is asked for"),
    "a wrong kind of sign-in": (error(400, "unsupported_grant_type"), "Client ID and Secret"),
    "a kind not allowed": (error(400, "unauthorized_client"), "Client ID and Secret"),
    "something else": (error(400, "invalid_request"), r"refuses these credentials\. Halo says: “It is so\.”"),
    "an empty 403": (httpx.Response(403), "refuses these credentials"),
    "no agent to log in as": (
        httpx.Response(500, html="<h1>Error</h1>"),
        r"no “agent to log in as”.*If one is chosen there, Halo probably needs the tenant",
    ),
    "a tenant problem": (
        httpx.Response(500, json=exception("No tenant")),
        r"^Halo's sign-in fails: Halo probably needs the tenant.*“No tenant”",
    ),
    "a login page": (httpx.Response(302, headers={"location": "/login"}), "leads to a login page"),
    "a web page": (HTML, "a web page instead of a token"),
    "no token": (httpx.Response(200, json={"ok": True}), "answers without a token"),
    "a token that is none": (httpx.Response(200, json={"access_token": 7}), "answers without a token"),
    "a token that breaks headers": (httpx.Response(200, json={"access_token": "a\r\nb"}), "answers without a token"),
    "no such page": (httpx.Response(404), "no sign-in at this authorisation server"),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_each_refused_sign_in_has_its_own_sentence(wire, halo, what):
    answer, sentence = REFUSALS[what]
    wire["token"].mock(return_value=answer)
    with pytest.raises(HaloRefused, match=sentence):
        halo.page(CLIENTS, 1)


def test_a_wrong_tenant_is_told_where_one_was_given(wire, make_halo):
    wire["token"].mock(return_value=httpx.Response(500))
    with pytest.raises(HaloRefused, match="tenant is probably not the right one"):
        make_halo(tenant="acne").sign_in()
    assert wire["token"].calls.last.request.url.query == b"tenant=acne"


def test_a_sign_in_that_is_down_may_work_later(wire, halo):
    wire["token"].mock(return_value=httpx.Response(503, html="<h1>Down</h1>"))
    with pytest.raises(HaloDown, match="does not work at the moment"):
        halo.sign_in()
    assert wire["token"].call_count == 3


@pytest.mark.parametrize("answer", [httpx.Response(200), httpx.Response(200, text='{"access_token":"ab')])
def test_a_sign_in_that_answers_in_pieces_may_work_later(wire, halo, answer):
    wire["token"].mock(return_value=answer)
    with pytest.raises(HaloDown, match="something that cannot be read"):
        halo.sign_in()


def test_too_many_sign_ins_are_busy(wire, halo):
    wire["token"].mock(return_value=httpx.Response(429, headers={"retry-after": "30"}))
    with pytest.raises(HaloBusy) as busy:
        halo.sign_in()
    assert busy.value.until.timestamp() == pytest.approx(time.time() + 30, abs=5)


def test_signing_in_for_a_check_asks_for_a_new_token_whatever_is_stored(wire, make_halo):
    store = Kept()
    store.save(Token("stored", time.time() + 1000))
    make_halo(tokens=store).sign_in()
    assert store.load().value != "stored"


def everything_said(error):
    while error is not None:
        yield f"{error!r} {error} {error.args}"
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("answer", [answer for answer, _sentence in REFUSALS.values()])
def test_no_secret_shows_in_errors_reprs_or_logs(wire, halo, caplog, answer):
    caplog.set_level(logging.DEBUG)
    wire["token"].mock(return_value=answer)
    with pytest.raises(HaloRefused) as refused:
        halo.sign_in()
    said = " ".join(everything_said(refused.value)) + repr(halo) + caplog.text
    assert SECRET not in said
    assert "Basic" not in said


def test_a_secret_or_token_that_halo_repeats_does_not_show(wire, halo):
    wire["token"].mock(return_value=error(401, "invalid_client", f"Wrong: {SECRET}"))
    with pytest.raises(HaloRefused) as refused:
        halo.sign_in()
    assert SECRET not in " ".join(everything_said(refused.value))
    wire["token"].mock(return_value=token_answer(access_token="very-secret-token"))
    wire.get(f"{URL}/api/Client").mock(return_value=httpx.Response(400, json="bad very-secret-token"))
    with pytest.raises(Exception, match="bad …") as rejected:
        halo.page(CLIENTS, 1)
    assert "very-secret-token" not in " ".join(everything_said(rejected.value))


def test_a_token_does_not_show_itself():
    token = Token("very-secret-token", 1000.0)
    assert "secret" not in repr(token) + str(token) + json.dumps(list(token.__rich_repr__()))
