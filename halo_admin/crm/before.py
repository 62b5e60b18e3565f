"""The records that an account had before a file was loaded."""

import sqlalchemy as sa

from ..db import among, db, owned


class Before:
    """Looks up a batch at a time, by indexed columns; a record comes with its id, FIELDS and the columns in `more`."""

    def __init__(self, model, account_id: int, more: tuple[str, ...] = ()):
        self.model, self.account_id = model, account_id
        self.columns = [getattr(model, name) for name in dict.fromkeys(("id", *more, *model.FIELDS))]
        last = sa.select(sa.func.max(model.id)).where(model.account_id == account_id)
        self.last_id = db.session.scalar(last) or 0

    def grouped(self, column, keys, locked: bool = False) -> dict:
        """{key: the records with it by id}. Locked ones stay as they are until the transaction ends."""
        groups = {}
        for record in self._with(column, set(keys) - {None}, locked):
            groups.setdefault(getattr(record, column.key), []).append(record)
        return groups

    def _with(self, column, keys, locked):
        if not keys or not self.last_id:
            return []
        # an id plus nothing is one whose index SQLite does not walk instead of the keys'
        record_id = self.model.id + 0
        query = owned(self.model, self.account_id).where(among(column, list(keys)), record_id <= self.last_id)
        query = query.with_only_columns(*self.columns)
        found = db.session.execute(query.order_by(record_id).with_for_update() if locked else query)
        return sorted(found, key=lambda record: record.id)
