"""Loading a file in a real browser: by mouse and keyboard, without script, and a long one that a worker takes in."""

import re

import pytest
from playwright.sync_api import expect

from halo_admin.crm import load_legs
from halo_admin.crm.contact_models import Contact
from halo_admin.crm.models import Company
from halo_admin.db import db
from tests.browsing import looked_at, press, tab_to, wait_for_focus
from tests.crm.conftest import contact, make_user, people_of
from tests.crm.test_browser import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def address(sqlite_app, serve):
    """The site, running on a free port."""
    return serve(sqlite_app)


@pytest.fixture
def ann(sqlite_app):
    return make_user("Ann", "ann@example.com")


@pytest.fixture
def file(tmp_path):
    """A file on the person's machine."""

    def write(name, *lines, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes("\r\n".join(lines).encode(encoding))
        return path

    return write


def of_ann(model):
    db.session.rollback()
    return db.session.query(model).order_by(model.id).all()


def test_a_file_is_uploaded_compared_and_saved(page, address, ann, file):
    (ada,) = people_of(ann, "Ada Bee", email="ada@acme.example", title="CEO")
    people_of(ann, "Sam Poole", email="sam@acme.example")
    people_of(ann, "Kim Li", email="kim@acme.example", title="Buyer")
    path = file(
        "Messe Köln.csv", "Vorname;Nachname;E-Mail;Jobtitel;Firma;Stand", "Ada;Bee;ada@acme.example;CTO;;A1",
        "Sam;Poole;sam@acme.example;Verkäufer;;A2", "Kim;Li;kim@acme.example;Buyer;;", "Zoë;Zed;keine;;;A4",
        "Max;Moe;max@x.example;;Nirgendwo AG;A5", ";;;Chef;;A6", encoding="cp1252",
    )  # fmt: skip
    # Chromium is told without waiting that somebody listens: long before it is asked to choose
    page.on("filechooser", lambda chooser: chooser.set_files(path))
    sign_in(page, address)
    page.goto(f"{address}/contacts")
    press(page, "Load a file")
    page.get_by_role("heading", name="Load a file").wait_for()
    press(page, "Upload")
    page.get_by_text("Choose a file.").wait_for()
    looked_at(page, "file-new-wrong")
    wait_for_focus(page, "file")
    page.keyboard.press("Space")
    expect(page.get_by_label("CSV file")).to_have_value(re.compile("Messe Köln.csv"))
    press(page, "Upload")
    page.get_by_role("heading", name="Messe Köln.csv: columns").wait_for()
    expect(page.get_by_label("What “Jobtitel” goes into")).to_have_value("title")
    expect(page.get_by_text("Verkäufer")).to_be_visible()
    looked_at(page, "file-columns")
    tab_to(page, "column-5")
    page.keyboard.press("T")
    press(page, "Compare")
    page.get_by_text("Two columns go into Title").wait_for()
    expect(page.get_by_label("What “Jobtitel” goes into")).to_have_value("title")
    looked_at(page, "file-columns-wrong")
    page.get_by_label("What “Stand” goes into").select_option(label="Left aside")
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("Compared, nothing is saved").wait_for()
    expect(page.get_by_text("1 new, 1 filled where they are blank here, 1 with other values here")).to_be_visible()
    expect(page.get_by_text('There is no company "Nirgendwo AG" here')).to_be_visible()
    expect(page.get_by_text("1 line has an e-mail that is none: kept as typed")).to_be_visible()
    looked_at(page, "file-compared")
    with page.expect_download() as download:
        press(page, "CSV of what is kept as typed")
    assert download.value.path().read_text(encoding="utf-8-sig").split() == ["line,field,value", "5,E-mail,keine"]
    assert contact(ada).title == "CEO"
    press(page, "Save 3 lines")
    page.get_by_text("1 new, 1 filled, 1 changed contacts; 1 already here; 2 refused.").wait_for()
    looked_at(page, "file-saved")
    with page.expect_download() as download:
        press(page, "CSV of refused lines")
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.splitlines()[1].endswith("Max,Moe,max@x.example,,Nirgendwo AG,A5")
    page.get_by_role("link", name="Files", exact=True).click()
    page.get_by_role("link", name="Messe Köln.csv").wait_for()
    looked_at(page, "files")
    press(page, "Messe Köln.csv")
    page.get_by_text("1 already here; 2 refused.").wait_for()
    assert [one.title for one in of_ann(Contact)] == ["CTO", "Verkäufer", "Buyer", None]


def test_a_file_is_loaded_without_script(new_page, address, ann, file):
    page = new_page(java_script_enabled=False)
    sign_in(page, address)
    page.goto(f"{address}/files")
    page.get_by_role("link", name="Load a file").press("Enter")
    page.get_by_label("Companies").press("Space")
    page.get_by_label("CSV file").set_input_files(file("a.csv", "Ort,Haus", "Łódź,Acme", encoding="cp1250"))
    page.get_by_role("button", name="Upload").press("Enter")
    page.get_by_text("Letters or columns look wrong?").press("Enter")
    page.get_by_label("Encoding").select_option("cp1250")
    page.get_by_role("button", name="Read the file again").press("Enter")
    page.get_by_text("Łódź").wait_for()
    page.get_by_label("What “Haus” goes into").select_option(label="Company name")
    page.get_by_role("button", name="Compare").press("Enter")
    page.get_by_role("button", name="Save 1 line").press("Enter")
    page.get_by_text("1 new companies").wait_for()
    assert [(one.name, one.city) for one in of_ann(Company)] == [("Acme", "Łódź")]


def test_a_long_file_tells_how_far_it_is_and_can_be_cancelled(page, address, ann, file, monkeypatch):
    monkeypatch.setattr(load_legs, "AT_ONCE", 1)
    monkeypatch.setattr(load_legs, "LINES_AT_A_TIME", 3)
    sign_in(page, address)
    page.goto(f"{address}/files/new?kind=companies")
    page.get_by_label("CSV file").set_input_files(file("long.csv", "name", *(f"Company {n}" for n in range(9))))
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Compare").click()
    page.locator(".bar-words", has_text="0 of 9 lines").wait_for()
    looked_at(page, "file-comparing")
    load_legs.run_leg(1)
    page.get_by_role("button", name="Save 9 lines").click()
    page.get_by_role("progressbar", name="Saving").wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled. What is in stays.").wait_for()
    looked_at(page, "file-cancelled")
    assert of_ann(Company) == []
