"""Companies and their types: ours, whoever brought them in."""

import sqlalchemy as sa

from .. import normal
from ..accounts.models import User
from ..db import BigId, Numbered, Owned, OwnedByTheMany, UTCDateTime, db, only_where
from .searchable import digits, domain_words, name_words, phone_words

STARTING_TYPES = ("Prospect", "Client", "Partner", "Vendor")
LINK, LIST = "link", "list"  # what a record may lack
SEARCHED = ("companies", "contacts", "opportunities", "notes")  # tables found by words; a new one at the end
STATUS_KINDS = ("open", "won", "lost")  # how an opportunity with the status stands
STARTING_STATUSES = {"New": "open", "In progress": "open", "Won": "won", "Lost": "lost"}
HAS_SALESPERSON = only_where("salesperson_id IS NOT NULL")


def ordered_text(length):
    """Text that sorts and compares by its characters' numbers on every database, so that beginnings are a range."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def normal_form(values, field, key_of, *about):
    """The normal form of a field: as values has it, else made from the field's value."""
    known = f"{field}_key"
    return values[known] if known in values else key_of(values.get(field), *about)


class CompanyType(Owned, db.Model):
    """One of the account's own company types. "No type" is the absence of one."""

    __tablename__ = "company_types"
    id = db.Column(BigId, primary_key=True)
    name = db.Column(db.String(100), nullable=False)
    name_key = db.Column(db.String(100), nullable=False)
    position = db.Column(db.Integer, nullable=False)
    made_for_tenant = db.Column(BigId)  # whose mapping made it; NULL: a person or a file made it, or changed it

    # no id is given a second time: other rows know it as a number
    __table_args__ = (db.UniqueConstraint("account_id", "name_key"), {"sqlite_autoincrement": True})


class OpportunityStatus(Owned, db.Model):
    """One of the account's own opportunity statuses. kind is one of STATUS_KINDS."""

    __tablename__ = "opportunity_statuses"
    id = db.Column(BigId, primary_key=True)
    name = db.Column(db.String(100), nullable=False)
    name_key = db.Column(db.String(100), nullable=False)
    kind = db.Column(db.String(10), nullable=False, default="open")
    position = db.Column(db.Integer, nullable=False)
    made_for_tenant = db.Column(BigId)  # whose mapping made it; NULL: a person or a file made it, or changed it

    # no id is given a second time: other rows know it as a number
    __table_args__ = (db.UniqueConstraint("account_id", "name_key"), {"sqlite_autoincrement": True})


class Company(OwnedByTheMany, db.Model):
    """An organisation. The *_key columns are the normal forms that matching reads."""

    __tablename__ = "companies"
    id = db.Column(BigId, primary_key=True)
    name = db.Column(db.Text, nullable=False)
    phone = db.Column(db.Text)
    website = db.Column(db.Text)
    type_id = db.Column(BigId, db.ForeignKey("company_types.id"), index=True)
    street = db.Column(db.Text)
    city = db.Column(db.Text)
    state = db.Column(db.Text)
    postal_code = db.Column(db.Text)
    country = db.Column(db.Text)
    salesperson_id = db.Column(BigId, db.ForeignKey("users.id"))
    notes = db.Column(db.Text)  # a memo of several lines
    name_sort = db.Column(ordered_text(80), nullable=False)
    name_key = db.Column(db.String(255))
    phone_key = db.Column(db.String(40))
    website_key = db.Column(db.String(255))
    inactive_in_halo = db.Column(db.Boolean, nullable=False, default=False)
    made_by_run = db.Column(BigId)  # the import that created it; NULL: a person or a file did
    number_in_file = db.Column(BigId)  # its id in the file that told of it last, by which that file's contacts name it
    edited_at = db.Column(UTCDateTime)  # by a person or a file, never by an import
    created_at = db.Column(UTCDateTime, nullable=False)
    version = db.Column(db.Integer, nullable=False, default=1)

    type = db.relationship(CompanyType)
    salesperson = db.relationship(User)

    # what a person may type in, with its label; the order of forms and files
    FIELDS = {
        "name": "Company name",
        "phone": "Phone",
        "website": "Website",
        "type_id": "Company type",
        "street": "Street",
        "city": "City",
        "state": "State",
        "postal_code": "Postal code",
        "country": "Country",
        "salesperson_id": "Salesperson",
        "notes": "Notes",
    }
    # the columns that the search box looks into, and the words each is found by
    WORDS = {
        "name": name_words,
        "website": domain_words,
        "website_key": domain_words,
        "phone": phone_words,
        "phone_key": digits,
    }
    FORMS = {"phone": "phone", "website": "website"}  # how values may differ in form only, where not as plain text
    HALO_KIND = "client"  # what the mirror calls it
    HALO_MARKS = {"inactive_in_halo": False}  # what an import says of Halo, without Halo
    MAY_LACK = (LINK,)

    __table_args__ = (
        db.Index("ix_companies_by_name", "account_id", "name_sort", "id"),
        db.Index("ix_companies_by_id", "account_id", "id"),
        db.Index("ix_companies_by_type_name", "account_id", "type_id", "name_sort", "id"),
        db.Index("ix_companies_by_type_id", "account_id", "type_id", "id"),
        db.Index("ix_companies_by_salesperson", "account_id", "salesperson_id", "id"),
        db.Index("ix_companies_salesperson", "salesperson_id", **HAS_SALESPERSON),  # what a foreign key asks
        db.Index("ix_companies_phone_key", "account_id", "phone_key"),
        db.Index("ix_companies_website_key", "account_id", "website_key"),
        db.Index("ix_companies_name_key", "account_id", "name_key"),
        db.Index("ix_companies_number_in_file", "account_id", "number_in_file",
                 **only_where("number_in_file IS NOT NULL")),
        *(
            db.Index(f"ix_companies_inactive_by_{name}", "account_id", *columns,
                     **only_where("inactive_in_halo = 1", "inactive_in_halo"))
            for name, columns in {
                "name": ("name_sort", "id"), "id": ("id",),
                "type_name": ("type_id", "name_sort", "id"), "type_id": ("type_id", "id"),
            }.items()
        ),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    @staticmethod
    def derived(values: dict, country: str) -> dict:
        """The columns that follow from a company's values: normal forms, those that are known already as they are, and
        the order of tables.
        """
        return {
            "name_key": normal_form(values, "name", normal.name_key),
            "phone_key": normal_form(values, "phone", normal.phone_key, country),
            "website_key": normal_form(values, "website", normal.website_key),
            "name_sort": normal.sort_key(values["name"]),
        }


class SearchWord(db.Model):
    """One folded word of a record: what the search box looks up, by the beginning of the word."""

    __tablename__ = "search_words"
    # no foreign keys here nor below: ten rows a record, and PostgreSQL would look each one up
    account_id = db.Column(BigId, primary_key=True)
    kind = db.Column(Numbered(SEARCHED), primary_key=True)
    word = db.Column(ordered_text(64), primary_key=True)
    record_id = db.Column(BigId, primary_key=True)

    __table_args__ = (
        db.Index("ix_search_words_record", "account_id", "kind", "record_id", "word"),
        {"sqlite_with_rowid": False},
    )


class Lack(db.Model):
    """That a record lacks something it may have: a contact a list (it is on none), any record a link to Halo."""

    __tablename__ = "lacks"
    account_id = db.Column(BigId, primary_key=True)
    kind = db.Column(db.String(20), primary_key=True)
    what = db.Column(db.String(10), primary_key=True)  # LINK or LIST
    record_id = db.Column(BigId, primary_key=True)

    __table_args__ = ({"sqlite_with_rowid": False},)
