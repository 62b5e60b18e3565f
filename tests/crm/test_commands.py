"""`flask crm load` and `flask crm dump`, as other programs call them."""

import json

import pytest

from tests.crm.conftest import ours


@pytest.fixture
def crm(app):
    runner = app.test_cli_runner()

    def run(*arguments):
        return runner.invoke(args=["crm", *map(str, arguments)])

    return run


@pytest.fixture
def file(tmp_path):
    def write(*lines):
        path = tmp_path / "companies.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


def test_a_load_answers_with_its_counts(ann, crm, file):
    done = crm("load", "companies", file("name", "Acme"), "--account", ann.account_id, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {"created": 1, "updated": 0, "unchanged": 0, "refused": []}


def test_a_refused_line_makes_the_exit_code_1_and_the_rest_is_in(ann, crm, file):
    done = crm("load", "companies", file("name,phone", "Acme,1", ",2"), "--account", ann.account_id, "--json")
    assert done.exit_code == 1
    refused = [{"line": 3, "reason": "the name is blank"}]
    assert json.loads(done.stdout) == {"created": 1, "updated": 0, "unchanged": 0, "refused": refused}


def test_in_words_it_says_the_same(ann, crm, file):
    done = crm("load", "companies", file("name,fax", "Acme,1", ",2"), "--account", ann.account_id)
    assert "Line 3 refused: the name is blank.\n1 created, 0 updated, 0 unchanged, 1 refused.\n" in done.stdout
    assert "Left aside, as no column of companies is called so: fax." in done.stderr


def test_a_delimiter_can_be_told(ann, crm, file):
    path = file("name;phone,city;fax", "Acme;1,London;2", ";,Rome;")
    options = (path, "--account", ann.account_id, "--delimiter")
    loaded = crm("load", "companies", *options, "comma", "--column", "name=name;phone")
    assert "called so: city;fax." in loaded.stderr
    loaded = crm("load", "companies", *options, "semicolon")
    assert "called so: phone,city, fax." in loaded.stderr
    assert "Line 3 refused: the name is blank." in loaded.stdout


def test_lines_are_told_as_the_file_has_them(ann, crm, file):
    loaded = crm("load", "companies", file("sep=;", "", "name;phone", "Acme;1", ";2"), "--account", ann.account_id)
    assert loaded.stdout == "Line 5 refused: the name is blank.\n1 created, 0 updated, 0 unchanged, 1 refused.\n"


@pytest.mark.parametrize("kind", ["users", "notes"])
def test_what_cannot_be_loaded_is_refused(ann, crm, file, kind):
    done = crm("load", kind, file("name", "Acme"), "--account", ann.account_id)
    assert done.exit_code == 2
    assert "companies" in done.stderr


def test_contacts_and_lists_are_loaded_too(ann, crm, file):
    loaded = crm("load", "contacts", file("email,lists,fax", "sam@acme.example,News,1"), "--account", ann.account_id)
    assert (loaded.exit_code, loaded.stdout) == (0, "1 created, 0 updated, 0 unchanged, 0 refused.\n")
    assert "Left aside, as no column of contacts is called so: fax." in loaded.stderr
    loaded = crm("load", "lists", file("name,leads", "News,1"), "--account", ann.account_id)
    assert (loaded.exit_code, loaded.stdout) == (0, "0 created, 1 updated, 0 unchanged, 0 refused.\n")


def test_a_file_without_names_is_one_sentence(ann, crm, file):
    done = crm("load", "companies", file("phone", "1"), "--account", ann.account_id, "--json")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith('companies.csv was not loaded. It has no column "name"')


def test_an_unknown_account_is_one_sentence(app, crm, file):
    done = crm("load", "companies", file("name", "Acme"), "--account", 99)
    assert (done.exit_code, done.stderr) == (1, "There is no account 99.\n")


def test_a_dump_says_what_it_wrote(ann, crm, tmp_path):
    ours(ann, "Acme", "Zoo")
    done = crm("dump", tmp_path / "dump", "--account", ann.account_id, "--json")
    written = {"companies": 2, "contacts": 0, "opportunities": 0, "lists": 0, "notes": 0, "users": 1}
    assert (done.exit_code, json.loads(done.stdout)) == (0, written)
    assert {path.name for path in (tmp_path / "dump").iterdir()} == {f"{name}.csv" for name in written}


def test_a_folder_that_cannot_be_made_is_one_sentence(ann, crm, tmp_path):
    (tmp_path / "file").write_text("x")
    done = crm("dump", tmp_path / "file" / "below", "--account", ann.account_id)
    assert done.exit_code == 1
    assert done.stderr.startswith("Nothing can be written to")
