"""Noting what somebody does, in the transaction that does it: both are kept, or neither."""

from typing import NamedTuple

from flask import g, has_request_context, request
from flask_login import current_user

from ..db import begin_write, db, now
from .models import AuditEntry

# what there is to look for, as the audit's page offers it
KINDS = {
    "sign-in": "Signing in and out",
    "failed": "Failed sign-ins",
    "people": "People and roles",
    "connection": "Connection",
    "mapping": "Mappings",
    "import": "Imports",
    "export": "Sent to Halo",
    "delete": "Deleted",
    "list": "Lists",
    "undo": "Undone",
    "upload": "Uploads",
    "download": "Downloads",
    "backup": "Backups",
    "settings": "Settings",
}
SHELL, SHELL_NAME = "command line", "The command line"


class Somebody(NamedTuple):
    """Who did it, where that is no user here: an e-mail that was typed, or a name that a job has kept."""

    name: str
    id: int | None = None


def note(kind: str, said: str, *, account_id: int | None, by=None, place: str | None = None) -> None:
    """Note that somebody did something. kind: of KINDS; said: what, as a sentence without its full stop and without
    anything secret: "Changed the roles of Bob from Salesperson to Admin".

    by: a User or Somebody; None: whoever is signed in, or whom the command acts for. place: where from; None: where the
    request came from. A job, which has neither, hands both in. Adds a row; the caller commits.
    """
    if kind not in KINDS:
        raise KeyError(f"{kind!r} is no kind of audit entry: it must be one of {', '.join(KINDS)}")
    by = by or _whoever_acts()
    db.session.add(
        AuditEntry(
            account_id=account_id, at=now(), kind=kind, said=said, by_id=by.id, by_name=by.name[:254],
            place=here() if place is None else place,
        )
    )  # fmt: skip


def note_now(kind: str, said: str, **who) -> None:
    """The same where nothing else is written, as before a download: in a transaction of its own.

    Records that were loaded before are read anew: a file that is made while it is sent must refresh() those it needs.
    """
    begin_write()
    note(kind, said, **who)
    db.session.commit()


def here() -> str:
    """Where this request or command comes from, to hand to a job: an address of the network, or "command line"."""
    return (request.remote_addr or "")[:45] if has_request_context() else SHELL


def _whoever_acts():
    if has_request_context():
        return current_user if current_user.is_authenticated else Somebody("Somebody signed out")
    return g.get("person") or Somebody(SHELL_NAME)
