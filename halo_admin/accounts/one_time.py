"""Links that let whoever has one act once for a user: good for some days, for one use, and kept as a hash.

The token is made of SECRET_KEY and the row's salt, so that an admin can copy a link again and a mail's job can write
it, while the database alone opens nothing.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from ..bulk import execute
from ..db import db, now
from .models import OneTimeLink, User

INVITATION, PASSWORD = "invitation", "password"
LASTS = {INVITATION: timedelta(days=7), PASSWORD: timedelta(days=1)}
# what an open link is: the others cannot be used
OPEN = (OneTimeLink.used_at.is_(None), OneTimeLink.revoked_at.is_(None))


class Unusable(Exception):
    """This link lets nobody in: why is one of "unknown", "used", "replaced", "revoked", "expired"."""

    def __init__(self, why, link=None):
        super().__init__(why)
        self.why, self.link = why, link


def make(user: User, purpose: str, by_name: str, site: str) -> OneTimeLink:
    """A new link for the user; earlier ones of this purpose no longer let anybody in. The caller commits."""
    revoke(user, purpose)
    at, salt = now(), secrets.token_hex(16)
    link = OneTimeLink(account_id=user.account_id, user_id=user.id, purpose=purpose, salt=salt,
                       token_hash=_hash(_token(purpose, salt)), by_name=by_name, site=site, made_at=at,
                       expires_at=at + LASTS[purpose])  # fmt: skip
    db.session.add(link)
    db.session.flush()
    return link


def token_of(link: OneTimeLink) -> str | None:
    """The token to put into the link's address; None where SECRET_KEY is another one than when it was made."""
    token = _token(link.purpose, link.salt)
    return token if _hash(token) == link.token_hash else None


def find(purpose: str, token: str) -> OneTimeLink:
    """The link with this token, which can be used now. Raises Unusable."""
    link = db.session.scalar(sa.select(OneTimeLink).where(OneTimeLink.token_hash == _hash(token)))
    if link is None or link.purpose != purpose:
        raise Unusable("unknown")
    if link.used_at is not None:
        raise Unusable("used", link)
    if link.revoked_at is not None:
        raise Unusable("replaced" if latest(link.user_id, purpose).id != link.id else "revoked", link)
    if not link.user.active:
        raise Unusable("revoked", link)
    if link.expires_at <= now():
        raise Unusable("expired", link)
    return link


def use(link: OneTimeLink) -> None:
    """Use the link up: of two who do so at the same moment one gets Unusable. In a writing transaction."""
    spent = sa.update(OneTimeLink).where(OneTimeLink.id == link.id, *OPEN, OneTimeLink.expires_at > now())
    if execute(spent.values(used_at=now())) == 0:
        db.session.rollback()
        raise Unusable("used", db.session.get(OneTimeLink, link.id))


def revoke(user: User, purpose: str) -> None:
    """The user's links of this purpose let nobody in any more. In a writing transaction."""
    here = (OneTimeLink.user_id == user.id, OneTimeLink.purpose == purpose, *OPEN)
    ended = sa.update(OneTimeLink).where(*here).values(revoked_at=now())
    db.session.execute(ended, execution_options={"synchronize_session": "fetch"})


def latest(user_id: int, purpose: str) -> OneTimeLink | None:
    """The newest link of a user, whatever has become of it."""
    links = sa.select(OneTimeLink).where(OneTimeLink.user_id == user_id, OneTimeLink.purpose == purpose)
    return db.session.scalar(links.order_by(OneTimeLink.id.desc()).limit(1))


def latest_of_account(account_id: int, purpose: str) -> dict[int, OneTimeLink]:
    """{user id: the newest link} of an account."""
    links = sa.select(OneTimeLink).where(OneTimeLink.account_id == account_id, OneTimeLink.purpose == purpose)
    return {link.user_id: link for link in db.session.scalars(links.order_by(OneTimeLink.id))}


def _token(purpose, salt):
    key = current_app.config["SECRET_KEY"].encode()
    made = hmac.digest(key, f"one-time link:{purpose}:{salt}".encode(), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _hash(token):
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
