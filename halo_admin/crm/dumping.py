"""Writes an account's records as CSV files: UTF-8 with a header, ids first, empty where unset, in the order of ids.

Flags are 1 or 0; the names of a contact's lists are joined with ";" (cells.py).
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple

from ..accounts.models import User
from ..db import db, owned
from ..mirror.links import links
from ..normal.sums import plain
from . import cells, lists
from .contact_models import Contact, ContactList
from .models import Company
from .note_models import Note
from .opportunity_models import Opportunity
from .statuses import STATUSES
from .types import type_names

ROWS_AT_A_TIME = 1000


class File(NamedTuple):
    """A file of a dump: what it is about, its columns, and what gives its rows for an account's id."""

    noun: str
    columns: tuple[str, ...]
    rows: Callable[[int], Iterator[tuple]]

    @property
    def name(self):
        return f"{self.noun}.csv"


def dump(account_id: int, folder: Path) -> dict[str, int]:
    """Write every file into the folder, which is made; the number of rows by what they are about. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for file in FILES:
        with open(folder / file.name, "w", encoding="utf-8", newline="") as out:
            written[file.noun] = _write(out, file, account_id)
    return written


def dump_zip(account_id: int, target: IO[bytes]) -> None:
    """Write every file into one zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in FILES:
            with archive.open(file.name, "w", force_zip64=True) as raw:
                out = io.TextIOWrapper(raw, encoding="utf-8", newline="")
                _write(out, file, account_id)
                out.flush()
                out.detach()


def _write(out, file, account_id):
    # \r\n ends a line: the writer then quotes values with either of the two in them, which reading them exactly needs
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(file.columns)
    written = 0
    for row in file.rows(account_id):
        writer.writerow(row)
        written += 1
    return written


def _companies(account_id):
    types = type_names(account_id)
    for row in _with_halo_ids(Company, account_id, Company.HALO_KIND):
        yield (row.id, row.halo_id, row.name, row.phone, row.website, types.get(row.type_id), row.street, row.city,
               row.state, row.postal_code, row.country)  # fmt: skip


def _contacts(account_id):
    companies = _names_of_companies(account_id)
    for rows in _batches(_with_halo_ids(Contact, account_id, Contact.HALO_KIND)):
        on = lists.names_on([row.id for row in rows])
        for row in rows:
            yield (row.id, row.halo_id, row.first_name, row.last_name, row.email, row.phone, row.mobile, row.title,
                   companies.get(row.company_id), row.company_id, cells.join(on.get(row.id, ())),
                   int(row.unsubscribed))  # fmt: skip


def _names_of_companies(account_id):
    named = owned(Company, account_id).with_only_columns(Company.id, Company.name)
    return dict(map(tuple, db.session.execute(named)))


def _batches(rows):
    rows = iter(rows)
    while batch := list(islice(rows, ROWS_AT_A_TIME)):
        yield batch


def _opportunities(account_id):
    statuses = STATUSES.names(account_id)
    people = dict(map(tuple, db.session.execute(owned(User, account_id).with_only_columns(User.id, User.email))))
    for row in _with_halo_ids(Opportunity, account_id, Opportunity.HALO_KIND):
        yield (row.id, row.halo_id, row.name, statuses[row.status_id], people.get(row.salesperson_id), row.company_id,
               row.contact_id, plain(row.value))  # fmt: skip


def _lists(account_id):
    for one in db.session.scalars(owned(ContactList, account_id).order_by(ContactList.id)):
        yield one.id, one.name, int(one.leads), one.contacts


def _users(account_id):
    for row in _with_halo_ids(User, account_id, "agent"):
        yield row.id, row.halo_id, row.email, row.name, ";".join(row.roles)


def _notes(account_id):
    """A contact's note bears the contact's company as well. Times are UTC; text is without marks."""
    people = dict(map(tuple, db.session.execute(owned(User, account_id).with_only_columns(User.id, User.email))))
    companies = owned(Contact, account_id).with_only_columns(Contact.id, Contact.company_id)
    company_of = dict(map(tuple, db.session.execute(companies.where(Contact.company_id.is_not(None)))))
    for row in _with_halo_ids(Note, account_id, Note.HALO_KIND):
        yield (row.id, row.halo_id, row.contact_id, row.company_id or company_of.get(row.contact_id),
               people.get(row.author_id) or row.author, f"{row.at:%Y-%m-%dT%H:%M:%SZ}", row.plain)  # fmt: skip


def _with_halo_ids(model, account_id, kind):
    """The columns of all the account's records, with the id of what each is linked to; one statement, one snapshot."""
    link = links(account_id, kind).subquery()
    query = owned(model, account_id).outerjoin(link, link.c.ours_id == model.id).order_by(model.id)
    columns = (*model.__table__.c, link.c.halo_id)
    return db.session.execute(query.with_only_columns(*columns).execution_options(yield_per=ROWS_AT_A_TIME))


FILES = (
    File(
        "companies",
        ("id", "halo_id", "name", "phone", "website", "type", "street", "city", "state", "postal_code", "country"),
        _companies,
    ),
    File(
        "contacts",
        (
            "id",
            "halo_id",
            "first_name",
            "last_name",
            "email",
            "phone",
            "mobile",
            "title",
            "company",
            "company_id",
            "lists",
            "unsubscribed",
        ),
        _contacts,
    ),
    File(
        "opportunities",
        ("id", "halo_id", "name", "status", "salesperson", "company_id", "contact_id", "value"),
        _opportunities,
    ),
    File("lists", ("id", "name", "leads", "contacts"), _lists),
    File("notes", ("id", "halo_id", "contact_id", "company_id", "author", "at", "text"), _notes),
    File("users", ("id", "halo_id", "email", "name", "roles"), _users),
)
