"""Opportunities: ours, whoever brought them in."""

from .. import normal
from ..accounts.models import User
from ..db import BigId, Owned, UTCDateTime, db, only_where
from . import held
from .contact_models import Contact
from .models import LINK, Company, OpportunityStatus, ordered_text
from .searchable import email_words, name_words


class Opportunity(Owned, db.Model):
    """A sale that may come about. Of a prospect that is no company or contact here, it keeps name and e-mail.

    The halo_… columns say what Halo held when it was last imported; where they differ from ours, nobody changes ours
    but a person. The kept_… ones are those values of Halo's that a person has seen and not taken.
    """

    __tablename__ = "opportunities"
    id = db.Column(BigId, primary_key=True)
    name = db.Column(db.Text, nullable=False)
    status_id = db.Column(BigId, db.ForeignKey("opportunity_statuses.id"), nullable=False)
    salesperson_id = db.Column(BigId, db.ForeignKey("users.id"))
    company_id = db.Column(BigId, db.ForeignKey("companies.id"))
    contact_id = db.Column(BigId, db.ForeignKey("contacts.id"))
    value = db.Column(db.BigInteger)  # in hundredths
    probability = db.Column(db.Integer)  # percent
    expected_close = db.Column(db.String(10))  # ISO, as are all days here: they travel as JSON and sort as they are
    opened_on = db.Column(db.String(10))
    prospect_name = db.Column(db.Text)
    prospect_email = db.Column(db.Text)
    name_sort = db.Column(ordered_text(80), nullable=False)
    halo_value = db.Column(db.BigInteger)
    halo_expected_close = db.Column(db.String(10))
    halo_agent_id = db.Column(BigId)
    kept_value = db.Column(db.BigInteger)
    kept_expected_close = db.Column(db.String(10))
    kept_agent_id = db.Column(BigId)
    inactive_in_halo = db.Column(db.Boolean, nullable=False, default=False)
    made_by_run = db.Column(BigId)  # the import that created it; NULL: a person or a file did
    edited_at = db.Column(UTCDateTime)  # by a person or a file, never by an import
    created_at = db.Column(UTCDateTime, nullable=False)
    version = db.Column(db.Integer, nullable=False, default=1)

    status = db.relationship(OpportunityStatus)
    salesperson = db.relationship(User)
    company = db.relationship(Company)
    contact = db.relationship(Contact)

    # what a person may type in, with its label; the order of forms
    FIELDS = {
        "name": "Name",
        "status_id": "Status",
        "salesperson_id": "Salesperson",
        "company_id": "Company",
        "contact_id": "Contact",
        "value": "Value",
        "probability": "Probability",
        "expected_close": "Expected close",
        "opened_on": "Opened",
        "prospect_name": "Prospect",
        "prospect_email": "Prospect's e-mail",
    }
    # the columns that the search box looks into, and the words each is found by
    WORDS = {"name": name_words, "prospect_name": name_words, "prospect_email": email_words}
    FORMS = {"prospect_email": "email", "value": "money", "probability": "percent", "expected_close": "day",
             "opened_on": "day"}  # fmt: skip
    COMPARED = ("name", "probability")  # what a profile compares with Halo's; differences.py does the rest
    HALO_KIND = "opportunity"  # what the mirror calls it
    HALO_MARKS = {"inactive_in_halo": False, "halo_value": None, "halo_expected_close": None, "halo_agent_id": None}
    MAY_LACK = (LINK,)
    # what people said of such marks goes along with the Halo that they came from
    HALO_ANSWERS = {"kept_value": None, "kept_expected_close": None, "kept_agent_id": None}

    __table_args__ = (
        db.Index("ix_opportunities_by_name", "account_id", "name_sort", "id"),
        db.Index("ix_opportunities_by_id", "account_id", "id"),
        db.Index("ix_opportunities_by_status_name", "account_id", "status_id", "name_sort", "id"),
        db.Index("ix_opportunities_by_status_id", "account_id", "status_id", "id"),
        db.Index("ix_opportunities_by_close", "account_id", "status_id", "expected_close", "id"),
        db.Index("ix_opportunities_by_salesperson", "account_id", "salesperson_id", "name_sort", "id"),
        # these in front: what a foreign key asks
        db.Index("ix_opportunities_by_company", "company_id", "account_id", "name_sort", "id"),
        db.Index("ix_opportunities_by_contact", "contact_id", "account_id", "name_sort", "id"),
        db.Index("ix_opportunities_of_status", "status_id"),
        db.Index("ix_opportunities_unassigned", "account_id", "halo_agent_id",
                 **only_where("salesperson_id IS NULL")),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    @staticmethod
    def derived(values: dict, country: str) -> dict:
        """The columns that follow from an opportunity's values: the order of tables."""
        return {"name_sort": normal.sort_key(values["name"])}


held.hang(Opportunity, "salesperson_id", "opportunity", "opportunities", "opportunity")
