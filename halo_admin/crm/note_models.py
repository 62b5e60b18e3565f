"""Notes: what was said or done with a contact, or with a company; typed in here, or taken over from Halo."""

from ..accounts.models import User
from ..db import BigId, Owned, UTCDateTime, db
from ..normal import markup
from .contact_models import Contact
from .models import Company

CALLED = 80  # characters of a note that stand for it in sentences and tables


class Note(Owned, db.Model):
    """One note in the activity of a contact or, where it is about no contact, of a company: never of both.

    `text` is HTML as markup.clean() leaves it, `plain` the text of that, `name` what sentences call the note. What of
    Halo's it is, and whether Halo still has it, the mirror tells (kind "note").
    """

    __tablename__ = "notes"
    id = db.Column(BigId, primary_key=True)
    contact_id = db.Column(BigId, db.ForeignKey("contacts.id"))
    company_id = db.Column(BigId, db.ForeignKey("companies.id"))
    author_id = db.Column(BigId, db.ForeignKey("users.id"))
    author = db.Column(db.String(200), nullable=False)  # the name they had then
    at = db.Column(UTCDateTime, nullable=False)  # when it was written
    subject = db.Column(db.Text)
    text = db.Column(db.Text, nullable=False)
    plain = db.Column(db.Text, nullable=False)
    name = db.Column(db.Text, nullable=False)
    from_halo = db.Column(db.Boolean, nullable=False, default=False)  # an import brought it: it is never sent back
    changed_in_halo_at = db.Column(UTCDateTime)  # an import has since changed it as Halo did
    # to be recognised by, in Halo, where nobody knows whether a sending arrived; NULL: it was never sent
    marker = db.Column(db.String(40))
    send_state = db.Column(db.String(12))  # NULL: never sent; sending, sent, failed, unknown
    sent_at = db.Column(UTCDateTime)
    # Halo may have saved it, for all that is known: it is looked for then, and never sent a second time
    send_in_doubt = db.Column(db.Boolean, nullable=False, default=False)
    send_error = db.Column(db.Text)  # one sentence: why it was not sent, what is not known, or what Halo did not take
    made_by_run = db.Column(BigId)  # the import that created it; NULL: a person did
    edited_at = db.Column(UTCDateTime)  # by a person, never by an import
    created_at = db.Column(UTCDateTime, nullable=False)
    version = db.Column(db.Integer, nullable=False, default=1)

    by = db.relationship(User)
    contact = db.relationship(Contact)
    company = db.relationship(Company)

    FIELDS = {
        "contact_id": "Contact",
        "company_id": "Company",
        "author_id": "Author",
        "subject": "Subject",
        "text": "Text",
    }
    WORDS = {}  # the search box finds whom they are about
    FORMS = {"text": "markup"}
    HALO_KIND = "note"
    MAY_LACK = ()  # no table asks for it

    __table_args__ = (
        db.Index("ix_notes_contact", "contact_id", "at", "id"),
        db.Index("ix_notes_company", "company_id", "at", "id"),
        db.Index("ix_notes_by_id", "account_id", "id"),
        db.Index("ix_notes_author", "author_id"),
        db.UniqueConstraint("account_id", "marker"),
        db.CheckConstraint("(contact_id IS NULL) <> (company_id IS NULL)", name="about_one"),
        {"sqlite_autoincrement": True},
    )

    @staticmethod
    def derived(values: dict, country: str) -> dict:
        """The columns that follow from a note's values: its text without marks, and what sentences call it."""
        text = markup.plain(values["text"])
        return {"plain": text, "name": called(values.get("subject"), text)}


def called(subject: str | None, text: str) -> str:
    """What sentences call a note: its subject, else the beginning of its text."""
    words = " ".join((subject or text).split())
    return words if len(words) <= CALLED else words[: CALLED - 1].rstrip() + "…"
