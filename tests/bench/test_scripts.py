"""The measurements run and tell what they promise. What the clocks say is nobody's business here."""

import json
import subprocess
import sys

import pytest

from tests.processes import ROOT


@pytest.fixture
def measured(tmp_path):
    """measured("import", "--parts", "first"): what a script has measured, from its file of results."""

    def run(script, *options):
        command = [sys.executable, "-m", f"bench.{script}", "--results", tmp_path, *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stdout + done.stderr
        (file,) = tmp_path.glob("*.json")
        return json.loads(file.read_text()) | {"printed": done.stdout}

    return run


SMALL = ("--companies", "30", "--contacts", "60")


def test_an_import_is_measured_beside_a_plain_loop_that_takes_in_the_same(measured):
    told = measured("import", *SMALL, "--parts", "first,changed")
    assert told["speed"]["companies"]["records"] == 31
    for one in told["speed"].values():
        ours, plain = one["first"]["ours"], one["first"]["plain"]
        assert ours["seconds"] > 0
        assert plain["seconds"] > 0
        assert abs(ours["requests"] - plain["requests"]) <= 2
        assert _came_in(ours) == _came_in(plain)
        assert one["changed"]["ours"]["counts"]["updated"] == one["changed"]["changed"] > 0
    assert "companies and contacts, one after the other" in told["printed"]


def _came_in(side):
    return sum(side["counts"].get(name, 0) for name in ("created", "linked"))


def test_an_import_through_the_limiter_is_measured(measured):
    told = measured("import", *SMALL, "--parts", "quota", "--hides", "nothing")
    one = told["quota"]["nothing"]
    assert one["imports"]["requests"] >= one["lists"]["requests"] > 0
    assert one["imports"]["refused"] == 0


def test_the_memory_of_an_import_is_measured(measured):
    told = measured("import", "--parts", "memory", "--memory-companies", "20", "--memory-contacts", "30")
    assert all(one["peak_mb"] > 0 for one in told["memory"].values())


def test_every_page_is_measured(measured):
    told = measured("pages", "--companies", "60", "--contacts", "200", "--rounds", "1")
    titles = {one["title"] for one in told["lines"]}
    assert {"contacts: first page", "company: profile", "list: its page", "home", "search box: a Halo id"} <= titles
    assert {"company: its history", "list: what an import put on it", "left out: a kind"} <= titles
    assert all(one["p99"] >= one["median"] > 0 for one in told["lines"])


def test_loading_a_file_is_measured(measured):
    told = measured("files", "--lines", "300")
    parts = {name: [one[what] for what in ("created", "updated", "unchanged")] for name, one in told["parts"].items()}
    assert parts == {"first": [300, 0, 0], "again": [0, 0, 300], "changed": [0, 30, 270]}


def test_pages_are_measured_on_postgresql(measured):
    told = measured("pages", "--database", "postgresql", "--companies", "60", "--contacts", "200", "--rounds", "1",
                    "--only", "^home$|^contacts: first page$|its history$")  # fmt: skip
    titles = ["company: its history", "contacts: first page", "contact: its history", "home"]
    assert [one["title"] for one in told["lines"]] == titles
