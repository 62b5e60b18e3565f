"""Set-up says in one sentence what a machine lacks, with stand-ins for the Pythons it may have."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.processes import ROOT
from tools.virtualenv import version_problem, works

PRETENDING = """\
#!/bin/sh
exec {python} -c "
import sys, runpy
{lie}
sys.argv = sys.argv[2:]
runpy.run_module('tools.virtualenv', run_name='__main__')" "$@"
"""


@pytest.fixture
def set_up(tmp_path):
    """Run make's first step in a fresh folder with a Python that has the given lie told to it; returns what it says."""

    def run(lie=None):
        shutil.copy(ROOT / "Makefile", tmp_path)
        shutil.copytree(ROOT / "tools", tmp_path / "tools", dirs_exist_ok=True)
        python = tmp_path / "some-python"
        if lie:
            python.write_text(PRETENDING.format(python=sys.executable, lie=lie))
            python.chmod(0o755)
        command = ["make", ".venv/.made", f"PYTHON={python}"]
        done = subprocess.run(command, cwd=tmp_path, env=not_within_make(), capture_output=True, text=True)
        assert done.returncode != 0
        return (done.stdout + done.stderr).partition("make: ***")[0].strip()

    return run


def not_within_make():
    """The environment, without what a make that runs these tests hands to a make below it."""
    return {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}


def test_an_old_python_is_told_in_one_sentence(set_up):
    said = set_up("sys.version_info = (3, 9, 18)")
    assert said == "This needs Python 3.11 or newer and found 3.9: name another one, as in make run PYTHON=python3.12"


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_its_module_for_environments_is_told_in_one_sentence(set_up, module):
    said = set_up(f"sys.modules['{module}'] = None")
    assert said.startswith(f"This Python comes without its module {module}: install it")
    assert len(said.splitlines()) == 1


def test_no_python_at_all_is_told_in_one_sentence(set_up, tmp_path):
    assert set_up() == f"There is no {tmp_path / 'some-python'} here: install Python 3.11 or newer."


@pytest.mark.parametrize("version", [(3, 11), (3, 11, 7, "final", 0), (3, 14)])
def test_newer_pythons_will_do(version):
    assert version_problem(version) == ""


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10)])
def test_older_pythons_will_not_do(version):
    assert "3.11" in version_problem(version)


def test_an_environment_whose_making_was_interrupted_is_made_again(tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "half"], check=True)
    assert not works(tmp_path / "half")
    assert not works(tmp_path / "none")
    assert works(sys.prefix)
