"""Writing in bulk keeps normal forms and search words in step with the values."""

from halo_admin.crm import searching, words, writing
from halo_admin.crm.contact_models import Contact
from halo_admin.crm.models import Company, SearchWord
from halo_admin.crm.searchable import query_words
from halo_admin.db import begin_write, db
from tests.crm.conftest import NOON, company, ours


def found(user, text):
    (word,) = query_words(text)
    ids = db.session.scalars(searching.narrowing(Company, user.account_id, word).ids)
    return {company(company_id).name for company_id in ids}


def change(user, company_id, **values):
    begin_write()
    now_held = {name: getattr(company(company_id), name) for name in Company.FIELDS}
    writing.update(Company, user.account, [now_held | {"id": company_id} | values])
    db.session.commit()


def test_inserted_rows_get_ids_in_their_order_and_their_normal_forms(ann):
    first, second = ours(ann, "Zebra Ltd", "Ant GmbH", phone="(415) 555-2671", website="https://www.acme.com/about")
    assert first < second
    made = company(first)
    assert (made.name, made.name_sort, made.name_key) == ("Zebra Ltd", "zebra ltd", "zebra")
    assert (made.phone_key, made.website_key) == ("+14155552671", "acme.com")
    assert (made.version, made.account_id, made.edited_at) == (1, ann.account_id, None)
    assert made.created_at is not None


def test_rows_may_hold_other_columns_and_leave_fields_out(ann):
    begin_write()
    rows = [{"name": "Marked", "inactive_in_halo": True, "made_by_run": 7}, {"name": "Plain", "city": "Berlin"}]
    marked, plain = writing.insert(Company, ann.account, rows)
    db.session.commit()
    assert (company(marked).inactive_in_halo, company(marked).made_by_run, company(marked).city) == (True, 7, None)
    assert (company(plain).inactive_in_halo, company(plain).made_by_run, company(plain).city) == (False, None, "Berlin")


def test_normal_forms_that_a_row_has_are_taken_as_they_are(ann):
    begin_write()
    rows = [{"name": "Acme", "phone": "(415) 555-2671", "phone_key": "+1999", "website_key": None, "website": "a.com"}]
    (made,) = writing.insert(Company, ann.account, rows)
    db.session.commit()
    acme = company(made)
    assert (acme.name_key, acme.phone_key, acme.website_key) == ("acme", "+1999", None)


def test_words_with_any_sign_in_them_come_and_go(ann):
    odd = ['o"brien@x.com', "back\\slash@x.com", "ümläut.日本@x.com", "{json}=[1]@x.com"]
    begin_write()
    ids = writing.insert(Contact, ann.account, [{"email": email, "last_name": "Poole"} for email in odd])
    db.session.commit()
    wanted = {(contact_id, email) for contact_id, email in zip(ids, odd, strict=True)}
    assert words.stored(Contact, ann.account, ids) >= wanted
    begin_write()
    row = {name: getattr(db.session.get(Contact, ids[0]), name) for name in Contact.FIELDS} | {"id": ids[0]}
    writing.update(Contact, ann.account, [row | {"email": None}])
    db.session.commit()
    assert words.stored(Contact, ann.account, ids[:1]) == {(ids[0], "poole")}
    assert words.stored(Contact, ann.account, ids) & wanted == wanted - {(ids[0], odd[0])}


def test_an_update_moves_the_version_the_normal_forms_and_what_the_search_finds(ann):
    (acme,) = ours(ann, "Acme Ltd", phone="(415) 555-2671", website="acme.com")
    change(ann, acme, name="Bergmann GmbH", website=None, edited_at=NOON)
    changed = company(acme)
    assert (changed.name, changed.name_key, changed.website_key, changed.version) == (
        "Bergmann GmbH",
        "bergmann",
        None,
        2,
    )
    assert (changed.phone, changed.phone_key, changed.edited_at) == ("(415) 555-2671", "+14155552671", NOON)
    assert found(ann, "berg") == {"Bergmann GmbH"}
    assert found(ann, "acme") == set()


def test_an_update_that_leaves_the_words_alone_writes_none(ann):
    (acme,) = ours(ann, "Acme Ltd", city="Rome")
    before = db.session.query(SearchWord).count()
    change(ann, acme, city="Paris")
    assert company(acme).city == "Paris"
    assert db.session.query(SearchWord).count() == before
    assert found(ann, "acme") == {"Acme Ltd"}


def test_another_accounts_record_is_not_updated(ann, cleo):
    (acme,) = ours(ann, "Acme Ltd")
    change(cleo, acme, name="Taken over")
    assert (company(acme).name, company(acme).version) == ("Acme Ltd", 1)
    assert found(ann, "acme") == {"Acme Ltd"}


def test_nothing_to_write_is_fine(ann):
    begin_write()
    assert writing.insert(Company, ann.account, []) == []
    writing.update(Company, ann.account, [])
    db.session.commit()


def test_values_of_any_length_and_script_are_kept_as_they_are(ann):
    name = "Ünïcode 株式会社 \t\n'\"; -- 😀 " + "x" * 3000
    (made,) = ours(ann, name, phone="9" * 500, website="w" * 1000 + ".com", street="=1+1")
    kept = company(made)
    assert (kept.name, kept.phone, kept.street) == (name, "9" * 500, "=1+1")
    assert found(ann, "株式会社") == {name}
