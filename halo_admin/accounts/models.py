"""An account is one MSP; a user is a person of it who signs in."""

from flask_login import UserMixin

from ..db import JSON, BigId, Owned, UTCDateTime, db, only_where

ROLES = ("admin", "marketer", "salesperson")
SIGNS_IN = only_where("password_hash IS NOT NULL")


class Account(db.Model):
    __tablename__ = "accounts"
    id = db.Column(BigId, primary_key=True)
    name = db.Column(db.String(200), nullable=False)
    time_zone = db.Column(db.String(64), nullable=False, default="UTC")
    # of phone numbers written without one; in lower case until all phone keys follow it (settings/phone_keys.py)
    default_country = db.Column(db.String(2), nullable=False, default="US")
    # who may send records to Halo, by role; admins always may
    senders = db.Column(JSON, nullable=False, default=lambda: ["marketer", "salesperson"])
    created_at = db.Column(UTCDateTime, nullable=False)


class User(UserMixin, Owned, db.Model):
    __tablename__ = "users"
    id = db.Column(BigId, primary_key=True)
    email = db.Column(db.String(254))  # lower case; NULL: a Halo agent without one who counts as an author
    name = db.Column(db.String(200), nullable=False)
    password_hash = db.Column(db.String(200))  # NULL: cannot sign in, or not yet
    session_key = db.Column(db.String(64), nullable=False, unique=True)  # a new one ends every session
    roles = db.Column(JSON, nullable=False)
    active = db.Column(db.Boolean, nullable=False, default=True)
    preferences = db.Column(JSON, nullable=False, default=dict)  # {"columns": {table: [column]}}
    created_at = db.Column(UTCDateTime, nullable=False)

    account = db.relationship(Account, lazy="joined")

    # an e-mail says who signs in, on the whole site; who cannot sign in takes it from nobody of another account
    __table_args__ = (
        db.UniqueConstraint("account_id", "email"),
        db.Index("uq_users_sign_in", "email", unique=True, **SIGNS_IN),
    )

    def get_id(self):
        return self.session_key

    @property
    def is_active(self):
        return self.active

    @property
    def is_admin(self):
        return "admin" in self.roles


class OneTimeLink(Owned, db.Model):
    """A link that lets whoever has it act once for a user: accounts/one_time.py has the rules."""

    __tablename__ = "one_time_links"
    id = db.Column(BigId, primary_key=True)
    user_id = db.Column(BigId, db.ForeignKey("users.id"), nullable=False)
    purpose = db.Column(db.String(12), nullable=False)  # invitation, password
    salt = db.Column(db.String(32), nullable=False)
    token_hash = db.Column(db.String(64), nullable=False, unique=True)
    by_name = db.Column(db.String(200), nullable=False)
    site = db.Column(db.String(400), nullable=False)  # the site's address as its maker sees it
    made_at = db.Column(UTCDateTime, nullable=False)
    expires_at = db.Column(UTCDateTime, nullable=False)
    used_at = db.Column(UTCDateTime)
    revoked_at = db.Column(UTCDateTime)
    # its mail: waiting, sending, sent, failed; NULL: the site sends none
    mail = db.Column(db.String(10))
    mail_at = db.Column(UTCDateTime)
    mail_error = db.Column(db.Text)

    user = db.relationship(User)

    __table_args__ = (
        db.Index("ix_one_time_links_user", "user_id", "purpose", "id"),
        db.Index("ix_one_time_links_mail", "mail", "mail_at", **only_where("mail = 'waiting'")),
        {"sqlite_autoincrement": True},
    )  # fmt: skip
