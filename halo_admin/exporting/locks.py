"""Why nothing can be sent yet: every stage's mapping must have been saved once. What turns up later locks nothing."""

from typing import NamedTuple

from ..accounts.models import User
from ..connecting import mapping, roles
from ..connecting.models import StageState
from ..connecting.opening import connection_of
from ..db import db, owned

TITLES = {"users": "Users", "companies": "Companies", "contacts": "Contacts", "opportunities": "Opportunities"}


class Lock(NamedTuple):
    """reason: a sentence; endpoint and args: the page that opens it; admins: the names of those who may."""

    reason: str
    endpoint: str
    args: dict
    admins: list[str]


def lock_of(account_id: int) -> Lock | None:
    """What keeps an account's records from being sent; None: nothing does."""
    connection = connection_of(account_id)
    if connection is None or connection.connected_at is None:
        return Lock("Halo is not connected yet.", "connecting.page", {}, admins(account_id))
    for stage in stages():
        state = db.session.get(StageState, (connection.tenant_id, stage))
        if state is None or state.mapped_at is None:
            title = TITLES.get(stage, stage.capitalize())
            reason = f"The mapping of {title} has not been saved yet. Sending opens once every mapping has been."
            page = ("importing.users", {}) if stage == roles.STAGE else ("connecting.mapping_page", {"key": stage})
            return Lock(reason, *page, admins(account_id))
    return None


def not_theirs(account_id: int) -> Lock:
    """What keeps somebody from sending whom the account does not let."""
    reason = "You may not send to Halo. Account Settings, General, say who may; admins can change it."
    return Lock(reason, "settings.account", {}, admins(account_id))


def stages() -> list[str]:
    """The stages that have a mapping, in their order."""
    return list(dict.fromkeys((roles.STAGE, *mapping.STAGES.values())))


def admins(account_id: int) -> list[str]:
    """The names of those who can open a lock: who is only invited cannot yet."""
    people = db.session.scalars(
        owned(User, account_id).where(User.active, User.password_hash.is_not(None)).order_by(User.name)
    )
    return [one.name for one in people if one.is_admin]
