"""Entries of the audit: who, what, when, and from where."""

import pytest
import sqlalchemy as sa
from flask_login import login_user

from halo_admin import audit
from halo_admin.audit.models import AuditEntry
from halo_admin.db import begin_write, db
from tests.importing.world import World


@pytest.fixture
def world(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path, connect=False) as world:
        yield world


def entries():
    found = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))
    return [(one.kind, one.said, one.by_name, one.place) for one in found]


def test_a_command_is_noted_as_whoever_it_acts_for(world):
    begin_write()
    audit.note("undo", "Undid an import", account_id=world.account.id)
    audit.note("undo", "Undid it again", account_id=world.account.id, by=world.ann)
    db.session.commit()
    assert entries() == [
        ("undo", "Undid an import", "The command line", "command line"),
        ("undo", "Undid it again", "ann", "command line"),
    ]


def test_a_request_is_noted_as_who_is_signed_in_with_the_address_it_came_from(world):
    with world.app.test_request_context(environ_base={"REMOTE_ADDR": "203.0.113.7"}):
        login_user(world.ann)
        audit.note("export", "Sent Acme to Halo: Phone", account_id=world.account.id)
        db.session.commit()
    assert entries() == [("export", "Sent Acme to Halo: Phone", "ann", "203.0.113.7")]


def test_a_job_hands_in_who_wanted_it_and_from_where(world):
    audit.note("export", "Sent Acme to Halo: Phone", account_id=world.account.id,
               by=audit.Somebody("Bob", 7), place="203.0.113.7")  # fmt: skip
    assert entries() == [("export", "Sent Acme to Halo: Phone", "Bob", "203.0.113.7")]


def test_an_entry_is_kept_only_with_what_it_tells_of(world):
    begin_write()
    audit.note("people", "Changed something", account_id=world.account.id)
    db.session.rollback()
    assert entries() == []


def test_a_kind_there_is_not_is_refused(world):
    with pytest.raises(KeyError, match="no kind of audit entry"):
        audit.note("exports", "Sent", account_id=world.account.id)
