"""Saving what an account types to connect its Halo: mended addresses, a write-only secret, and which tenant it is."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import current_app

from .. import audit
from ..crm import linked
from ..db import db
from ..halo import addresses
from ..halo.errors import HaloRefused
from ..halo.guard import Guard
from ..mirror.links import make_current
from . import above, secrets, tenants
from .models import Connection
from .opening import allowed_hosts, connection_of

LONGEST = {"url": 400, "auth_url": 400, "auth_tenant": 200, "client_id": 200, "secret": 500}


@dataclass
class Typed:
    """What the form holds. A blank secret keeps the saved one."""

    url: str = ""
    client_id: str = ""
    secret: str = field(default="", repr=False)
    auth_url: str = ""
    auth_tenant: str = ""
    remove_secret: bool = False


class Unusable(ValueError):
    """What was typed cannot be saved: field names the one to mend, the text says how."""

    def __init__(self, name: str, sentence: str):
        super().__init__(sentence)
        self.field = name


class OtherTenant(Exception):
    """What was typed leads to another tenant; the text asks whether it is meant."""


def save(account_id: int, typed: Typed, other_tenant_is_meant: bool = False) -> tuple[Connection, list[str]]:
    """The saved connection, and a note for each thing that was mended. In a writing transaction the caller commits.

    Anything that changes makes it unconnected until a check passes; a new client secret changes nothing else.
    Raises Unusable, and OtherTenant where links would be set aside unasked.
    """
    wanted, notes = _mended(typed)
    connection = connection_of(account_id)
    is_new = connection is None
    _point(account_id, connection, wanted, other_tenant_is_meant)
    if connection is None:
        connection = _new(account_id, wanted)
    _require_secret_again(connection, wanted, typed)
    if _differs(connection, wanted) or typed.secret.strip() or typed.remove_secret:
        _change(connection, wanted, typed)
        _note(connection, is_new, bool(typed.secret.strip()))
    db.session.flush()
    return connection, notes


def _note(connection, is_new, has_secret):
    what = "Made a connection to" if is_new else "Changed the connection to"
    secret = ", with another client secret" if has_secret and not is_new else ""
    audit.note("connection", f"{what} {connection.url}{secret}", account_id=connection.account_id)


def _mended(typed):
    _require_short(typed)
    url = _address("url", addresses.mend, typed.url)
    auth = _address("auth_url", addresses.mend_auth, typed.auth_url) if typed.auth_url.strip() else None
    if not typed.client_id.strip():
        raise Unusable("client_id", "Enter the client ID that Halo shows for the application.")
    wanted = {
        "url": url.url,
        # the usual place is not kept: it follows the address
        "auth_url": auth.url if auth and auth.url != addresses.default_auth(url.url) else None,
        "auth_tenant": typed.auth_tenant.strip() or None,
        "client_id": typed.client_id.strip(),
    }
    return wanted, [
        *(f"Halo address: {note}" for note in url.notes),
        *(f"Authorisation server: {note}" for note in (auth.notes if auth else ())),
    ]


def _require_short(typed):
    for name, most in LONGEST.items():
        if len(getattr(typed, name)) > most:
            raise Unusable(name, f"This is too long: at most {most} characters are kept.")


def _address(name, mend, text):
    try:
        mended = mend(text)
        _require_https(mended.url)
    except (ValueError, HaloRefused) as error:
        raise Unusable(name, str(error)) from error
    return mended


def _require_https(url):
    parts = urlsplit(url)
    guard = Guard(allow_private=current_app.config["HALO_ALLOW_PRIVATE_HOSTS"], allow_hosts=allowed_hosts())
    guard.check_scheme(parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))


def _point(account_id, connection, wanted, is_meant):
    """Let the wanted values lead to their tenant; another one than before is asked about first."""
    known_as = tenants.identity(wanted["url"], wanted["auth_tenant"])
    old = connection and connection.tenant
    if old and old.identity != known_as:
        _require_leave(account_id, connection, is_meant)
    wanted["tenant"] = tenants.tenant_of(account_id, known_as)
    make_current(wanted["tenant"])
    if old and old is not wanted["tenant"]:
        tenants.mark_inactive(account_id, wanted["tenant"].id)
        linked.settle_all(account_id)


def _require_leave(account_id, connection, is_meant):
    old = connection.tenant
    if above.import_is_live(account_id):
        raise Unusable(
            "url", "An import is running. Cancel it or wait for its end before changing the Halo address or tenant."
        )
    if old.practice:
        raise Unusable(
            "url", "This account holds practice data. Leave practice data first, then connect your own Halo."
        )
    if not is_meant and (connection.connected_at or tenants.has_records(old.id)):
        raise OtherTenant(_question(old))


def _question(old):
    links = tenants.links(old.id)
    linked = "1 record here is" if links == 1 else f"{links:,} records here are"
    aside = (
        f"{linked} linked to the old one: these links are set aside and not used for the new one. Nothing is lost, "
        "going back to the old address revives them."
    )
    return f"This is another Halo than {tenants.called(old)}. {aside if links else 'Nothing here is linked to it yet.'}"


def _require_secret_again(connection, wanted, typed):
    # else whoever may change the address could have the write-only secret sent to a server of their own
    moved = (connection.url, connection.auth_url) != (wanted["url"], wanted["auth_url"])
    if connection.secret and moved and not typed.secret.strip() and not typed.remove_secret:
        raise Unusable("secret", "Enter the client secret again: the saved one is not sent to another address.")


def _new(account_id, wanted):
    connection = Connection(account_id=account_id, revision=0, agent_is_person=False, **wanted)
    db.session.add(connection)
    return connection


def _differs(connection, wanted):
    return connection.revision == 0 or any(getattr(connection, name) != value for name, value in wanted.items())


def _change(connection, wanted, typed):
    for name, value in wanted.items():
        setattr(connection, name, value)
    secret = typed.secret.strip()
    if secret:
        connection.secret, connection.secret_ends = secrets.encrypt(secret), _end_of(secret)
    elif typed.remove_secret:
        connection.secret, connection.secret_ends = None, None
    connection.revision += 1
    connection.token = connection.connected_at = connection.agent_name = None
    connection.agent_is_person = False


def _end_of(secret):
    # of a short secret four characters would tell too much
    return secret[-4:] if len(secret) >= 16 else ""
