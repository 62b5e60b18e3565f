"""Files that people upload: how each is read, how far it has come, and the lines that could not be taken."""

from ..db import JSON, BigId, Owned, UTCDateTime, db


class FileLoad(Owned, db.Model):
    """One uploaded CSV file of companies or contacts.

    States: "mapping" (columns are chosen), "checking" (what it would do is worked out), "checked" (told, nothing is
    saved), "loading", "done", "cancelled", "failed". A job works line after line under a lease, as imports do.
    """

    __tablename__ = "file_loads"
    id = db.Column(BigId, primary_key=True)
    kind = db.Column(db.String(20), nullable=False)  # "companies" or "contacts"
    name = db.Column(db.String(255), nullable=False)  # what the person's file is called
    path = db.Column(db.String(255), nullable=False)  # where it lies, below INSTANCE_PATH
    by_user_id = db.Column(BigId)
    by = db.Column(db.String(200), nullable=False)
    state = db.Column(db.String(20), nullable=False)
    encoding = db.Column(db.String(40), nullable=False)
    delimiter = db.Column(db.String(4), nullable=False)
    header = db.Column(JSON, nullable=False)  # the columns' names, in their order
    first_rows = db.Column(JSON, nullable=False)
    columns = db.Column(JSON, nullable=False, default=dict)  # {field: the number of its column}
    total = db.Column(db.Integer, nullable=False, default=0)  # lines, without the header
    cursor = db.Column(db.Integer, nullable=False, default=0)  # lines dealt with in this state
    counts = db.Column(JSON, nullable=False, default=dict)
    why = db.Column(db.Text)
    lease_token = db.Column(db.String(32))
    lease_until = db.Column(UTCDateTime)
    created_at = db.Column(UTCDateTime, nullable=False)
    started_at = db.Column(UTCDateTime)
    ended_at = db.Column(UTCDateTime)


class RefusedLine(Owned, db.Model):
    """A line of a file that cannot be taken, as it stands there, with the reason."""

    __tablename__ = "refused_lines"
    load_id = db.Column(BigId, db.ForeignKey("file_loads.id"), primary_key=True)
    line = db.Column(db.Integer, primary_key=True)  # as an editor counts, the header being 1
    reason = db.Column(db.Text, nullable=False)
    cells = db.Column(JSON, nullable=False)
