"""An application on a fresh database, the cast, and builders that name only what matters."""

import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import g
from flask.testing import FlaskClient

from halo_admin.accounts import people
from halo_admin.connecting import credentials
from halo_admin.crm import linked
from halo_admin.db import begin_write, db, now
from halo_admin.mirror.models import HaloRecord
from halo_admin.records import Client, TypeValue
from halo_admin.site import create_app

SECRET = "7b1f6a2e-5c1d-4e0a-9a35-2f6c1f0a7a11-9e1c8a34-5b0d-4a77-b1f2-06c4d8e94f2a"


def make_app(url, folder, **settings):
    usual = {"SECRET_KEY": "of tests", "ENCRYPTION_KEYS": [Fernet.generate_key().decode()], "REDIS_URL": "",
             "HALO_ALLOW_PRIVATE_HOSTS": False, "HALO_ALLOW_HOST": "", "HALO_TIMEOUT_SECONDS": 5.0, "PRACTICE_URL": "",
             "HALO_WINDOW_REQUESTS": 300, "HALO_WINDOW_SECONDS": 300.0, "LEASE_SECONDS": 90.0,
             "WTF_CSRF_ENABLED": False, "TESTING": True}  # fmt: skip
    return create_app(**usual | {"SQLALCHEMY_DATABASE_URI": url, "INSTANCE_PATH": Path(folder)} | settings)


@pytest.fixture
def sqlite_app(sqlite_url, tmp_path):
    with make_app(sqlite_url, tmp_path).app_context() as context:
        yield context.app


@pytest.fixture
def postgres_app(postgres_url, tmp_path):
    with make_app(postgres_url, tmp_path).app_context() as context:
        yield context.app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def app(request):
    return request.getfixturevalue(f"{request.param}_app")


@pytest.fixture
def ann(app):
    """Ann owns an account."""
    return make_account("Ann's MSP", "ann@example.com")


@pytest.fixture
def cleo(app):
    """Cleo is of another account."""
    return make_account("Cleo's MSP", "cleo@example.com")


class Browser(FlaskClient):
    """Each request asks anew who is signed in: the test's own context would remember the first one."""

    def open(self, *args, **options):
        g.pop("_login_user", None)
        return super().open(*args, **options)


@pytest.fixture
def signed_in(app):
    """Browsers without script: signed_in(user) gives a client of that person's."""

    app.test_client_class = Browser

    def sign_in(user):
        client = app.test_client()
        with client.session_transaction() as session:
            session |= {"_user_id": user.session_key, "_fresh": True, "since": time.time()}
        return client

    return sign_in


def make_account(name, email):
    begin_write()
    _account, user = people.create_account(name, email, "correct horse battery")
    db.session.commit()
    return user


def saved(user, meant=False, **typed):
    """The connection after saving the form, committed."""
    begin_write()
    form = {"url": "https://acme.halopsa.com", "client_id": "0b6b2d0e", "secret": SECRET} | typed
    connection, _notes = credentials.save(user.account_id, credentials.Typed(**form), meant)
    db.session.commit()
    return connection


def passed(connection):
    """As after a check that passed."""
    begin_write()
    connection.connected_at, connection.agent_name = now(), "API agent"
    db.session.commit()
    return connection


def mirrored(tenant, halo_id, *types, **columns):
    """A Halo client in the mirror; types in Halo's order."""
    listed = Client(halo_id, f"Client {halo_id}", columns.get("active", True), tuple(types))
    columns |= {"label": listed.name, "listed": listed, "type_key": types[0].key if types else "none"}
    begin_write()
    row = HaloRecord(account_id=tenant.account_id, tenant_id=tenant.id, kind="client", halo_id=halo_id, **columns)
    db.session.add(row)
    linked.settle_all(tenant.account_id)
    db.session.commit()
    return row


def relationship(halo_id, name):
    return TypeValue("relationship", str(halo_id), name)


def customer_type(halo_id, name=None):
    return TypeValue("type", str(halo_id), name)
