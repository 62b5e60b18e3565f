"""Writing to Halo: one record in an array, once, and what each answer means."""

import httpx
import msgspec
import pytest

from halo_admin.halo import payloads
from halo_admin.halo.errors import HaloBusy, HaloDown, HaloRefused, HaloRejected, HaloUncertain
from halo_admin.records import TypeValue
from tests.halo.told import URL, client_row, exception

CLIENT = payloads.CLIENT.listing


def write(halo, wire, *answers):
    route = wire.post(f"{URL}/api/Client").mock(side_effect=list(answers))
    return halo.write(CLIENT, {"name": "Acme"}), route


@pytest.mark.parametrize("status", [200, 201, 204])
@pytest.mark.parametrize("shape", [lambda row: row, lambda row: [row], lambda row: {"actions": [row]},
                                   lambda row: {"clients": [row]}])  # fmt: skip
def test_a_record_is_sent_as_an_array_and_the_saved_one_is_read_from_every_shape(halo, wire, status, shape):
    saved, route = write(halo, wire, httpx.Response(status, json=shape(client_row(id=9, accountmanagertech=7))))
    assert msgspec.json.decode(route.calls[0].request.content) == [{"name": "Acme"}]
    assert (saved.halo_id, saved.manager_id) == (9, 7)


@pytest.mark.parametrize("answer", [
    httpx.ReadTimeout("late"), httpx.RemoteProtocolError("cut"), httpx.Response(502), httpx.Response(500),
    httpx.Response(201, content=b""), httpx.Response(201, content=b"<html>"), httpx.Response(201, json=[]),
])  # fmt: skip
def test_what_may_have_happened_is_sent_once_and_told_as_uncertain(halo, wire, answer):
    route = wire.post(f"{URL}/api/Client").mock(side_effect=[answer])
    with pytest.raises(HaloUncertain):
        halo.write(CLIENT, {"name": "Acme"})
    assert route.call_count == 1


def test_what_never_reached_halo_is_not_uncertain(halo, wire):
    wire.post(f"{URL}/api/Client").mock(side_effect=httpx.ConnectError("refused"))
    with pytest.raises(HaloDown) as told:
        halo.write(CLIENT, {"name": "Acme"})
    assert not isinstance(told.value, HaloUncertain)


def test_a_401_gets_one_new_token_and_a_second_one_says_what_is_missing(halo, wire):
    saved, route = write(halo, wire, httpx.Response(401), httpx.Response(201, json=client_row(id=9)))
    assert (saved.halo_id, route.call_count) == (9, 2)
    wire.post(f"{URL}/api/Client").mock(return_value=httpx.Response(401))
    with pytest.raises(HaloRefused, match="edit:customers"):
        halo.write(CLIENT, {"name": "Acme"})


@pytest.mark.parametrize(("answer", "words"), [
    (httpx.Response(400, json=exception("A name is needed.")), "A name is needed."),
    (httpx.Response(400, json="A name is needed."), "A name is needed."),
    (httpx.Response(400, json={"[0].name": ["A name is needed."]}), "A name is needed."),
    (httpx.Response(400, json={"error_description": "A name is needed."}), "A name is needed."),
    (httpx.Response(404), "status 404"),
])  # fmt: skip
def test_a_refusal_carries_halos_words(halo, wire, answer, words):
    wire.post(f"{URL}/api/Client").mock(return_value=answer)
    with pytest.raises(HaloRejected, match=words):
        halo.write(CLIENT, {"name": "Acme"})


def test_a_429_is_not_tried_again(halo, wire):
    route = wire.post(f"{URL}/api/Client").mock(return_value=httpx.Response(429))
    with pytest.raises(HaloBusy):
        halo.write(CLIENT, {"name": "Acme"})
    assert route.call_count == 1


def test_payloads_are_in_halos_names():
    assert payloads.payload("site", {"phone": None, "street": "Weg 1"}, 34) == {
        "id": 34, "phonenumber": "", "delivery_address_line1": "Weg 1", "delivery_address_line2": "",
        "issitedetails": True,
    }  # fmt: skip
    assert payloads.payload("user", {"unsubscribed": True, "site_id": 3}) == {
        "neversendmarketingemails": True, "site_id": 3,
    }  # fmt: skip
    kept = [TypeValue("relationship", "1", "Customer"), TypeValue("relationship", "3", "Supplier")]
    told = payloads.payload("client", {"type": (TypeValue("relationship", "4", "Partner"), kept)}, 21)
    assert told["customer_relationship"] == [{"id": "4", "name": "Partner"}, {"id": "3", "name": "Supplier"}]
    assert payloads.payload("client", {"type": (TypeValue("type", "3", None), kept)}, 21)["customertype"] == 3
    assert payloads.payload("client", {"manager_id": None}, 21) == {"id": 21, "accountmanagertech": 0}
    assert payloads.new_client({"name": "Acme", "website": None}, {"phone": "1", "city": "Bonn"}) == {
        "name": "Acme", "newclient_sitename": "Main", "newclient_phonenumber": "1",
        "newclient_delivery_address": {"line3": "Bonn"},
    }  # fmt: skip


def test_an_answer_that_is_too_large_to_read_leaves_open_whether_it_was_saved(halo, wire, monkeypatch):
    monkeypatch.setattr("halo_admin.halo.wire.MOST_BYTES", 1000)
    wire.post(f"{URL}/api/Client").mock(side_effect=[httpx.Response(201, content=b" " * 5000)])
    with pytest.raises(HaloUncertain, match="larger than"):
        halo.write(CLIENT, {"name": "Acme"})
    wire.post(f"{URL}/api/Client").mock(side_effect=[httpx.Response(400, content=b" " * 5000)])
    with pytest.raises(HaloRejected, match="larger than"):
        halo.write(CLIENT, {"name": "Acme"})
