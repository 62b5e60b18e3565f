"""The environment that `make run` gives to the processes of a site: secrets, databases, the practice Halo's address."""

import os
import socket
from pathlib import Path

from halo_admin.keeping import encryption_keys, remembered, secret_key, write_private
from tools import valkey

ROOT = Path(__file__).resolve().parent.parent
FIRST_PRACTICE_PORT = 9700
# about as slow as a real Halo, so that a first import can be watched
UNHURRIED = "--latency 250-700"


def instance_folder():
    """Where a site keeps its data: INSTANCE_PATH, or instance/ in the project. Made when it is not there."""
    folder = Path(os.environ.get("INSTANCE_PATH") or ROOT / "instance").resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # the database is nobody else's business either
    return folder


def port_is_free(port):
    with socket.socket() as probe:
        # as the servers do: what lingers after a close is no obstacle
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def any_free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def practice_port(instance):
    """The port of last time, as connections are made with it; another one where it is taken."""
    path = instance / "practice-port"
    port = int(remembered(path, lambda: str(FIRST_PRACTICE_PORT)))
    if not port_is_free(port):
        port = any_free_port()
        write_private(path, str(port))
    return port


def environment(instance, port):
    """The whole environment of a site's processes. What the caller's environment sets already is kept."""
    given = {name: value for name, value in os.environ.items() if value}
    return (
        _secrets(instance)
        | _servers(instance, given)
        | {"PRACTICE_OPTIONS": UNHURRIED}
        | given
        | _practice(practice_port(instance))
        | {
            "PORT": str(port),
            "INSTANCE_PATH": str(instance),
            "PYTHONUNBUFFERED": "1",
            "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{given.get('PATH', os.defpath)}",
        }
    )


def _secrets(instance):
    return {"SECRET_KEY": secret_key(instance), "ENCRYPTION_KEYS": encryption_keys(instance)}


def own_database(instance):
    return f"sqlite:///{instance / 'halo.db'}"


def _servers(instance, given):
    """The databases of the site's own. VALKEY_SERVER is there only where the embedded Redis is wanted."""
    database = {"DATABASE_URL": own_database(instance)}
    if given.get("REDIS_URL"):
        return database
    return database | {"REDIS_URL": valkey.url(instance), "VALKEY_SERVER": valkey.binary()}


def _practice(port):
    return {
        "PRACTICE_PORT": str(port),
        "PRACTICE_URL": f"http://127.0.0.1:{port}",
        "HALO_ALLOW_HOST": f"127.0.0.1:{port}",
    }
