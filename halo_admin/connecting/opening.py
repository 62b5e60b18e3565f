"""Opening an account's Halo: the client with its credentials, its shared token and its place in the quota."""

import msgspec
import sqlalchemy as sa
from flask import current_app

from ..db import db, owned
from ..halo.client import Halo
from ..halo.errors import HaloRefused
from ..halo.tokens import Token
from . import secrets, window
from .models import SHARES, Connection

ROWS = Connection.__table__


def connection_of(account_id: int) -> Connection | None:
    return db.session.scalar(owned(Connection, account_id))


def connected(account_id: int) -> bool:
    """Whether a check has passed with what is saved now."""
    connection = connection_of(account_id)
    return connection is not None and connection.connected_at is not None


def share_of(connection: Connection) -> str:
    """How much of Halo's limit imports may use, a key of SHARES: as chosen, else half where another tool shares it."""
    return connection.share or ("half" if window.is_shared(connection.tenant_id) else "all")


def open_halo(connection: Connection, use: str, on_request=None) -> Halo:
    """The account's Halo, for `with`: it is closed at the end. use is "imports" or "exports", on_request is called
    when a request has its place in the quota, right before it is sent.

    Reads the connection here and now; no transaction may be open while Halo is asked.
    Raises HaloRefused without a client secret that can be read.
    """
    config, share = current_app.config, SHARES[share_of(connection)]
    return Halo(
        connection.url,
        connection.client_id,
        _secret(connection),
        window.DatabaseQuota(connection.tenant_id, connection.account_id, use, share, on_request),
        auth_url=connection.auth_url,
        tenant=connection.auth_tenant,
        tokens=TokenRow(connection.id, connection.revision),
        allow_private=config["HALO_ALLOW_PRIVATE_HOSTS"],
        allow_hosts=allowed_hosts(),
        timeout=config["HALO_TIMEOUT_SECONDS"],
    )


def allowed_hosts() -> frozenset[str]:
    """The "host:port" that may be private and plain http: the practice Halo's, where one is set."""
    return frozenset(filter(None, [current_app.config["HALO_ALLOW_HOST"]]))


class TokenRow:
    """The token on the connection's row, encrypted; for the credentials of one revision only (a `TokenStore`).

    Every call is a short transaction on a connection of its own.
    """

    def __init__(self, connection_id: int, revision: int):
        self._here = (ROWS.c.id == connection_id, ROWS.c.revision == revision)

    def load(self) -> Token | None:
        with db.engine.connect() as connection:
            kept = connection.scalar(sa.select(ROWS.c.token).where(*self._here))
        try:
            return msgspec.json.decode(secrets.decrypt(kept), type=Token) if kept else None
        except secrets.Locked:
            return None  # the keys were changed: a new token is got

    def save(self, token: Token | None) -> None:
        kept = secrets.encrypt(msgspec.json.encode(token).decode()) if token else None
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(sa.update(ROWS).where(*self._here).values(token=kept))


def _secret(connection):
    if not connection.secret:
        raise HaloRefused("No client secret is saved. Enter it on the connection page, then check the connection.")
    try:
        return secrets.decrypt(connection.secret)
    except secrets.Locked as error:
        raise HaloRefused(
            "The client secret that is saved cannot be read any more: the site's encryption keys were changed. "
            "Enter it again on the connection page."
        ) from error
