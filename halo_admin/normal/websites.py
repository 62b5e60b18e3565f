"""The normal form of websites: the domain somebody registered, where it tells which company it is."""

import re
from functools import lru_cache
from typing import NamedTuple

import idna
from tldextract import TLDExtract

from halo_admin.normal.folding import plain
from halo_admin.normal.lists import read_list

_ADDRESS = re.compile(
    r"""
    [<(\["']*
    (?: [a-z]{2,6} [:;] /*+ (?=\D) | https? [:;]? /++ | /++ )*+   # http://, also mistyped; mailto:
    (?: [^/?#\s]* @ )?
    (?: www\d? \. (?=[^/?#:@\s]+\.) )?
    (?P<host> [^/?#:@,;|<>()\[\]"'\s]+ )
    (?: : (?P<port> \d+ ) )?
    (?P<path> .* )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_WWW = re.compile(r"www\d?")  # left over where nothing but a suffix follows
_MAX_HOST = 253
_WEB_PORTS = (None, "80", "443")

_LISTS = read_list("hosts.ini")
_NOBODYS = frozenset(_LISTS["nobody's own"])
_split = TLDExtract(
    suffix_list_urls=(),
    cache_dir=None,
    include_psl_private_domains=True,
    extra_suffixes=_LISTS["somebody's below"],
)


class Address(NamedTuple):
    """What counts of a web address: the host in ASCII without "www.", the port if unusual, the rest as written."""

    host: str
    port: str | None
    path: str


def website_key(text: str | None) -> str | None:
    """The registrable domain of the first website in a text, in ASCII and lower case; None where there is none.

    Builders and blogs whose subdomains belong to their users count as suffixes: acme.wixsite.com is a key,
    wixsite.com is none. An ending no list knows falls back to the last two labels. IP addresses, bare words and the
    hosts of hosts.ini (mail, social networks, marketplaces, …) are no key. Unicode and punycode are one key.
    """
    if not text:
        return None
    for piece in plain(text).split():
        address = read_address(piece)
        domain = address and _domain(address.host)
        if domain:
            return domain
    return None


def read_address(text: str) -> Address | None:
    """A web address without blanks, taken apart; None where it names no host with a dot in it."""
    found = _ADDRESS.match(text.replace("\\", "/") if "\\" in text else text)
    host = found and _ascii_host(found["host"])
    if not host:
        return None
    port = found["port"]
    return Address(host, None if port in _WEB_PORTS else port, found["path"].rstrip("/"))


def web_address(text: str | None) -> str | None:
    """A website as a link may hold it: http or https and a host; None for everything else."""
    piece = (text or "").strip()
    address = read_address(piece) if piece and " " not in piece else None
    if address is None:
        return None
    scheme = piece.partition("://")[0].lower() if "://" in piece else "https"
    if scheme in ("http", "https"):
        return piece if "://" in piece else f"https://{piece}"
    return None


def _ascii_host(host):
    host = host.strip(".").lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except UnicodeError:
            return None
    return host if len(host) <= _MAX_HOST and _HOST.fullmatch(host) else None


@lru_cache(maxsize=1 << 14)
def _domain(host):
    """The registrable domain of a host, None if it is nobody's."""
    parts = _split.extract_str(host)
    if parts.suffix and not parts.domain:
        return None
    domain = f"{parts.domain}.{parts.suffix}" if parts.suffix else ".".join(host.split(".")[-2:])
    return None if _is_nobodys(domain) or _is_below_nobodys(host, domain) else domain


def _is_nobodys(domain):
    name, _, suffix = domain.partition(".")
    return domain in _NOBODYS or f"{name}.*" in _NOBODYS or f".{suffix}" in _NOBODYS or _WWW.fullmatch(name)


def _is_below_nobodys(host, domain):
    """Whether the list names a host between this one and its domain (maps.apple.com, while apple.com is Apple's)."""
    while host != domain:
        if host in _NOBODYS:
            return True
        host = host.partition(".")[2]
    return False
