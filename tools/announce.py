"""Prints the block of `make run` once the site answers: `python -m tools.announce URL BLOCK`."""

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
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def main(url, block):
    """Wait for the site, or for the end of its supervisor. Returns a sentence if the site never answers, else None."""
    supervisor, until = int(os.environ["SUPERVISOR_PID"]), time.monotonic() + PATIENCE_SECONDS
    while not answers(url):
        if not sessions.is_alive(supervisor):
            return None
        if time.monotonic() > until:
            return NEVER.format(url=url, seconds=PATIENCE_SECONDS)
        time.sleep(PAUSE_SECONDS)
    return print(block, flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
