"""Where tests write: in memory where there is room. Making files on a disk takes them a quarter of their time."""

import os
import shutil
import tempfile
from pathlib import Path

FOLDER = Path("/dev/shm")
# what all workers together have there at a time, several times over
ROOM_BYTES = 4 * 2**30


def write_to_memory():
    """Temporary files of this process, and of all that it starts from now on, are in memory where that is possible."""
    if _has_room(FOLDER):
        os.environ["TMPDIR"] = tempfile.tempdir = str(FOLDER)


def _has_room(folder):
    """Whether much can be written there, and what is written can be run: tests make programs as well."""
    if not os.access(folder, os.W_OK):
        return False
    return shutil.disk_usage(folder).free > ROOM_BYTES and not os.statvfs(folder).f_flag & os.ST_NOEXEC
