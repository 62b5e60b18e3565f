"""Only https to public addresses is asked, checked on the address really connected to."""

import socket

import httpcore
import httpx
import pytest

from halo_admin.halo.deadlines import Deadline
from halo_admin.halo.errors import HaloRefused
from halo_admin.halo.guard import Guard, GuardedBackend, GuardedTransport, HostNotFound, is_public

from .sockets import http, listening, saying

PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
PRIVATE = [
    "127.0.0.1",
    "127.8.9.10",
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "240.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_public_however_they_are_wrapped(address):
    assert not is_public(address)


def get(url, guard, addresses=None, **options):
    """One GET through the guarded transport, with a resolver that knows only what it is told."""
    resolve = options.pop("resolve", None) or (lambda host, port: addresses)
    with httpx.Client(transport=GuardedTransport(guard, 5, resolve=resolve, **options), trust_env=False) as client:
        return client.get(url)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_a_private_network_is_refused(address):
    with pytest.raises(HaloRefused, match=r"^halo\.example leads to an address in a private network\."):
        get("https://halo.example/api", Guard(), [address])


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    with pytest.raises(HaloRefused):
        get("https://halo.example/api", Guard(), ["8.8.8.8", "10.0.0.1"])


@pytest.mark.parametrize("url", ["https://127.0.0.1/api", "https://[::1]/api", "https://2130706433/", "https://127.1/"])
def test_an_address_in_place_of_a_name_is_checked_too(url):
    with httpx.Client(transport=GuardedTransport(Guard(), 5)) as client, pytest.raises(HaloRefused):
        client.get(url)


def test_plain_http_is_refused_before_anything_is_looked_up():
    with pytest.raises(HaloRefused, match="is not https"):
        get("http://halo.example/api", Guard(), resolve=lambda host, port: pytest.fail("was looked up"))


def test_the_address_that_was_checked_is_the_one_connected_to_even_if_the_name_now_leads_elsewhere():
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with listening(saying(http(b"{}"))) as server:
        url = f"http://halo.example:{server.port}/"
        answer = get(url, Guard(allow_hosts={f"halo.example:{server.port}"}), resolve=rebinding)
    assert answer.status_code == 200
    assert asked == ["halo.example"]


def test_a_name_that_turns_private_later_is_refused_on_the_next_connection():
    answers = iter([["127.0.0.1"], ["8.8.8.8", "127.0.0.1"]])
    guard, deadline = Guard(), Deadline()
    backend = GuardedBackend(guard, deadline, lambda host, port: next(answers))
    for _ in range(2):
        with pytest.raises(HaloRefused):
            backend.connect_tcp("halo.example", 443)


def test_an_allowed_place_may_be_private_and_plain_http():
    with listening(saying(http(b"{}"))) as server:
        assert get(server.url, Guard(allow_hosts={server.place}), ["127.0.0.1"]).status_code == 200


def test_another_port_of_an_allowed_host_is_refused():
    with listening(saying(http(b"{}"))) as server:
        with pytest.raises(HaloRefused):
            get(server.url, Guard(allow_hosts={f"127.0.0.1:{server.port + 1}"}), ["127.0.0.1"])
        assert server.connections == 0


def test_private_hosts_may_be_allowed_altogether():
    with listening(saying(http(b"{}"))) as server:
        assert get(server.url, Guard(allow_private=True), ["127.0.0.1"]).status_code == 200


def test_a_redirect_into_the_private_network_is_not_followed():
    with listening(saying(http(b"secret"))) as inside:
        location = f"Location: {inside.url}/"
        with listening(saying(http(b"", location, status="302 Found"))) as outside:
            answer = get(outside.url, Guard(allow_hosts={outside.place}), ["127.0.0.1"])
        assert answer.status_code == 302
        assert inside.connections == 0


def test_proxies_of_the_environment_do_not_count(monkeypatch):
    with listening(saying(http(b"{}"))) as proxy, listening(saying(http(b"{}"))) as server:
        for name in ("HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        get(server.url, Guard(allow_private=True), ["127.0.0.1"])
        assert (proxy.connections, server.connections) == (0, 1)


def test_the_next_address_is_tried_where_one_does_not_answer():
    with listening(saying(http(b"{}"))) as server:
        backend = GuardedBackend(Guard(allow_private=True), Deadline(), lambda host, port: ["127.0.0.2", "127.0.0.1"])
        stream = backend.connect_tcp("halo.example", server.port, timeout=5)
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", server.port)
        stream.close()


def unknown(host, port):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize("resolve", [unknown, lambda host, port: []])
def test_a_name_without_an_address_is_not_found(resolve):
    with pytest.raises(HostNotFound):
        GuardedBackend(Guard(), Deadline(), resolve).connect_tcp("halo.example", 443)


def test_a_connection_has_what_is_left_of_the_deadline_and_no_more():
    deadline = Deadline()
    assert deadline.within(7, httpcore.ReadTimeout) == 7
    deadline.start(3)
    assert 2 < deadline.within(7, httpcore.ReadTimeout) <= 3
    assert deadline.within(1, httpcore.ReadTimeout) == 1
    deadline.start(0)
    with pytest.raises(httpcore.ReadTimeout):
        deadline.within(7, httpcore.ReadTimeout)
