"""A kept command is started again when it ends by itself, and leaves nothing behind when it is told to end."""

import os
import sys

import pytest

from tests.waiting import until
from tools import sessions
from tools.keep import POLITE_SECONDS

SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
# starts a child in a process group of its own, as RQ does with its horses
WITH_HORSE = f"""\
import subprocess, sys
horse = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], process_group=0)
print('horse', horse.pid, flush=True)
{SLEEPER}"""


@pytest.fixture
def keep(run_process):
    """Keep a Python program; its supervisor is this test, or the process whose id is given."""

    def start(program, supervisor=None):
        env = os.environ | {"SUPERVISOR_PID": str(supervisor or os.getpid())}
        return run_process(sys.executable, "-m", "tools.keep", sys.executable, "-c", program, env=env)

    return start


def test_a_command_that_is_killed_is_started_again(keep):
    keeper = keep(SLEEPER)
    keeper.wait_for("up")
    (first,) = keeper.others()
    os.kill(first, 9)
    until(lambda: keeper.output().count("up") == 2, why=keeper.output)
    assert first not in keeper.others()


def test_what_a_killed_command_had_started_ends_before_it_is_started_again(keep):
    keeper = keep(WITH_HORSE)
    keeper.wait_for("up")
    horse = int(keeper.output().split()[1])
    (command,) = [pid for pid in keeper.others() if pid != horse]
    os.kill(command, 9)
    until(lambda: keeper.output().count("up") == 2, why=keeper.output)
    assert not sessions.is_alive(horse)


def test_told_to_end_it_ends_all_that_the_command_started(keep):
    keeper = keep(WITH_HORSE)
    keeper.wait_for("up")
    assert len(keeper.others()) == 2
    keeper.popen.terminate()
    assert keeper.popen.wait(60) == 0
    assert keeper.others() == []


def test_a_command_that_will_not_end_is_killed_within_five_seconds(keep):
    assert sum(POLITE_SECONDS) < 5
    keeper = keep(STUBBORN)
    keeper.wait_for("up")
    keeper.popen.terminate()
    assert keeper.popen.wait(60) == 0
    assert keeper.others() == []


def test_it_ends_when_its_supervisor_is_killed(keep, run_process):
    supervisor = run_process(sys.executable, "-c", SLEEPER)
    keeper = keep(SLEEPER, supervisor.pid)
    keeper.wait_for("up")
    supervisor.popen.kill()  # nobody waits for it: it stays a zombie, which counts as gone
    assert keeper.popen.wait(60) == 0
    assert keeper.others() == []


def test_a_command_that_keeps_ending_is_given_up_and_says_so(keep):
    keeper = keep("print('no', flush=True); raise SystemExit(7)")
    assert keeper.popen.wait(120) == 1
    assert "exit code 7): giving up" in keeper.output()
