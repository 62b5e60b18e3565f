"""Finds the Chromium that the browser tests drive, and installs it where it may."""

import os
import shutil
import subprocess
import sys

HOW = (
    "The browser tests need Chromium: install it (on Debian and Ubuntu: apt-get install chromium)"
    " or name one, as in make test CHROMIUM=/path/to/chromium."
)
# Chromium without windows first: what it shows is the same, and it takes a third less of the processor. Not every
# distribution has it.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PACKAGES = NAMES[:2]


def chromium():
    """The path of the browser, or None."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def install():
    print("Installing Chromium for the browser tests.", flush=True)
    _apt_get("update")
    for package in PACKAGES:
        done = _apt_get("install", "-y", "--no-install-recommends", package, "fonts-dejavu-core")
        if done.returncode == 0:
            return
    print(done.stderr, file=sys.stderr)


def _apt_get(*arguments):
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(["apt-get", "-qq", *arguments], env=environment, capture_output=True, text=True)


def main():
    """Returns the problem as a sentence, or None once a browser is there."""
    if chromium() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        install()
    return None if chromium() else HOW


if __name__ == "__main__":
    sys.exit(main())
