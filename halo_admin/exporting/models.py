"""An export: one record on its way to Halo, from the opened dialog to what Halo then held. An intent: a create that
may have happened.
"""

from ..db import JSON, BigId, Owned, UTCDateTime, db, only_where

WORKED_ON = ("looking", "sending")  # a job is due
ENDED = ("done", "partly", "refused", "failed", "given up")
_HELD = only_where("state IN ('sending', 'unknown')")
_DUE = only_where("state IN ('looking', 'sending')")
_OPEN = only_where("closed_at IS NULL")


class Export(Owned, db.Model):
    """One dialog, and what came of it. This row is the truth; a job only carries it on.

    state: looking (into Halo), where (which record it is must be chosen), ready, sending, then done (all written),
    partly, refused (nothing written), failed (Halo could not be asked), unknown (whether Halo saved it), given up (a
    person said that it did not).
    """

    __tablename__ = "exports"
    id = db.Column(BigId, primary_key=True)
    tenant_id = db.Column(BigId, db.ForeignKey("halo_tenants.id"), nullable=False)
    kind = db.Column(db.String(20), nullable=False)  # company, contact
    ours_id = db.Column(BigId, nullable=False)
    ours_name = db.Column(db.Text, nullable=False)
    by_user_id = db.Column(BigId)  # NULL: the command line
    by_name = db.Column(db.String(200), nullable=False)
    place = db.Column(db.String(45), nullable=False, default="")  # where from, for the audit
    state = db.Column(db.String(10), nullable=False)
    # what was chosen: {"to": "new" or a Halo id, "site": id, "type": a key of Halo's, "client": "none"}
    chosen = db.Column(JSON, nullable=False, default=dict)
    halo_id = db.Column(BigId)  # the record in Halo, once it is known
    is_new = db.Column(db.Boolean, nullable=False, default=False)  # this export made it
    found = db.Column(JSON)  # what the look found
    ours_version = db.Column(db.Integer)  # of our record, when it was looked at
    fields = db.Column(JSON)  # the names of those that are sent
    overwrites = db.Column(db.Boolean, nullable=False, default=False)  # also what Halo changed meanwhile
    results = db.Column(JSON)  # per field sent: see sending.py
    said = db.Column(db.Text)  # one sentence on how it ended, or why it went back to the fields
    then_contact_id = db.Column(BigId)  # whom to send next: this was their company
    requests = db.Column(db.Integer, nullable=False, default=0)
    # who works on it
    waits = db.Column(db.Text)  # one sentence: why it is not due yet
    due_at = db.Column(UTCDateTime)
    lease_token = db.Column(db.String(32))
    lease_until = db.Column(UTCDateTime)
    job_no = db.Column(db.Integer, nullable=False, default=0)
    opened_at = db.Column(UTCDateTime, nullable=False)
    sent_at = db.Column(UTCDateTime)
    ended_at = db.Column(UTCDateTime)

    __table_args__ = (
        # of one record one export at a time is on its way, whoever pressed Send
        db.Index("uq_exports_one_sending", "account_id", "kind", "ours_id", unique=True,
                 **_HELD),
        db.Index("ix_exports_record", "account_id", "kind", "ours_id", "id"),
        db.Index("ix_exports_due", "due_at", **_DUE),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    @property
    def is_worked_on(self):
        return self.state in WORKED_ON


class Intent(Owned, db.Model):
    """That a record is about to be made in Halo, written before Halo is asked. Open: it may have been made.

    While it is open an import does not take in a Halo record that came up since and is equal in name or e-mail.
    """

    __tablename__ = "export_intents"
    id = db.Column(BigId, primary_key=True)
    tenant_id = db.Column(BigId, db.ForeignKey("halo_tenants.id"), nullable=False)
    export_id = db.Column(BigId, db.ForeignKey("exports.id"), nullable=False)
    kind = db.Column(db.String(20), nullable=False)  # what the mirror calls it: client, user
    ours_id = db.Column(BigId, nullable=False)
    name = db.Column(db.Text, nullable=False)
    name_key = db.Column(db.String(255))
    email_key = db.Column(db.String(254))
    values = db.Column(JSON, nullable=False)  # what Halo was to hold, by field
    known = db.Column(JSON, nullable=False)  # Halo ids of the same name that were there before
    opened_at = db.Column(UTCDateTime, nullable=False)
    closed_at = db.Column(UTCDateTime)
    outcome = db.Column(db.String(12))  # made, not made, given up
    halo_id = db.Column(BigId)

    __table_args__ = (
        db.Index("uq_export_intents_one_open", "tenant_id", "kind", "ours_id", unique=True,
                 **_OPEN),
        {"sqlite_autoincrement": True},
    )  # fmt: skip
