"""CSV files of filtered tables: all that is found, no formula in them, and loading one changes nothing."""

import csv
import io
from html import unescape

import pytest
from hypothesis import HealthCheck, given, settings

from halo_admin.audit.models import AuditEntry
from halo_admin.crm import asking, files_out, list_growth, lists, loading, tables, writing
from halo_admin.crm.cells import unguarded
from halo_admin.crm.contact_models import Contact, ContactList
from halo_admin.crm.models import Company
from halo_admin.crm.types import get_or_create
from halo_admin.db import begin_write, db, owned
from tests.crm.conftest import linked, listed, make_user, ours, people_of, tenant
from tests.crm.test_dumping import EMAILS, PEOPLE, ROWS, told


@pytest.fixture
def file_of(signed_in):
    """The lines of the file that a user gets at an address."""

    def get(user, address):
        answer = signed_in(user).get(address)
        assert (answer.status_code, answer.mimetype) == (200, "text/csv")
        text = answer.data.decode()
        assert text.startswith("\ufeff")
        return list(csv.reader(io.StringIO(text[1:], newline="")))

    return get


def test_a_file_holds_all_that_the_filters_leave_in_the_tables_order(ann, file_of, monkeypatch):
    monkeypatch.setattr(files_out, "ROWS_AT_A_TIME", 3)
    ours(ann, *(f"Acme {number}" for number in range(8)), "Bergmann")
    assert [row[0] for row in file_of(ann, "/companies.csv?q=acme&sort=-name")[1:]] == [
        f"Acme {number}" for number in range(7, -1, -1)
    ]
    assert len(file_of(ann, "/companies.csv")) == 10
    monkeypatch.setattr("halo_admin.crm.finding.FEW", 1)
    assert len(file_of(ann, "/companies.csv?q=acme")) == 9


def test_companies_are_told_with_what_hangs_on_them(ann, file_of):
    begin_write()
    kind = get_or_create(ann.account_id, "Client").id
    db.session.commit()
    (acme,) = ours(ann, "=Acme", type_id=kind, phone="+49 (30) 555", website="@x", city="'=1", salesperson_id=ann.id)
    linked(tenant(ann), 214, acme)
    header, row = file_of(ann, "/companies.csv")
    assert header == ["name", "phone", "website", "type", "street", "city", "state", "postal_code", "country",
                      "salesperson", "halo_id", "id"]  # fmt: skip
    assert row == [
        "'=Acme", "+49 (30) 555", "'@x", "Client", "", "''=1", "", "", "", "ann@example.com", "214", str(acme)
    ]  # fmt: skip


def test_contacts_are_told_with_what_hangs_on_them(ann, file_of):
    (acme,) = ours(ann, "Acme")
    (sam,) = people_of(ann, "Sam Poole", email="sam@acme.example", company_id=acme, bounced=True, salesperson_id=ann.id)
    listed(ann, "-News; all", sam)
    header, row = file_of(ann, "/contacts.csv?only=bounced")
    assert dict(zip(header, row, strict=True)) == {
        "first_name": "Sam", "last_name": "Poole", "email": "sam@acme.example", "phone": "", "mobile": "",
        "title": "", "company": "Acme", "company_id": str(acme), "lists": '"-News; all"', "unsubscribed": "0",
        "bounced": "1", "salesperson": "ann@example.com", "halo_id": "", "id": str(sam)}  # fmt: skip
    assert file_of(ann, "/contacts.csv?only=unsubscribed") == [header]


def test_a_file_holds_nothing_of_another_account(ann, cleo, file_of):
    ours(ann, "Acme")
    news = listed(ann, "News", *people_of(ann, "Sam Poole"))
    assert len(file_of(cleo, "/companies.csv")) == 1
    assert len(file_of(cleo, f"/contacts.csv?list={news}")) == 1


def test_the_lists_that_a_search_finds_are_told_in_their_order(ann, cleo, file_of):
    listed(ann, "News 1", *people_of(ann, "Sam Poole", "Ada Bee"))
    for name in ("=News 2", "Fair"):
        listed(ann, name)
    listed(cleo, "News of hers")
    assert file_of(ann, "/lists.csv?q=news&sort=-name") == [
        ["name", "leads", "contacts"], ["News 1", "0", "2"], ["'=News 2", "0", "0"]
    ]  # fmt: skip
    assert len(file_of(ann, "/lists.csv")) == 4


def test_more_lists_than_a_page_has_are_all_in_the_file(ann, file_of):
    for number in range(tables.PAGE_ROWS + 3):
        listed(ann, f"List {number}")
    assert len(file_of(ann, "/lists.csv")) == tables.PAGE_ROWS + 4


def test_loading_a_file_of_lists_changes_nothing(ann, file_of, load_file):
    listed(ann, "=News")
    lines = [",".join(row) for row in file_of(ann, "/lists.csv")]
    assert load_file("lists", *lines) == {"unchanged": 1}


def test_a_list_tells_its_contacts_and_those_that_grew_it(ann, cleo, file_of, signed_in, monkeypatch):
    monkeypatch.setattr(files_out, "ROWS_AT_A_TIME", 1)
    news = listed(ann, "News", *people_of(ann, "=Sam Poole", "Ada Bee"))
    begin_write()
    lists.put_on(db.session.get(ContactList, news), people_of(ann, "Zoe Zed"), ann)
    db.session.commit()
    header, *rows = file_of(ann, f"/lists/{news}.csv")
    assert header == list(files_out.CONTACTS)
    assert [row[0] for row in rows] == ["Ada", "'=Sam", "Zoe"]
    grown = list_growth.page(db.session.get(ContactList, news)).lines[0]
    key = "-".join(map(str, grown.key))
    assert [row[0] for row in file_of(ann, f"/lists/{news}.csv?from={key}")[1:]] == ["Zoe"]
    page = unescape(signed_in(ann).get(f"/lists/{news}?from={key}").text)
    assert f'href="/lists/{news}.csv?from={key}"' in page
    assert signed_in(cleo).get(f"/lists/{news}.csv").status_code == 404


def test_pages_of_lists_lead_to_their_files(ann, signed_in):
    news = listed(ann, "News", *people_of(ann, "Sam Poole"))
    page = unescape(signed_in(ann).get("/lists?q=news&sort=-name").text)
    assert 'href="/lists.csv?q=news&sort=-name"' in page
    assert f'href="/lists/{news}.csv"' in signed_in(ann).get(f"/lists/{news}").text
    looks_only = signed_in(make_user("Dan", "dan@example.com", ann.account, roles=()))
    for address in ("/lists", f"/lists/{news}"):
        assert ".csv" not in looks_only.get(address).text
        assert looks_only.get(f"{address}.csv").status_code == 403
    audited = db.session.scalars(owned(AuditEntry, ann.account_id).where(AuditEntry.kind == "download"))
    assert list(audited) == []


def loaded_again(user, kind, table, tmp_path):
    path = tmp_path / f"{kind}.csv"
    path.write_bytes("".join(files_out.text(table, user.account_id, table.Asked(), asking.Filters())).encode())
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")) or set(cell) <= set("+0123456789 ()-.")
        assert unguarded(cell) == cell or cell.startswith("'")
    return told(loading.load(kind, user.account, path)), len(rows) - 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, PEOPLE)
def test_loading_any_file_changes_nothing(app, tmp_path, rows, people):
    user = make_user("Ann", next(EMAILS))
    begin_write()
    writing.insert(Company, user.account, [dict(row) for row in rows])
    ids = writing.insert(
        Contact,
        user.account,
        [{field: value for field, value in row.items() if field in Contact.FIELDS} for row in people],
    )
    for place in range(2):
        on = [one for one, row in zip(ids, people, strict=True) if place in row["on"]]
        lists.put_on(lists.make(user.account_id, f"={place}; all"), on, None)
    db.session.commit()
    for kind, table in (("companies", files_out.companies), ("contacts", files_out.contacts)):
        outcome, number = loaded_again(user, kind, table, tmp_path)
        assert outcome == (0, 0, number, [])
