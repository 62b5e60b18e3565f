"""Where the browser tests get their browser from."""

import os
import subprocess
import sys

import pytest

from tests.processes import ROOT
from tools import chromium


def find(path, **settings):
    environment = {name: value for name, value in os.environ.items() if name != "CHROMIUM"}
    command = [sys.executable, "-m", "tools.chromium"]
    return subprocess.run(
        command, cwd=ROOT, env=environment | {"PATH": str(path)} | settings, capture_output=True, text=True
    )


def test_without_a_browser_one_sentence_says_how_to_get_one(tmp_path):
    done = find(tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("The browser tests need Chromium: install it")
    assert len(done.stderr.splitlines()) == 1


def test_a_named_browser_is_taken(tmp_path):
    assert find(tmp_path, CHROMIUM="/opt/chromium").returncode == 0


@pytest.mark.parametrize(
    ("has", "installed"),
    [(("chromium-headless-shell", "chromium"), "chromium-headless-shell"), (("chromium",), "chromium"), ((), None)],
)
def test_where_it_may_it_installs_what_the_distribution_has(tmp_path, monkeypatch, capsys, has, installed):
    apt_get = tmp_path / "apt-get"
    apt_get.write_text(f"""#!{sys.executable}
import pathlib, sys
if "update" in sys.argv:
    sys.exit()
if sys.argv[5] not in {has}:
    sys.exit("Unable to locate package")
browser = pathlib.Path({str(tmp_path)!r}, sys.argv[5])
browser.touch()
browser.chmod(0o755)
""")
    apt_get.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert chromium.main() == (None if installed else chromium.HOW)
    assert chromium.chromium() == (installed and str(tmp_path / installed))
    assert ("Unable to locate package" in capsys.readouterr().err) == (installed is None)
