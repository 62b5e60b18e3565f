"""What set-up copies for the browser, and what it says where npm fails."""

import json
import os
import subprocess
import sys

import pytest

from tests.processes import ROOT
from tools import assets


@pytest.fixture
def modules(tmp_path):
    """A folder like node_modules with all that is served in it."""
    for name in (*assets.FILES, f"{assets.ICONS}/home.svg", f"{assets.ICONS}/user.svg"):
        path = tmp_path / "node_modules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "node_modules"


def test_what_the_site_serves_is_copied_and_what_was_there_before_goes(modules, tmp_path):
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    (vendor / "of-last-year.js").touch()
    assets.copy(modules, vendor)
    names = {path.relative_to(vendor).as_posix() for path in vendor.rglob("*") if path.is_file()}
    assert names == {"htmx.min.js", "tabler.min.css", "icons/home.svg", "icons/user.svg"}


def test_every_package_is_asked_for_by_an_exact_version():
    package = json.loads((ROOT / "package.json").read_text())
    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert all(version.replace(".", "").isdigit() for version in versions)


def test_an_npm_that_fails_is_told_in_one_sentence(tmp_path):
    npm = tmp_path / "npm"
    npm.write_text('#!/bin/sh\n[ "$1" = --version ]\n')
    npm.chmod(0o755)
    done = run_assets(tmp_path)
    assert (
        done.stderr == "npm could not install the browser assets; what it says is above. Mend that and start again.\n"
    )


def test_without_npm_and_without_a_way_to_get_it_one_sentence_says_what_to_do(tmp_path):
    done = run_assets(tmp_path, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
    assert "No npm on this machine" in done.stdout
    assert done.stderr.endswith(
        "npm is missing and pip could not install one: install Node.js with npm and start again.\n"
    )


def run_assets(path, **settings):
    environment = os.environ | {"PATH": str(path)} | settings
    command = [sys.executable, "-m", "tools.assets"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    return done
