"""What can be sent, declared once: the dialog draws its rows from this, and sending takes what it writes from it."""

from typing import NamedTuple

from ..crm.contact_models import Contact
from ..crm.models import Company


class Field(NamedTuple):
    """name: what commands call it; column: ours; on: which of Halo's records holds it (client, site, user).

    form: how two values may differ in form only. needed: why a new record cannot do without it. added: it is added to
    what Halo holds, and nothing of that is replaced.
    """

    name: str
    column: str
    label: str
    on: str
    form: str = "text"
    needed: str = ""
    added: bool = False


COMPANY = (
    Field("name", "name", "Company name", "client", needed="Halo takes no client without a name"),
    Field("type", "type_id", "Company type", "client", "choice"),
    Field("phone", "phone", "Phone", "site", "phone"),
    Field("website", "website", "Website", "client", "website"),
    Field("street", "street", "Street", "site"),
    Field("city", "city", "City", "site"),
    Field("state", "state", "State", "site"),
    Field("postal_code", "postal_code", "Postal code", "site"),
    Field("country", "country", "Country", "site"),
    Field("salesperson", "salesperson_id", "Account manager", "client", "choice"),
    Field("notes", "notes", "Notes", "client", "memo", added=True),
)
NAMED = "Halo takes no contact without a name"
CONTACT = (
    Field("first_name", "first_name", "First name", "user", needed=NAMED),
    Field("last_name", "last_name", "Last name", "user", needed=NAMED),
    Field("email", "email", "E-mail", "user", "email"),
    Field("phone", "phone", "Phone", "user", "phone"),
    Field("mobile", "mobile", "Mobile", "user", "phone"),
    Field("title", "title", "Job title", "user"),
    Field("company", "company_id", "Company", "user", "choice", needed="In Halo a contact belongs to a client"),
    Field("notes", "notes", "Notes", "user", "memo", added=True),
    Field("unsubscribed", "unsubscribed", "Unsubscribed", "user", "flag"),
)


class Kind(NamedTuple):
    """What can be sent of one kind of record, and how sentences call it in Halo."""

    key: str
    model: type
    fields: tuple[Field, ...]
    halo_kind: str
    theirs: str

    def named(self, name: str) -> Field | None:
        """The field that a command or a form calls so; our column's name does as well."""
        return next((one for one in self.fields if name in (one.name, one.column)), None)


KINDS = {
    "company": Kind("company", Company, COMPANY, "client", "client"),
    "contact": Kind("contact", Contact, CONTACT, "user", "Halo contact"),
}
