"""What `crm load` does with a file, of companies: every line is created, updated, unchanged or refused."""

import codecs
from functools import partial

import pytest

from halo_admin.crm import load_legs, sheets
from halo_admin.crm.models import Company
from halo_admin.crm.types import company_types
from halo_admin.db import db, owned
from tests.crm.conftest import company, ours


@pytest.fixture
def load(load_file):
    """Load a file of companies."""
    return partial(load_file, "companies")


def everything(user):
    query = owned(Company, user.account_id).order_by(Company.id)
    return [(one.name, one.phone, one.website, one.city) for one in db.session.scalars(query)]


def test_a_line_that_is_like_nothing_creates_a_company_edited_now(ann, load):
    assert load("name,phone,website,city", "Acme Ltd,(415) 555-2671,acme.com,Berlin") == {"created": 1}
    made = db.session.scalar(owned(Company, ann.account_id))
    assert (made.name, made.phone, made.website, made.city) == ("Acme Ltd", "(415) 555-2671", "acme.com", "Berlin")
    assert (made.phone_key, made.version, made.made_by_run) == ("+14155552671", 1, None)
    assert made.edited_at is not None


def test_loading_a_file_twice_changes_nothing(ann, load):
    lines = ("name,phone,website", "Acme,1,acme.com", "Acme,2,", "Acme,2,", "Zoo,,zoo.org")
    assert load(*lines) == {"created": 4}
    before = [(one.id, one.version) for one in db.session.scalars(owned(Company, ann.account_id))]
    assert load(*lines) == {"unchanged": 4}
    assert [(one.id, one.version) for one in db.session.scalars(owned(Company, ann.account_id))] == before


def test_the_one_company_with_its_website_gets_the_columns_given(ann, load):
    (acme,) = ours(ann, "Acme Ltd", website="https://www.acme.com/home", phone="1", city="Rome")
    assert load("name,website,city", "Acme Group,acme.com,Paris") == {"updated": 1}
    changed = company(acme)
    assert (changed.name, changed.website, changed.city, changed.phone) == ("Acme Group", "acme.com", "Paris", "1")
    assert changed.version == 2
    assert changed.edited_at is not None


def test_the_one_company_with_its_name_gets_the_columns_given(ann, load):
    (acme,) = ours(ann, "ACME Limited", phone="1")
    assert load("name,phone", "Acme Ltd,2") == {"updated": 1}
    assert (company(acme).name, company(acme).phone) == ("Acme Ltd", "2")


def test_a_website_goes_before_a_name(ann, load):
    by_site, by_name = ours(ann, "Old name", website="acme.com")[0], ours(ann, "Acme")[0]
    assert load("name,website,phone", "Acme,www.acme.com,5") == {"updated": 1}
    assert (company(by_site).phone, company(by_name).phone) == ("5", None)


def test_of_several_with_its_website_the_name_chooses(ann, load):
    north, south = ours(ann, "Acme North", "Acme South", website="acme.com")
    assert load("name,website,phone", "Acme South,acme.com,5") == {"updated": 1}
    assert (company(north).phone, company(south).phone) == (None, "5")


def test_a_line_that_could_mean_several_is_refused(ann, load):
    first, second = ours(ann, "Acme", "Acme Ltd")
    reason = f"2 companies here could be meant: Acme ({first}), Acme Ltd ({second})"
    assert load("name,phone", "Zoo,1", "ACME,2") == {"created": 1, "refused": [{"line": 3, "reason": reason}]}
    assert company(first).phone is None


def test_a_company_with_all_the_values_given_is_unchanged_beside_others_of_its_name(ann, load):
    ours(ann, "Acme", phone="1")
    ours(ann, "Acme", phone="2")
    assert load("name,phone", "Acme,2") == {"unchanged": 1}


def test_two_lines_about_one_company_are_not_both_taken(ann, load):
    (acme,) = ours(ann, "Acme", phone="0")
    lines = ("name,phone", "Acme,1", "ACME,2")
    refused = [{"line": 3, "reason": "line 2 is about the same company, Acme"}]
    assert load(*lines) == {"updated": 1, "refused": refused}
    assert load(*lines) == {"unchanged": 1, "refused": refused}
    assert company(acme).phone == "1"


def test_a_line_that_is_here_already_keeps_its_company_from_the_lines_above_it(ann, load):
    (acme,) = ours(ann, "Acme", phone="2")
    refused = [{"line": 2, "reason": "line 3 is about the same company, Acme"}]
    assert load("name,phone", "Acme,1", "Acme,2") == {"unchanged": 1, "refused": refused}
    assert company(acme).version == 1


def test_lines_of_one_file_are_never_taken_for_one_another(ann, load):
    assert load("name,website", "Acme,acme.com", "Acme Ltd,acme.com", "Acme,acme.com") == {"created": 3}


def test_a_column_given_empty_empties_and_one_not_given_stays(ann, load):
    (acme,) = ours(ann, "Acme", phone="1", city="Rome")
    assert load("name,phone", "Acme,") == {"updated": 1}
    assert (company(acme).phone, company(acme).city) == (None, "Rome")


def test_a_missing_type_is_made_and_a_known_one_found_whatever_its_case(ann, load):
    assert load("name,type", "One,client", "Two,Distributor", "Three,DISTRIBUTOR", "Four,") == {"created": 4}
    assert [kind.name for kind in company_types(ann.account_id)] == [
        "Prospect",
        "Client",
        "Partner",
        "Vendor",
        "Distributor",
    ]
    told = {one.name: one.type and one.type.name for one in db.session.scalars(owned(Company, ann.account_id))}
    assert told == {"One": "Client", "Two": "Distributor", "Three": "Distributor", "Four": None}
    assert load("name,type", "One,CLIENT", "Two,Distributor") == {"unchanged": 2}


def test_ids_are_left_aside_and_unknown_columns_told(ann, load):
    assert load("ID,Halo_ID,Name,Nickname, CITY ", "9,214,Acme,Acy,Rome") == {"created": 1, "unknown": ("nickname",)}
    assert everything(ann) == [("Acme", None, None, "Rome")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",1,", "the name is blank"),
        ("  ,1,", "the name is blank"),
        ("A,1,,4", "it has 4 cells, the header has 3"),
        ("A\0B,1,", "it holds a NUL character, which cannot be stored"),
        (f"A,1,{'x' * 101}", "the type is blank or longer than 100 characters"),
    ],
)
def test_a_line_that_cannot_be_taken_is_told_with_its_number(load, line, reason):
    assert load("name,phone,type", "First", line, "Last") == {"created": 2, "refused": [{"line": 3, "reason": reason}]}


def test_the_line_told_is_where_it_begins_in_the_file(load):
    loaded = load("name,street", '"Acme","1 Road\r\nUpstairs"', "", ",x", "Zoo")
    assert loaded == {"created": 2, "refused": [{"line": 5, "reason": "the name is blank"}]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_the_encodings_and_delimiters_of_spreadsheets_are_understood(ann, load, delimiter, encoding):
    lines = [delimiter.join(cells) for cells in (("name", "phone", "city"), ("Müller", "1", "Zürich"))]
    assert load(*lines, encoding=encoding) == {"created": 1}
    assert everything(ann) == [("Müller", "1", None, "Zürich")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no column"),
        (b"fax,phone\r\nAcme,1", "no column"),
        (b"name,phone,Name\r\nA,1,B", "twice"),
        (codecs.BOM_UTF16_LE + b"n\x00a", "no encoding"),
        (b"PK\x03\x04\x14\x00", "a workbook"),
        (b"name" + b"," * 300, "301 columns"),
    ],
)
def test_a_file_that_cannot_be_taken_at_all_says_why(load, content, sentence):
    with pytest.raises(sheets.Unreadable, match=sentence):
        load(content)


def test_a_load_touches_no_other_account(ann, cleo, load):
    (hers,) = ours(cleo, "Acme", phone="1")
    assert load("name,phone", "Acme,2") == {"created": 1}
    assert (company(hers).phone, company(hers).version) == ("1", 1)


def test_many_lines_are_taken_in_over_many_transactions(ann, load):
    lines = [f"Company {number},{number}.example.com" for number in range(3 * load_legs.LINES_AT_A_TIME + 7)]
    assert load("name,website", *lines) == {"created": len(lines)}
    assert load("name,website", *lines) == {"unchanged": len(lines)}


def test_a_person_who_edits_during_a_load_is_not_overwritten_by_what_was_read_before(ann, load, monkeypatch):
    """Lines that were compared already, and what they are about changed by a person: the person's value stays."""
    acme, bee, fox = ours(ann, "Acme", "Bee", "Fox", phone="1", city="Rome")
    begin = load_legs.begin

    def after_an_edit(one, state, step):
        if state == "loading":
            for company_id, values in {
                acme: {"phone": "by hand"},
                bee: {"phone": "by hand"},
                fox: {"city": "Bern"},
            }.items():
                for name, value in values.items():
                    setattr(company(company_id), name, value)
            db.session.flush()
        begin(one, state, step)

    monkeypatch.setattr(load_legs, "begin", after_an_edit)
    loaded = load("name,phone,city", "Acme,1,Rome", "Bee,2,Rome", "Fox,2,Rome", "Zoo,2,Rome")
    refused = [{"line": 3, "reason": "the company Bee was changed here since it was compared"}]
    assert loaded == {"created": 1, "updated": 1, "unchanged": 1, "refused": refused}
    assert [company(one).phone for one in (acme, bee, fox)] == ["by hand", "by hand", "2"]
    assert company(fox).city == "Bern"
