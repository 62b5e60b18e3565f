"""Writes the account's records in bulk, with what follows from their values: normal forms and search words.

For any model that carries FIELDS, WORDS and derived(). Callers have begun a writing transaction and commit.
"""

from itertools import groupby

import sqlalchemy as sa

from .. import normal
from ..db import among, db, now, reserve_ids
from .models import SearchWord


def insert(model, account, rows: list[dict]) -> list[int]:
    """Insert rows of values by field (other columns too, where a row has them); their new ids, in the rows' order."""
    if not rows:
        return []
    ids = reserve_ids(model, len(rows))
    table, fixed = model.__table__, {"account_id": account.id, "created_at": now(), "version": 1}
    blank = {name: _default(table.c[name]) for name in set(model.FIELDS).union(*rows)}
    full = [
        blank | row | model.derived(row, account.default_country) | fixed | {"id": record_id}
        for record_id, row in zip(ids, rows, strict=True)
    ]
    db.session.execute(sa.insert(table), full)
    _add_words(model, account, _wanted_words(model, full))
    return ids


def update(model, account, rows: list[dict]) -> None:
    """Update the account's records, one version on. Each row holds id, every one of FIELDS, and what else changes."""
    rows = sorted(rows, key=lambda row: row["id"])  # all writers lock in this order
    for _columns, alike in groupby(sorted(rows, key=sorted), key=sorted):
        _update_alike(model, account, [row | model.derived(row, account.default_country) for row in alike])
    stored, wanted = _stored_words(model, account, [row["id"] for row in rows]), _wanted_words(model, rows)
    # only words that came or went are written: most updates leave a record's words as they are
    _delete_words(model, account, stored - wanted)
    _add_words(model, account, wanted - stored)


def _update_alike(model, account, rows):
    table = model.__table__
    changed = [name for name in rows[0] if name != "id"]
    statement = (
        sa.update(table)
        .where(table.c.id == sa.bindparam("at_id"), table.c.account_id == account.id)
        .values({name: sa.bindparam(f"new_{name}") for name in changed} | {"version": table.c.version + 1})
    )
    db.session.execute(
        statement, [{f"new_{name}": row[name] for name in changed} | {"at_id": row["id"]} for row in rows]
    )


def _default(column):
    return column.default.arg if column.default is not None and column.default.is_scalar else None


def _wanted_words(model, rows):
    return {(row["id"], word) for row in rows for word in normal.words(*(row[field] for field in model.WORDS))}


def _stored_words(model, account, ids):
    found = db.session.execute(
        sa.select(SearchWord.record_id, SearchWord.word).where(
            SearchWord.account_id == account.id,
            SearchWord.kind == model.__tablename__,
            among(SearchWord.record_id, ids),
        )
    )
    return {(record_id, word) for record_id, word in found}


def _add_words(model, account, pairs):
    _for_each_word(sa.insert(SearchWord.__table__), model, account, pairs)


def _delete_words(model, account, pairs):
    key = SearchWord.__table__.primary_key.columns
    gone = sa.delete(SearchWord.__table__).where(*(column == sa.bindparam(column.name) for column in key))
    _for_each_word(gone, model, account, pairs)


def _for_each_word(statement, model, account, pairs):
    fixed = {"account_id": account.id, "kind": model.__tablename__}
    if pairs:
        db.session.execute(statement, [fixed | {"record_id": at, "word": word} for at, word in sorted(pairs)])
