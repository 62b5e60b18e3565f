"""The site on a fresh database, the cast, and builders that name only what matters."""

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from halo_admin.accounts import people
from halo_admin.crm import linked as links
from halo_admin.crm import lists, load_legs, loading, writing
from halo_admin.crm.change_models import RecordChange
from halo_admin.crm.contact_models import Contact
from halo_admin.crm.models import Company
from halo_admin.db import begin_write, db, now
from halo_admin.mirror.links import make_current
from halo_admin.mirror.models import HaloRecord, HaloTenant
from halo_admin.site import create_app
from tests.servers import KEYS

PASSWORD = "correct horse battery"
NOON = datetime(2025, 5, 3, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _time_enough(monkeypatch):
    """What a request carries out at once is carried out, however slow the machine is; nobody else would go on."""
    monkeypatch.setattr(load_legs, "SECONDS_AT_ONCE", 600.0)


def running(url, folder):
    settings = {"SECRET_KEY": "of tests", "ENCRYPTION_KEYS": [KEYS["ENCRYPTION_KEYS"]], "REDIS_URL": ""}
    app = create_app(**settings, SQLALCHEMY_DATABASE_URI=url, INSTANCE_PATH=folder, WTF_CSRF_ENABLED=False)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def sqlite_app(sqlite_url, tmp_path):
    yield from running(sqlite_url, tmp_path)


@pytest.fixture
def postgres_app(postgres_url, tmp_path):
    yield from running(postgres_url, tmp_path)


@pytest.fixture(params=["sqlite", "postgres"])
def app(request):
    """On each database in turn."""
    return request.getfixturevalue(f"{request.param}_app")


def make_user(name, email, account=None, roles=("admin",)):
    begin_write()
    if account is None:
        account, user = people.create_account(f"{name}'s MSP", email, PASSWORD)
    else:
        user = people.add_user(account, email, name, list(roles), PASSWORD)
    db.session.commit()
    return user


@pytest.fixture
def ann(app):
    """Ann owns an account."""
    return make_user("Ann", "ann@example.com")


@pytest.fixture
def bob(ann):
    """Bob is Ann's salesperson."""
    return make_user("Bob", "bob@example.com", ann.account, ["salesperson"])


@pytest.fixture
def cleo(app):
    """Cleo is of another account."""
    return make_user("Cleo", "cleo@example.com")


@pytest.fixture
def signed_in(app):
    """A client of the site in which this user is signed in."""

    def sign_in(user):
        client = app.test_client()
        answer = client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
        assert answer.status_code == 302
        return client

    return sign_in


@pytest.fixture
def get(signed_in):
    """The page that a user gets at an address."""

    def get_it(user, address, code=200, **headers):
        answer = signed_in(user).get(address, headers=headers)
        assert answer.status_code == code, answer.text
        return answer.text

    return get_it


def shown(html, nouns="companies"):
    """The names of companies, or of contacts, that a page links to, in their order."""
    return re.findall(rf'<a href="/{nouns}/\d+">([^<]*)</a>', html)


@pytest.fixture
def load_file(ann, tmp_path):
    """Load a file of these lines into Ann's account; what became of them, without what is zero."""

    def load_it(kind, *lines, user=ann, encoding="utf-8"):
        path = tmp_path / f"{kind}.csv"
        path.write_bytes(lines[0] if isinstance(lines[0], bytes) else "\r\n".join(lines).encode(encoding))
        loaded = vars(loading.load(kind, user.account, path))
        return {name: value for name, value in loaded.items() if value}

    return load_it


def ours(user, *names, **values):
    """Companies of the user's account with these names, all with these values; their ids."""
    begin_write()
    ids = writing.insert(Company, user.account, [{"name": name} | values for name in names])
    db.session.commit()
    return ids


def company(company_id):
    return db.session.get(Company, company_id, populate_existing=True)


def people_of(user, *names, **values):
    """Contacts of the user's account with these names ("Sam Poole"), all with these values; their ids."""
    begin_write()
    rows = [dict(zip(("first_name", "last_name"), name.split(" ", 1), strict=False)) | values for name in names]
    ids = writing.insert(Contact, user.account, rows)
    db.session.commit()
    return ids


def contact(contact_id):
    return db.session.get(Contact, contact_id, populate_existing=True)


def listed(user, name, *contact_ids):
    """A list of the user's account, made where there is none, with these contacts on it; its id."""
    begin_write()
    made = lists.get_or_create(user.account_id, name)
    lists.put_on(made, list(contact_ids), user)
    list_id = made.id
    db.session.commit()
    return list_id


def tenant(user, identity="acme.halopsa.com:443|", current=True):
    begin_write()
    made = HaloTenant(account_id=user.account_id, identity=identity, learned={}, created_at=now())
    db.session.add(made)
    db.session.flush()
    if current:
        make_current(made)
        links.settle_all(user.account_id)
    db.session.commit()
    return made


def linked(halo, halo_id, ours_id, kind="client", **columns):
    """A Halo client in the mirror that is linked to this company; or a user to a contact."""
    begin_write()
    row = HaloRecord(account_id=halo.account_id, tenant_id=halo.id, kind=kind, halo_id=halo_id, ours_id=ours_id,
                     **columns)  # fmt: skip
    db.session.add(row)
    links.settle_all(halo.account_id)
    db.session.commit()
    return row


def history(kind, record_id):
    """What people did to a record, oldest first."""
    db.session.rollback()
    lines = sa.select(RecordChange).where(RecordChange.kind == kind, RecordChange.record_id == record_id)
    return list(db.session.scalars(lines.order_by(RecordChange.id)))
