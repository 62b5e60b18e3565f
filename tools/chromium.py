"""Finds the Chromium that the browser tests drive, and installs it where it may."""

import os
import shutil
import subprocess
import sys

HOW = (
    "The browser tests need Chromium: install it (on Debian and Ubuntu: apt-get install chromium)"
    " or name one, as in make test CHROMIUM=/path/to/chromium."
)
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium():
    """The path of the browser, or None."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def install():
    quiet = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
    print("Installing Chromium for the browser tests.", flush=True)
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"], **quiet
    )


def main():
    """Returns the problem as a sentence, or None once a browser is there."""
    if chromium() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        install()
    return None if chromium() else HOW


if __name__ == "__main__":
    sys.exit(main())
