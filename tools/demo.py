"""The demo account of a fresh site: made once per database, its password kept in a file only its owner may read."""

import hashlib
import json
import secrets
import subprocess
import sys

from halo_admin.keeping import write_private
from tools.settings import ROOT

NAME, EMAIL = "Demo MSP", "demo@example.com"
# no letters or digits that look alike, as it is read off a terminal
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_password():
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))


def account(instance, environment):
    """The e-mail and password to sign in with, made where this database has none yet; None where it cannot be told."""
    path, database = instance / "demo-account.json", _digest(environment["DATABASE_URL"])
    kept = json.loads(path.read_text()) if path.exists() else {}
    if kept.get("database") == database:
        return kept
    made = {"email": EMAIL, "password": new_password(), "database": database}
    if not _create(made["password"], environment):
        return None
    write_private(path, json.dumps(made))
    return made


def forget(instance):
    """For a database that has gone: its demo account went with it."""
    (instance / "demo-account.json").unlink(missing_ok=True)


def _create(password, environment):
    command = [sys.executable, "-m", "flask", "--app", "app", "accounts", "create", NAME, "--email", EMAIL]
    done = subprocess.run(
        [*command, "--password-stdin", "--json"],
        input=password,
        text=True,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    return done.returncode == 0


def _digest(url):
    # the address may hold a password: it is not kept
    return hashlib.sha256(url.encode()).hexdigest()
