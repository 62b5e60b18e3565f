"""Many rows of one table written at once: the statement is compiled once, and rows go to the driver as they are.

SQLAlchemy prepares the parameters of each row as if it were alone, which takes twice as long as writing them.
"""

from functools import lru_cache
from typing import NamedTuple

import sqlalchemy as sa

from .db import UTCDateTime, db


class Statement(NamedTuple):
    """A compiled statement and its parameters in order: (the parameter, the row's column, what makes it storable)."""

    text: str
    parameters: tuple
    is_positional: bool

    def run(self, connection, rows):
        connection.exec_driver_sql(self.text, [self._values(row) for row in rows])

    def _values(self, row):
        if self.is_positional:
            return tuple([store(row[name]) if store else row[name] for _, name, store in self.parameters])
        return {one: store(row[name]) if store else row[name] for one, name, store in self.parameters}


def insert_rows(model, rows: list[dict]) -> None:
    """INSERT rows, all with the same columns; those with a default must be among them."""
    if rows:
        _run(_insert, model.__table__, rows)


def update_rows(model, rows: list[dict]) -> None:
    """UPDATE rows by their id; all have the same columns, `id` among them."""
    if rows:
        _run(_update, model.__table__, rows)


def execute(statement) -> int:
    """A statement that changes or removes rows; how many. Objects of the session stay as they were loaded."""
    return db.session.execute(statement, execution_options={"synchronize_session": False}).rowcount


def _run(make, table, rows):
    connection = db.session.connection()
    _compiled(make, table, tuple(rows[0]), connection.dialect).run(connection, rows)


@lru_cache(maxsize=200)
def _compiled(make, table, names, dialect):
    compiled = make(table, names).compile(dialect=dialect)
    binds = compiled.positiontup if compiled.positional else list(compiled.binds)
    stores = {bind: _storing(compiled.binds[bind].type, dialect) for bind in binds}
    parameters = tuple((bind, bind.removeprefix("new_"), stores[bind]) for bind in binds)
    return Statement(str(compiled), parameters, compiled.positional)


def _storing(column_type, dialect):
    """What makes a value of this type storable, or None; the few times that a batch holds are written down once."""
    store = column_type.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(maxsize=16)(store) if isinstance(column_type, UTCDateTime) else store


def _insert(table, names):
    return sa.insert(table).values({name: _bind(table, name) for name in names})


def _update(table, names):
    changed = {name: _bind(table, name) for name in names if name != "id"}
    return sa.update(table).where(table.c.id == _bind(table, "id")).values(changed)


def _bind(table, name):
    return sa.bindparam(f"new_{name}", type_=table.c[name].type)
