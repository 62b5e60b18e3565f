"""An application on a fresh database, the cast, and builders that name only what matters."""

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from halo_admin.accounts import people
from halo_admin.connecting import credentials
from halo_admin.db import begin_write, db, now
from halo_admin.mirror.models import HaloRecord
from halo_admin.records import Client, TypeValue

SECRET = "7b1f6a2e-5c1d-4e0a-9a35-2f6c1f0a7a11-9e1c8a34-5b0d-4a77-b1f2-06c4d8e94f2a"


def make_app(url, **settings):
    import halo_admin.importing.models  # noqa: F401

    app = Flask("halo_admin")
    app.config.update(
        {"SQLALCHEMY_DATABASE_URI": url, "SECRET_KEY": "of tests", "ENCRYPTION_KEYS": [Fernet.generate_key().decode()],
         "HALO_ALLOW_PRIVATE_HOSTS": False, "HALO_ALLOW_HOST": "", "HALO_TIMEOUT_SECONDS": 5.0, "PRACTICE_URL": "",
         "HALO_WINDOW_REQUESTS": 300, "HALO_WINDOW_SECONDS": 300.0, "LEASE_SECONDS": 90.0, "REDIS_URL": ""} | settings
    )  # fmt: skip
    db.init_app(app)
    return app


@pytest.fixture
def sqlite_app(tmp_path):
    app = make_app(f"sqlite:///{tmp_path}/halo.db")
    with app.app_context():
        db.create_all()
        yield app


@pytest.fixture
def postgres_app(empty_postgres_url):
    app = make_app(empty_postgres_url)
    with app.app_context():
        db.create_all()
        yield app
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
    db.session.commit()
    return row


def relationship(halo_id, name):
    return TypeValue("relationship", str(halo_id), name)


def customer_type(halo_id, name=None):
    return TypeValue("type", str(halo_id), name)
