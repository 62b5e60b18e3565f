"""Dumps are exact: loaded into an empty account and dumped again, they are the same but for ids."""

import csv
import io
import zipfile

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from halo_admin.crm import dumping, lists, loading, writing
from halo_admin.crm.contact_models import Contact
from halo_admin.crm.models import Company
from halo_admin.crm.types import get_or_create
from halo_admin.db import begin_write, db, owned
from tests.crm.conftest import linked, make_user, ours, people_of, tenant

HEADER = ["id", "halo_id", "name", "phone", "website", "type", "street", "city", "state", "postal_code", "country"]
# neither database stores a NUL; surrogates are no text
TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1, max_size=40)
HOSTILE = st.sampled_from(
    ["=1+1", "'=1+1", "''=1", "'+49 30", "'\t1", "\r=1", "'-", "@SUM(A1)", '"', '""', "a,b;c\td", "a\r\nb", "a\rb",
     "a\nb", " x ", "\ufeffx", "'", "\\", "\\N", "NULL", "None", "0", "-1", "\u2028", "\x85", "\x1a", "é", "e\u0301",
     "😀", "株式会社", "\u202eabc"]
)  # fmt: skip
VALUES = st.none() | HOSTILE | TEXT
NAMES = (HOSTILE | TEXT).filter(lambda name: name.strip())
ROWS = st.lists(
    st.fixed_dictionaries({"name": NAMES} | dict.fromkeys(("phone", "website", *HEADER[6:]), VALUES)),
    max_size=8,
)


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def dumped(user, folder):
    """The lines of the files of a dump by kind; in place of this account's numbers, the line of the company."""
    dumping.dump(user.account_id, folder)
    rows = {kind: rows_of(folder / f"{kind}.csv") for kind in loading.KINDS}
    line_of = {row[0]: line for line, row in enumerate(rows["companies"])} | {"": None, "company_id": "company_id"}
    without_id = {kind: [row[1:] for row in told] for kind, told in rows.items()}
    return without_id | {"contacts": [[*row[:8], line_of[row[8]], *row[9:]] for row in without_id["contacts"]]}


def make_again(source, target, tmp_path):
    """The source's dump is loaded into the empty target: the same dump again, and loading it anew changes nothing."""
    before = dumped(source, tmp_path / "before")
    for kind in ("companies", "lists", "contacts"):
        number, path = len(before[kind]) - 1, tmp_path / "before" / f"{kind}.csv"
        assert told(loading.load(kind, target.account, path)) == (number, 0, 0, [])
        assert told(loading.load(kind, target.account, path)) == (0, 0, number, [])
        assert told(loading.load(kind, source.account, path)) == (0, 0, number, [])
    assert dumped(target, tmp_path / "after") == before == dumped(source, tmp_path / "after")


def told(loaded):
    return loaded.created, loaded.updated, loaded.unchanged, loaded.refused


def test_a_dump_holds_what_design_says(ann, bob, tmp_path):
    begin_write()
    kind = get_or_create(ann.account_id, "Client").id
    db.session.commit()
    values = {"phone": "1", "website": "acme.com", "type_id": kind, "street": "Road", "state": "CA", "postal_code": "9"}
    first, second = ours(ann, "Zoo")[0], ours(ann, "Acme", **values)[0]
    linked(tenant(ann), 214, second)
    assert dumping.dump(ann.account_id, tmp_path / "made" / "here") == {
        "companies": 2,
        "contacts": 0,
        "opportunities": 0,
        "lists": 0,
        "notes": 0,
        "users": 2,
    }
    assert rows_of(tmp_path / "made" / "here" / "companies.csv") == [
        HEADER,
        [str(first), "", "Zoo", "", "", "", "", "", "", "", ""],
        [str(second), "214", "Acme", "1", "acme.com", "Client", "Road", "", "CA", "9", ""],
    ]
    assert rows_of(tmp_path / "made" / "here" / "users.csv") == [
        ["id", "halo_id", "email", "name", "roles"],
        [str(ann.id), "", "ann@example.com", "ann", "admin"],
        [str(bob.id), "", "bob@example.com", "Bob", "salesperson"],
    ]


def test_links_of_another_tenant_are_not_told(ann, tmp_path):
    old, (acme,) = tenant(ann, "old|"), ours(ann, "Acme")
    linked(old, 214, acme)
    linked(tenant(ann, "new|"), 7, acme)
    dumping.dump(ann.account_id, tmp_path)
    assert [row[1] for row in rows_of(tmp_path / "companies.csv")[1:]] == ["7"]


def test_a_follower_in_halo_does_not_double_a_line(ann, tmp_path):
    halo, (acme,) = tenant(ann), ours(ann, "Acme")
    leader = linked(halo, 214, acme)
    linked(halo, 215, acme, follows_id=leader.id)
    dumping.dump(ann.account_id, tmp_path)
    assert [row[:2] for row in rows_of(tmp_path / "companies.csv")[1:]] == [[str(acme), "214"]]


def test_a_dump_holds_nothing_of_another_account(ann, cleo, tmp_path):
    ours(cleo, "Of Cleo")
    assert dumping.dump(ann.account_id, tmp_path) == {
        "companies": 0, "contacts": 0, "opportunities": 0, "lists": 0, "notes": 0, "users": 1,
    }  # fmt: skip


def test_the_zip_holds_the_same_files(ann, tmp_path):
    ours(ann, "Acme", "Zoo")
    target = io.BytesIO()
    dumping.dump_zip(ann.account_id, target)
    dumping.dump(ann.account_id, tmp_path)
    with zipfile.ZipFile(target) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            path.name: path.read_bytes() for path in tmp_path.glob("*.csv")
        }


EMAILS = (f"user{number}@example.com" for number in range(1_000_000))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([{"name": "Acme", "phone": "1"}, {"name": "Acme", "phone": "1"}, {"name": "ACME", "website": "acme.com"}])
@given(ROWS)
def test_any_dump_loaded_into_an_empty_account_dumps_the_same(app, tmp_path, rows):
    source, target = make_user("Ann", next(EMAILS)), make_user("Bob", next(EMAILS))
    begin_write()
    kind = get_or_create(source.account_id, 'Größe; "A"').id
    writing.insert(Company, source.account, [row | {"type_id": kind if "=" in row["name"] else None} for row in rows])
    db.session.commit()
    make_again(source, target, tmp_path)


PEOPLE = st.lists(
    st.fixed_dictionaries(
        dict.fromkeys(("last_name", "phone", "mobile", "title"), VALUES)
        | {
            "first_name": NAMES,  # a contact of whom nothing tells who it is cannot be loaded
            "email": VALUES | st.sampled_from(["sam@acme.example", "SAM@acme.example"]),
            "unsubscribed": st.booleans(),
            "company": st.integers(0, 3),
            "on": st.sets(st.integers(0, 3)),
        }
    ),
    max_size=8,
)
TWINS = {"first_name": "Sam", "email": "x@acme.example", "unsubscribed": False, "company": 0, "on": {0}}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([TWINS, TWINS | {"on": set()}, TWINS | {"unsubscribed": True}, TWINS], ["Acme"], ["a;b", '"', '"a;b"', "a"])
@example([TWINS | {"company": 1}, TWINS, TWINS | {"company": 2}], ["Acme", "Acme", "ACME "], ["a"])
@given(
    PEOPLE,
    st.lists(NAMES | st.sampled_from(["Acme", "ACME", " acme"]), max_size=3),
    st.lists(NAMES.filter(lists.folded), unique_by=lists.folded, max_size=3),
)
def test_any_contacts_and_lists_loaded_into_an_empty_account_dump_the_same(app, tmp_path, people, companies, names):
    source, target = make_user("Ann", next(EMAILS)), make_user("Bob", next(EMAILS))
    companies = dict(enumerate(ours(source, *companies)))
    begin_write()
    rows = [
        {field: value for field, value in row.items() if field in Contact.FIELDS}
        | {"company_id": companies.get(row["company"])}
        for row in people
    ]
    ids = writing.insert(Contact, source.account, rows)
    for place, name in enumerate(names):
        made = lists.make(source.account_id, name)
        made.leads = place % 2 == 1
        lists.put_on(made, [one for one, row in zip(ids, people, strict=True) if place in row["on"]], None)
    db.session.commit()
    make_again(source, target, tmp_path)


def test_contacts_and_lists_are_dumped_with_what_hangs_on_them(ann, tmp_path):
    (acme,) = ours(ann, "Acme")
    begin_write()
    people = [{"first_name": "Sam", "last_name": "Poole", "email": "sam@acme.example", "company_id": acme},
              {"first_name": "Kim", "unsubscribed": True}]  # fmt: skip
    sam, kim = writing.insert(Contact, ann.account, people)
    for name in ("Zoo", "Acme fans"):
        lists.put_on(lists.get_or_create(ann.account_id, name), [sam], None)
    db.session.commit()
    linked(tenant(ann), 812, sam, kind="user")
    dumping.dump(ann.account_id, tmp_path)
    assert rows_of(tmp_path / "contacts.csv") == [
        ["id", "halo_id", "first_name", "last_name", "email", "phone", "mobile", "title", "company", "company_id",
         "lists", "unsubscribed"],
        [str(sam), "812", "Sam", "Poole", "sam@acme.example", "", "", "", "Acme", str(acme), "Acme fans;Zoo", "0"],
        [str(kim), "", "Kim", "", "", "", "", "", "", "", "", "1"],
    ]  # fmt: skip
    assert [row[1:] for row in rows_of(tmp_path / "lists.csv")] == [
        ["name", "leads", "contacts"],
        ["Zoo", "0", "1"],
        ["Acme fans", "0", "1"],
    ]


def test_contacts_come_to_the_twin_that_has_the_companys_number_in_the_file(ann, load_file):
    """Also where another company has that number here, and where both twins have changed since."""
    (other,) = ours(ann, "Other")
    acme = f"id,name,phone\r\n{other},Acme,1\r\n{other + 1},Acme,2".split("\r\n")
    assert load_file("companies", *acme) == {"created": 2}
    first, second = (one.id for one in companies_of(ann) if one.name == "Acme")
    people = ("id,first_name,company,company_id", f"8,Sam,Acme,{other}", f"9,Kim,ACME,{other + 1}")
    assert load_file("contacts", *people) == {"created": 2}
    assert company_of(ann) == {"Sam": first, "Kim": second}
    assert load_file("companies", *acme) == {"unchanged": 2}
    assert load_file("contacts", *people) == {"unchanged": 2}


def test_the_file_that_was_loaded_last_says_whose_number_it_is(ann, load_file):
    assert load_file("companies", "id,name,website", "900001,Acme,a.com", "900002,Acme,b.com") == {"created": 2}
    assert load_file("companies", "id,name,website", "900001,Acme,b.com", "900003,Acme,a.com") == {"unchanged": 2}
    by_site = {one.website: one for one in companies_of(ann)}
    assert {site: one.number_in_file for site, one in by_site.items()} == {"a.com": 900003, "b.com": 900001}
    assert {one.version for one in by_site.values()} == {1}
    load_file("contacts", "id,first_name,company,company_id", "1,Sam,Acme,900001")
    assert company_of(ann) == {"Sam": by_site["b.com"].id}


def test_a_line_about_one_of_two_twins_means_the_one_with_its_number(ann, load_file):
    first, second = ours(ann, "Acme", "Acme")
    loaded = load_file("companies", "id,name,phone", f"{second},Acme,2", f"{first},ACME,1", "900001,Acme,3")
    assert loaded["updated"] == 2
    assert loaded["refused"][0]["reason"].startswith("2 companies here could be meant")
    assert {one.id: (one.name, one.phone) for one in companies_of(ann)} == {first: ("ACME", "1"), second: ("Acme", "2")}


def test_a_number_without_a_name_is_refused_where_it_is_two_companies(ann, load_file):
    (acme,) = ours(ann, "Acme")
    load_file("companies", "id,name", f"{acme},Zoo", "900001,Bergmann")
    loaded = load_file("contacts", "id,first_name,company_id", f"1,Sam,{acme}", "2,Kim,900001")
    reason = f"{acme} is the number of Acme here, and of Zoo in a file that was loaded: give the company's name as well"
    assert loaded == {"created": 1, "refused": [{"line": 2, "reason": reason}]}


def test_its_own_dump_changes_nothing_where_numbers_of_another_file_are_ours_too(ann, tmp_path):
    first, second = ours(ann, "Acme", "Acme")
    people_of(ann, "Sam Poole", email="sam@acme.example", company_id=first)
    people_of(ann, "Kim Bee", company_id=second)
    begin_write()
    db.session.get(Company, second).number_in_file = first
    db.session.commit()
    before = dumped(ann, tmp_path)
    for kind in ("contacts", "companies", "contacts"):
        assert told(loading.load(kind, ann.account, tmp_path / f"{kind}.csv")) == (0, 0, 2, [])
    assert dumped(ann, tmp_path / "after") == before


def companies_of(user):
    db.session.rollback()
    return list(db.session.scalars(owned(Company, user.account_id).order_by(Company.id)))


def company_of(user):
    """{first name of a contact: its company's id}"""
    db.session.rollback()
    return {one.first_name: one.company_id for one in db.session.scalars(owned(Contact, user.account_id))}
