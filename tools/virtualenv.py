"""Makes the virtual environment, or says in one sentence why this Python cannot.

Read by whatever Python a machine has, old ones too: no syntax here may be newer than that.
"""

import os
import subprocess
import sys

OLDEST = (3, 11)
CHECK = "import pip, sys; sys.exit(sys.version_info < (3, 11))"


def version_problem(version):
    """Why a Python of this version will not do, as a sentence; empty if it will."""
    if tuple(version[:2]) >= OLDEST:
        return ""
    found = ".".join(str(part) for part in version[:2])
    return "This needs Python 3.11 or newer and found " + found + ": name another one, as in make run PYTHON=python3.12"


def module_problem():
    """Why this Python cannot make environments, as a sentence; empty if it can. Debian packages both apart."""
    from importlib.util import find_spec

    missing = [name for name in ("venv", "ensurepip") if find_spec(name) is None]
    if not missing:
        return ""
    return (
        "This Python comes without its module " + missing[0] + ": install it"
        " (on Debian and Ubuntu: apt-get install python3-venv) and start again."
    )


def works(folder):
    """Whether the folder holds a complete environment: one that was interrupted has a python but no pip."""
    python = os.path.join(folder, "bin", "python")
    return os.path.exists(python) and subprocess.call([python, "-c", CHECK], stderr=subprocess.DEVNULL) == 0


def make(folder):
    import venv

    venv.EnvBuilder(with_pip=True, clear=True, symlinks=True).create(folder)


def main(folder):
    """Make the environment unless it is there. Returns the problem as a sentence, or None."""
    problem = version_problem(sys.version_info)
    if problem or works(folder):
        return problem or None
    return module_problem() or make(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
