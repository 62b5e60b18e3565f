"""What happens below HTTP: certificates, names, cut and slow connections. Real sockets."""

import gzip
import json
import socket
import ssl

import httpx
import pytest
import trustme

from halo_admin.halo import wire
from halo_admin.halo.companies import CLIENTS
from halo_admin.halo.errors import HaloDown, HaloRefused, HaloRejected
from halo_admin.halo.guard import Guard, GuardedTransport

from .sockets import http, listening, read_request, saying
from .told import client_row

TOKEN = http(json.dumps({"access_token": "t", "expires_in": 3600}).encode(), "Content-Type: application/json")
PAGE = json.dumps({"record_count": 1, "clients": [client_row()]}).encode()


def first_page(make_halo, url, **options):
    return make_halo(url=url, **options).page(CLIENTS, 1)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def secured(authority, name):
    """A handler behind TLS with a certificate for a name."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)

    def handle(connection, over):
        with context.wrap_socket(connection, server_side=True) as safe:
            saying(http(b"{}"))(safe, over)

    return handle


def test_a_certificate_nobody_vouches_for_is_refused_with_the_reason(make_halo, authority):
    with listening(secured(authority, "127.0.0.1")) as server:
        with pytest.raises(
            HaloRefused, match=r"The certificate of 127\.0\.0\.1 is not valid \(unable to get local"
        ) as told:
            first_page(make_halo, f"https://{server.place}")
        assert server.connections == 1
        assert told.value.__cause__ is not None


def test_a_certificate_for_another_name_is_refused(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    guard = Guard(allow_private=True)
    with listening(secured(authority, "other.example")) as server:
        transport = GuardedTransport(guard, 5, resolve=lambda host, port: ["127.0.0.1"], ssl_context=context)
        with httpx.Client(transport=transport) as client:
            assert client.get(f"https://other.example:{server.port}/").status_code == 200
            with pytest.raises(httpx.ConnectError) as error:
                client.get(f"https://halo.example:{server.port}/")
    assert "certificate of halo.example is not valid" in str(wire.unanswered(error.value, "halo.example"))


def test_a_server_that_does_not_speak_tls_is_down(make_halo):
    def plain(connection, _over):
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with listening(plain) as server, pytest.raises(HaloDown, match="No secure connection to 127"):
        first_page(make_halo, f"https://{server.place}")


def test_a_connection_cut_in_the_handshake_is_down(make_halo):
    with listening(lambda connection, over: connection.recv(10)) as server, pytest.raises(HaloDown):
        first_page(make_halo, f"https://{server.place}")


def test_a_host_that_does_not_exist_is_told(make_halo):
    with pytest.raises(HaloDown, match=r"There is no host named no-such-host\.invalid"):
        first_page(make_halo, "https://no-such-host.invalid")


def test_a_port_where_nobody_listens_is_told(make_halo):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(HaloDown, match=r"127\.0\.0\.1 does not accept connections"):
        first_page(make_halo, f"http://127.0.0.1:{port}")


def test_a_private_host_is_refused_unless_allowed(make_halo):
    with listening(saying(TOKEN, http(PAGE))) as server:
        with pytest.raises(HaloRefused, match="is not https"):
            first_page(make_halo, server.url, allow_private=False)
        assert server.connections == 0
        page = first_page(make_halo, server.url, allow_private=False, allow_hosts=frozenset({server.place}))
    assert len(page.rows) == 1


def test_an_answer_that_does_not_come_in_time_is_down(make_halo):
    def silent(connection, over):
        read_request(connection)
        over.wait(10)

    with listening(silent) as server, pytest.raises(HaloDown, match=r"127\.0\.0\.1 did not answer in time"):
        first_page(make_halo, server.url, timeout=0.2)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_an_answer_that_trickles_ends_by_the_same_time(make_halo, head):
    def trickle(connection, over):
        read_request(connection)
        connection.sendall(head)
        for _ in range(250):  # if nobody ends it, it ends, and is told otherwise
            if over.wait(0.02):
                return
            connection.sendall(b" ")

    with listening(trickle) as server, pytest.raises(HaloDown, match="did not answer in time"):
        first_page(make_halo, server.url, timeout=0.3)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        http(PAGE[:40], length=len(PAGE)),
        http(PAGE[:40]),
        http(b""),
        http(b"not gzip at all", "Content-Encoding: gzip"),
        http(gzip.compress(PAGE)[:-20], "Content-Encoding: gzip"),
        b"\x00\x01\x02\r\n\r\n",
    ],
)
def test_a_broken_answer_is_asked_for_again(make_halo, broken):
    with listening(saying(TOKEN, broken, http(PAGE))) as server:
        assert len(first_page(make_halo, server.url).rows) == 1
        assert server.connections == 3


def test_a_packed_answer_is_unpacked(make_halo):
    packed = http(gzip.compress(PAGE), "Content-Encoding: gzip")
    with listening(saying(TOKEN, packed)) as server:
        assert len(first_page(make_halo, server.url).rows) == 1


def test_an_answer_without_end_is_not_read_to_the_end(make_halo, monkeypatch):
    monkeypatch.setattr(wire, "MOST_BYTES", 1000)
    with (
        listening(saying(TOKEN, http(b" " * 5000))) as server,
        pytest.raises(HaloRejected, match="larger than"),
    ):
        first_page(make_halo, server.url)


def test_one_connection_serves_many_requests(make_halo):
    def patient(connection, _over):
        answers = iter([TOKEN, http(PAGE), http(PAGE)])
        while read_request(connection):
            connection.sendall(next(answers).replace(b"Connection: close\r\n", b""))

    with listening(patient) as server:
        halo = make_halo(url=server.url)
        halo.page(CLIENTS, 1)
        halo.page(CLIENTS, 2)
        halo.close()
        assert server.connections == 1
