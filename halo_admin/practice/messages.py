"""What comes in and what goes out: a request, taken apart, and an answer, not yet written."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

# Routes are case-insensitive; what stands here is their right spelling (halo-api.md 1.1).
ENTITIES = {
    name.lower(): name
    for name in (
        "Client", "Site", "Users", "Agent", "Roles", "UserRoles", "Opportunities", "Tickets", "Status", "TicketType",
        "Lookup", "CRMNote", "Actions", "TopLevel",
    )
}  # fmt: skip

# What a request is about: faults name the shapes they happen to.
TOKEN, OPEN, LIST, ONE, WRITE, DELETE, CONTROL, OTHER = (
    "token", "open", "list", "one", "write", "delete", "control", "other",
)  # fmt: skip

_RECORD = re.compile(r"/api/(?P<entity>\w+)(?:/(?P<key>[^/]*))?/?")


@dataclass
class Request:
    """A request. Names of headers and query parameters are in small letters, routes in their right spelling."""

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    origin: str = ""

    def __post_init__(self):
        parts = urlsplit(self.target)
        self.path = parts.path
        self.query = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
        match = _RECORD.fullmatch(self.path.lower())
        self.entity = ENTITIES.get(match["entity"]) if match else None
        self.key = match["key"] or None if match else None
        self.shape = self._shape()

    @property
    def route(self) -> str:
        """The kind of request, as stats count it: "GET /Client", "GET /Client/{id}", "POST /auth/token"."""
        if self.entity is None:
            return f"{self.method} {self.path}"
        return f"{self.method} /{self.entity}" + (f"/{self.key if self.key == 'me' else '{id}'}" if self.key else "")

    def flag(self, name: str, default: bool = False) -> bool:
        """A parameter that is true or false."""
        return self.query.get(name, str(default)).lower() == "true"

    def number(self, name: str, default: int = 0) -> int:
        """A parameter that is a whole number; the default where it is missing or none."""
        text = self.query.get(name, "")
        return int(text) if text.lstrip("-").isdigit() else default

    def _shape(self) -> str:
        path = self.path.lower().rstrip("/")
        if path.startswith("/practice"):
            return CONTROL
        if path == "/auth/token":
            return TOKEN
        if path in ("/api/authinfo", "/api/instanceinfo"):
            return OPEN
        if self.entity is None:
            return OTHER
        return {"GET": ONE if self.key else LIST, "POST": WRITE, "DELETE": DELETE}.get(self.method, OTHER)


@dataclass
class Answer:
    """An answer: either data, to become JSON, or a body as it is; send is a particular way of writing it."""

    data: Any = None
    status: int = 200
    body: bytes | None = None
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    send: Callable | None = None

    def written(self) -> bytes:
        """The body as it goes out."""
        return msgspec.json.encode(self.data) if self.body is None else self.body


def empty(status: int, **headers: str) -> Answer:
    """An answer with nothing in it."""
    return Answer(
        status=status, body=b"", content_type="", headers={n.replace("_", "-"): v for n, v in headers.items()}
    )


def html(status: int, title: str, **headers: str) -> Answer:
    """A page of a proxy or of the web server in place of JSON."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Answer(
        status=status,
        body=page.encode(),
        content_type="text/html; charset=utf-8",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
