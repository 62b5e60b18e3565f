"""Where the browser tests get their browser from."""

import os
import subprocess
import sys

from tests.processes import ROOT


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
