"""The form to edit a contact: its company is typed by name, or by number where several have that name."""

import re

from .. import normal
from ..db import db, owned
from . import editing
from .models import Company
from .tables import LARGEST_ID

WHO = ("first_name", "last_name", "email", "phone", "mobile")
NOBODY = "Type a name, an e-mail address or a phone number: something must tell who this is."
ALIKE_SHOWN = 5


class ContactForm(editing.Form):
    inputs = {
        "email": "email", "phone": "tel", "mobile": "tel", "company_id": "company", "unsubscribed": "tick",
        "bounced": "tick",
    }  # fmt: skip
    needed = ()

    def __init__(self, account_id: int):
        super().__init__(account_id)
        self._chosen = {}

    def text(self, record, field):
        return called(record.company) if field == "company_id" else super().text(record, field)

    def value(self, field, text):
        return self._chosen.get(text) if field == "company_id" else super().value(field, text)

    def errors(self, record, changed):
        found = super().errors(record, changed)
        if text := changed.get("company_id"):
            companies = meant(self.account_id, text)
            self._chosen[text] = companies[0].id if companies else None
            if len(companies) != 1:
                found["company_id"] = _unclear(text, companies)
        if set(changed) & set(WHO) and not any(changed.get(field, getattr(record, field)) for field in WHO):
            found["first_name"] = NOBODY
        return found


def called(company: Company | None) -> str:
    """What a form calls a company: its name, with its number where others have that name; "" for none."""
    if company is None:
        return ""
    alone = len(_named(company.account_id, company.name)) == 1
    return company.name if alone else f"{company.name} ({company.id})"


def meant(account_id: int, text: str) -> list[Company]:
    """The companies that a text may mean: those with this name, else the one with this number ("12", "Acme (12)")."""
    if found := _named(account_id, text):
        return found
    number = re.fullmatch(r"(.*\()?(\d{1,19})\)?", text)
    company_id = int(number[2]) if number and int(number[2]) <= LARGEST_ID else 0
    return list(db.session.scalars(owned(Company, account_id).where(Company.id == company_id)))


def _named(account_id, name):
    """Companies of exactly this name, whatever its case."""
    alike = owned(Company, account_id).where(Company.name_sort == normal.sort_key(name)).order_by(Company.id)
    return [one for one in db.session.scalars(alike) if one.name.strip().casefold() == name.strip().casefold()]


def _unclear(text, companies):
    if not companies:
        return f"There is no company “{text}”. Type the name of one that is here, or leave this blank."
    told = [f"{one.id}{f' in {one.city}' if one.city else ''}" for one in companies[:ALIKE_SHOWN]]
    more = ", …" if len(companies) > ALIKE_SHOWN else ""
    return (
        f"{len(companies)} companies are called {companies[0].name}. Type the number of one: {', '.join(told)}{more}."
    )


def suggestions(account_id: int, text: str, number: int = 10) -> list[str]:
    """What a form calls the first companies whose name begins so."""
    beginning = normal.sort_key(text)
    if not beginning:
        return []
    first = owned(Company, account_id).where(
        Company.name_sort >= beginning, Company.name_sort < beginning + "\U0010ffff"
    )
    found = db.session.scalars(first.order_by(Company.name_sort, Company.id).limit(number))
    return [called(company) for company in found]
