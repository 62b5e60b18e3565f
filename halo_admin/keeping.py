"""Small private files in the instance folder: secrets made at first start, and how the running site was set up."""

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet

RUNNING = "running.json"


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read; a crash leaves the old one or the new one, never half."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def remembered(path: Path, make) -> str:
    """The text of a private file; made by `make()` when it is not there. Of several at once, the first one counts."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        write_private(draft, make())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def secret_key(instance: Path) -> str:
    """What signs sessions, made at first start."""
    return remembered(instance / "secret-key", secrets.token_urlsafe)


def encryption_keys(instance: Path) -> str:
    """Fernet keys, comma-separated, made at first start; the first one encrypts."""
    return remembered(instance / "encryption-keys", lambda: Fernet.generate_key().decode())


def running(instance: Path) -> dict:
    """The settings `make run` gave to the site on this instance folder, for commands beside it; {} without one."""
    path = instance / RUNNING
    return json.loads(path.read_text()) if path.exists() else {}


def note_running(instance: Path, settings: dict) -> None:
    """Keep what commands beside the site need to know of it."""
    write_private(instance / RUNNING, json.dumps(settings))
