"""halo-api.md 5.2: sign-in, throttling, servers and lines."""

import time
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.waiting import until


def test_tokens_can_end_in_mid_run(halo, halo_says):
    halo.set_fault("token-expired", after=2)
    statuses = [halo_says.get("/Status").status_code for _ in range(4)]
    assert statuses == [200, 200, 401, 401]
    halo_says.hold_token()
    assert halo_says.get("/Status").status_code == 200


def test_the_application_can_be_revoked(halo, halo_says):
    halo_says.hold_token()
    halo.set_fault("token-revoked")
    assert halo_says.get("/Status").status_code == 401
    assert halo_says.sign_in().json()["error"] == "invalid_client"


def test_one_list_can_be_forbidden_for_ever(halo, halo_says):
    halo.set_fault("unauthorized", match="/Site")
    halo.set_fault("forbidden", match="/Users")
    for _ in range(2):
        halo_says.hold_token()
        answers = [halo_says.get(path) for path in ("/Site", "/Users", "/Client")]
        assert [answer.status_code for answer in answers] == [401, 403, 200]
    assert answers[0].content == b""
    assert answers[1].headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(("name", "status"), [("token-error", 500), ("token-html", 200), ("token-redirect", 302)])
def test_the_token_request_can_fail_in_html(halo, halo_says, name, status):
    halo.set_fault(name)
    answer = halo_says.sign_in()
    assert answer.status_code == status
    assert b"access_token" not in answer.content
    assert halo_says.http.get("/api/authinfo").status_code == 200


def test_a_token_can_come_without_its_life(halo, halo_says):
    halo.set_fault("token-without-expiry")
    assert "expires_in" not in halo_says.sign_in().json()


@pytest.mark.parametrize("wait", ["none", "seconds", "date", "0", "86400", "soon"])
def test_429_comes_with_any_retry_after(halo, halo_says, wait):
    halo.set_fault("throttled", retry_after=wait, seconds=7, times=2)
    answers = [halo_says.sign_in() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    header = answers[0].headers.get("retry-after")
    if wait == "date":
        assert parsedate_to_datetime(header)
    else:
        assert header == {"none": None, "seconds": "7"}.get(wait, wait)


@pytest.mark.parametrize(
    ("body", "kind"), [("text", "text/plain"), ("json", "application/json"), ("html", "text/html")]
)
def test_429_comes_with_any_body(halo, halo_says, body, kind):
    halo.set_fault("throttled", body=body)
    answer = halo_says.sign_in()
    assert answer.headers["content-type"].startswith(kind)
    assert "Rate Limit Reached" in answer.text


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_servers_and_proxies_fail_with_html_json_or_nothing(halo, halo_says, status):
    for body, word in (("html", "<h1>"), ("json", "ClassName"), ("none", "")):
        halo.set_fault("server-error", status=status, body=body, times=1, match="/Status")
        answer = halo_says.get("/Status")
        assert answer.status_code == status
        assert word in answer.text


def test_an_answer_can_be_slow_although_the_work_is_done(halo, halo_says):
    halo_says.hold_token()
    halo.set_fault("slow", seconds=60, method="POST")
    with pytest.raises(httpx.ReadTimeout):
        halo_says.http.post("/api/Client", json=[{"name": "Delta"}], timeout=0.3)
    # nobody waits for the answer any more, and the work goes on
    until(lambda: "Delta" in [row["name"] for row in halo_says.page("/Client")["clients"]])


def test_a_body_can_trickle(halo, halo_says):
    halo_says.hold_token()
    whole = halo_says.get("/Client").content
    halo.set_fault("trickle", seconds=0.4)
    began = time.monotonic()
    assert halo_says.get("/Client").content == whole
    assert time.monotonic() - began >= 0.35


@pytest.mark.parametrize(
    ("name", "error"),
    [("reset", httpx.ReadError), ("hang-up", httpx.RemoteProtocolError), ("cut-body", httpx.RemoteProtocolError),
     ("broken-gzip", httpx.DecodingError)],
)  # fmt: skip
def test_a_connection_can_break(halo, halo_says, name, error):
    halo_says.hold_token()
    halo.set_fault(name, times=1)
    with pytest.raises(error):
        halo_says.get("/Client")
    assert halo_says.get("/Client").status_code == 200


@pytest.mark.parametrize("name", ["truncated-json", "empty-body", "html-body", "bom"])
def test_an_answer_of_200_can_hold_no_json(halo, halo_says, name):
    halo_says.hold_token()
    halo.set_fault(name)
    answer = halo_says.get("/Client")
    assert answer.status_code == 200
    starts = {"truncated-json": b'{"', "empty-body": b"", "html-body": b"<!DOCTYPE", "bom": b"\xef\xbb\xbf{"}
    assert answer.content.startswith(starts[name])
    if name != "bom":
        with pytest.raises(ValueError):
            answer.json()


def test_json_can_say_it_is_html(halo, halo_says):
    halo_says.hold_token()
    halo.set_fault("wrong-content-type")
    answer = halo_says.get("/Client")
    assert answer.headers["content-type"].startswith("text/html")
    assert b'"clients":' in answer.content
