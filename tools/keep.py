"""Keeps one command of the Procfile running: starts it again when it ends by itself, ends all of it when told to.

    python -m tools.keep [--linger SECONDS] COMMAND ...

Told to end means SIGTERM, or that the supervisor (SUPERVISOR_PID) is gone, even by SIGKILL: nothing is left behind.
--linger is for what the others still need while they end.
"""

import argparse
import os
import signal
import subprocess
import sys
import time

from tools import sessions

TICK_SECONDS = 0.1
PAUSE_SECONDS = 1
# A command that ends this quickly, this often in a row, will not get better by itself: the site stops and says so.
QUICK_SECONDS = 5
QUICK_ENDS = 3
# Together below the 5 s after which honcho kills us. RQ takes the second SIGTERM as "do not wait for the job".
POLITE_SECONDS = (2.0, 1.0)


class Keeper:
    """One command, and whether it has been told to end."""

    def __init__(self, command, supervisor, linger=0.0):
        self.command, self.supervisor, self.linger = command, supervisor, linger
        self.told = False

    def tell(self, _signal, _frame):
        self.told = True

    def must_end(self):
        return self.told or not sessions.is_alive(self.supervisor)

    def run(self):
        """Returns the exit code: 0 when told to end, 1 when the command will not stay up."""
        quick = 0
        while True:
            # a group of its own: what is sent to our group must not reach it past us
            started, child = time.monotonic(), subprocess.Popen(self.command, process_group=0)
            self.watch(child)
            if self.must_end():
                return self.end(child)
            quick = quick + 1 if time.monotonic() - started < QUICK_SECONDS else 0
            if quick == QUICK_ENDS:
                print(f"Ended {QUICK_ENDS} times within {QUICK_SECONDS} s (exit code {child.returncode}): giving up.")
                return 1
            self.clear_up(child)

    def watch(self, child):
        while child.poll() is None and not self.must_end():
            time.sleep(TICK_SECONDS)

    def clear_up(self, child):
        """What a command that ended by itself left running must not meet its successor."""
        print(f"Ended by itself (exit code {child.returncode}); starting it again.", flush=True)
        sessions.kill(os.getsid(0))
        time.sleep(PAUSE_SECONDS)

    def end(self, child):
        time.sleep(self.linger)
        for seconds in POLITE_SECONDS:
            child.terminate()
            try:
                child.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                continue
        sessions.kill(os.getsid(0))
        return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--linger", type=float, default=0.0)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    if os.getsid(0) != os.getpid():
        parser.error("must lead a session of its own: it ends with everything in it")
    keeper = Keeper(args.command, int(os.environ["SUPERVISOR_PID"]), args.linger)
    signal.signal(signal.SIGTERM, keeper.tell)
    return keeper.run()


if __name__ == "__main__":
    sys.exit(main())
