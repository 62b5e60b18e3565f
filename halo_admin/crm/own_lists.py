"""The short lists of names that an account keeps in its own order: its company types, its opportunity statuses."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy import event

from ..accounts.models import Account
from ..db import db, owned
from ..normal.folding import folded_words

LONGEST_NAME = 100


class Unusable(ValueError):
    """A change of such a list that cannot be made; the text says why."""


def folded(name: str) -> str:
    """What makes two names the same one. A name of signs alone is itself."""
    return (" ".join(folded_words(name)) or name.strip())[:LONGEST_NAME]


class OwnList:
    """One such list.

    model: an Owned table with name, name_key, position and made_for_tenant. noun: what sentences call one of its lines
    ("type"), whole: what they call it at first ("company type"). using: the column that names a line in the rows that
    have one, or None while there is no such table. users: what has one, ("company", "companies"). reserved: {folded
    name: why it cannot be taken}.
    """

    def __init__(self, model, noun: str, whole: str, using: Callable, users: tuple[str, str], reserved: dict):
        self.model, self.noun, self.whole = model, noun, whole
        self.using, self.users, self.reserved = using, users, reserved

    def all(self, account_id: int) -> list:
        """All lines of the account, by position."""
        return list(db.session.scalars(owned(self.model, account_id).order_by(self.model.position, self.model.id)))

    def names(self, account_id: int) -> dict[int, str]:
        """{id: name}, by position."""
        return {one.id: one.name for one in self.all(account_id)}

    def called(self, account_id: int, name: str):
        """The line with this name, whatever its case, accents and punctuation; None without one."""
        return db.session.scalar(owned(self.model, account_id).where(self.model.name_key == folded(name)))

    def get_or_create(self, account_id: int, name: str, **values):
        """The line with this name; a new one at the end, with these values, where there is none.

        Raises ValueError for a name that is blank, longer than LONGEST_NAME or reserved. The caller commits.
        """
        name = name.strip()
        if not name or len(name) > LONGEST_NAME:
            raise ValueError(f"{_a(self.whole)}'s name has 1 to {LONGEST_NAME} characters")
        if why := self.reserved.get(folded(name)):
            raise ValueError(why.rstrip("."))
        return self.called(account_id, name) or self._add(account_id, name, values)

    def counts(self, account_id: int) -> dict[int, int]:
        """{id: how many have it}, of those that any has."""
        column = self.using()
        if column is None:
            return {}
        here = sa.select(column, sa.func.count()).where(column.table.c.account_id == account_id, column.is_not(None))
        return dict(db.session.execute(here.group_by(column)).all())

    def add(self, account_id: int, name: str, **values):
        """A new line at the end. Raises Unusable. In a writing transaction the caller commits."""
        self._hold(account_id)
        return self._add(account_id, self._usable(account_id, name), values)

    def change(self, one, name: str, **values) -> None:
        """Give a line another name, and these values. Raises Unusable. In a writing transaction the caller commits."""
        self._hold(one.account_id)
        values["name"] = self._usable(one.account_id, name, one)
        changed = {column: value for column, value in values.items() if getattr(one, column) != value}
        for column, value in changed.items():
            setattr(one, column, value)
        if changed:
            one.name_key, one.made_for_tenant = folded(one.name), None

    def move(self, one, step: int) -> None:
        """One place up (-1) or down (1); the first and the last stay where they are. The caller commits."""
        self._hold(one.account_id)
        ordered = self.all(one.account_id)
        place = ordered.index(one)
        ordered.insert(max(place + step, 0), ordered.pop(place))
        for position, line in enumerate(ordered, start=1):
            line.position = position

    def remove(self, one) -> None:
        """Remove a line that nothing has. Raises Unusable. In a writing transaction the caller commits."""
        self._hold(one.account_id)
        if having := self.counts(one.account_id).get(one.id):
            who = f"1 {self.users[0]} has" if having == 1 else f"{having:,} {self.users[1]} have"
            raise Unusable(f"{who} this {self.noun}. Give them another one first.")
        self.let_go(one)
        db.session.delete(one)

    def let_go(self, one) -> None:
        """Whatever is beside this list and knows a line that is about to be removed knows it no longer."""

    def begins_with(self, rows: list[dict]) -> None:
        """Every account begins with these lines, whoever makes it."""

        @event.listens_for(Account, "after_insert")
        def add(_mapper, connection, account):
            lines = [
                row | {"account_id": account.id, "name_key": folded(row["name"]), "position": position}
                for position, row in enumerate(rows, start=1)
            ]
            connection.execute(sa.insert(self.model.__table__), lines)

    def _hold(self, account_id):
        """Nobody else changes the account's lists until the end of the transaction.

        PostgreSQL: a row that points at the account, as a new line does, waits for this lock too.
        """
        db.session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update())

    def _usable(self, account_id, name, one=None):
        """The name, its blanks tidied, if no other line has it."""
        name = " ".join(name.replace("\0", " ").split())
        if not name or len(name) > LONGEST_NAME:
            raise Unusable(f"Type a name of 1 to {LONGEST_NAME} characters.")
        if why := self.reserved.get(folded(name)):
            raise Unusable(f"{why} Choose another name.")
        taken = self.called(account_id, name)
        if taken is not None and taken is not one:
            raise Unusable(f"There is {_a(self.noun)} “{taken.name}” already. Choose another name.")
        return name

    def _add(self, account_id, name, values):
        last = sa.select(sa.func.max(self.model.position)).where(self.model.account_id == account_id)
        position = (db.session.scalar(last) or 0) + 1
        one = self.model(account_id=account_id, name=name, name_key=folded(name), position=position, **values)
        db.session.add(one)
        db.session.flush()
        return one


def _a(noun):
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
