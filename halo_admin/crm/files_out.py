"""A table's finds as a CSV file for spreadsheets: in the table's order, with what `crm load` reads, then who looks
after each, ids last.

UTF-8 with a mark at its beginning, by which spreadsheets know it. What they would take for a formula has an apostrophe
in front (cells.guarded); loading the file removes it, and changes nothing.
"""

import csv
import io
from collections.abc import Iterator

from ..normal.sums import plain
from . import asking, cells, companies, contacts, linked, list_table, lists, opportunities, salespeople
from .finding import Finding
from .types import type_names

MARK = "\ufeff"
ROWS_AT_A_TIME = 1000
COMPANIES = ("name", "phone", "website", "type", "street", "city", "state", "postal_code", "country",
             "salesperson", "halo_id", "id")  # fmt: skip
CONTACTS = ("first_name", "last_name", "email", "phone", "mobile", "title", "company", "company_id", "lists",
            "unsubscribed", "bounced", "salesperson", "halo_id", "id")  # fmt: skip
LISTS = ("name", "leads", "contacts")
OPPORTUNITIES = ("name", "status", "salesperson", "company", "company_id", "contact", "contact_id", "value",
                 "probability", "expected_close", "opened_on", "prospect_name", "prospect_email", "halo_id",
                 "id")  # fmt: skip


def text(table, account_id: int, asked: asking.Asked, filters: asking.Filters) -> Iterator[str]:
    """The file in pieces: never more than some rows of it are in memory, and no transaction outlasts a piece."""
    columns, row_values = FILES[table.NOUNS]
    yield MARK + lines([columns])
    finding = Finding(table.MODEL, account_id, asked, filters)
    for rows in finding.batches(ROWS_AT_A_TIME):
        yield lines(row_values(account_id, rows))


def text_of_lists(account_id: int, asked: list_table.Asked) -> Iterator[str]:
    """The same of the table of lists, which are few."""
    found = list_table.every(account_id, asked)
    yield MARK + lines([LISTS, *((one.name, int(one.leads), one.contacts) for one in found)])


def lines(rows) -> str:
    """Rows as lines of the file, no cell of them a formula."""
    out = io.StringIO(newline="")
    # as in a dump: the writer quotes values with either of the two characters in them
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow(["" if value is None else cells.guarded(str(value)) for value in row])
    return out.getvalue()


def _companies(account_id, rows):
    types = type_names(account_id)
    links = linked.of_rows(companies.MODEL, account_id, [row.id for row in rows])
    emails = salespeople.emails_of(rows)
    for row in rows:
        yield (row.name, row.phone, row.website, types.get(row.type_id), row.street, row.city, row.state,
               row.postal_code, row.country, emails.get(row.salesperson_id), _halo_id(links, row), row.id)  # fmt: skip


def _contacts(account_id, rows):
    ids = [row.id for row in rows]
    named, on = contacts.companies_of(rows), lists.names_on(ids)
    links, emails = linked.of_rows(contacts.MODEL, account_id, ids), salespeople.emails_of(rows)
    for row in rows:
        company = named.get(row.company_id)
        yield (row.first_name, row.last_name, row.email, row.phone, row.mobile, row.title, company and company.name,
               row.company_id, cells.join(on.get(row.id, ())), int(row.unsubscribed), int(row.bounced),
               emails.get(row.salesperson_id), _halo_id(links, row), row.id)  # fmt: skip


def _opportunities(account_id, rows):
    beside = opportunities.beside(account_id, rows)
    emails = salespeople.emails_of(rows)
    for row in rows:
        yield (row.name, beside["statuses"][row.status_id].name, emails.get(row.salesperson_id),
               beside["companies"].get(row.company_id), row.company_id, beside["contacts"].get(row.contact_id),
               row.contact_id, plain(row.value), row.probability, row.expected_close, row.opened_on, row.prospect_name,
               row.prospect_email, _halo_id(beside["links"], row), row.id)  # fmt: skip


FILES = {"companies": (COMPANIES, _companies), "contacts": (CONTACTS, _contacts),
         "opportunities": (OPPORTUNITIES, _opportunities)}  # fmt: skip


def _halo_id(links, row):
    return links[row.id].halo_id if row.id in links else None
