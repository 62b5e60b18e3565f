"""The account's own company types, in the order it keeps them."""

import sqlalchemy as sa
from sqlalchemy import event

from ..accounts.models import Account
from ..db import db, owned
from ..normal.folding import folded_words
from .models import STARTING_TYPES, CompanyType

LONGEST_NAME = 100


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
