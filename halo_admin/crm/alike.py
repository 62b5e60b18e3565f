"""Records that are here already and may be the same as one that a person is about to make.

What imports match by, asked the other way round; contacts without an e-mail by their name within their company.
"""

from typing import NamedTuple

from ..db import db, owned
from .contact_models import Contact
from .models import Company

SHOWN = 5


class Alike(NamedTuple):
    """A record, and what it has in common with the new one: [(what people call it, the record's value)]."""

    record: object
    evidence: list[tuple[str, str]]


def companies_like(account, row: dict) -> list[Alike]:
    """Companies with the same phone number, website or name; row: values by field. SHOWN + 1 stands for all more."""
    keys = Company.derived(row, account.default_country)
    return _found(Company, account.id, {
        "phone": ("phone", {"phone_key": keys["phone_key"]}),
        "website": ("website", {"website_key": keys["website_key"]}),
        "name": ("name", {"name_key": keys["name_key"]}),
    })  # fmt: skip


def contacts_like(account, row: dict) -> list[Alike]:
    """Contacts with the same e-mail, or with the same name in the same company (or both in none); likewise."""
    keys = Contact.derived(row, account.default_country)
    named = row.get("first_name") or row.get("last_name")
    within = {"company_id": row.get("company_id"), "name_sort": keys["name_sort"] if named else None}
    in_one = "name, in the same company" if row.get("company_id") else "name"
    return _found(Contact, account.id, {
        "e-mail": ("email", {"email_key": keys["email_key"]}),
        in_one: ("name", within),
    })  # fmt: skip


def _found(model, account_id, ways):
    found = {}
    for what, (field, columns) in ways.items():
        if columns[list(columns)[-1]] is None:
            continue
        same = (getattr(model, name) == value for name, value in columns.items())
        # the order of ids of the key's own index, not that of the account's
        alike = owned(model, account_id).where(*same).order_by(model.id + 0).limit(SHOWN + 1)
        for record in db.session.scalars(alike):
            found.setdefault(record.id, Alike(record, [])).evidence.append((what, getattr(record, field)))
    return sorted(found.values(), key=lambda one: (-len(one.evidence), one.record.id))[: SHOWN + 1]
