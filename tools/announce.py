"""Prints the block of `make run` once site and practice Halo answer: `python -m tools.announce BLOCK SITE PRACTICE`."""

import os
import sys
import time
import urllib.error
import urllib.request

from tools import sessions

PATIENCE_SECONDS = 120
PAUSE_SECONDS = 0.2
NEVER = "{url} has not answered for {seconds} s: the lines above may say why."


def answers(url):
    """Whether anything but an error of the server's own comes from there."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def main(block, *urls):
    """Wait for all urls, or for the end of the supervisor. Returns a sentence if one never answers, else None."""
    supervisor, until = int(os.environ["SUPERVISOR_PID"]), time.monotonic() + PATIENCE_SECONDS
    while silent := [url for url in urls if not answers(url)]:
        if not sessions.is_alive(supervisor):
            return None
        if time.monotonic() > until:
            return NEVER.format(url=silent[0], seconds=PATIENCE_SECONDS)
        time.sleep(PAUSE_SECONDS)
    return print(block, flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
