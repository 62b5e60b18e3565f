"""What a user holds: the records that name them as their salesperson. Rooms hang their kinds in with `held.hang`."""

from typing import NamedTuple

import sqlalchemy as sa

from ..accounts.models import User
from ..bulk import execute
from ..db import db
from ..web.words import plural
from . import changes


class Holding(NamedTuple):
    """A kind of records: its model, the column with the user's id, its word for one and for many.

    kind: what the model's history calls it ("company"); None where it keeps none.
    """

    model: type
    column: str
    one: str
    many: str
    kind: str | None = None

    def of(self, user: User):
        """The clauses of the user's records."""
        return self.model.account_id == user.account_id, getattr(self.model, self.column) == user.id


HOLDINGS: list[Holding] = []


def hang(model, column: str, one: str, many: str, kind: str | None = None) -> None:
    """Hang a kind in: held.hang(Contact, "salesperson_id", "contact", "contacts", "contact"), beside its model."""
    HOLDINGS.append(Holding(model, column, one, many, kind))


def told(user: User) -> str:
    """What the user holds in words: "612 contacts and 41 opportunities", or "" for nothing."""
    counts = [(db.session.scalar(sa.select(sa.func.count()).where(*one.of(user))), one) for one in HOLDINGS]
    words = [plural(count, one.one, one.many) for count, one in counts if count]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def hand_over(user: User, to: User | None, by: User | None, note: str | None = None) -> None:
    """Give all that the user holds to somebody else of the account, or to nobody. Each record's history tells it, with
    this note.

    In a writing transaction; the caller commits.
    """
    for one in HOLDINGS:
        if one.kind:
            ids = sa.select(one.model.id).where(*one.of(user))
            said = {one.column: [user.name, to.name if to else None]}
            told = note or f"Handed over by {user.name}"
            changes.note_selected(one.kind, user.account_id, by, "edited", ids, said, told)
        values = {one.column: to.id if to else None}
        if hasattr(one.model, "version"):
            values["version"] = one.model.version + 1
        handed = sa.update(one.model).where(*one.of(user)).values(values)
        execute(handed)
