"""A change of the default country reaches every phone key, and nothing else of a record."""

import sqlalchemy as sa

from halo_admin import normal
from halo_admin.crm import companies, writing
from halo_admin.crm.companies import Asked
from halo_admin.crm.models import Company
from halo_admin.db import begin_write, db, now, owned
from halo_admin.mirror.models import HaloRecord
from halo_admin.settings import phone_keys
from tests.connecting.conftest import mirrored, saved
from tests.settings.conftest import PAGE, account_of, import_goes_on

FORM = {"name": "Ann's MSP", "time_zone": "UTC", "country": "DE"}
BERLIN, ZURICH = "030 5550 1000", "+41 44 668 18 00"
UNFINISHED = "Not all phone numbers belong to Germany (+49) yet"


def ours(user, *phones, **values):
    """Companies with these phones."""
    rows = [{"name": f"Company {number}", "phone": phone} | values for number, phone in enumerate(phones)]
    begin_write()
    writing.insert(Company, user.account, rows)
    db.session.commit()


def theirs(user, *phones, kind="client", keyed=True):
    """Halo records in the mirror with these phones, with the keys they were read with."""
    tenant, country = saved(user).tenant, user.account.default_country
    for halo_id, phone in enumerate(phones, start=10):
        key = normal.phone_key(phone, country) if keyed else None
        row = mirrored(tenant, halo_id if kind == "client" else -halo_id, values={"phone": phone}, phone_key=key)
        begin_write()
        db.session.merge(row).kind = kind
        db.session.commit()


def keys(user, model=Company):
    db.session.rollback()
    chosen = owned(model, user.account_id).order_by(model.id)
    return [one.phone_key for one in db.session.scalars(chosen.execution_options(populate_existing=True))]


def interrupted(user, country):
    """As after a request that died once it had saved the country."""
    begin_write()
    user.account.default_country = country.lower()
    db.session.commit()


def test_numbers_without_a_country_code_are_read_as_the_new_countrys(ann, ann_browses):
    ours(ann, BERLIN, ZURICH, None, "ask Bob")
    theirs(ann, BERLIN, ZURICH, None)
    assert "+493055501000" not in keys(ann) + keys(ann, HaloRecord)
    page = ann_browses.post(PAGE, data=FORM, follow_redirects=True).text
    assert "now belong to Germany (+49): 2 were read anew." in page
    assert keys(ann) == ["+493055501000", "+41446681800", None, None]
    assert keys(ann, HaloRecord) == ["+493055501000", "+41446681800", None]


def test_companies_are_found_by_the_number_as_it_is_read_now(ann, ann_browses):
    ours(ann, BERLIN)
    found = Asked(q="+49 30 5550")
    assert companies.find(ann.account_id, found).total == 0
    ann_browses.post(PAGE, data=FORM)
    db.session.rollback()
    assert companies.find(ann.account_id, found).total == 1
    ann_browses.post(PAGE, data=FORM | {"country": "US"})
    db.session.rollback()
    assert companies.find(ann.account_id, found).total == 0


def test_a_record_is_no_newer_for_it(ann, ann_browses):
    ours(ann, BERLIN, edited_at=now())
    db.session.rollback()
    chosen = sa.select(Company.version, Company.edited_at, Company.phone)
    before = db.session.execute(chosen).one()
    ann_browses.post(PAGE, data=FORM)
    db.session.rollback()
    assert db.session.execute(chosen).one() == before


def test_mirror_rows_that_are_matched_by_no_phone_get_no_key(ann, ann_browses):
    theirs(ann, BERLIN, kind="site", keyed=False)
    ann_browses.post(PAGE, data=FORM)
    assert keys(ann, HaloRecord) == [None]


def test_another_accounts_keys_stay(ann, cleo, ann_browses):
    ours(cleo, BERLIN)
    theirs(cleo, BERLIN)
    before = keys(cleo), keys(cleo, HaloRecord)
    ann_browses.post(PAGE, data=FORM)
    assert (keys(cleo), keys(cleo, HaloRecord)) == before


def test_more_than_one_batch_is_renewed(ann, ann_browses):
    number = phone_keys.READ + phone_keys.WRITTEN + 1
    ours(ann, *(f"030 55{n:06}" for n in range(100_000, 100_000 + number)))
    page = ann_browses.post(PAGE, data=FORM, follow_redirects=True).text
    assert f"{number:,} were read anew." in page
    assert keys(ann) == [f"+493055{n:06}" for n in range(100_000, 100_000 + number)]


def test_what_was_interrupted_is_told_and_completed_by_the_next_save(ann, ann_browses):
    ours(ann, BERLIN)
    theirs(ann, BERLIN)
    interrupted(ann, "DE")
    page = ann_browses.get(PAGE).text
    assert UNFINISHED in page
    assert '<option value="DE" selected>' in page
    page = ann_browses.post(PAGE, data=FORM | {"name": "Acme IT"}, follow_redirects=True).text
    assert UNFINISHED not in page
    assert "2 were read anew." in page
    assert keys(ann) == keys(ann, HaloRecord) == ["+493055501000"]
    assert account_of(ann).default_country == "DE"


def test_what_was_interrupted_can_be_taken_back_too(ann, ann_browses):
    ours(ann, BERLIN)
    before = keys(ann)
    interrupted(ann, "DE")
    phone_keys.follow(ann.account_id)
    interrupted(ann, "FR")
    ann_browses.post(PAGE, data=FORM | {"country": "US"})
    assert keys(ann) == before
    assert account_of(ann).default_country == "US"


def test_what_is_written_meanwhile_is_read_as_the_new_countrys(ann):
    interrupted(ann, "DE")
    ours(ann, BERLIN)
    assert keys(ann) == ["+493055501000"]


def test_saving_what_is_so_already_reads_nothing_anew(ann, ann_browses):
    page = ann_browses.post(PAGE, data=FORM | {"country": "US"}, follow_redirects=True).text
    assert "Saved." in page
    assert "read anew" not in page.partition('id="messages"')[2].partition("<form")[0]


def test_it_is_completed_also_while_an_import_is_live(ann, ann_browses):
    ours(ann, BERLIN)
    interrupted(ann, "DE")
    import_goes_on(saved(ann))
    ann_browses.post(PAGE, data=FORM)
    assert keys(ann) == ["+493055501000"]
    assert account_of(ann).default_country == "DE"
