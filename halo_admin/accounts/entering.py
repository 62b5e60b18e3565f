"""Signing in by password: counted, noted, and the same for an e-mail nobody has and a password that is wrong."""

from .. import audit
from ..db import begin_write, db
from . import attempts, people
from .models import User


class Wrong(Exception):
    """This e-mail and password do not belong together."""


def enter(email: str, password: str, address: str | None) -> User:
    """The user with this e-mail and password. Raises Wrong, and attempts.TooMany. Commits.

    To be called with no writing transaction open: a flood of passwords keeps nobody from writing.
    """
    who, where = attempts.e_mail(email), attempts.address(address)
    attempts.require(who, where)
    db.session.rollback()  # what is compared is as it is now
    found = people.by_password(email, password)
    begin_write()
    if found is None:
        _note_wrong(email, attempts.count(who, where))
        db.session.commit()
        raise Wrong
    attempts.forget(who)
    audit.note("sign-in", "Signed in", account_id=found.account_id, by=found)
    db.session.commit()
    return found


def confirm(user: User, password: str) -> None:
    """Somebody who is signed in types their password once more. Raises Wrong, and attempts.TooMany. Commits nothing."""
    who = attempts.e_mail(user.email)
    attempts.require(who)
    if people.by_password(user.email, password) is None:
        attempts.count(who)
        raise Wrong
    attempts.forget(who)


def _note_wrong(email, seconds):
    """The same work whoever it is: an e-mail that nobody has gets its line too, in nobody's account."""
    user = people.who_signs_in(email)
    said = "Tried to sign in while disabled" if user and not user.active else "Typed a wrong password"
    said += "; after so many of them, the next must wait" if seconds else ""
    typed = audit.Somebody(email.replace("\0", "").strip() or "Nobody", user.id if user else None)
    audit.note("failed", said, account_id=user.account_id if user else None, by=typed)
