"""The authorisation server: tokens for client credentials, and who may read what (halo-api.md 1.2 to 1.5)."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from threading import Lock
from urllib.parse import parse_qsl

from .credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET
from .errors import oauth
from .messages import Answer, Request, empty, html
from .switches import Switches

TENANT = "practice"

SCOPES = ("read:tickets", "edit:tickets", "read:customers", "edit:customers", "read:crm", "edit:crm", "read:sales",
          "edit:sales", "read:items", "read:distributionlists")  # fmt: skip
_ALWAYS = ("openid", "email", "profile", "offline_access", "roles")
_COLLECTIVE = ("all", "all:standard", "admin")

# Any one of these opens a list; lists not named here are open to every token.
_NEEDED = {
    "Client": ("customers",), "Site": ("customers",), "Users": ("customers",), "CRMNote": ("crm",),
    "Opportunities": ("sales", "tickets"), "Tickets": ("tickets",), "Actions": ("tickets",),
}  # fmt: skip

_DOCUMENTED = "https://documentation.openiddict.com/errors/"


class Auth:
    """Hands out tokens and knows those that are still good."""

    def __init__(self, switches: Switches, clock: Callable[[], float]):
        self._switches, self._clock, self._lock = switches, clock, Lock()
        self._tokens: dict[str, tuple[float, frozenset[str]]] = {}

    def revoke_all(self) -> None:
        """No token given out so far is good any more."""
        with self._lock:
            self._tokens.clear()

    def token(self, request: Request) -> Answer:
        """Answer POST /auth/token."""
        switches = self._switches
        if request.method != "POST":
            return empty(405)
        if switches.agent_missing:
            return html(500, "500 - Internal server error.")
        if switches.tenant_required and request.query.get("tenant") != switches.tenant_required:
            return html(500, "500 - Internal server error.")
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        return self._mistake(form) or self._grant(form.get("scope", "all").split())

    def scopes(self, request: Request) -> frozenset[str] | None:
        """What the bearer of the request's token may do; None if the token is missing, wrong or too old."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        with self._lock:
            expires, scopes = self._tokens.get(token.strip(), (0.0, frozenset()))
        return scopes if kind.lower() == "bearer" and self._clock() < expires else None

    def may(self, request: Request, scopes: frozenset[str]) -> bool:
        """Whether scope and agent rights allow this route; `edit:` implies `read:`."""
        if request.entity.lower() in self._switches.names_in("deny"):
            return False
        verbs = ("edit",) if request.method != "GET" else ("read", "edit")
        needed = _NEEDED.get(request.entity)
        return needed is None or any(f"{verb}:{area}" in scopes for verb in verbs for area in needed)

    def _mistake(self, form: dict[str, str]) -> Answer | None:
        if form.get("grant_type") != "client_credentials":
            return oauth(400, "unsupported_grant_type", "The specified 'grant_type' is not supported.")
        if form.get("client_id", "").lower() != PRACTICE_CLIENT_ID:
            return oauth(401, "invalid_client", "The specified 'client_id' is invalid.", _DOCUMENTED + "ID2052")
        if form.get("client_secret") != PRACTICE_CLIENT_SECRET:
            text = "The specified client credentials are invalid."
            return oauth(401, "invalid_client", text, _DOCUMENTED + "ID2055")
        return None

    def _grant(self, asked: list[str]) -> Answer:
        allowed = self._switches.names_in("granted")
        grantable = SCOPES if "all" in allowed else tuple(scope for scope in SCOPES if scope in allowed)
        if unknown := [scope for scope in asked if scope not in (*grantable, *_ALWAYS, *_COLLECTIVE)]:
            return oauth(400, "invalid_scope", f"The specified 'scope' is invalid: {unknown[0]}.")
        everything = any(scope in _COLLECTIVE for scope in asked)
        scopes = [scope for scope in grantable if everything or scope in asked]
        life = float(self._switches.token_life)
        return Answer(
            data={
                "token_type": "Bearer",
                "expires_in": int(life),
                "access_token": self._issue(life, scopes),
                "id_token": _opaque(),
                "scope": " ".join((*_ALWAYS, *scopes)),
            }
        )

    def _issue(self, life: float, scopes: list[str]) -> str:
        token = _opaque()
        with self._lock:
            if self._switches.new_token_ends_old:
                self._tokens.clear()
            self._tokens[token] = (self._clock() + life, frozenset(scopes))
        return token


def unauthorised() -> Answer:
    """401 with nothing in it: a token that is missing, expired or invalid."""
    return empty(401, WWW_Authenticate='Bearer error="invalid_token"')


def _opaque() -> str:
    """Text as long as a real token, in its three parts."""
    return ".".join(urlsafe_b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (60, 700, 256))
