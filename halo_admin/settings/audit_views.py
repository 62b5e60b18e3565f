"""Account Settings › Audit: who did what, when and from where, on the page and as a CSV file."""

from flask import Blueprint, render_template, request
from flask_login import current_user

from .. import audit
from ..audit.noting import KINDS
from ..crm import files_out
from ..web.files import csv_file
from . import audit_entries

bp = Blueprint("audit", __name__, url_prefix="/settings/audit")
COLUMNS = ("When (UTC)", "Who", "What", "Told", "From where")


@bp.get("")
def page():
    asked = audit_entries.read(request.args)
    account = current_user.account
    entries, after = audit_entries.page(account, asked)
    return render_template(
        "settings/audit.html",
        entries=entries,
        after=after,
        asked=asked,
        kinds=KINDS,
        kind_choices=[("", "Everything"), *KINDS.items()],
        people=[("", "Everybody"), *audit_entries.people(account.id)],
    )


@bp.get("/file")
def file():
    """What the filters leave, from the newest on."""
    asked = audit_entries.read(request.args)._replace(before=audit_entries.NEVER)
    audit.note_now("download", "Downloaded the audit", account_id=current_user.account_id)
    return csv_file("audit", _pieces(current_user.account, asked))


def _pieces(account, asked):
    yield files_out.MARK + files_out.lines([COLUMNS])
    for entries in audit_entries.every(account, asked):
        yield files_out.lines(_cells(one) for one in entries)


def _cells(one):
    return f"{one.at:%Y-%m-%d %H:%M:%S}", one.by_name, KINDS.get(one.kind, one.kind), one.said, one.place
