"""The client asks for pages and records, tries again only where it may help, and names what went wrong."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from halo_admin.halo.companies import CLIENTS, CUSTOMER_TYPES, SITES, customer_types
from halo_admin.halo.errors import HaloBusy, HaloDown, HaloRefused, HaloRejected
from halo_admin.halo.places import Unlimited, seconds_in
from halo_admin.records import Client, TypeValue, Unreadable

from .told import URL, client_row, clients, exception, site_row

CLIENT_LIST = f"{URL}/api/Client"
ONE = f"{URL}/api/Client/21"


class Ledger:
    """A quota that notes what is asked of it; room is how many requests it lets through."""

    def __init__(self, room=1000):
        self.room, self.events = room, []

    @contextmanager
    def request(self):
        if not self.room:
            raise HaloBusy(datetime.now(UTC) + timedelta(seconds=40))
        self.room -= 1
        self.events.append("sent")
        try:
            yield
        finally:
            self.events.append("answered")

    def refused(self, retry_after):
        self.events.append(("refused", retry_after))
        return datetime(2026, 5, 1, 14, 5, tzinfo=UTC)


def test_a_page_of_clients_is_asked_for_sorted_and_with_the_inactive_ones(wire, halo):
    asked = wire.get(CLIENT_LIST).mock(return_value=clients(client_row(id=21), client_row(id=22), record_count=137))
    page = halo.page(CLIENTS, 2)
    assert [row.halo_id for row in page.rows] == [21, 22]
    assert page.record_count == 137
    assert dict(asked.calls.last.request.url.params) == {
        "includeinactive": "true",
        "pageinate": "true",
        "page_no": "2",
        "page_size": "100",
        "order": "id",
        "orderdesc": "false",
    }


def test_a_page_can_be_asked_for_with_more_parameters(wire, halo):
    asked = wire.get(f"{URL}/api/Site").mock(return_value=httpx.Response(200, json={"sites": [site_row()]}))
    halo.page(SITES, 1, page_size=1, lastupdatefromdate="2026-05-01T08:15:00Z")
    params = asked.calls.last.request.url.params
    assert (params["page_size"], params["lastupdatefromdate"]) == ("1", "2026-05-01T08:15:00Z")
    assert params["includeaddress"] == "true"


def test_an_unpaged_list_is_read_in_one_go_and_the_default_row_left_out(wire, halo):
    rows = [{"lookupid": 33, "id": 0, "name": "Default"}, {"lookupid": 33, "id": 3, "name": "Managed"}]
    other = {"lookupid": 17, "id": 4, "name": "Charge rate"}
    asked = wire.get(f"{URL}/api/Lookup").mock(return_value=httpx.Response(200, json=[*rows, other]))
    assert customer_types(halo) == [TypeValue("type", "3", "Managed")]
    assert dict(asked.calls.last.request.url.params) == {"lookupid": "33", "showallcodes": "true"}
    assert len(halo.rows(CUSTOMER_TYPES)) == 3


def test_the_agent_it_acts_as_is_known(wire, halo):
    wire.get(f"{URL}/api/Agent/me").mock(
        return_value=httpx.Response(200, json={"id": 7, "name": " GlassHive ", "isapiagent": True, "claims": []})
    )
    agent = halo.me()
    assert (agent.halo_id, agent.name, agent.is_api) == (7, "GlassHive", True)


def test_one_record_comes_with_its_details(wire, halo):
    asked = wire.get(ONE).mock(return_value=httpx.Response(200, json=client_row(website="https://b.example")))
    assert halo.one(CLIENTS, 21).website == "https://b.example"
    assert dict(asked.calls.last.request.url.params) == {"includedetails": "true"}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(404, html="<h1>404</h1>"),
        httpx.Response(400, json=exception("Client not found")),
        httpx.Response(400, json="Invalid id"),
        httpx.Response(200, text="null"),
        httpx.Response(200, json=client_row(id=88)),
    ],
)
def test_a_record_that_is_gone_is_none(wire, halo, answer):
    wire.get(ONE).mock(return_value=answer)
    assert halo.one(CLIENTS, 21) is None


@pytest.mark.parametrize("status", [403, 500])
def test_a_record_that_halo_does_not_give_out_is_rejected_alone(wire, halo, status):
    wire.get(ONE).mock(return_value=httpx.Response(status, html="<h1>Error</h1>"))
    with pytest.raises(HaloRejected, match="does not give out 21 of clients") as rejected:
        halo.one(CLIENTS, 21)
    assert rejected.value.status == status


def test_one_record_that_cannot_be_read_is_told_as_such(wire, halo):
    wire.get(ONE).mock(return_value=httpx.Response(200, json=client_row(name=["Bergmann"])))
    assert isinstance(halo.one(CLIENTS, 21), Unreadable)


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 522])
def test_a_failing_server_is_asked_again_a_few_times(wire, halo, status):
    asked = wire.get(CLIENT_LIST).mock(side_effect=[httpx.Response(status)] * 2 + [clients(client_row())])
    assert len(halo.page(CLIENTS, 1).rows) == 1
    assert asked.call_count == 3


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_that_fails_for_good_is_down(wire, halo, status):
    asked = wire.get(CLIENT_LIST).mock(return_value=httpx.Response(status, html="<h1>Bad Gateway</h1>"))
    with pytest.raises(HaloDown, match=f"fails when asked for clients .status {status}") as down:
        halo.page(CLIENTS, 1)
    assert (asked.call_count, down.value.status) == (3, status)


def test_a_500_with_halos_words_is_a_rejection_that_carries_them(wire, halo):
    wire.get(CLIENT_LIST).mock(return_value=httpx.Response(500, json=exception("Object reference not set")))
    with pytest.raises(HaloRejected, match="Halo says: “Object reference not set”"):
        halo.page(CLIENTS, 1)


@pytest.mark.parametrize("failure", [httpx.ReadTimeout, httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError])
def test_a_broken_connection_is_tried_again(wire, halo, failure):
    wire.get(CLIENT_LIST).mock(side_effect=[failure("broke"), clients(client_row())])
    assert len(halo.page(CLIENTS, 1).rows) == 1


@pytest.mark.parametrize("failure", [httpx.ReadTimeout, httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError])
def test_a_connection_that_stays_broken_is_down(wire, halo, failure):
    asked = wire.get(CLIENT_LIST).mock(side_effect=failure("broke"))
    with pytest.raises(
        HaloDown, match=r"^(acme\.halopsa\.example|The connection to acme\.halopsa\.example) .*later\.$"
    ):
        halo.page(CLIENTS, 1)
    assert asked.call_count == 3


GARBLED = {
    "cut off": httpx.Response(200, text='{"record_count":2,"clients":[{"id":21},{"id'),
    "empty": httpx.Response(200),
    "a web page": httpx.Response(200, html="<html>Maintenance</html>"),
    "text": httpx.Response(200, text="OK"),
    "a number": httpx.Response(200, json=7),
    "null": httpx.Response(200, json=None),
    "another object": httpx.Response(200, json={"error": "no"}),
    "an object for the list": httpx.Response(200, json={"clients": {"id": 21}}),
    "rows under another key": httpx.Response(200, json={"record_count": 1, "customers": [{"id": 21}]}),
    "no rows though some are counted": httpx.Response(200, json={"record_count": 3, "clients": None}),
    "nothing with 204": httpx.Response(204),
}


@pytest.mark.parametrize("what", GARBLED)
def test_an_answer_that_cannot_be_read_is_asked_for_again(wire, halo, what):
    wire.get(CLIENT_LIST).mock(side_effect=[GARBLED[what], clients(client_row())])
    assert len(halo.page(CLIENTS, 1).rows) == 1


@pytest.mark.parametrize("what", GARBLED)
def test_an_answer_that_stays_unreadable_is_down_and_never_an_empty_page(wire, halo, what):
    asked = wire.get(CLIENT_LIST).mock(return_value=GARBLED[what])
    with pytest.raises(HaloDown, match=r"answered with (a web page|something that is not JSON)"):
        halo.page(CLIENTS, 1)
    assert asked.call_count == 3


@pytest.mark.parametrize("envelope", [{"clients": []}, {"record_count": 0, "clients": None}, {"record_count": 0}, []])
def test_an_empty_list_is_an_empty_page(wire, halo, envelope):
    wire.get(CLIENT_LIST).mock(return_value=httpx.Response(200, json=envelope))
    assert halo.page(CLIENTS, 1).rows == ()


def test_a_byte_order_mark_and_a_wrong_content_type_do_not_matter(wire, halo):
    body = b"\xef\xbb\xbf" + json.dumps({"record_count": 1, "clients": [client_row()]}).encode()
    wire.get(CLIENT_LIST).mock(return_value=httpx.Response(200, content=body, headers={"content-type": "text/html"}))
    assert halo.page(CLIENTS, 1).rows[0].name == "Bergmann & Söhne"


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (
            httpx.Response(400, json=exception("An Outcome must be entered")),
            HaloRejected,
            "“An Outcome must be entered”",
        ),
        (httpx.Response(400, json="lookupid must be specified"), HaloRejected, "“lookupid must be specified”"),
        (httpx.Response(400, json={"id": ["Not a number"]}), HaloRejected, "“id: Not a number”"),
        (httpx.Response(400, json={"error": {"error_description": "No"}}), HaloRejected, "“No”"),
        (httpx.Response(400), HaloRejected, r"rejects reading clients \(status 400\)\.$"),
        (httpx.Response(404, html="<h1>404</h1>"), HaloRejected, r"no list of clients \(/Client\) at this address"),
        (httpx.Response(302, headers={"location": "https://login.example"}), HaloRefused, "leads to a login page"),
        (httpx.Response(403), HaloRefused, "no permission to read clients"),
    ],
)
def test_what_no_second_try_can_mend_is_told_at_once(wire, halo, answer, error, sentence):
    asked = wire.get(CLIENT_LIST).mock(return_value=answer)
    with pytest.raises(error, match=sentence) as told:
        halo.page(CLIENTS, 1)
    assert asked.call_count == 1
    assert told.value.__cause__ is not None


@pytest.mark.parametrize(("header", "seconds"), [("30", 30), ("0", 0), ("86400", 86400), (None, None), ("soon", None)])
def test_a_429_is_never_tried_again_but_told_to_the_quota(wire, make_halo, header, seconds):
    quota = Ledger()
    headers = {} if header is None else {"retry-after": header}
    asked = wire.get(CLIENT_LIST).mock(return_value=httpx.Response(429, headers=headers, text="Rate Limit Reached"))
    with pytest.raises(HaloBusy, match="14:05:00 UTC") as busy:
        make_halo(quota).page(CLIENTS, 1)
    assert asked.call_count == 1
    assert quota.events[-1] == ("refused", seconds)
    assert busy.value.until == datetime(2026, 5, 1, 14, 5, tzinfo=UTC)


def test_each_try_takes_its_own_place_in_the_quota_and_gives_it_back(wire, make_halo):
    quota = Ledger()
    wire.get(CLIENT_LIST).mock(side_effect=[httpx.Response(503), httpx.ReadTimeout("late"), clients()])
    make_halo(quota).page(CLIENTS, 1)
    assert quota.events == ["sent", "answered"] * 4  # the token and three tries


def test_nothing_is_sent_once_the_quota_is_used_up(wire, make_halo):
    asked = wire.get(CLIENT_LIST).mock(return_value=clients())
    halo = make_halo(Ledger(room=2))
    halo.page(CLIENTS, 1)
    with pytest.raises(HaloBusy):
        halo.page(CLIENTS, 2)
    assert asked.call_count == 1


def test_every_try_is_announced_before_it_is_sent(wire, make_halo):
    paths = []
    wire.get(CLIENT_LIST).mock(side_effect=[httpx.Response(503), clients()])
    make_halo(on_request=paths.append).page(CLIENTS, 1)
    assert paths == ["/auth/token", "/api/Client", "/api/Client"]


def test_what_the_announcement_raises_stops_the_request_and_frees_its_place(wire, make_halo):
    def lost(_path):
        raise RuntimeError("the lease is lost")

    quota = Ledger()
    with pytest.raises(RuntimeError):
        make_halo(quota, on_request=lost).page(CLIENTS, 1)
    assert quota.events == ["sent", "answered"]
    assert wire["token"].call_count == 0


def test_without_a_quota_a_refusal_is_still_believed():
    wait = Unlimited().refused(7) - datetime.now(UTC)
    assert timedelta(seconds=5) < wait <= timedelta(seconds=7)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 1.5 ", 1.5),
        ("0", 0),
        ("Fri, 01 May 2026 14:06:00 GMT", 60),
        ("Fri, 01 May 2026 13:00:00 GMT", 0),
        ("Fri, 01 May 2026 14:06:00", 60),
        (None, None),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("²", None),
        ("Fri, 99 May 2026 14:06:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header, seconds):
    assert seconds_in(header, datetime(2026, 5, 1, 14, 5, tzinfo=UTC)) == seconds


def test_a_client_is_read_into_our_words(wire, halo):
    row = client_row(customer_relationship=[{"id": "1", "name": "Customer"}], website="", main_site_id=34)
    wire.get(CLIENT_LIST).mock(return_value=clients(row))
    types = (TypeValue("relationship", "1", "Customer"),)
    assert halo.page(CLIENTS, 1).rows == (Client(21, "Bergmann & Söhne", True, types, None, 34),)
