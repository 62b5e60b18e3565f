"""The records that the lines of a file are compared with."""

import sqlalchemy as sa

from ..db import among, db, owned


class Before:
    """Looks up a batch at a time, by indexed columns; a record comes with its id, FIELDS and the columns in `more`.

    last_id: the last record that counts; None: all do.
    """

    def __init__(self, model, account_id: int, more: tuple[str, ...] = (), last_id: int | None = None):
        self.model, self.account_id, self.last_id = model, account_id, last_id
        self.columns = [getattr(model, name) for name in dict.fromkeys(("id", *more, *model.FIELDS))]

    def by_id(self, ids, locked: bool = False) -> dict:
        """{id: the record} of those that are here."""
        return {record.id: record for record in self._with(self.model.id, set(ids), locked)}

    def grouped(self, column, keys, locked: bool = False) -> dict:
        """{key: the records with it by id}. Locked ones stay as they are until the transaction ends."""
        groups = {}
        for record in self._with(column, set(keys) - {None}, locked):
            groups.setdefault(getattr(record, column.key), []).append(record)
        return groups

    def _with(self, column, keys, locked):
        if not keys or self.last_id == 0:
            return []
        # an id plus nothing is one whose index SQLite does not walk instead of the keys'
        record_id = self.model.id + 0
        query = owned(self.model, self.account_id).where(among(column, list(keys))).with_only_columns(*self.columns)
        if self.last_id is not None:
            query = query.where(record_id <= self.last_id)
        found = db.session.execute(query.order_by(record_id).with_for_update() if locked else query)
        return sorted(found, key=lambda record: record.id)


def last_id(model, account_id: int) -> int:
    """The id of the account's last record; 0 where it has none."""
    return db.session.scalar(sa.select(sa.func.max(model.id)).where(model.account_id == account_id)) or 0
