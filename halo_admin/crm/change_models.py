"""What people did to records: the lines of a record's history that no import wrote."""

from ..db import JSON, BigId, Owned, UTCDateTime, db


class RecordChange(Owned, db.Model):
    """One thing that a person, or a file of theirs, did to one record. It outlives the record.

    `what` is "created", "edited", "loaded", "deleted", "linked", "unlinked", "kept out", "brought back", "opted out",
    "lists", or "unsubscribed", the one thing that imports tell here: of Halo records that do not come in.
    `changes` is {field: [before, after]} as people read the values, `note` what there is to tell beside them.
    """

    __tablename__ = "record_changes"
    id = db.Column(BigId, primary_key=True)
    kind = db.Column(db.String(20), nullable=False)  # "company", "contact"; see list_growth.py and list_stops.py too
    record_id = db.Column(BigId, nullable=False)
    at = db.Column(UTCDateTime, nullable=False)
    by_user_id = db.Column(BigId)  # NULL: the command line
    by = db.Column(db.String(200), nullable=False)  # the name they had then
    what = db.Column(db.String(20), nullable=False)
    changes = db.Column(JSON, nullable=False, default=dict)
    note = db.Column(db.Text)
    load_id = db.Column(BigId)  # the file it came from

    __table_args__ = (db.Index("ix_record_changes_record", "account_id", "kind", "record_id", "id"),)
