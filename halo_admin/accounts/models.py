"""An account is one MSP; a user is a person of it who signs in."""

from flask_login import UserMixin

from ..db import JSON, BigId, Owned, UTCDateTime, db

ROLES = ("admin", "marketer", "salesperson")


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
    email = db.Column(db.String(254), nullable=False, unique=True)  # lower case: people sign in with it
    name = db.Column(db.String(200), nullable=False)
    password_hash = db.Column(db.String(200))
    session_key = db.Column(db.String(64), nullable=False, unique=True)  # a new one ends every session
    roles = db.Column(JSON, nullable=False)
    active = db.Column(db.Boolean, nullable=False, default=True)
    preferences = db.Column(JSON, nullable=False, default=dict)  # {"columns": {table: [column]}}
    created_at = db.Column(UTCDateTime, nullable=False)

    account = db.relationship(Account, lazy="joined")

    def get_id(self):
        return self.session_key

    @property
    def is_active(self):
        return self.active

    @property
    def is_admin(self):
        return "admin" in self.roles
