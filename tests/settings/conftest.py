"""The site on each database, the cast, and what the account is in the database now."""

import pytest

from halo_admin.accounts import people
from halo_admin.accounts.models import Account
from halo_admin.connecting.models import Connection
from halo_admin.db import begin_write, db, now
from halo_admin.importing.models import ImportRun
from tests.connecting.conftest import ann, app, cleo, postgres_app, signed_in, sqlite_app

__all__ = ["ann", "app", "cleo", "postgres_app", "signed_in", "sqlite_app"]

PAGE, TYPES, STATUSES = "/settings/account", "/settings/account/types", "/settings/account/statuses"
HTMX = {"HX-Request": "true", "HX-Target": "company-types"}


@pytest.fixture
def bob(ann):
    """Bob is Ann's salesperson."""
    begin_write()
    user = people.add_user(ann.account, "bob@example.com", "Bob", ["salesperson"], "correct horse battery")
    db.session.commit()
    return user


@pytest.fixture
def ann_browses(ann, signed_in):
    return signed_in(ann)


def account_of(user):
    db.session.rollback()
    return db.session.get(Account, user.account_id, populate_existing=True)


def import_goes_on(connection: Connection):
    """An import that nobody works on yet."""
    begin_write()
    run = ImportRun(account_id=connection.account_id, tenant_id=connection.tenant_id, stage="companies",
                    state="waiting", by_name="Ann", started_at=now())  # fmt: skip
    db.session.add(run)
    db.session.commit()
    return run
