"""Presses of Get notes from Halo on a profile."""

from ..db import JSON, BigId, Owned, UTCDateTime, db


class NoteFetch(Owned, db.Model):
    """One press: a worker asks Halo for the notes of one record, and saves them. This row is the truth about it."""

    __tablename__ = "note_fetches"
    id = db.Column(BigId, primary_key=True)
    kind = db.Column(db.String(20), nullable=False)  # company, contact
    record_id = db.Column(BigId, nullable=False)
    state = db.Column(db.String(10), nullable=False)  # waiting, running, done, failed
    by_user_id = db.Column(BigId)
    by_name = db.Column(db.String(200), nullable=False)
    counts = db.Column(JSON, nullable=False, default=dict)  # what became of the notes, by outcome
    run_id = db.Column(BigId)  # the import that it made
    stopped = db.Column(db.Text)  # one sentence: why nothing was read
    started_at = db.Column(UTCDateTime, nullable=False)
    touched_at = db.Column(UTCDateTime, nullable=False)
    ended_at = db.Column(UTCDateTime)

    __table_args__ = (
        db.Index("ix_note_fetches_record", "account_id", "kind", "record_id", "id"),
        {"sqlite_autoincrement": True},
    )
