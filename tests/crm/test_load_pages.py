"""Loading a file by the pages: upload, columns, what it would do, saving, and what was refused."""

import csv
import io
import re

import pytest

from halo_admin.crm import load_legs
from halo_admin.crm.contact_models import Contact
from halo_admin.crm.load_models import FileLine, FileLoad
from halo_admin.crm.models import Company
from halo_admin.db import db, owned
from tests.crm.conftest import company, contact, history, ours, people_of


@pytest.fixture
def client(ann, signed_in):
    return signed_in(ann)


@pytest.fixture
def upload(client):
    """Upload a file of these lines; the address of its page."""

    def send(kind, *lines, name="fair.csv", encoding="utf-8"):
        content = lines[0] if isinstance(lines[0], bytes) else "\r\n".join(lines).encode(encoding)
        answer = client.post("/files/new", data={"kind": kind, "file": (io.BytesIO(content), name)})
        assert answer.status_code == 303, answer.text
        return answer.location

    return send


@pytest.fixture
def compared(client, upload):
    """Upload a file and compare it with its guessed columns; the address of its page."""

    def send(kind, *lines, blanks="keep", **options):
        page = upload(kind, *lines, **options)
        answer = client.post(f"{page}/columns", data=guessed(client, page) | {"blanks": blanks})
        assert (answer.status_code, answer.location) == (303, page)
        return page

    return send


def guessed(client, page):
    """What the form of a file's columns holds when it opens."""
    html = client.get(page).text
    chosen = re.findall(r'<select[^>]* name="(column-\d+)".*?</select>', html, re.S)
    selects = re.findall(r'<select[^>]* name="column-\d+".*?</select>', html, re.S)
    values = [re.search(r'value="(\w*)" selected', one) for one in selects]
    return {name: value[1] if value else "" for name, value in zip(chosen, values, strict=True)}


def counts(page, which="counts"):
    load = db.session.get(FileLoad, int(page.rpartition("/")[2]), populate_existing=True)
    return {what: number for what, number in getattr(load, which).items() if number}


def everything(model, user):
    db.session.rollback()
    return list(db.session.scalars(owned(model, user.account_id).order_by(model.id)))


def test_columns_are_guessed_and_first_rows_shown_and_nothing_is_saved(ann, client, upload):
    page = upload("contacts", "Vorname;Nachname;E-Mail;Fax", "Jörg;Poole;joerg@acme.example;7", encoding="cp1252")
    html = client.get(page).text
    assert "Jörg" in html
    assert "joerg@acme.example" in html
    assert guessed(client, page) == {"column-0": "first_name", "column-1": "last_name", "column-2": "email",
                                     "column-3": ""}  # fmt: skip
    assert everything(Contact, ann) == []


def test_it_is_told_first_what_a_file_would_do_and_then_done(ann, client, compared):
    sam, _kim = people_of(ann, "Sam Poole", email="sam@acme.example"), people_of(ann, "Kim Li", email="kim@x.example")
    (ada,) = people_of(ann, "Ada Bee", email="ada@acme.example", title="CEO")
    page = compared(
        "contacts", "First name,Last name,Email,Job title", "Sam,Poole,SAM@acme.example,CFO".replace("SAM", "sam"),
        "Ada,Bee,ada@acme.example,CTO", "Kim,Li,kim@x.example,", "Zoe,Zed,zoe@x.example,", ",,,CEO",
    )  # fmt: skip
    html = client.get(page).text
    assert counts(page) == {"new": 1, "filled": 1, "different": 1, "same": 1, "refused": 1}
    assert "1 new, 1 filled where they are blank here, 1 with other values here; 1 already here; 1 refused." in html
    assert "Title: CEO → CTO" in html
    assert "Nothing tells who it is" in html
    assert contact(ada).title == "CEO"
    answer = client.post(f"{page}/save", data={"takes": "all"}, follow_redirects=True)
    assert "1 new, 1 filled, 1 changed contacts; 1 already here; 1 refused." in answer.text
    assert (contact(ada).title, contact(sam[0]).title) == ("CTO", "CFO")
    (line,) = history("contact", ada)
    assert (line.what, line.by, line.changes) == ("loaded", "ann", {"title": ["CEO", "CTO"]})
    assert "From the file fair.csv" in client.get(f"/contacts/{ada}?tab=history").text
    zoe = everything(Contact, ann)[-1]
    assert [(one.what, one.changes) for one in history("contact", zoe.id)] == [
        ("created", {"first_name": [None, "Zoe"], "last_name": [None, "Zed"], "email": [None, "zoe@x.example"]})
    ]


def test_the_same_file_a_second_time_changes_nothing(ann, client, compared):
    lines = ("name,website,type", "Acme,acme.example,Client", "Zoo,,Broker")
    client.post(f"{compared('companies', *lines)}/save")
    before = [(one.id, one.version) for one in everything(Company, ann)]
    page = compared("companies", *lines)
    assert counts(page) == {"same": 2}
    html = client.get(page).text
    assert "There is nothing to save: all that can be taken is here already." in html
    assert ">Save" not in html
    client.post(f"{page}/save")
    assert [(one.id, one.version) for one in everything(Company, ann)] == before


def test_an_empty_cell_leaves_or_empties_as_a_person_says(ann, client, compared):
    (acme,) = ours(ann, "Acme", phone="1")
    page = compared("companies", "name,phone", "Acme,")
    assert counts(page) == {"same": 1}
    page = compared("companies", "name,phone", "Acme,", blanks="empty")
    assert counts(page) == {"different": 1}
    client.post(f"{page}/save")
    assert company(acme).phone is None


def test_only_what_is_blank_here_is_filled_where_a_person_says_so(ann, client, compared):
    (acme,) = ours(ann, "Acme", phone="1")
    page = compared("companies", "name,phone,city", "Acme,2,Rome")
    client.post(f"{page}/save", data={"takes": "gaps"})
    assert (company(acme).phone, company(acme).city) == ("1", "Rome")


def test_no_file_subscribes_anybody_again(ann, client, compared):
    (sam,) = people_of(ann, "Sam Poole", email="sam@acme.example", unsubscribed=True, bounced=True)
    page = compared("contacts", "Email,Opt out,Bounced", "sam@acme.example,0,no", blanks="empty")
    assert counts(page) == {"same": 1}
    client.post(f"{page}/save")
    assert (contact(sam).unsubscribed, contact(sam).bounced) == (True, True)


def test_refused_lines_are_a_file_that_can_be_mended_and_loaded(ann, client, compared):
    page = compared("companies", "Name;Ort;Fax", "'=Acme;Rome;1", ";=1+1;2", " ;'-x;3")
    client.post(f"{page}/save")
    assert counts(page, "saved") == {"new": 1, "refused": 2}
    answer = client.get(f"{page}/refused.csv")
    text = answer.data.decode().removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows == [
        ["line", "reason", "Name", "Ort", "Fax"],
        ["3", "the name is blank", "", "'=1+1", "2"],
        ["4", "the name is blank", " ", "'-x", "3"],
    ]
    mended = text.replace(",,'=1", ",Bee,'=1").replace(", ,", ",Fox,")
    client.post(f"{compared('companies', mended)}/save")
    assert [(one.name, one.city) for one in everything(Company, ann)] == [
        ("=Acme", "Rome"), ("Bee", "=1+1"), ("Fox", "-x")
    ]  # fmt: skip
    assert db.session.query(FileLine).filter(FileLine.what != "refused").count() == 0


def test_a_file_without_columns_is_refused_where_it_is_chosen(client):
    blank = {"kind": "companies", "file": (io.BytesIO(b"\r\n\r\n"), "fair.csv")}
    answer = client.post("/files/new", data=blank)
    assert answer.status_code == 422
    assert "It names no columns: the first line with anything in it must do that." in answer.text


def test_a_file_can_be_read_again_in_another_encoding(client, upload):
    page = upload("companies", "name,city", "Łódź,Kraków".encode("cp1250").decode("latin-1"), encoding="latin-1")
    answer = client.post(f"{page}/columns", data={"again": "1", "encoding": "cp1250", "delimiter": ","})
    assert answer.status_code == 303
    assert "Łódź" in client.get(page).text
    answer = client.post(f"{page}/columns", data={"again": "1", "encoding": "utf-8-sig", "delimiter": ","})
    assert answer.status_code == 422
    assert "It cannot be read as Unicode (UTF-8)." in answer.text


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"column-0": "phone"}, "choose the column for Company name"),
        ({"column-0": "name", "column-1": "name"}, "Two columns go into Company name"),
    ],
)
def test_columns_that_tell_too_little_or_too_much_are_told_and_kept(client, upload, chosen, sentence):
    page = upload("companies", "one,two", "Acme,1")
    answer = client.post(f"{page}/columns", data=chosen)
    assert answer.status_code == 422
    assert sentence in answer.text
    for name, field in chosen.items():
        assert f'value="{field}" selected' in answer.text.partition(f'name="{name}"')[2].partition("</select>")[0]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"kind": "contacts"}, "Choose a file."),
        ({"kind": "users", "file": b"name\nx"}, "Say what the lines of the file are."),
        ({"kind": "companies", "file": b"PK\x03\x04more"}, "It is a workbook"),
    ],
)
def test_what_is_no_file_to_load_is_told_beside_the_field(client, data, sentence, tmp_path):
    file = {"file": (io.BytesIO(data["file"]), "x.csv")} if "file" in data else {}
    answer = client.post("/files/new", data=data | file)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert list(tmp_path.glob("uploads/*")) == []


def test_a_file_that_is_too_large_is_told_and_not_kept(client, monkeypatch, tmp_path):
    monkeypatch.setattr("halo_admin.crm.uploads.MOST_BYTES", 1024 * 1024)
    data = {"kind": "companies", "file": (io.BytesIO(b"name\n" + b"x" * 1024 * 1024), "x.csv")}
    answer = client.post("/files/new", data=data)
    assert answer.status_code == 422
    assert "It is larger than 1 MB." in answer.text
    assert list(tmp_path.glob("uploads/*")) == []


def test_a_cancelled_file_is_gone_and_saves_nothing(ann, client, compared, tmp_path):
    page = compared("companies", "name", "Acme")
    assert len(list(tmp_path.glob("uploads/*"))) == 1
    answer = client.post(f"{page}/cancel", follow_redirects=True)
    assert "Cancelled. Nothing was saved." in answer.text
    client.post(f"{page}/save")
    client.post(f"{page}/columns", data={"column-0": "name"})
    assert everything(Company, ann) == []
    assert list(tmp_path.glob("uploads/*")) == []
    assert db.session.query(FileLine).count() == 0


def test_columns_can_be_changed_after_it_was_compared(ann, client, compared):
    page = compared("companies", "name,Telefonzentrale", "Acme,1")
    assert counts(page) == {"new": 1}
    assert "Telefonzentrale" in client.get(f"{page}?columns=1").text
    client.post(f"{page}/columns", data={"column-0": "name", "column-1": "phone"})
    client.post(f"{page}/save")
    assert [(one.name, one.phone) for one in everything(Company, ann)] == [("Acme", "1")]


def test_a_long_file_waits_for_a_worker_and_tells_how_far_it_is(ann, client, upload, monkeypatch):
    monkeypatch.setattr(load_legs, "AT_ONCE", 2)
    page = upload("companies", "name", *(f"Company {number}" for number in range(5)))
    client.post(f"{page}/columns", data={"column-0": "name"})
    assert "0 of 5 lines" in client.get(page).text
    progress = client.get(f"{page}/progress")
    assert "no worker is running" in progress.text
    load_legs.run_leg(int(page.rpartition("/")[2]))
    assert client.get(f"{page}/progress").headers["HX-Redirect"] == page
    client.post(f"{page}/save")
    assert everything(Company, ann) == []
    load_legs.run_leg(int(page.rpartition("/")[2]))
    assert len(everything(Company, ann)) == 5
    assert "fair.csv" in client.get("/files").text


def test_another_accounts_file_is_not_there(cleo, signed_in, compared):
    page = compared("companies", "name", "Acme", "")
    hers = signed_in(cleo)
    for address in (page, f"{page}/progress", f"{page}/refused.csv", f"{page}/kept-as-typed.csv"):
        assert hers.get(address).status_code == 404
    for address in ("columns", "save", "cancel"):
        assert hers.post(f"{page}/{address}").status_code == 404
    assert "fair.csv" not in hers.get("/files").text


def test_new_types_and_lists_are_told_before_they_are_made(ann, client, compared):
    ours(ann, "Acme", website="acme.example")
    page = compared("companies", "name,website,type", "Acme,acme.example,Zoo", "Bergmann,,charity", "Zuse,,Charity",
                    "Ada,,no TYPE", "Eve,,Client")  # fmt: skip
    assert "Makes 2 company types: Zoo, charity." in client.get(page).text
    client.post(f"{page}/save", data={"takes": "all"})
    made = {one.name: one.type and one.type.name for one in everything(Company, ann)}
    assert made == {"Acme": "Zoo", "Bergmann": "charity", "Zuse": "charity", "Ada": None, "Eve": "Client"}
    assert "Makes" not in client.get(page).text
    page = compared("contacts", "name,first_name,lists", "x,Sam,News;Zoo", "x,Kim,zoo", "x,Pat,", name="people.csv")
    assert "Makes 2 lists: News, Zoo." in client.get(page).text
    many = ";".join(f"List {number}" for number in range(22))
    page = compared("contacts", "name,first_name,lists", f"x,Sam,{many}", name="many.csv")
    assert "List 19 and 2 others." in client.get(page).text


def test_what_is_kept_as_typed_is_told_before_it_is_saved(ann, client, compared):
    ours(ann, "Held", website="www")
    page = compared("companies", "name,website,phone", "Acme,soon,ask", "Bee,facebook.com/bee,1", "Fox,=none,2",
                    "Held,www,", ",,none")  # fmt: skip
    html = client.get(page).text
    told = "1 line has a phone number that is none, 2 lines have a website that is none: kept as typed"
    assert told in html
    answer = client.get(f"{page}/kept-as-typed.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode().removeprefix("\ufeff"), newline="")))
    assert rows == [["line", "field", "value"], ["2", "Phone", "ask"], ["2", "Website", "soon"],
                    ["4", "Website", "'=none"]]  # fmt: skip
    client.post(f"{page}/save")
    assert "kept as typed" in client.get(page).text
    assert [one.website for one in everything(Company, ann) if one.name in ("Acme", "Fox")] == ["soon", "=none"]
    assert counts(compared("companies", "name,website", "Acme,soon")) == {"same": 1}
