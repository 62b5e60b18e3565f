"""The account's own opportunity statuses, in the order it keeps them."""

import sqlalchemy as sa
from sqlalchemy import event

from ..accounts.models import Account
from ..db import db, owned
from .models import STARTING_STATUSES, OpportunityStatus
from .types import folded


def statuses(account_id: int) -> list[OpportunityStatus]:
    """All statuses of the account, by position."""
    order = (OpportunityStatus.position, OpportunityStatus.id)
    return list(db.session.scalars(owned(OpportunityStatus, account_id).order_by(*order)))


@event.listens_for(Account, "after_insert")
def _add_starting_statuses(_mapper, connection, account):
    """Every account begins with some, whoever makes it."""
    rows = [
        {"account_id": account.id, "name": name, "name_key": folded(name), "kind": kind, "position": position}
        for position, (name, kind) in enumerate(STARTING_STATUSES.items(), start=1)
    ]
    connection.execute(sa.insert(OpportunityStatus.__table__), rows)
