"""The company in a form: searched for by its name and chosen, or typed as its number."""

import re

from ..db import db, owned
from . import naming
from .choosing import called
from .models import Company
from .salespeople import RecordForm


class FormWithCompany(RecordForm):
    """The form of a record that may be of a company."""

    def __init__(self, account_id: int, options=None):
        super().__init__(account_id, options)
        self._chosen = {}  # {text: the company it means}

    def text(self, record, field):
        return called(record.company) if field == "company_id" else super().text(record, field)

    def sent(self, sent, values):
        """The company that was chosen among those found; no more once something else is typed."""
        chosen = naming.number(sent.get("chosen_company", ""))
        if chosen is None or sent.get("company_id", "").strip() != sent.get("chosen_for", "").strip():
            return {}
        company = db.session.scalar(owned(Company, self.account_id).where(Company.id == chosen))
        return {"company_id": called(company)} if company else {}

    def value(self, field, text):
        if field == "company_id":
            return self._chosen[text].id if text else None
        return super().value(field, text)

    def reads(self, field, text):
        if field == "company_id" and text in self._chosen:
            text = called(self._chosen[text])
        return super().reads(field, text)

    def errors(self, record, changed):
        found = super().errors(record, changed)
        if (text := changed.get("company_id")) and "company_id" not in found:
            companies = meant(self.account_id, text)
            company = self._stays(companies[0].id) if len(companies) == 1 else None
            if company:
                self._chosen[text] = company
            else:
                found["company_id"] = _unclear(text, companies if len(companies) > 1 else [])
        return found

    def _stays(self, company_id):
        """The company, if it is still there; then it will be until the end of this transaction."""
        here = owned(Company, self.account_id).where(Company.id == company_id)
        return db.session.scalar(here.with_for_update(read=True, key_share=True))


def meant(account_id: int, text: str) -> list:
    """The companies that a text may mean: those with this name, else the one with this number ("12", "Acme (12)")."""
    if found := naming.named(account_id, [text]).get(naming.key(text)):
        return found
    ended = re.fullmatch(r"(?:.*\()?(\d+)\)?", text)
    company_id = naming.number(ended[1]) if ended else None
    return list(naming.numbered(account_id, [company_id]).values()) if company_id else []


def _unclear(text, companies):
    if not companies:
        return f"There is no company “{text}”. Choose one that is found, or leave this blank."
    return f"{len(companies)} companies are called {companies[0].name}. Choose one of them, or type its number."
