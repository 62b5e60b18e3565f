"""Where uploaded files lie: in a folder of their own that no page serves, under a name that nobody chose."""

import secrets
import shutil
import time
from datetime import timedelta
from pathlib import Path

from flask import current_app

FOLDER = "uploads"
MOST_BYTES = 50 * 1024 * 1024


class TooLarge(ValueError):
    """The file is larger than is taken."""


def keep(stream) -> str:
    """Copy what is read from a binary stream into a file of ours; its path below INSTANCE_PATH. Raises TooLarge."""
    folder = _instance() / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}.csv"
    with open(path, "xb") as file:
        shutil.copyfileobj(_Limited(stream, path), file)
    return str(path.relative_to(_instance()))


class _Limited:
    def __init__(self, stream, path):
        self.stream, self.path, self.left = stream, path, MOST_BYTES

    def read(self, size):
        read = self.stream.read(size)
        self.left -= len(read)
        if self.left < 0:
            self.path.unlink()
            raise TooLarge(f"It is larger than {MOST_BYTES // 1024 // 1024} MB. Split it into several files.")
        return read


def path_of(load) -> Path:
    return _instance() / load.path


def remove(load) -> None:
    path_of(load).unlink(missing_ok=True)


def sweep(age: timedelta, but: set[str]) -> None:
    """Remove files that are older than this, but for these paths."""
    oldest = time.time() - age.total_seconds()
    for path in (_instance() / FOLDER).glob("*.csv"):
        if str(path.relative_to(_instance())) not in but and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _instance():
    return current_app.config["INSTANCE_PATH"]
