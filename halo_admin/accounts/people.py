"""Making accounts and users, their passwords, and what may be typed about them."""

import re
import secrets
import threading
from functools import cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email

from ..db import db, now
from . import passwords, places
from .models import ROLES, Account, User

HASHER = PasswordHasher()
# each takes 64 MB while it lasts: a flood of passwords is to wait, not to use up the machine's memory
AT_ONCE = threading.Semaphore(4)


class Unusable(ValueError):
    """What was typed cannot be used; the text says what to do."""


def create_account(
    name: str, email: str, password: str, default_country: str = "US", zone: str = places.UTC
) -> tuple[Account, User]:
    """A new account and its first admin. Raises Unusable. The caller commits."""
    account = Account(
        name=account_name(name),
        time_zone=time_zone(zone),
        default_country=country(default_country),
        created_at=now(),
    )
    db.session.add(account)
    db.session.flush()
    return account, add_user(account, email, name="", roles=["admin"], password=password)


def add_user(account: Account, email: str | None, name: str, roles: list[str], password: str | None) -> User:
    """A new active user of the account, who cannot sign in without a password, nor without an e-mail.

    Raises Unusable. The caller commits.
    """
    email = address(email) if email is not None else None
    if email and _is_taken(account, email, password is not None):
        raise Unusable(f"{email} has a user already: use another e-mail address.")
    user = User(
        account_id=account.id,
        email=email,
        name=name.strip()[:200] or (email or "No name").partition("@")[0],
        roles=known_roles(roles),
        session_key=secrets.token_hex(24),
        created_at=now(),
        password_hash=None,
    )
    if password is not None:
        set_password(user, password)
    db.session.add(user)
    db.session.flush()
    return user


def _is_taken(account, email, to_sign_in):
    mine = sa.and_(User.account_id == account.id, User.email == email)
    signs_in = sa.and_(User.email == email, User.password_hash.is_not(None))
    return db.session.scalar(sa.select(User.id).where(sa.or_(mine, signs_in) if to_sign_in else mine).limit(1))


def known_roles(roles) -> list[str]:
    """Roles in order, none twice. Raises Unusable for one there is not."""
    if unknown := set(roles) - set(ROLES):
        raise Unusable(f"{', '.join(sorted(unknown))} is no role: use {', '.join(ROLES)}.")
    return sorted(set(roles))


def end_sessions(user: User) -> None:
    """Whoever is signed in as the user is signed out, everywhere. The caller commits."""
    user.session_key = secrets.token_hex(24)


def set_password(user: User, password: str) -> None:
    """Sets the password and ends every session of the user. Raises Unusable."""
    if problem := passwords.problem(password, list(filter(None, (user.name, user.email)))):
        raise Unusable(problem)
    user.password_hash = HASHER.hash(password)
    end_sessions(user)


def who_signs_in(email: str) -> User | None:
    """The one user of the site who signs in with this e-mail, disabled or not."""
    typed = email.replace("\0", "").strip().lower()  # no database compares with a NUL
    one = sa.select(User).where(User.email == typed, User.password_hash.is_not(None))
    return db.session.scalar(one.execution_options(populate_existing=True))


def by_password(email: str, password: str) -> User | None:
    """The active user with this e-mail and password, or None; both answers take the same time."""
    user = who_signs_in(email)
    try:
        with AT_ONCE:
            HASHER.verify(user.password_hash if user else _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return None
    return user if user and user.active else None


@cache
def _nobodys():
    """A hash to verify when nobody has the e-mail, so that the answer takes as long as for a wrong password."""
    return HASHER.hash(secrets.token_urlsafe())


def address(text: str) -> str:
    """The e-mail address in lower case. Raises Unusable."""
    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise Unusable(f"{text.strip() or 'An empty text'} is no e-mail address: {error}") from error


def person_name(text: str) -> str:
    """A person's name, its blanks tidied. Raises Unusable."""
    name = " ".join(text.replace("\0", " ").split())
    if not name or len(name) > 200:
        raise Unusable("Type your name, at most 200 characters.")
    return name


def account_name(text: str) -> str:
    """An account's name, its blanks tidied. Raises Unusable."""
    name = re.sub(r"[\s\0]+", " ", text).strip()
    if not name or len(name) > 200:
        raise Unusable("Give the account a name of 1 to 200 characters.")
    return name


def time_zone(text: str) -> str:
    """The IANA time zone of this name, whatever its case. Raises Unusable."""
    found = places.time_zones().get(text.strip().casefold())
    if found is None:
        raise Unusable(f"“{text.strip()}” is no time zone: use a name such as Europe/Berlin or America/New_York.")
    return found


def country(text: str) -> str:
    """The country with this code of ISO 3166, whatever its case. Raises Unusable."""
    code = text.strip().upper()
    if code not in places.countries():
        raise Unusable(f"“{text.strip()}” is no country: use the two letters of ISO 3166, such as US or DE.")
    return code
