"""Which columns of a table a person sees, beside the name that is always there."""

from typing import NamedTuple

from ..accounts.models import User
from ..db import db


class Columns(NamedTuple):
    """labels: {column: heading} of all there are, in their order; usual: those that are shown to who chose none."""

    labels: dict[str, str]
    usual: tuple[str, ...]


COMPANIES = Columns(
    {"type": "Type", "website": "Website", "phone": "Phone", "street": "Street", "city": "City", "state": "State",
     "postal_code": "Postal code", "country": "Country", "salesperson": "Salesperson", "halo": "Halo",
     "edited": "Last edited here", "added": "Added"},
    ("type", "website", "phone", "city"),
)  # fmt: skip
CONTACTS = Columns(
    {"email": "E-mail", "company": "Company", "type": "Company type", "title": "Title", "phone": "Phone",
     "mobile": "Mobile", "lists": "Lists", "salesperson": "Salesperson", "halo": "Halo",
     "edited": "Last edited here", "added": "Added"},
    ("email", "company", "phone", "lists"),
)  # fmt: skip


OPPORTUNITIES = Columns(
    {"status": "Status", "value": "Value", "company": "Company", "contact": "Contact", "salesperson": "Salesperson",
     "expected_close": "Expected close", "probability": "Probability", "opened_on": "Opened", "halo": "Halo",
     "edited": "Last edited here", "added": "Added"},
    ("status", "value", "company", "salesperson", "expected_close"),
)  # fmt: skip


def chosen(user, nouns: str, columns: Columns) -> list[str]:
    """The columns of the table "companies" or "contacts" that a person sees, in the table's order."""
    names = user.preferences.get("columns", {}).get(nouns, columns.usual)
    return [name for name in columns.labels if name in names]


def choose(user, nouns: str, columns: Columns, names: list[str] | None) -> None:
    """From now on the person sees these columns; None: the usual ones. In a writing transaction the caller commits."""
    held = db.session.get(User, user.id, populate_existing=True)
    others = {table: kept for table, kept in held.preferences.get("columns", {}).items() if table != nouns}
    mine = {} if names is None else {nouns: [name for name in columns.labels if name in names]}
    held.preferences = held.preferences | {"columns": others | mine}
