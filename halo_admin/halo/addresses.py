"""Mending the addresses people paste: what Halo's address is meant to be, and what had to be mended."""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import idna

# From one of these on, a path is no longer the address of Halo itself but of something in it.
_INSIDE_HALO = {"api", "apidoc", "auth", "config", "login", "token"}
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff]")
_SPACE_AT_A_SEAM = re.compile(r"(?<=[/:.])\s+|\s+(?=[/:.])")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")


class Mended(NamedTuple):
    """A usable address without a trailing slash, and a sentence for each thing that was mended."""

    url: str
    notes: list[str]


def mend(text: str) -> Mended:
    """Halo's address as it is meant: `https://acme.halopsa.com`, without /api or /auth.

    http:// is kept only with a port of its own (the practice Halo, a server under test); whether it may be
    used is the guard's to say. Mending a mended address changes nothing.
    Raises ValueError with a sentence where no address can be made out.
    """
    notes: list[str] = []
    parts = _parts(_tidied(text, notes), notes)
    path = _path_above(parts.path, notes)
    if parts.query or parts.fragment:
        notes.append("What followed the address after “?” or “#” was left out.")
    return Mended(f"{parts.scheme}://{_place(parts, notes)}{path}", notes)


def mend_auth(text: str) -> Mended:
    """The authorisation server as Halo shows it, ending in /auth; with or without it or /token when pasted."""
    url, notes = mend(text)
    meant = [note for note in notes if not note.startswith("“/auth")]
    return Mended(f"{url}/auth", meant)


def default_auth(url: str) -> str:
    """The authorisation server of a Halo address when none is given."""
    return f"{url}/auth"


def token_url(auth_url: str, tenant: str | None = None) -> str:
    """Where tokens are asked for: tenant is a query parameter, and only where one is given (halo-api.md 1.1)."""
    return f"{auth_url}/token" + (f"?tenant={quote(tenant, safe='')}" if tenant else "")


def _tidied(text, notes):
    tidy = _SPACE_AT_A_SEAM.sub("", _INVISIBLE.sub("", text).strip(" \t\r\n\u00a0<>\"'“”„"))
    if not tidy:
        raise ValueError("Enter the address of your Halo, such as https://acme.halopsa.com.")
    if re.search(r"\s", tidy):
        raise ValueError("There is a space in the address. Enter it as one word, such as https://acme.halopsa.com.")
    if tidy != text:
        notes.append("Spaces and signs around the address were removed.")
    return tidy.replace("\\", "/")


def _parts(text, notes):
    text = _with_scheme(text, notes)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError("The port in the address is not a number between 1 and 65535.") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"A Halo address begins with https://, not with {parts.scheme}://.")
    if parts.username is not None or parts.password is not None:
        raise ValueError("Enter the address without a user name and password in it.")
    if not parts.hostname or port == 0:
        raise ValueError("There is no host in the address. Enter it such as https://acme.halopsa.com.")
    if parts.scheme == "http" and port in (None, 80):
        notes.append("http:// was made https://.")
        parts = parts._replace(scheme="https", netloc=parts.netloc.removesuffix(":80"))
    return parts


def _with_scheme(text, notes):
    if re.match(r"https?://", text, re.IGNORECASE):
        return text
    if found := re.match(r"https?(:/?|//)(?=[^/:])", text, re.IGNORECASE):
        notes.append("The beginning was written as https://.")
        return "https://" + text[found.end() :]
    if "://" in text:
        return text
    if re.fullmatch(r"[\w-]+", text):
        raise ValueError(f"“{text}” is not a whole address. Is it https://{text}.halopsa.com?")
    notes.append("https:// was added.")
    return "https://" + text.lstrip("/")


def _path_above(path, notes):
    kept = []
    for segment in filter(None, path.split("/")):
        if segment.lower() in _INSIDE_HALO:
            notes.append(f"“/{path.strip('/').removeprefix('/'.join(kept)).strip('/')}” was left out.")
            break
        kept.append(segment)
    else:
        if path.endswith("/"):
            notes.append("The slash at the end was removed.")
    return "".join(f"/{segment}" for segment in kept)


def _place(parts, notes):
    host = _host(parts.hostname.rstrip("."), notes)
    if parts.netloc != parts.netloc.lower():
        notes.append("The host was written in small letters.")
    usual = {"https": 443, "http": 80}[parts.scheme]
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"


def _host(host, notes):
    if ":" in host:
        return f"[{_ipv6(host)}]"
    if not host.isascii():
        host = _in_ascii(host)
        notes.append(f"The host is used as {host}.")
    if not _HOST.fullmatch(host):
        raise ValueError(f"“{host}” is not the name of a host. Enter the address such as https://acme.halopsa.com.")
    return host


def _ipv6(host):
    try:
        return ipaddress.IPv6Address(host).compressed
    except ValueError as error:
        raise ValueError(f"“{host}” is not an IP address.") from error


def _in_ascii(host):
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise ValueError(f"“{host}” is not the name of a host.") from error
