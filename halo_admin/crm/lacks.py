"""What records lack: a contact a list, any record a link to Halo. By it tables find these few among a million.

Whoever changes what a record may lack settles that in the same transaction. The records are held then, and best before
anything that hangs on them: of two who change the same one, the second sees what the first has done.
"""

from collections.abc import Callable

import sqlalchemy as sa

from ..bulk import execute, insert_rows
from ..db import among, db, owned, owned_among
from .models import Lack
from .searching import Narrowing, has

COLUMNS = ("account_id", "kind", "what", "record_id")
# a clause for a column of ids: whether a record has what it may lack
Has = Callable[[sa.ColumnElement], sa.ColumnElement]


def begin(model, account_id: int, ids, *whats: str) -> None:
    """Records were made just now, and lack this. In a writing transaction, as all of the following."""
    places = [_place(model, what, account_id) for what in whats]
    insert_rows(Lack, [place | {"record_id": one} for place in places for one in ids])


def hold(model, ids) -> None:
    """Lock records until the transaction ends, in the order that all writers do. SQLite has one writer at a time."""
    if ids:
        _lock(model, among(model.id, list(ids)))


def hold_all(model, account_id: int) -> None:
    """The same of all the account's records."""
    _lock(model, model.account_id == account_id)


def settle(model, what: str, account_id: int, ids, has_it: Has) -> None:
    """What these records have may have come or gone."""
    ids = list(ids)
    hold(model, ids)
    end(model, what, account_id, ids, has_it)
    if ids:
        _add(model, what, account_id, owned_among(model, account_id, ids).where(~has_it(model.id)))


def end(model, what: str, account_id: int, ids, *which: Has) -> None:
    """Records that are held do not lack it any more; which: those of them of which this holds."""
    if ids:
        gone = sa.delete(Lack).where(*_mine(model, what, account_id), among(Lack.record_id, list(ids)))
        execute(gone.where(*(one(Lack.record_id) for one in which)))


def settle_all(model, what: str, account_id: int, has_it: Has) -> None:
    """The same of all the account's records."""
    execute(sa.delete(Lack).where(*_mine(model, what, account_id)))
    _add(model, what, account_id, owned(model, account_id).where(~has_it(model.id)))


def forget(model, account_id: int, ids) -> None:
    """Records go, with whatever they lack."""
    for what in model.MAY_LACK:
        end(model, what, account_id, ids)


def narrowing(model, what: str, account_id: int) -> Narrowing:
    """The account's records that lack it."""
    mine = _mine(model, what, account_id)
    ids = sa.select(Lack.record_id.label("id")).where(*mine)
    return Narrowing(ids, lambda record_id: has(*mine, Lack.record_id == record_id), by_id=True)


def _lock(model, which):
    if db.session.connection().dialect.name == "postgresql":
        chosen = sa.select(model.id).where(which).order_by(model.id)
        db.session.execute(chosen.with_for_update(key_share=True))


def _place(model, what, account_id):
    return {"account_id": account_id, "kind": model.__tablename__, "what": what}


def _mine(model, what, account_id):
    return [getattr(Lack, name) == value for name, value in _place(model, what, account_id).items()]


def _add(model, what, account_id, which):
    mine = _mine(model, what, account_id)
    new = which.where(~has(*mine, Lack.record_id == model.id)).order_by(model.id)
    place = map(sa.literal, _place(model, what, account_id).values())
    execute(sa.insert(Lack).from_select(COLUMNS, new.with_only_columns(*place, model.id)))
