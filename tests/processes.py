"""Real processes for tests: output kept in a file, everything they started ended with them."""

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from tests.waiting import PATIENCE_SECONDS, until
from tools import sessions

ROOT = Path(__file__).resolve().parent.parent
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def end_with_the_tests():
    """Run in a child before its program: Linux kills it when the pytest process dies in a way that runs no teardown."""
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A started command. It leads a session of its own, so that orphans of its children are found too."""

    def __init__(self, name, command, log, env=None, **popen):
        self.name, self.log = name, Path(log)
        self._out = self.log.open("ab")
        self.popen = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=self._out, stderr=subprocess.STDOUT,
            start_new_session=True, preexec_fn=end_with_the_tests, **popen,
        )  # fmt: skip

    @property
    def pid(self):
        return self.popen.pid

    def is_alive(self):
        return self.popen.poll() is None

    def output(self):
        return self.log.read_text(errors="replace")

    def wait_for(self, text, seconds=PATIENCE_SECONDS):
        """Wait until the output holds the text; returns the output."""
        until(lambda: text in self.output() or not self.is_alive(), seconds, why=self.output)
        assert text in self.output(), self.output()
        return self.output()

    def hears(self, sent):
        """Whether it has begun to handle this signal itself."""
        handled = re.search(r"^SigCgt:\s*(\w+)", Path(f"/proc/{self.pid}/status").read_text(), re.MULTILINE)[1]
        return bool(int(handled, 16) >> (sent - 1) & 1)

    def others(self):
        """The ids of what it started and is alive: children, their children, and orphans of both."""
        return [pid for pid in sessions.members(self.pid) if pid != self.pid]

    def horses(self):
        """The ids of a worker's running work horses: RQ gives each a process group of its own."""
        return [pid for pid in self.others() if _leads_a_group(pid)]

    def kill_horses(self):
        """SIGKILL to those of a worker's work horses that have not ended meanwhile."""
        for pid in self.horses():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill(self):
        """SIGKILL to this process alone; what it started goes on."""
        self.popen.kill()
        self.popen.wait()

    def end(self, seconds=5):
        """SIGTERM and then, to everything of its session, SIGKILL. Returns the exit code."""
        self.popen.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(seconds)
        self.end_at_once()
        return self.popen.returncode

    def end_at_once(self):
        sessions.kill(self.pid)
        self.popen.wait()
        self._out.close()


def _leads_a_group(pid):
    with contextlib.suppress(ProcessLookupError):
        return os.getpgid(pid) == pid
    return False
