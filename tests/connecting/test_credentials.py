import pytest
import sqlalchemy as sa

from halo_admin.connecting import credentials, secrets, tenants
from halo_admin.connecting.models import Connection
from halo_admin.connecting.opening import connected, connection_of
from halo_admin.crm import writing
from halo_admin.crm.models import Company
from halo_admin.db import begin_write, db, now
from halo_admin.importing.models import ImportRun
from tests.connecting.conftest import SECRET, mirrored, passed, saved


def companies(account, *names):
    begin_write()
    blank = dict.fromkeys(Company.FIELDS)
    ids = writing.insert(Company, account, [blank | {"name": name} for name in names])
    db.session.commit()
    return ids


def test_addresses_are_mended_and_told(ann):
    begin_write()
    typed = credentials.Typed(url="acme.halopsa.com/api/", client_id=" 0b6b ", secret=SECRET,
                              auth_url="https://login.example.com")  # fmt: skip
    connection, notes = credentials.save(ann.account_id, typed)
    assert connection.url == "https://acme.halopsa.com"
    assert connection.auth_url == "https://login.example.com/auth"
    assert connection.client_id == "0b6b"
    assert "Halo address: https:// was added." in notes
    assert any("/api" in note for note in notes)


def test_the_usual_authorisation_server_is_not_kept_apart(ann):
    assert saved(ann, auth_url="https://acme.halopsa.com/auth").auth_url is None


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("url", {"url": ""}),
        ("url", {"url": "acme"}),
        ("url", {"url": "http://127.0.0.1:9700"}),
        ("auth_url", {"auth_url": "ftp://auth.example.com"}),
        ("client_id", {"client_id": " "}),
        ("secret", {"secret": "x" * 501}),
    ],
)
def test_what_cannot_be_used_names_its_field(ann, field, typed):
    with pytest.raises(credentials.Unusable) as told:
        saved(ann, **typed)
    assert told.value.field == field
    db.session.rollback()
    assert connection_of(ann.account_id) is None


def test_plain_http_is_taken_where_private_hosts_are_allowed(ann, app):
    app.config["HALO_ALLOW_HOST"] = "127.0.0.1:9700"
    assert saved(ann, url="http://127.0.0.1:9700").url == "http://127.0.0.1:9700"


def test_the_secret_is_stored_encrypted_with_its_end_beside_it(ann):
    saved(ann)
    kept = db.session.execute(sa.select(Connection.secret, Connection.secret_ends)).one()
    assert SECRET.encode() not in kept.secret
    assert secrets.decrypt(kept.secret) == SECRET
    assert kept.secret_ends == "4f2a"


def test_the_end_of_a_short_secret_is_not_shown(ann):
    assert saved(ann, secret="hunter2").secret_ends == ""


def test_a_blank_secret_keeps_the_saved_one(ann):
    passed(saved(ann))
    connection = saved(ann, secret="")
    assert secrets.decrypt(connection.secret) == SECRET
    assert connected(ann.account_id)


def test_a_new_secret_replaces_the_old_one_and_must_be_checked(ann):
    tenant_id = passed(saved(ann)).tenant_id
    connection = saved(ann, secret="another secret of some length")
    assert secrets.decrypt(connection.secret) == "another secret of some length"
    assert not connected(ann.account_id)
    assert connection.tenant_id == tenant_id


@pytest.mark.parametrize("typed", [{"url": "https://evil.example"}, {"auth_url": "https://evil.example/auth"}])
def test_a_saved_secret_is_never_sent_to_another_address(ann, typed):
    saved(ann)
    with pytest.raises(credentials.Unusable, match="Enter the client secret again"):
        saved(ann, secret="", meant=True, **typed)


def test_removing_the_secret_removes_the_token_too(ann):
    connection = passed(saved(ann))
    connection.token = secrets.encrypt("a token")
    db.session.commit()
    connection = saved(ann, secret="", remove_secret=True)
    assert (connection.secret, connection.secret_ends, connection.token) == (None, None, None)
    assert not connected(ann.account_id)


def test_saving_the_same_again_changes_nothing(ann):
    revision = passed(saved(ann)).revision
    assert saved(ann, secret="").revision == revision
    assert connected(ann.account_id)


def test_another_client_id_must_be_checked_but_keeps_the_tenant(ann):
    tenant_id = passed(saved(ann)).tenant_id
    assert saved(ann, client_id="another", secret="").tenant_id == tenant_id
    assert not connected(ann.account_id)


@pytest.mark.parametrize("typed", [{"url": "https://other.halopsa.com"}, {"auth_tenant": "other"}])
def test_another_address_or_tenant_is_asked_about_first(ann, typed):
    old = passed(saved(ann))
    mirrored(old.tenant, 5, ours_id=companies(ann.account, "Acme")[0])
    with pytest.raises(credentials.OtherTenant, match="1 record here is linked to the old one"):
        saved(ann, **typed)
    db.session.rollback()
    assert connection_of(ann.account_id).url == "https://acme.halopsa.com"
    assert connected(ann.account_id)


def test_a_typing_mistake_before_the_first_check_is_mended_without_a_question(ann):
    saved(ann, url="https://amce.halopsa.com")
    assert saved(ann).url == "https://acme.halopsa.com"


def test_old_links_are_set_aside_and_going_back_revives_them(ann):
    old = passed(saved(ann)).tenant
    mirrored(old, 5, ours_id=companies(ann.account, "Acme")[0])
    new = saved(ann, meant=True, url="https://other.halopsa.com").tenant
    assert new.id != old.id
    assert tenants.links(new.id) == 0
    back = saved(ann, meant=True).tenant
    assert back.id == old.id
    assert tenants.links(back.id) == 1


def test_the_same_tenant_is_known_however_its_address_is_written(ann):
    tenant_id = passed(saved(ann)).tenant_id
    assert saved(ann, url="ACME.halopsa.com:443/auth/", secret="").tenant_id == tenant_id


def test_inactive_in_halo_tells_of_the_present_tenant_alone(ann):
    old = passed(saved(ann)).tenant
    acme, bergmann = companies(ann.account, "Acme", "Bergmann")
    for halo_id, ours_id in ((5, acme), (6, bergmann)):
        mirrored(old, halo_id, active=halo_id == 6, ours_id=ours_id)
    begin_write()
    tenants.mark_inactive(ann.account_id, old.id)
    db.session.commit()
    assert inactive() == ["Acme"]
    saved(ann, meant=True, url="https://other.halopsa.com")
    assert inactive() == []
    saved(ann, meant=True)
    assert inactive() == ["Acme"]


def inactive():
    return list(db.session.scalars(sa.select(Company.name).where(Company.inactive_in_halo)))


def test_the_tenant_stays_while_an_import_runs_but_a_new_secret_is_taken(ann):
    tenant = passed(saved(ann)).tenant
    begin_write()
    db.session.add(ImportRun(account_id=ann.account_id, tenant_id=tenant.id, stage="companies", state="running",
                             by_name="Ann", started_at=now()))  # fmt: skip
    db.session.commit()
    with pytest.raises(credentials.Unusable, match="An import is running"):
        saved(ann, meant=True, url="https://other.halopsa.com")
    db.session.rollback()
    assert saved(ann, secret="another secret of some length").tenant_id == tenant.id


def test_two_accounts_of_one_halo_share_nothing(ann, cleo):
    ours, theirs = passed(saved(ann)), saved(cleo)
    assert ours.tenant_id != theirs.tenant_id
    assert connected(ann.account_id)
    assert not connected(cleo.account_id)


def test_the_form_does_not_show_its_secret_in_a_traceback():
    assert SECRET not in repr(credentials.Typed(url="x", secret=SECRET))
