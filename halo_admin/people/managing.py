"""Changing the account's users: roles, disabling and enabling, handing over, links for a new password.

An account always keeps one admin who can sign in. What changes that is done one after the other: lock() first.
"""

import sqlalchemy as sa

from .. import audit
from ..accounts import one_time, people, resetting
from ..accounts.models import Account, OneTimeLink, User
from ..accounts.one_time import INVITATION
from ..accounts.role_names import told
from ..crm import held
from ..db import db, owned
from .choosing import Refused

LAST = "{name} is the only admin who can sign in. Make somebody else an admin first."


def lock(account_id: int) -> None:
    """Nobody else changes the account's users until this writing transaction ends; users are read anew from here on."""
    db.session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
    db.session.expire_all()


def change_roles(user: User, roles: list[str]) -> None:
    """Raises Refused. The caller has taken the lock, and commits."""
    try:
        roles = people.known_roles(roles)
    except people.Unusable as error:
        raise Refused(str(error)) from error
    if roles == sorted(user.roles):
        return
    if "admin" not in roles:
        _keep_an_admin(user)
    _note(user, f"Changed the roles of {user.name} from {told(user.roles)} to {told(roles)}")
    user.roles = roles


def disable(user: User) -> None:
    """The user is out at once, and cannot come in; records keep the name. Raises Refused. As change_roles()."""
    if user.active:
        _keep_an_admin(user)
        user.active = False
        people.end_sessions(user)
        _note(user, f"Disabled {user.name}")


def enable(user: User) -> None:
    if not user.active:
        user.active = True
        _note(user, f"Enabled {user.name}")


def hand_over(user: User, to: User | None, by: User | None) -> str:
    """Give all that the user holds to somebody else, or to nobody; what it was, in words. The caller commits."""
    what = held.told(user)
    if what:
        held.hand_over(user, to, by)
        _note(user, f"Handed {what} of {user.name} over to {to.name if to else 'nobody'}")
    return what


def takers(user: User) -> list[User]:
    """Who may get what the user holds: the other salespeople who are not disabled, by name."""
    others = db.session.scalars(owned(User, user.account_id).where(User.active, User.id != user.id))
    return sorted((one for one in others if "salesperson" in one.roles), key=lambda one: one.name.casefold())


def link_for_password(user: User, by_name: str) -> OneTimeLink:
    """A link by which the user chooses a new password. Raises Refused. The caller commits, then mailing.queue()s it."""
    if user.password_hash is None:
        raise Refused(f"{user.name} has no password yet: invite them.")
    if not user.active:
        raise Refused(f"{user.name} is disabled: enable them first.")
    _note(user, f"Made a link for {user.name} to choose a new password")
    return resetting.make(user, by_name)


def take_back(user: User) -> None:
    """The user's invitation lets nobody in. The caller commits."""
    one_time.revoke(user, INVITATION)
    _note(user, f"Took back the invitation of {user.name}")


def _keep_an_admin(user):
    if not (user.is_admin and _lets_in(user)):
        return
    others = db.session.scalars(owned(User, user.account_id).where(User.id != user.id))
    if not any(one.is_admin and _lets_in(one) for one in others):
        raise Refused(LAST.format(name=user.name))


def _lets_in(user):
    return user.active and user.password_hash is not None


def _note(user, said):
    audit.note("people", said, account_id=user.account_id)
