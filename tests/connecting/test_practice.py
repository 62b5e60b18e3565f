import pytest
import sqlalchemy as sa

from halo_admin.connecting import credentials, practice
from halo_admin.connecting.kinds import KINDS
from halo_admin.connecting.models import Connection, Mapping
from halo_admin.connecting.opening import connection_of
from halo_admin.crm import types, writing
from halo_admin.crm.models import Company, CompanyType, SearchWord
from halo_admin.db import begin_write, db, now
from halo_admin.importing.models import Decision, ImportRun, Sweep
from halo_admin.mirror.models import HaloRecord, HaloTenant
from halo_admin.practice.credentials import PRACTICE_CLIENT_SECRET
from tests.connecting.conftest import mirrored, saved

PAGE = "/settings/halo/connection"


@pytest.fixture(autouse=True)
def practice_url(app):
    app.config.update(PRACTICE_URL="http://127.0.0.1:9700", HALO_ALLOW_HOST="127.0.0.1:9700")


@pytest.fixture
def practising(ann):
    """Ann's connection to the practice Halo."""
    begin_write()
    connection = practice.connect(ann.account_id)
    db.session.commit()
    return connection


def brought_in(connection, account, *names, edited=()):
    """Companies made by an import of the connection's tenant, with all it leaves behind."""
    begin_write()
    run = ImportRun(account_id=account.id, tenant_id=connection.tenant_id, stage="companies", state="done",
                    by_name="Ann", started_at=now())  # fmt: skip
    db.session.add(run)
    db.session.flush()
    blank = dict.fromkeys(Company.FIELDS)
    rows = [
        blank | {"name": name, "made_by_run": run.id, "edited_at": now() if name in edited else None} for name in names
    ]
    ids = writing.insert(Company, account, rows)
    db.session.add(Sweep(account_id=account.id, tenant_id=connection.tenant_id, kind="client", started_at=now(),
                         touched_at=now()))  # fmt: skip
    db.session.commit()
    for halo_id, ours_id in enumerate(ids, start=10):
        record = mirrored(connection.tenant, halo_id, ours_id=ours_id)
        begin_write()
        db.session.add(Decision(account_id=account.id, run_id=run.id, record_id=record.id, state="applied",
                                action="created", reason="new", why="new"))  # fmt: skip
        db.session.commit()
    return run


def leave(account):
    begin_write()
    removed = practice.leave(account.id)
    db.session.commit()
    return removed


def names():
    return list(db.session.scalars(sa.select(Company.name).order_by(Company.name)))


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_an_account_without_anything_of_its_own_may_try(ann, ann_browses):
    assert practice.available(ann.account_id)
    assert "Try with practice data" in ann_browses.get(PAGE).text


def test_the_stages_offer_practice_data_with_one_filled_button(ann, ann_browses):
    rail = ann_browses.get("/settings/halo").text
    assert "New here? Try everything out first" in rail
    assert f'action="{PAGE}/practice"' in rail
    assert rail.count("btn-primary") == 1
    ann_browses.post(f"{PAGE}/practice")
    assert "New here?" not in ann_browses.get("/settings/halo").text


@pytest.fixture
def ann_browses(ann, signed_in):
    return signed_in(ann)


def test_an_account_with_a_connection_or_records_may_not(ann, cleo, app):
    begin_write()
    writing.insert(Company, ann.account, [dict.fromkeys(Company.FIELDS) | {"name": "Acme"}])
    db.session.commit()
    begin_write()
    saved(cleo).connected_at = now()
    db.session.commit()
    assert not practice.available(ann.account_id)
    assert not practice.available(cleo.account_id)
    with pytest.raises(practice.NotNow):
        practice.connect(cleo.account_id)


def test_an_address_that_no_check_has_passed_with_takes_nothing_away(ann, ann_browses):
    saved(ann)
    assert "Try with practice data" in ann_browses.get(PAGE).text
    assert ann_browses.post(f"{PAGE}/practice").status_code == 302
    assert practice.is_on(ann.account_id)


def test_without_a_practice_halo_there_is_nothing_to_try(ann, app):
    app.config["PRACTICE_URL"] = ""
    assert not practice.available(ann.account_id)


def test_trying_connects_the_practice_halo_and_marks_every_page(ann, ann_browses):
    assert "Practice data." not in ann_browses.get("/companies").text
    ann_browses.post(PAGE + "/practice")
    for address in ("/companies", PAGE, "/settings/halo/companies/mapping"):
        assert "Practice data." in ann_browses.get(address).text
    assert PRACTICE_CLIENT_SECRET not in ann_browses.get(PAGE).text
    assert connection_of(ann.account_id).connected_at is None


def test_another_accounts_pages_are_not_marked(practising, cleo, signed_in):
    assert "Practice data." not in signed_in(cleo).get("/companies").text


def test_leaving_lists_first_what_goes_and_what_stays(practising, ann, ann_browses):
    brought_in(practising, ann.account, "Acme", "Bergmann", "Coral", edited=("Coral",))
    told = ann_browses.get(PAGE + "/leave-practice").text
    assert "is removed: 2 companies, with" in told
    assert "1 company edited by people" in told
    assert ">Coral</a>" in told
    assert names() == ["Acme", "Bergmann", "Coral"]


def test_leaving_removes_what_it_brought_in_except_what_people_edited(practising, ann):
    brought_in(practising, ann.account, "Acme", "Bergmann", edited=("Bergmann",))
    begin_write()
    own = dict.fromkeys(Company.FIELDS) | {"name": "Own"}
    writing.insert(Company, ann.account, [own])
    db.session.commit()
    assert leave(ann.account) == {"notes": 0, "opportunities": 0, "contacts": 0, "companies": 1}
    assert names() == ["Bergmann", "Own"]
    assert db.session.scalar(sa.select(Company.made_by_run).where(Company.name == "Bergmann")) is None
    words = set(db.session.scalars(sa.select(SearchWord.word)))
    assert words == {"bergmann", "own"}


def test_leaving_gives_peoples_own_companies_back_what_they_had(practising, ann, ann_browses):
    begin_write()
    (own,) = writing.insert(Company, ann.account, [dict.fromkeys(Company.FIELDS) | {"name": "Own", "city": "Berlin"}])
    made_id = KINDS["company_type"].made(practising.tenant, "Former Customer")
    db.session.commit()
    brought_in(practising, ann.account, "Acme")
    run_id = db.session.scalar(sa.select(ImportRun.id))
    record = mirrored(practising.tenant, 77, ours_id=own)
    for changes in (
        {"phone": [None, "1"], "city": ["Berlin", "Oslo"], "type_id": [None, made_id]},
        {"phone": ["1", "2"]},
    ):
        begin_write()
        run = db.session.get(ImportRun, run_id)
        later = ImportRun(account_id=ann.account_id, tenant_id=run.tenant_id, stage="companies", state="done",
                          by_name="Ann", started_at=now())  # fmt: skip
        db.session.add(later)
        db.session.flush()
        db.session.add(Decision(account_id=ann.account_id, run_id=later.id, record_id=record.id, state="applied",
                                action="updated", reason="x", why="x", ours_id=own, changes=changes))  # fmt: skip
        db.session.add(Mapping(account_id=ann.account_id, tenant_id=run.tenant_id, kind="company_type",
                               halo_key=f"type:{later.id}", halo_name="Former Customer", choice="import",
                               ours_id=made_id))  # fmt: skip
        db.session.commit()
    begin_write()
    values = {"name": "Own", "phone": "2", "city": "Typed since", "type_id": made_id}
    writing.update(Company, ann.account, [dict.fromkeys(Company.FIELDS) | values | {"id": own}])
    db.session.commit()
    assert "1 company of your own got values" in ann_browses.get(PAGE + "/leave-practice").text
    leave(ann.account)
    company = db.session.get(Company, own, populate_existing=True)
    assert (company.phone, company.city, company.type_id) == (None, "Typed since", None)
    assert db.session.scalar(sa.select(CompanyType).where(CompanyType.name == "Former Customer")) is None
    assert len(types.company_types(ann.account_id)) == 4


@pytest.mark.parametrize("key", ["company_type", "opportunity_status"])
def test_leaving_takes_what_the_mapping_made_unless_a_person_made_or_changed_it(practising, ann, key):
    own = KINDS[key].own
    begin_write()
    own.add(ann.account_id, "By hand")
    ids = {name: KINDS[key].made(practising.tenant, name) for name in ("By hand", "Renamed", "Opened", "Never used")}
    own.change(db.session.get(own.model, ids["Renamed"]), "Of our own")
    own.change(db.session.get(own.model, ids["Opened"]), "Opened")  # and saved as it was
    db.session.commit()
    before = list(own.names(ann.account_id).values())
    leave(ann.account)
    assert list(own.names(ann.account_id).values()) == [one for one in before if one not in ("Opened", "Never used")]
    assert {one.made_for_tenant for one in own.all(ann.account_id)} == {None}


def test_leaving_leaves_no_row_of_the_tenant_behind(practising, ann):
    brought_in(practising, ann.account, "Acme")
    leave(ann.account)
    tables = (Connection, HaloTenant, HaloRecord, ImportRun, Decision, Sweep, Mapping)
    assert [count(model) for model in tables] == [0] * len(tables)
    assert practice.available(ann.account_id)


def test_leaving_touches_no_other_account(practising, ann, cleo):
    begin_write()
    theirs = practice.connect(cleo.account_id)
    db.session.commit()
    brought_in(practising, ann.account, "Acme")
    brought_in(theirs, cleo.account, "Cleo's")
    leave(ann.account)
    assert names() == ["Cleo's"]
    assert count(HaloRecord) == 1
    assert practice.is_on(cleo.account_id)


def test_leaving_waits_for_an_import(practising, ann):
    run = brought_in(practising, ann.account, "Acme")
    run.state = "running"
    db.session.commit()
    with pytest.raises(practice.NotNow, match="An import is running"):
        leave(ann.account)


def test_a_halo_of_ones_own_is_connected_only_after_leaving(practising, ann):
    with pytest.raises(credentials.Unusable, match="Leave practice data"):
        saved(ann, meant=True)


def test_leaving_without_practice_data_says_so(ann):
    with pytest.raises(practice.NotNow, match="not connected to practice data"):
        leave(ann.account)
