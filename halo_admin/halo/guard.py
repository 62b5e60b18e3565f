"""Keeping requests to https and public addresses, checked on the address really connected to.

An admin types the address this server then connects to, so a name that leads into the private network must
not be followed: not directly, not by a name that answers differently the second time, not by a redirect.
"""

import contextlib
import functools
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable

import httpcore
import httpx

from .deadlines import Deadline, TimedStream
from .errors import HaloRefused

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_MOST_ADDRESSES = 4  # tried of one name, so that a dead name ends in reasonable time


def addresses_of(host: str, port: int) -> list[str]:
    """The IP addresses the system's resolver gives for a host; raises OSError where there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(address[4][0] for address in found))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also when it wraps another one."""
    ip = ipaddress.ip_address(address)
    if ip.version == 6:
        wrapped = ip.ipv4_mapped or ip.sixtofour or (ip in _NAT64 and ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if wrapped:
            return is_public(str(wrapped))
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class HostNotFound(httpcore.ConnectError):
    """The name of the host leads nowhere."""


class Guard:
    """Which places may be asked: https at public addresses, plus exactly the "host:port" in allow_hosts.

    Those, and everything when allow_private is on, may be private and plain http.
    """

    def __init__(self, *, allow_private: bool = False, allow_hosts: Iterable[str] = ()):
        self._allow_private = allow_private
        self._allow_hosts = frozenset(place.lower() for place in allow_hosts)

    def check_scheme(self, scheme: str, host: str, port: int) -> None:
        """Raises HaloRefused unless the request is https, or its place may be plain http."""
        if scheme != "https" and not self._is_exempt(host, port):
            raise HaloRefused(
                f"The address of {host} is not https. Only https addresses are asked: enter it with https://."
            )

    def check_addresses(self, host: str, port: int, addresses: Iterable[str]) -> None:
        """Raises HaloRefused if any of the addresses a host has is not public."""
        if not self._is_exempt(host, port) and not all(map(is_public, addresses)):
            raise HaloRefused(f"{host} leads to an address in a private network. Only public addresses are asked.")

    def _is_exempt(self, host, port):
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        return self._allow_private or place.lower() in self._allow_hosts


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections only to addresses the guard has seen: resolves once, checks, connects to what was checked."""

    def __init__(self, guard: Guard, deadline: Deadline, resolve: Callable[[str, int], list[str]] = addresses_of):
        self._guard, self._deadline, self._resolve = guard, deadline, resolve
        self._plain = httpcore.SyncBackend()

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        addresses = self._addresses(host, port)
        self._guard.check_addresses(host, port, addresses)
        tried = addresses[:_MOST_ADDRESSES]
        each = timeout and timeout / len(tried)
        for address in tried[:-1]:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connect(address, port, each, local_address, socket_options)
        return self._connect(tried[-1], port, each, local_address, socket_options)

    def _addresses(self, host, port):
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise HostNotFound(f"{host} was not found") from error
        if not addresses:
            raise HostNotFound(f"{host} has no address")
        return addresses

    def _connect(self, address, port, timeout, local_address, socket_options):
        timeout = self._deadline.within(timeout, httpcore.ConnectTimeout)
        return TimedStream(
            self._plain.connect_tcp(address, port, timeout, local_address, socket_options), self._deadline
        )


class GuardedTransport(httpx.HTTPTransport):
    """httpx's transport with the guard in it; proxies and settings of the environment do not count.

    seconds bounds each request as a whole, however slowly its bytes trickle.
    """

    def __init__(
        self, guard: Guard, seconds: float, *, resolve=addresses_of, ssl_context: ssl.SSLContext | None = None
    ):
        context = ssl_context or _usual_ssl_context()
        super().__init__(verify=context, trust_env=False)
        self._guard, self._seconds, self._deadline = guard, seconds, Deadline()
        # httpx has no argument for the network backend, so its pool is replaced by the same one with ours.
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=10,
            keepalive_expiry=30.0,
            network_backend=GuardedBackend(guard, self._deadline, resolve),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        self._guard.check_scheme(url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80))
        self._deadline.start(self._seconds)
        return super().handle_request(request)


@functools.cache
def _usual_ssl_context():
    return httpx.create_ssl_context(trust_env=False)
