"""Writes the account's records in bulk, with what follows from their values: normal forms and search words.

For any model that carries FIELDS, WORDS and derived(). Callers have begun a writing transaction and commit.
"""

import sqlalchemy as sa

from ..bulk import insert_rows
from ..db import db, now, reserve_ids
from . import lacks, opt_outs, words


def insert(model, account, rows: list[dict], lacking: tuple[str, ...] | None = None) -> list[int]:
    """Insert rows of values by field (other columns too, where a row has them); their new ids, in the rows' order.

    Normal forms that a row has are taken as they are: whoever made them need not have them made again.
    lacking: what they lack; None: all that they may.
    """
    if not rows:
        return []
    ids = reserve_ids(model, len(rows))
    table, fixed = model.__table__, {"account_id": account.id, "created_at": now(), "version": 1}
    blank = {column.name: _default(column) for column in table.c}
    full = [
        blank | row | model.derived(row, account.default_country) | fixed | {"id": record_id}
        for record_id, row in zip(ids, rows, strict=True)
    ]
    opt_outs.heed(model, account.id, full)
    insert_rows(model, full)
    lacks.begin(model, account.id, ids, *(model.MAY_LACK if lacking is None else lacking))
    words.add(model, account, full)
    return ids


def update(model, account, rows: list[dict]) -> None:
    """Update the account's records, one version on.

    Each row holds id, every one of FIELDS, and other columns that change: the same ones in every row.
    """
    if not rows:
        return
    table, country = model.__table__, account.default_country
    # by id: all writers lock in this order
    full = sorted((row | model.derived(row, country) for row in rows), key=lambda row: row["id"])
    changed = full[0].keys() - {"id"}
    statement = (
        sa.update(table)
        .where(table.c.id == sa.bindparam("at_id"), table.c.account_id == account.id)
        .values({name: sa.bindparam(f"new_{name}") for name in changed} | {"version": table.c.version + 1})
    )
    values = [{f"new_{name}": row[name] for name in changed} | {"at_id": row["id"]} for row in full]
    db.session.execute(statement, values)
    words.replace(model, account, full)


def _default(column):
    return column.default.arg if column.default is not None and column.default.is_scalar else None
