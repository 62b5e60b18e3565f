"""Processes of one session (in the sense of setsid): everything that one command started, orphans included.

A process group will not do: RQ gives each work horse a group of its own.
"""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

PROC = Path("/proc")


def members(session):
    """The ids of the living processes of a session, our own left out."""
    return [pid for pid in _all_pids() if pid != os.getpid() and _session_of(pid) == session and is_alive(pid)]


def kill(session):
    """SIGKILL every process of a session but our own, and wait until they are gone: a second at most."""
    patience = time.monotonic() + 1
    while (left := members(session)) and time.monotonic() < patience:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def is_alive(pid):
    """Whether the process runs. One that has ended but was not waited for by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _all_pids():
    if PROC.joinpath("self").exists():  # a slim Linux has no ps
        return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
    return [int(pid) for pid in subprocess.check_output(["ps", "-axo", "pid="], text=True).split()]


def _session_of(pid):
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None


def _is_zombie(pid):
    try:
        state = PROC.joinpath(str(pid), "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state == "Z"
