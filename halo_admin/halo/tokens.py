"""Signing in to Halo: a token by client credentials, kept as long as it lasts and shared with whoever needs it."""

import time
from collections.abc import Iterator
from typing import Protocol

import httpx
import msgspec

from .errors import HaloDown, HaloRefused
from .wire import Answer, Garbled, Unwelcome, Wire
from .words import error_code, halo_words, is_web_page

ASSUMED_LIFE = 3600  # seconds, where Halo does not say
LONGEST_LIFE = 24 * 3600
EARLY = 60  # seconds before its end a token is replaced; of a short life at most half

_NO_AGENT = (
    "Halo's sign-in answered with an error page. Mostly that means that the application in Halo has no “agent to log "
    "in as”, or that this agent is disabled: choose an active agent under Configuration > Integrations > Halo API."
)
_NOT_THERE = (
    "Check Halo's address and the authorisation server: both stand under Configuration > Integrations > Halo API."
)


class Token(msgspec.Struct, frozen=True):
    """A bearer token; until is when (seconds since the epoch) it is to be replaced. Never shown in a repr."""

    value: str
    until: float

    def __repr__(self) -> str:
        return f"<Token until {self.until:.0f}>"

    def __rich_repr__(self):
        yield "until", self.until


class TokenStore(Protocol):
    """Where a token is kept for others who use the same credentials. Only of these credentials: a store is theirs."""

    def load(self) -> Token | None: ...

    def save(self, token: Token | None) -> None: ...


class Kept:
    """A store of its own, for one process."""

    def __init__(self):
        self._token: Token | None = None

    def load(self) -> Token | None:
        return self._token

    def save(self, token: Token | None) -> None:
        self._token = token


class NoToken(Garbled):
    """An answer that can be read, but holds no token."""


class SignIn:
    """Gets tokens at an authorisation server and knows which one to use.

    url is the whole token address, with ?tenant= where one is given.
    """

    def __init__(self, wire: Wire, http: httpx.Client, url: str, client_id: str, client_secret: str, scope: str, store):
        self._wire, self._http, self._url, self._store = wire, http, url, store
        self._client_id, self._secret, self._scope = client_id, client_secret, scope
        self._token: Token | None = None

    def candidates(self) -> Iterator[str]:
        """Tokens to try in turn while Halo answers 401: the known one, the one another process stored, a new one.

        Then whatever was stored meanwhile: a new token may end older ones (halo-api.md 1.2), and another process
        may have got its own between our getting one and our using it. One new token is got after a 401, no more.
        """
        tried: set[str] = set()
        yield from self._untried(tried, self._known, self._stored)
        if not tried:
            yield from self._untried(tried, self._fetched)
        yield from self._untried(tried, self._stored, self._fetched, self._stored)

    def renew(self) -> None:
        """Get a new token, whatever is known: what a check of the credentials wants."""
        self._fetched()

    def hidden(self) -> tuple[str, ...]:
        """What must not show in any error."""
        return (self._secret, self._token.value) if self._token else (self._secret,)

    def _untried(self, tried, *finds):
        for find in finds:
            token = find()
            if token and token.value not in tried:
                tried.add(token.value)
                self._token = token
                yield token.value

    def _known(self):
        return self._token if self._token and self._token.until > time.time() else None

    def _stored(self):
        token = self._store.load()
        return token if token and token.until > time.time() else None

    def _fetched(self):
        asked = time.time()
        try:
            said = self._wire.ask(self._request, _read)
        except Unwelcome as failure:
            raise refusal(failure.answer, self._url, self.hidden()) from failure
        except Garbled as failure:
            raise _no_token(failure) from failure
        self._token = Token(said["access_token"], asked + _usable_for(said.get("expires_in")))
        self._store.save(self._token)
        return self._token

    def _request(self):
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._secret,
            "scope": self._scope,
        }
        return self._http.build_request("POST", self._url, data=form)


def refusal(answer: Answer, url: str, hidden: tuple[str, ...] = ()) -> HaloRefused | HaloDown:
    """What an answer other than 2xx to a token request means (halo-api.md 1.4)."""
    status, said = answer.status, halo_words(answer.body, hidden)
    if status in _BY_STATUS:
        return HaloRefused(_BY_STATUS[status], status=status)
    if 300 <= status < 400:
        return HaloRefused(
            f"Halo's sign-in leads to a login page instead of giving a token. {_NOT_THERE}", status=status
        )
    if status == 500:
        return HaloRefused(_failed_inside(url, is_web_page(answer.body), said), status=500)
    if status > 500:
        return HaloDown(
            f"Halo's sign-in does not work at the moment (status {status}). Try again later.", status=status
        )
    sentence = _BY_CODE.get(error_code(answer.body), "Halo's sign-in refuses these credentials.")
    return HaloRefused(sentence + _quoted(said), status=status)


_BY_STATUS = {
    404: f"There is no sign-in at this authorisation server. {_NOT_THERE}",
    405: f"There is no sign-in at this authorisation server. {_NOT_THERE}",
}
_WRONG_METHOD = (
    "The application in Halo does not allow this kind of sign-in: set its authentication method to "
    "“Client ID and Secret (Services)”."
)
_BY_CODE = {
    "invalid_client": "Halo does not know this client ID, or the client secret is not the right one. "
    "Copy both again from the application in Halo; a lost secret must be made anew there.",
    "invalid_scope": "The application in Halo lacks a permission that is asked for. "
    "Tick “all” on its Permissions tab, or the permissions listed beside this form.",
    "unsupported_grant_type": _WRONG_METHOD,
    "unauthorized_client": _WRONG_METHOD,
}


def _failed_inside(url, is_page, said):
    """A 500: as a page it is mostly the agent, else mostly the tenant, but Halo keeps to that no more than it must."""
    tenant = "the tenant is probably not the right one" if "?tenant=" in url else "Halo probably needs the tenant"
    where = "it stands under Configuration > Integrations > Halo API."
    if is_page:
        return f"{_NO_AGENT} If one is chosen there, {tenant}: {where}"
    return f"Halo's sign-in fails: {tenant}; {where}{_quoted(said)}"


def _quoted(said):
    return f" Halo says: “{said}”" if said else ""


def _no_token(garbled):
    if is_web_page(garbled.body):
        return HaloRefused(
            f"The authorisation server answers with a web page instead of a token. {_NOT_THERE}", status=200
        )
    if isinstance(garbled, NoToken):
        return HaloRefused(f"The authorisation server answers without a token. {_NOT_THERE}", status=200)
    return HaloDown("Halo's sign-in answers with something that cannot be read. Try again later.", status=200)


def _read(answer):
    try:
        said = msgspec.json.decode(answer.body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise Garbled("not JSON", answer.body) from error
    token = said.get("access_token") if isinstance(said, dict) else None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise NoToken("no token", answer.body)
    return said


def _usable_for(expires_in):
    """The seconds a token may be used for, whatever Halo says about its life."""
    try:
        life = float(expires_in)
    except (TypeError, ValueError):
        life = 0.0
    life = min(life, LONGEST_LIFE) if life > 0 else ASSUMED_LIFE
    return life - min(EARLY, life / 2)
