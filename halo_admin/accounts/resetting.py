"""A new password by a link: sent by mail to who has forgotten theirs, or made by an admin, who can also copy it."""

from flask import current_app

from .. import audit, mail
from ..db import db
from . import attempts, mailing, one_time, people
from .models import OneTimeLink, User
from .one_time import PASSWORD

SENTENCES = {
    "unknown": "This link is not known here. Check that you have copied the whole link.",
    "used": "This link has been used already. Sign in with the password that was chosen then, or ask for another link.",
    "replaced": "There is a newer link for you: use the one in the newest mail.",
    "revoked": "This link no longer works. Ask for another one.",
    "expired": "This link was good until {day}. Ask for another one.",
}


def by_mail() -> bool:
    """Whether people can have a link sent to them. Without SITE_URL whoever asks could choose where its link leads."""
    return mail.is_on() and bool(current_app.config["SITE_URL"])


def ask(email: str, address: str | None) -> None:
    """Somebody has forgotten a password. Whoever signs in with the e-mail gets a link; the watch has it mailed.

    Raises attempts.TooMany. In a writing transaction; the caller commits.
    """
    to, where = attempts.mails_to(email), attempts.address(address)
    attempts.require(to, where)
    attempts.count(to, where)
    user = people.who_signs_in(email)
    if user is not None and user.active:
        make(user, user.name)
    typed = audit.Somebody(email.replace("\0", "").strip() or "Nobody", user.id if user else None)
    audit.note("people", "Asked for a link to choose a new password", account_id=user and user.account_id, by=typed)


def make(user: User, by_name: str) -> OneTimeLink:
    """A link for the user; the one before no longer works. In a writing transaction; the caller commits."""
    link = one_time.make(user, PASSWORD, by_name, mailing.site())
    mailing.want(link)
    return link


def choose(token: str, password: str) -> User:
    """The user, with the new password and no other session. Commits. Raises one_time.Unusable, people.Unusable."""
    link = one_time.find(PASSWORD, token)
    user = link.user
    people.set_password(user, password)
    one_time.use(link)
    audit.note("people", "Chose a new password by a link", account_id=user.account_id, by=user)
    db.session.commit()
    attempts.forget(attempts.e_mail(user.email))
    return user
