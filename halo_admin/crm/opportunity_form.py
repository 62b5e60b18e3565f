"""The form of an opportunity."""

from ..db import db, owned
from ..normal import sums
from .company_field import FormWithCompany
from .contact_models import Contact
from .models import OpportunityStatus
from .statuses import STATUSES

OFFERED = 200  # contacts of a company
NO_CONTACT = "No contact"
STATUS_GONE = "This status is not there any more. Choose another one."
CONTACT_GONE = "This contact is not there any more. Choose another one."


class OpportunityForm(FormWithCompany):
    """Contacts are offered of the company that the record has, or is to have."""

    inputs = {
        "status_id": "choice", "salesperson_id": "choice", "company_id": "company", "contact_id": "choice",
        "probability": "number", "expected_close": "date", "opened_on": "date", "prospect_email": "email",
    }  # fmt: skip
    needed = ("name",)

    def __init__(self, account_id: int, company_id: int | None = None):
        statuses = {str(status_id): name for status_id, name in STATUSES.names(account_id).items()}
        contacts = {"": NO_CONTACT} | {str(one.id): one.name for one in _contacts(account_id, company_id)}
        super().__init__(account_id, {"status_id": statuses, "contact_id": contacts})

    def texts(self, record):
        if record.contact is not None:
            self.options["contact_id"].setdefault(str(record.contact.id), record.contact.name)
        return super().texts(record)

    def text(self, record, field):
        if field == "status_id" and record.status_id is None:
            return next(iter(self.options["status_id"]), "")  # the first one, for a new record
        return sums.plain(record.value) if field == "value" else super().text(record, field)

    def reads(self, field, text):
        return sums.money(sums.read(text)) or None if field == "value" else super().reads(field, text)

    def value(self, field, text):
        if field == "value":
            return sums.read(text)
        return int(text) if field == "probability" and text else super().value(field, text)

    def errors(self, record, changed):
        unnamed = {"name": "Type a name."} if changed.get("name") == "" else {}
        found = super().errors(record, changed) | unnamed
        chosen = (("status_id", OpportunityStatus, STATUS_GONE), ("contact_id", Contact, CONTACT_GONE))
        for field, model, gone in chosen:
            if field in found or (changed.get(field) and not self._is_there(model, int(changed[field]))):
                found[field] = gone
        return found

    def _is_there(self, model, record_id):
        here = owned(model, self.account_id).with_only_columns(model.id).where(model.id == record_id)
        return db.session.scalar(here.with_for_update(read=True, key_share=True)) is not None

    def beside(self, record, changed):
        """What a person types with Halo's value before them is what they want: it is not held against them any more."""
        columns = {"value": ("kept_value", "halo_value"), "salesperson_id": ("kept_agent_id", "halo_agent_id"),
                   "expected_close": ("kept_expected_close", "halo_expected_close")}  # fmt: skip
        return {kept: getattr(record, theirs) for field, (kept, theirs) in columns.items() if field in changed}


def _contacts(account_id, company_id):
    if company_id is None:
        return []
    of_company = owned(Contact, account_id).where(Contact.company_id == company_id)
    chosen = of_company.with_only_columns(Contact.id, Contact.name).order_by(Contact.name_sort, Contact.id)
    return db.session.execute(chosen.limit(OFFERED)).all()
