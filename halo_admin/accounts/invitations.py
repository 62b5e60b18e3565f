"""Accepting an invitation: whoever has its link sets name and password once, and is in."""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from .. import audit
from ..db import db
from . import one_time, people
from .models import User
from .one_time import INVITATION

SENTENCES = {
    "unknown": "This invitation is not known here. Check that you have copied the whole link.",
    "used": "This invitation has been used already. Sign in with the password that was chosen then.",
    "replaced": "There is a newer invitation for you: use the link in the newest mail, or ask {by} for it.",
    "revoked": "This invitation was taken back. Ask {by} or another admin whether you are still to come in.",
    "expired": "This invitation was good until {day}. Ask {by} for a new one.",
}


class Wrong(ValueError):
    """What was typed cannot be used: the field it is about, and a text that says what to do."""

    def __init__(self, field, sentence):
        super().__init__(sentence)
        self.field = field


def accept(token: str, name: str, password: str) -> User:
    """The user, who can sign in from now on. In a writing transaction; commits. Raises Wrong, and one_time.Unusable."""
    link = one_time.find(INVITATION, token)
    user = link.user
    user.name = _usable("name", people.person_name, name)
    _usable("password", people.set_password, user, password)
    if _signs_in_elsewhere(user):
        raise Wrong("password", _elsewhere(user, link))
    try:
        one_time.use(link)
        audit.note("people", "Accepted an invitation", account_id=user.account_id, by=user)
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise Wrong("password", _elsewhere(user, link)) from error
    return user


def _usable(field, take, *typed):
    try:
        return take(*typed)
    except people.Unusable as error:
        raise Wrong(field, str(error)) from error


def _signs_in_elsewhere(user):
    with db.session.no_autoflush:
        other = sa.select(User.id).where(User.email == user.email, User.password_hash.is_not(None), User.id != user.id)
        return db.session.scalar(other.limit(1)) is not None


def _elsewhere(user, link):
    return (
        f"{user.email} signs in to another account of this site already. Ask {link.by_name} to invite another e-mail."
    )
