"""The form to edit a contact: its company is typed by name, or by number where several have that name."""

import re

from .. import normal
from ..db import db, owned
from . import editing, naming
from .models import Company
from .searching import AFTER_ALL

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
    return _calls(company.account_id, [company])[0] if company else ""


def meant(account_id: int, text: str) -> list:
    """The companies that a text may mean: those with this name, else the one with this number ("12", "Acme (12)")."""
    if found := naming.named(account_id, [text]).get(naming.key(text)):
        return found
    ended = re.fullmatch(r"(?:.*\()?(\d+)\)?", text)
    company_id = naming.number(ended[1]) if ended else None
    return list(naming.numbered(account_id, [company_id]).values()) if company_id else []


def suggestions(account_id: int, text: str, number: int = 10) -> list[str]:
    """What a form calls the first companies whose name begins so."""
    beginning = normal.sort_key(text)
    if not beginning:
        return []
    begins = (Company.name_sort >= beginning, Company.name_sort < beginning + AFTER_ALL)
    first = owned(Company, account_id).where(*begins).order_by(Company.name_sort, Company.id).limit(number)
    return _calls(account_id, list(db.session.scalars(first)))


def _calls(account_id, companies):
    known = naming.named(account_id, {company.name for company in companies})
    alone = {company.id for company in companies if len(known[naming.key(company.name)]) == 1}
    return [company.name if company.id in alone else f"{company.name} ({company.id})" for company in companies]


def _unclear(text, companies):
    if not companies:
        return f"There is no company “{text}”. Type the name of one that is here, or leave this blank."
    told = [f"{one.id}{f' in {one.city}' if one.city else ''}" for one in companies[:ALIKE_SHOWN]]
    numbers = ", ".join(told) + (", …" if len(companies) > ALIKE_SHOWN else "")
    return f"{len(companies)} companies are called {companies[0].name}. Type the number of one: {numbers}."
