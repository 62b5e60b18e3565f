"""When the notes of a Halo client, or of one of its sites or users, were last read: Halo has no list of all notes."""

from ..db import BigId, Owned, UTCDateTime, db


class NoteReading(Owned, db.Model):
    """The last reading of the notes about one of Halo's records."""

    __tablename__ = "note_readings"
    tenant_id = db.Column(BigId, db.ForeignKey("halo_tenants.id"), primary_key=True)
    kind = db.Column(db.String(20), primary_key=True)  # as in the mirror: client, site, user
    halo_id = db.Column(BigId, primary_key=True)
    sweep_id = db.Column(BigId)  # the sweep it was part of; NULL: it was asked for on a profile
    read_at = db.Column(UTCDateTime)  # NULL: it never came to a reading
    notes = db.Column(db.Integer, nullable=False, default=0)  # how many came
    error = db.Column(db.Text)  # one sentence: why the last try gave nothing

    __table_args__ = (db.Index("ix_note_readings_sweep", "tenant_id", "sweep_id"),)
