"""What people did, a row each: never changed and never deleted."""

from ..db import BigId, UTCDateTime, db


class AuditEntry(db.Model):
    """by_id is no foreign key: an entry outlives whom it is about."""

    __tablename__ = "audit_entries"
    id = db.Column(BigId, primary_key=True)
    # NULL: somebody tried to sign in as nobody this site knows
    account_id = db.Column(BigId, db.ForeignKey("accounts.id"))
    at = db.Column(UTCDateTime, nullable=False)
    kind = db.Column(db.String(20), nullable=False)
    said = db.Column(db.Text, nullable=False)
    by_id = db.Column(BigId)
    by_name = db.Column(db.String(254), nullable=False)
    place = db.Column(db.String(45), nullable=False)  # an address of the network, "command line", or blank

    __table_args__ = (
        db.Index("ix_audit_entries_newest", "account_id", "id"),
        db.Index("ix_audit_entries_kind", "account_id", "kind", "id"),
        db.Index("ix_audit_entries_who", "account_id", "by_id", "id"),
        {"sqlite_autoincrement": True},
    )
