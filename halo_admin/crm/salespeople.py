"""Who looks after a record: one of the people with the Salesperson role, or nobody."""

import sqlalchemy as sa

from ..accounts.models import User
from ..db import db, owned
from . import editing
from .searching import Narrowing

NOBODY = "none"  # how an address asks for the records that nobody looks after
LABEL = "No salesperson"
GONE = "This person can no longer be chosen. Choose somebody else."


class RecordForm(editing.Form):
    """The form of a record that somebody looks after. It offers who has the role now, and whoever has the record."""

    def __init__(self, account_id: int, options=None):
        chosen = {str(user_id): name for user_id, name in salespeople(account_id).items()}
        super().__init__(account_id, (options or {}) | {"salesperson_id": {"": LABEL} | chosen})

    def texts(self, record):
        if (holder := record.salesperson) is not None:
            self.options["salesperson_id"].setdefault(str(holder.id), holder.name)
        return super().texts(record)

    def errors(self, record, changed):
        found = super().errors(record, changed)
        return found | ({"salesperson_id": GONE} if "salesperson_id" in found else {})


def salespeople(account_id: int, active: bool = True) -> dict[int, str]:
    """{user id: name} of the account's salespeople, by name; with active=False those who left as well."""
    users = db.session.scalars(owned(User, account_id).order_by(User.name, User.id))
    return {one.id: one.name for one in users if "salesperson" in one.roles and (one.active or not active)}


def choices(account_id: int) -> dict[str, str]:
    """What a table's filter may ask for: {value: label}."""
    known = salespeople(account_id, active=False)
    return {str(user_id): name for user_id, name in known.items()} | {NOBODY: LABEL}


def narrowing(model, account_id: int, choice: str) -> Narrowing:
    """The records that one of choices() looks after."""
    user_id = None if choice == NOBODY else int(choice)
    ids = sa.select(model.id).where(model.account_id == account_id, model.salesperson_id == user_id)
    return Narrowing(ids, lambda _id: model.salesperson_id == user_id, reads_row=True, by_id=True)


def names_of(rows) -> dict[int, str]:
    """{user id: name} of whoever looks after a page's records."""
    ids = {row.salesperson_id for row in rows} - {None}
    return dict(map(tuple, db.session.execute(sa.select(User.id, User.name).where(User.id.in_(ids))))) if ids else {}


def emails_of(rows) -> dict[int, str]:
    """{user id: e-mail} of the same, by which files name people."""
    ids = {row.salesperson_id for row in rows} - {None}
    return dict(map(tuple, db.session.execute(sa.select(User.id, User.email).where(User.id.in_(ids))))) if ids else {}
