"""Contacts and the lists they are on: ours, whoever brought them in."""

from .. import normal
from ..accounts.models import User
from ..db import BigId, Owned, OwnedByTheMany, UTCDateTime, db, only_where
from . import held
from .models import HAS_SALESPERSON, LINK, LIST, Company, normal_form, ordered_text
from .searchable import digits, email_words, name_words, phone_words


class Contact(OwnedByTheMany, db.Model):
    """A person, of a company or of none. `name` is what tables and sentences call them; the *_key columns are normal
    forms.
    """

    __tablename__ = "contacts"
    id = db.Column(BigId, primary_key=True)
    first_name = db.Column(db.Text)
    last_name = db.Column(db.Text)
    email = db.Column(db.Text)
    phone = db.Column(db.Text)
    mobile = db.Column(db.Text)
    title = db.Column(db.Text)
    company_id = db.Column(BigId, db.ForeignKey("companies.id"))
    unsubscribed = db.Column(db.Boolean, nullable=False, default=False)
    bounced = db.Column(db.Boolean, nullable=False, default=False)  # mail to them came back
    salesperson_id = db.Column(BigId, db.ForeignKey("users.id"))
    notes = db.Column(db.Text)  # a memo of several lines
    name = db.Column(db.Text, nullable=False)
    name_sort = db.Column(ordered_text(80), nullable=False)
    email_key = db.Column(db.String(254))
    phone_key = db.Column(db.String(40))
    mobile_key = db.Column(db.String(40))
    inactive_in_halo = db.Column(db.Boolean, nullable=False, default=False)
    made_by_run = db.Column(BigId)  # the import that created it; NULL: a person or a file did
    edited_at = db.Column(UTCDateTime)  # by a person or a file, never by an import
    created_at = db.Column(UTCDateTime, nullable=False)
    version = db.Column(db.Integer, nullable=False, default=1)

    company = db.relationship(Company)
    salesperson = db.relationship(User)

    # what a person may type in, with its label; the order of forms and files
    FIELDS = {
        "first_name": "First name",
        "last_name": "Last name",
        "email": "E-mail",
        "phone": "Phone",
        "mobile": "Mobile",
        "title": "Title",
        "company_id": "Company",
        "unsubscribed": "Unsubscribed",
        "bounced": "Bounced",
        "salesperson_id": "Salesperson",
        "notes": "Notes",
    }
    # the columns that the search box looks into, and the words each is found by
    WORDS = {
        "name": name_words,
        "email": email_words,
        "phone": phone_words,
        "phone_key": digits,
        "mobile": phone_words,
        "mobile_key": digits,
    }
    FORMS = {"email": "email", "phone": "phone", "mobile": "phone"}
    HALO_KIND = "user"  # what the mirror calls it
    HALO_MARKS = {"inactive_in_halo": False}  # what an import says of Halo, without Halo
    MAY_LACK = (LINK, LIST)

    __table_args__ = (
        db.Index("ix_contacts_by_name", "account_id", "name_sort", "id"),
        db.Index("ix_contacts_by_id", "account_id", "id"),
        db.Index("ix_contacts_by_company", "account_id", "company_id", "name_sort", "id"),
        db.Index("ix_contacts_by_company_id", "company_id", "account_id", "id"),  # in front: what a foreign key asks
        db.Index("ix_contacts_by_salesperson", "account_id", "salesperson_id", "id"),
        db.Index("ix_contacts_salesperson", "salesperson_id", **HAS_SALESPERSON),  # what a foreign key asks
        db.Index("ix_contacts_email_key", "account_id", "email_key"),
        *(
            # SQLite takes the later one of two that seem alike, and they are made in the order of their names
            db.Index(f"ix_contacts_only_{name}_by_{order}", "account_id", *columns,
                     **only_where(f"{name} = 1", name))
            for name in ("unsubscribed", "bounced", "inactive_in_halo")
            for order, columns in {"name": ("name_sort", "id"), "id": ("id",)}.items()
        ),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    @staticmethod
    def derived(values: dict, country: str) -> dict:
        """The columns that follow from a contact's values: its name, normal forms, those that are known already as they
        are, and the order of tables.
        """
        name = called(values)
        return {
            "name": name,
            "name_sort": normal.sort_key(name),
            "email_key": normal_form(values, "email", normal.email_key),
            "phone_key": normal_form(values, "phone", normal.phone_key, country),
            "mobile_key": normal_form(values, "mobile", normal.phone_key, country),
        }


class OptOut(Owned, db.Model):
    """What a contact that was deleted here had opted out of, by its e-mail: whoever is made anew with it has so too."""

    __tablename__ = "opt_outs"
    account_id = db.Column(BigId, db.ForeignKey("accounts.id"), primary_key=True)
    email_key = db.Column(db.String(254), primary_key=True)
    unsubscribed = db.Column(db.Boolean, nullable=False, default=False)
    bounced = db.Column(db.Boolean, nullable=False, default=False)
    by_user_id = db.Column(BigId)  # who deleted the contact; NULL: the command line
    by = db.Column(db.String(200), nullable=False)
    at = db.Column(UTCDateTime, nullable=False)


def called(values: dict) -> str:
    """ "Sam Poole"; without a name the e-mail or a phone number."""
    name = " ".join(filter(None, (values.get("first_name"), values.get("last_name"))))
    return name or next((values[field] for field in ("email", "phone", "mobile") if values.get(field)), "No name")


# in the order in which what somebody holds is told
held.hang(Contact, "salesperson_id", "contact", "contacts", "contact")
held.hang(Company, "salesperson_id", "company", "companies", "company")


class ContactList(Owned, db.Model):
    """A named collection of contacts. `leads` is the switch that makes leads of its contacts: imports never touch it.

    made_for tells for which company type imports put contacts on it ("type:5", "no type", "no company"), however it
    is called by now; NULL: they put nobody on it.
    """

    __tablename__ = "lists"
    id = db.Column(BigId, primary_key=True)
    name = db.Column(db.String(200), nullable=False)
    name_key = db.Column(db.String(200), nullable=False)
    leads = db.Column(db.Boolean, nullable=False, default=False)
    made_for = db.Column(db.String(40))
    contacts = db.Column(db.Integer, nullable=False, default=0)  # how many are on it now
    created_at = db.Column(UTCDateTime, nullable=False)

    __table_args__ = (
        db.UniqueConstraint("account_id", "name_key"),
        db.UniqueConstraint("account_id", "made_for"),
        {"sqlite_autoincrement": True},
    )


class ListMember(OwnedByTheMany, db.Model):
    """That a contact is, or was, on a list. The row stays when the contact leaves: who took it off decides whether an
    import may put it back.
    """

    __tablename__ = "list_members"
    list_id = db.Column(BigId, db.ForeignKey("lists.id"), primary_key=True)
    contact_id = db.Column(BigId, db.ForeignKey("contacts.id"), primary_key=True)
    joined_at = db.Column(UTCDateTime, nullable=False)
    joined_run = db.Column(BigId)  # the import that put it there; NULL: a person or a file did
    left_at = db.Column(UTCDateTime)
    left_run = db.Column(BigId)  # the import that took it off; NULL beside left_at: a person did

    __table_args__ = (
        db.Index("ix_list_members_contact", "contact_id"),
        db.Index("ix_list_members_on", "list_id", "contact_id", **only_where("left_at IS NULL")),
        {"sqlite_with_rowid": False},
    )  # fmt: skip


class ListGrowth(Owned, db.Model):
    """How many contacts one import put on a list and took off it."""

    __tablename__ = "list_growth"
    list_id = db.Column(BigId, db.ForeignKey("lists.id"), primary_key=True)
    run_id = db.Column(BigId, primary_key=True)
    joined = db.Column(db.Integer, nullable=False, default=0)
    left = db.Column("taken_off", db.Integer, nullable=False, default=0)
