"""The page of a table of records, whichever: what was asked for, its filters one by one, its columns, its file.

A table is the module that knows it: companies or contacts.
"""

from collections.abc import Iterator
from typing import NamedTuple

from flask import Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.utils import secure_filename

from .. import audit
from ..db import begin_write, db
from ..web.files import csv_file
from ..web.navigation import HALO
from . import asking, columns, files_out, linked
from .tables import counted

# what a filter's value is said to be about, where it does not say so itself
ABOUT = {"type": "Company type", "list": "List", "company": "Company", "salesperson": "Salesperson",
         "contact": "Contact", "status": "Status"}  # fmt: skip


class Chip(NamedTuple):
    """A filter that is set, in words, and the address without it."""

    label: str
    without: str


def table_page(table, asked: asking.Asked, choices: dict, page_endpoint: str = "", **more):
    """A table, or the part of it that a form has asked for; choices as of the table's choices().

    page_endpoint: of another page with the same filters, whose part of it `more` is for.
    """
    account_id, nouns = current_user.account_id, table.NOUNS
    endpoint = page_endpoint or f"crm.{nouns}"
    found = table.find(account_id, asked)

    def address(**changes):
        return url_for(endpoint, **asking.address(asked, **changes))

    shown = {
        "asked": asked, "page": found.page, "total": counted(found.total, found.more), "address": address,
        "given": asking.address(asked), "choices": choices, "chips": chips(asked, choices, address),
        "columns": columns.chosen(current_user, nouns, table.COLUMNS), "labels": table.COLUMNS.labels,
        "read_at": linked.read_at(account_id, nouns), "endpoint": endpoint,
    } | table.beside(account_id, found.page.rows) | more  # fmt: skip
    if request.headers.get("HX-Target") == nouns:
        return render_template(f"crm/_{nouns}.html", **shown), {"HX-Replace-Url": address()}
    orders = [(key, order.label) for key, order in asking.ORDERS.items()]
    halo = HALO if HALO.shown else None
    return render_template(f"crm/{nouns}.html", orders=orders, halo=halo, **shown)


def chips(asked: asking.Asked, choices: dict, address) -> list[Chip]:
    """The filters that are set, each with the way to be without it."""
    words = [Chip(f"“{asked.q}”", address(q=""))] if asked.q else []
    return words + [
        Chip(": ".join(filter(None, (ABOUT.get(name), choices[name][value]))), address(**{name: ""}))
        for name, value in asked.filters.items()
        if value
    ]


def file_of(table, asked: asking.Asked) -> Response:
    """All that the filters leave, as a CSV file that is made while it is sent."""
    account_id = current_user.account_id
    return file_sent(table.NOUNS, files_out.text(table, account_id, asked, table.filters(account_id, asked)))


def file_sent(nouns: str, pieces: Iterator[str], list_name: str = "") -> Response:
    """A CSV file of these, of all of them or of a list's, noted in the audit."""
    said = f"Downloaded a file of {nouns}" + (f" of the list “{list_name}”" if list_name else "")
    audit.note_now("download", said, account_id=current_user.account_id)
    return csv_file("-".join(filter(None, (nouns, secure_filename(list_name)))), pieces)


def columns_saved(table, asked: asking.Asked):
    """Take the columns that a person chose, or the usual ones, and show the table again as it was."""
    names = None if "usual" in request.form else request.form.getlist("column")
    begin_write()
    columns.choose(current_user, table.NOUNS, table.COLUMNS, names)
    db.session.commit()
    flash(
        "The table shows its usual columns." if names is None else "The table shows the columns you chose.", "success"
    )
    return redirect(url_for(f"crm.{table.NOUNS}", **asking.address(asked)), 303)
