"""The form of a contact: its company is searched for and chosen, and consent is given back only with a clear yes."""

import sqlalchemy as sa

from ..db import db
from ..mirror.links import current_tenant_id
from ..mirror.models import HaloRecord
from . import opt_outs
from .company_field import FormWithCompany

WHO = ("first_name", "last_name", "email", "phone", "mobile")
NOBODY = "Type a name, an e-mail address or a phone number: something must tell who this is."
HALO_SAYS_NO = " Halo has them as unsubscribed, so the next import unsubscribes them again: change it in Halo too."


class ContactForm(FormWithCompany):
    inputs = {
        "email": "email", "phone": "tel", "mobile": "tel", "company_id": "company", "unsubscribed": "tick",
        "bounced": "tick", "salesperson_id": "choice", "notes": "lines",
    }  # fmt: skip

    def errors(self, record, changed):
        found = super().errors(record, changed)
        if set(changed) & set(WHO) and not any(changed.get(field, getattr(record, field)) for field in WHO):
            found["first_name"] = NOBODY
        return found

    def questions(self, record, changed):
        asked = {}
        if record.unsubscribed and changed.get("unsubscribed") == "":
            asked["unsubscribed"] = f"Campaigns will write to {record.name} again.{self._what_halo_says(record)}"
        if record.bounced and changed.get("bounced") == "":
            asked["bounced"] = f"Mail to {record.name} came back. Campaigns will try this address again."
        return asked

    def saving(self, record, changed):
        opt_outs.take_back(record, [flag for flag in opt_outs.FLAGS if changed.get(flag) == ""])

    def _what_halo_says(self, record):
        """Whoever of Halo's it is linked to, or has its e-mail, opts it out again: also one that does not come in."""
        tenant_id = current_tenant_id(record.account_id)
        here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == record.HALO_KIND, HaloRecord.gone_at.is_(None))
        keys = {HaloRecord.ours_id: record.id, HaloRecord.email_key: record.email_key}
        found = [row for column, value in keys.items() if value is not None
                 for row in db.session.scalars(sa.select(HaloRecord.values).where(*here, column == value))]  # fmt: skip
        return HALO_SAYS_NO if any((values or {}).get("unsubscribed") for values in found) else ""


CONFIRM = {
    "unsubscribed": "Yes, they asked to get marketing mail again",
    "bounced": "Yes, this address works again",
}
