"""Account Settings › Audit: what rooms note, as admins find it, filter it and take it out."""

import csv
import io
import re

import pytest

from halo_admin.accounts import people
from halo_admin.audit.models import AuditEntry
from halo_admin.crm.files_out import MARK
from halo_admin.db import begin_write, db
from tests.importing.world import World

PASSWORD = "a long password"


@pytest.fixture
def world(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path) as world:
        begin_write()
        world.bob = people.add_user(world.account, "bob@example.com", "Bob", ["salesperson"], PASSWORD)
        db.session.commit()
        yield world


@pytest.fixture
def ann(world):
    return signed_in(world, "ann@example.com")


def signed_in(world, email, address="203.0.113.1"):
    visitor = world.app.test_client()
    form = {"email": email, "password": PASSWORD}
    assert visitor.post("/sign-in", data=form, environ_overrides={"REMOTE_ADDR": address}).status_code == 302
    return visitor


def told(visitor, query=""):
    """[(who, what)] of the page, newest first."""
    page = visitor.get(f"/settings/audit{query}").text
    rows = re.findall(r'data-label="Who">([^<]*)</td>\s*<td data-label="What">([^<]*)<', page)
    return [tuple(map(str.strip, row)) for row in rows]


def said(visitor, query=""):
    return [what for _, what in told(visitor, query)]


def test_what_people_do_is_told_with_who_and_from_where(world, ann):
    world.app.test_client().post("/sign-in", data={"email": "bob@example.com", "password": "wrong"})
    bob = signed_in(world, "bob@example.com", "198.51.100.9")
    bob.get("/companies.csv")
    ann.post(f"/settings/users/{world.bob.id}/roles", data={"roles": ["salesperson", "admin"]})
    ann.get("/download")
    world.map()
    run = world.imported()
    ann.get(f"/settings/halo/runs/{run.id}/decisions.csv")
    found = told(ann)
    assert found[-7:] == [
        ("ann", "Downloaded all records."),
        ("ann", "Changed the roles of Bob from Salesperson to Salesperson, Admin."),
        ("Bob", "Downloaded a file of companies."),
        ("Bob", "Signed in."),
        ("bob@example.com", "Typed a wrong password."),
        ("ann", "Signed in."),
        ("The command line", f"Made a connection to {world.halo.url}."),
    ]
    assert ("ann", "Started an import of companies.") in found
    assert any(what.startswith("Changed what") for _, what in found)
    assert "198.51.100.9" in ann.get("/settings/audit").text


def test_files_are_told_as_they_come_and_as_they_are_saved(world, ann, tmp_path):
    file = tmp_path / "ours.csv"
    file.write_text("name\nAcme\n")
    here = ["--account", str(world.account.id), "--as", "ann@example.com"]
    assert world.app.test_cli_runner().invoke(args=["crm", "load", "companies", str(file), *here]).exit_code == 0
    assert world.app.test_cli_runner().invoke(args=["crm", "dump", str(tmp_path / "out"), *here]).exit_code == 0
    assert told(ann, "?place=command line")[:3] == [
        ("ann", "Wrote all records into a folder."),
        ("ann", "Started to save the file ours.csv into companies."),
        ("ann", "Uploaded the file ours.csv of companies."),
    ]


@pytest.mark.parametrize(("query", "left"), [
    ("?kind=sign-in", ["Signed in."]),
    ("?who=command line", ["Made a connection to {url}."]),
    ("?place=203.0.113.1", ["Signed in."]),
    ("?until=1999-12-31", []),
    ("?since=2000-01-01&kind=connection", ["Made a connection to {url}."]),
    ("?kind=nothing&who=x&since=then&until=99999-1-1&after=-4&place=",
     ["Signed in.", "Made a connection to {url}."]),
])  # fmt: skip
def test_entries_are_narrowed(world, ann, query, left):
    assert said(ann, query) == [one.format(url=world.halo.url) for one in left]


def test_entries_are_narrowed_by_person(world, ann):
    signed_in(world, "bob@example.com")
    assert told(ann, f"?who={world.bob.id}") == [("Bob", "Signed in.")]


def test_the_file_holds_what_the_filters_leave_and_spreadsheets_calculate_nothing(world, ann):
    begin_write()
    people.add_user(world.account, "eve@example.com", "=HYPERLINK(1)", [], PASSWORD)
    db.session.commit()
    signed_in(world, "eve@example.com")
    text = ann.get("/settings/audit/file?kind=sign-in").text
    assert text.startswith(MARK)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix(MARK))))
    assert [(row["Who"], row["Told"], row["From where"]) for row in rows] == [
        ("'=HYPERLINK(1)", "Signed in", "203.0.113.1"), ("ann", "Signed in", "203.0.113.1")
    ]  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", rows[0]["When (UTC)"])
    assert said(ann)[0] == "Downloaded the audit."


def test_many_entries_come_by_pages_that_keep_the_filters(world, ann):
    begin_write()
    db.session.add_all(
        AuditEntry(account_id=world.account.id, at=world.bob.created_at, kind="undo", said=f"Number {number}",
                   by_name="Bob", place="") for number in range(60)
    )  # fmt: skip
    db.session.commit()
    page = ann.get("/settings/audit?kind=undo").text
    following = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert said(ann, "?kind=undo")[0] == "Number 59."
    assert said(ann, following.removeprefix("/settings/audit")) == [f"Number {number}." for number in range(9, -1, -1)]
    assert len(ann.get("/settings/audit/file?kind=undo").text.splitlines()) == 61


def test_an_account_sees_its_own_entries_alone(world, ann):
    world.new_account("Cleo's MSP", "cleo@example.com")
    cleo = signed_in(world, "cleo@example.com")
    world.app.test_client().post("/sign-in", data={"email": "nobody@example.com", "password": "wrong"})
    assert told(cleo) == [("cleo", "Signed in.")]
    assert ("cleo", "Signed in.") not in told(ann)
    assert "nobody@example.com" not in ann.get("/settings/audit/file").text
