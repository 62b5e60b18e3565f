"""The database object, the types all rooms store with, and the database's own clock.

SQLite runs in WAL mode with foreign keys on. A SELECT opens no lock; a transaction that will write says so
first with `begin_write()` (BEGIN IMMEDIATE on SQLite), so that what it checked still holds when it writes.
"""

import sqlite3
import time
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Engine

BUSY_SECONDS = 15
LOG_PAGES = 64_000  # of 4 KB: so long may SQLite's log grow before whoever commits moves it into the database
LOOK_AGAIN_SECONDS = 0.001
# as text: SQLAlchemy takes four times as long to make the same of functions and columns
LISTED = sa.text("SELECT value FROM json_each(:listed)")

# the second lags behind by a second or so
KNOWS_LITTLE = sa.text("""
    SELECT known.reltuples < :rows / 2 OR :rows >= :many AND written.n_mod_since_analyze >= :rows / 2
    FROM pg_class AS known JOIN pg_stat_user_tables AS written ON written.relid = known.oid
    WHERE known.oid = CAST(:name AS regclass)
""")

MANY_ROWS = 10_000  # of a table that is larger: fewer are found fast enough by whatever plan

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(sa.TypeDecorator):
    """An aware datetime in UTC, stored naive: both databases compare it the same way."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return value.astimezone(UTC).replace(tzinfo=None) if value is not None else None

    def process_result_value(self, value, dialect):
        return value.replace(tzinfo=UTC) if value is not None else None


class JSON(sa.TypeDecorator):
    """A JSON value as text, None as NULL: msgspec reads and writes it several times quicker than the drivers."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return msgspec.json.encode(value).decode() if value is not None else None

    def process_result_value(self, value, dialect):
        return msgspec.json.decode(value) if value is not None else None


class Numbered(sa.TypeDecorator):
    """One of a few names, stored as its number: it stands in every row of a large table and its indexes."""

    impl = sa.SmallInteger
    cache_ok = True

    def __init__(self, names: tuple[str, ...] = ()):
        super().__init__()
        self.names = names

    def process_bind_param(self, value, dialect):
        return self.names.index(value) if value is not None else None

    def process_result_value(self, value, dialect):
        return self.names[value] if value is not None else None


db = SQLAlchemy(metadata=sa.MetaData(naming_convention=NAMES))
migrate = Migrate()

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def only_where(condition: str, postgresql: str = "") -> dict:
    """The options of an index that holds these rows alone; PostgreSQL's condition where it is written otherwise."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(postgresql or condition)}


class Owned:
    """A row of one account. Every query for such rows starts at `owned()`."""

    account_id = db.Column(BigId, db.ForeignKey("accounts.id"), nullable=False, index=True)


class OwnedByTheMany(Owned):
    """The same for tables that imports fill, which are found by other indexes: one less to write for every row."""

    account_id = db.Column(BigId, db.ForeignKey("accounts.id"), nullable=False)


def owned(model, account_id: int) -> sa.Select:
    """The one door to an account's rows: a select of `model` that sees no other account's."""
    return sa.select(model).where(model.account_id == account_id)


def owned_among(model, account_id: int, ids) -> sa.Select:
    """A select of the account's rows with one of these ids."""
    # the account's id plus nothing: SQLite would rather walk all of an account's rows than look these few up
    return sa.select(model).where(model.account_id + 0 == account_id, among(model.id, list(ids)))


def among(column, values: list):
    """`column` is one of `values`, numbers or texts: handed over as one, for a long IN list is slow to write and read.

    PostgreSQL gets an array, SQLite a JSON list.
    """
    if db.session.connection().dialect.name == "postgresql":
        return column == sa.any_(sa.cast(values, sa.ARRAY(column.type)))
    listed = sa.bindparam("listed", msgspec.json.encode(list(values)).decode(), unique=True)
    return column.in_(LISTED.bindparams(listed))


def each(values: list[int]) -> sa.ColumnElement:
    """A column that holds these numbers, to select from: handed over as one, as by among()."""
    if db.session.connection().dialect.name == "postgresql":
        return sa.func.unnest(sa.cast(values, sa.ARRAY(sa.BigInteger))).column_valued("listed")
    return sa.func.json_each(msgspec.json.encode(list(values)).decode()).table_valued("value", name="listed").c.value


def with_more(column, more: dict):
    """The JSON object of a column with further keys, that it does not have yet, at its end; an SQL expression."""
    keys = msgspec.json.encode(more).decode()[1:]
    is_empty = sa.type_coerce(column, sa.Text) == "{}"
    text = sa.type_coerce(column, sa.Text)
    return sa.case((is_empty, "{" + keys), else_=sa.func.substr(text, 1, sa.func.length(text) - 1) + "," + keys)


def reserve_ids(model, number: int) -> list[int]:
    """Ids for rows to be inserted in bulk in this writing transaction; none was ever used before."""
    table = model.__table__
    if db.session.connection().dialect.name == "sqlite":
        last = db.session.scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :t"), {"t": table.name}) or 0
        return list(range(last + 1, last + 1 + number))
    sequence = sa.text("SELECT nextval(pg_get_serial_sequence(:t, 'id')) FROM generate_series(1, :n)")
    return sorted(db.session.scalars(sequence, {"t": table.name, "n": number}))


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection, _record):
    if type(connection).__module__.startswith("sqlite3"):
        connection.isolation_level = None  # we say BEGIN ourselves: pysqlite's own is deferred
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "synchronous=NORMAL",
            "cache_size=-16000",
            f"wal_autocheckpoint={LOG_PAGES}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection):
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("writes")
        if not writes:
            connection.exec_driver_sql("BEGIN")
        elif not _begun_in_a_gap(connection.connection.driver_connection):
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begun_in_a_gap(connection) -> bool:
    """Begin to write as soon as nobody else does; False once that has taken BUSY_SECONDS.

    SQLite's own waiting looks ever more seldom, every 0.1 s in the end: it would mostly miss the few milliseconds
    between two batches of an import, and a person would wait for seconds.
    """
    until = time.monotonic() + BUSY_SECONDS
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < until:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                time.sleep(LOOK_AGAIN_SECONDS)
            else:
                return True
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    return False


def begin_write():
    """Start a writing transaction: what is read from here on still holds when it is written.

    Ends an open reading transaction first. The caller commits.
    """
    db.session.rollback()
    db.session.connection(execution_options={"writes": True})


def move_log() -> None:
    """SQLite: move its log into the database now, so that nobody who commits soon has to. Outside of a transaction."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        connection = db.engine.raw_connection()
        try:
            connection.driver_connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        finally:
            connection.close()


def look_at_size(model, rows: int) -> None:
    """PostgreSQL: have it look at a table of which `rows` were written just now, where these are many beside what it
    knows of, so that it plans for them: by itself it does so within minutes. Outside of a transaction.
    """
    db.session.rollback()
    if rows and db.engine.dialect.name == "postgresql":
        name = model.__table__.name
        if db.session.scalar(KNOWS_LITTLE, {"name": name, "rows": rows, "many": MANY_ROWS}):
            db.session.execute(sa.text(f"ANALYZE (SKIP_LOCKED) {name}"))
        db.session.commit()


def now(connection=None) -> datetime:
    """The database's clock, in UTC: the one clock that all processes of a site share."""
    connection = connection or db.session.connection()
    if connection.dialect.name == "sqlite":
        seconds = connection.scalar(sa.text("SELECT (julianday('now') - 2440587.5) * 86400.0"))
    else:
        seconds = float(connection.scalar(sa.text("SELECT extract(epoch FROM clock_timestamp())")))
    return datetime.fromtimestamp(seconds, UTC)
