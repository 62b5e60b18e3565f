"""The account's own company types, in the order it keeps them."""

import sqlalchemy as sa
from sqlalchemy import event

from ..accounts.models import Account
from ..db import db, owned
from ..normal.folding import folded_words
from .models import STARTING_TYPES, Company, CompanyType

LONGEST_NAME = 100
NO_TYPE = "No type"  # what companies without a type are said to have


class Unusable(ValueError):
    """A change of the types that cannot be made; the text says why."""


def company_types(account_id: int) -> list[CompanyType]:
    """All types of the account, by position."""
    return list(db.session.scalars(owned(CompanyType, account_id).order_by(CompanyType.position, CompanyType.id)))


def type_names(account_id: int) -> dict[int, str]:
    """{type id: name}, by position."""
    return {kind.id: kind.name for kind in company_types(account_id)}


def get_or_create(account_id: int, name: str) -> CompanyType:
    """The type with this name, whatever its case, accents and punctuation; a new one at the end where there is none.

    Raises ValueError for a name that is blank or longer than LONGEST_NAME. The caller commits.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise ValueError(f"a company type's name has 1 to {LONGEST_NAME} characters")
    found = db.session.scalar(owned(CompanyType, account_id).where(CompanyType.name_key == folded(name)))
    return found or _add(account_id, name)


def folded(name: str) -> str:
    """What makes two names of types the same one. A name of signs alone is itself."""
    return (" ".join(folded_words(name)) or name.strip())[:LONGEST_NAME]


def counts(account_id: int) -> dict[int, int]:
    """{type id: how many companies have it}, of those that any company has."""
    here = sa.select(Company.type_id, sa.func.count()).where(
        Company.account_id == account_id, Company.type_id.is_not(None)
    )
    return dict(db.session.execute(here.group_by(Company.type_id)).all())


def add(account_id: int, name: str) -> CompanyType:
    """A new type at the end. Raises Unusable. In a writing transaction the caller commits."""
    _hold(account_id)
    return _add(account_id, _usable(account_id, name))


def rename(kind: CompanyType, name: str) -> None:
    """Give a type another name. Raises Unusable. In a writing transaction the caller commits."""
    _hold(kind.account_id)
    kind.name = _usable(kind.account_id, name, kind)
    kind.name_key = folded(kind.name)


def move(kind: CompanyType, step: int) -> None:
    """One place up (-1) or down (1); the first and the last stay where they are. The caller commits."""
    _hold(kind.account_id)
    ordered = company_types(kind.account_id)
    place = ordered.index(kind)
    ordered.insert(max(place + step, 0), ordered.pop(place))
    for position, one in enumerate(ordered, start=1):
        one.position = position


def remove(kind: CompanyType) -> None:
    """Remove a type that no company has. Raises Unusable. In a writing transaction the caller commits."""
    _hold(kind.account_id)
    if having := counts(kind.account_id).get(kind.id):
        companies = "1 company has" if having == 1 else f"{having:,} companies have"
        raise Unusable(f"{companies} this type. Give them another one first.")
    db.session.delete(kind)


def _hold(account_id):
    """Nobody else changes the account's types until the end of the transaction.

    PostgreSQL: a row that points at the account, as a new type does, waits for this lock too.
    """
    db.session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update())


def _usable(account_id, name, kind=None):
    """The name, its blanks tidied, if no other type has it."""
    name = " ".join(name.replace("\0", " ").split())
    if not name or len(name) > LONGEST_NAME:
        raise Unusable(f"Type a name of 1 to {LONGEST_NAME} characters.")
    if folded(name) == folded(NO_TYPE):
        raise Unusable(f"“{NO_TYPE}” is what companies without a type are said to have. Choose another name.")
    taken = db.session.scalar(owned(CompanyType, account_id).where(CompanyType.name_key == folded(name)))
    if taken is not None and taken is not kind:
        raise Unusable(f"There is a type “{taken.name}” already. Choose another name.")
    return name


def _add(account_id, name):
    last = sa.select(sa.func.max(CompanyType.position)).where(CompanyType.account_id == account_id)
    position = (db.session.scalar(last) or 0) + 1
    kind = CompanyType(account_id=account_id, name=name, name_key=folded(name), position=position)
    db.session.add(kind)
    db.session.flush()
    return kind


@event.listens_for(Account, "after_insert")
def _add_starting_types(_mapper, connection, account):
    """Every account begins with some, whoever makes it."""
    rows = [
        {"account_id": account.id, "name": name, "name_key": folded(name), "position": position}
        for position, name in enumerate(STARTING_TYPES, start=1)
    ]
    connection.execute(sa.insert(CompanyType.__table__), rows)
