"""How those who write take turns on SQLite."""

import sqlite3
import threading

import pytest
from sqlalchemy.exc import OperationalError

from halo_admin import db as database
from halo_admin.db import begin_write, db
from tests.importing.world import World


@pytest.fixture
def world(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path) as world:
        yield world


@pytest.fixture
def other(world):
    """Somebody else who is writing."""
    connection = sqlite3.connect(db.engine.url.database, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


def timeout():
    return db.session.connection().exec_driver_sql("PRAGMA busy_timeout").scalar()


def test_who_waits_to_write_begins_once_the_other_has_ended(other):
    ends = threading.Timer(0.2, other.commit)
    ends.start()
    begin_write()
    assert not ends.is_alive() or not other.in_transaction
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        sqlite3.connect(db.engine.url.database, isolation_level=None, timeout=0).execute("BEGIN IMMEDIATE")
    db.session.rollback()
    ends.join()


def test_what_else_waits_for_the_database_waits_as_before(other):
    other.commit()
    begin_write()
    assert timeout() == database.BUSY_SECONDS * 1000


def test_who_has_waited_too_long_is_told(other, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    with pytest.raises(OperationalError, match="locked"):
        begin_write()
    db.session.rollback()
