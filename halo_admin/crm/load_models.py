"""Files that people load: how each is read, how far it has come, and what its lines mean."""

from ..db import JSON, BigId, Owned, UTCDateTime, db, only_where

LIVE = ("checking", "loading")  # a job works on it, or is to
KEEP, EMPTY = "keep", "empty"  # what a blank cell does to a field that holds something
ALL, GAPS = "all", "gaps"  # what is saved: all that differs, or only what is blank here


class FileLoad(Owned, db.Model):
    """One CSV file of companies, contacts or lists.

    States: "mapping" (columns are chosen), "checking" (what it would do is worked out), "checked" (told, nothing is
    saved), "loading", "done", "cancelled", "failed". A job works line after line under a lease, as imports do: a batch
    of lines and the cursor are one transaction.
    """

    __tablename__ = "file_loads"
    id = db.Column(BigId, primary_key=True)
    kind = db.Column(db.String(20), nullable=False)  # "companies", "contacts", "lists"
    name = db.Column(db.String(255), nullable=False)  # what the person's file is called
    path = db.Column(db.String(255), nullable=False)  # where it lies, below INSTANCE_PATH
    by_user_id = db.Column(BigId)  # NULL: the command line
    by = db.Column(db.String(200), nullable=False)
    state = db.Column(db.String(20), nullable=False)
    step = db.Column(db.String(20))  # what the job does in this state
    encoding = db.Column(db.String(40), nullable=False)
    delimiter = db.Column(db.String(4), nullable=False)
    header = db.Column(JSON, nullable=False)  # the columns' names, in their order
    first_rows = db.Column(JSON, nullable=False)
    columns = db.Column(JSON, nullable=False, default=dict)  # {field: the number of its column}
    blanks = db.Column(db.String(8), nullable=False, default=KEEP)
    takes = db.Column(db.String(8), nullable=False, default=ALL)
    before_id = db.Column(BigId)  # the last record that was here when it was compared
    total = db.Column(db.Integer, nullable=False, default=0)  # lines, without the header
    cursor = db.Column(db.Integer, nullable=False, default=0)  # lines dealt with in this step
    counts = db.Column(JSON, nullable=False, default=dict)  # what the lines mean, see comparing_lines.WHATS
    odd = db.Column(
        JSON, nullable=False, default=dict
    )  # {field: lines whose value is no e-mail, website or phone number}
    makes = db.Column(JSON, nullable=False, default=dict)  # {"types": names, "lists": names} that nobody has heard of
    saved = db.Column(JSON, nullable=False, default=dict)  # the same of those that are in
    why = db.Column(db.Text)
    leg_no = db.Column(db.Integer, nullable=False, default=0)
    lease_token = db.Column(db.String(32))
    lease_until = db.Column(UTCDateTime)
    created_at = db.Column(UTCDateTime, nullable=False)
    started_at = db.Column(UTCDateTime)  # the present state, or the last one in which a job worked
    ended_at = db.Column(UTCDateTime)

    __table_args__ = (
        db.Index("ix_file_loads_state", "state"),
        {"sqlite_autoincrement": True},
    )

    @property
    def is_live(self):
        return self.state in LIVE


class FileLine(Owned, db.Model):
    """What one line of a file means; the rows of lines that are in are gone, those of refused ones stay."""

    __tablename__ = "file_lines"
    load_id = db.Column(BigId, db.ForeignKey("file_loads.id"), primary_key=True)
    line = db.Column(db.Integer, primary_key=True)  # as an editor counts, the header being 1
    what = db.Column(db.String(10), nullable=False)
    record_id = db.Column(BigId)  # the record it is about: no other line is
    changes = db.Column(JSON)  # {field: [before, after]} as people read the values
    reason = db.Column(db.Text)  # why it cannot be taken
    cells = db.Column(JSON)  # of a refused one: as they stand there
    key = db.Column(db.String(300))  # of a new one: what no other new line may have (Lines.key)
    said = db.Column(db.String(32))  # beside the key: a digest of all the line says
    odd = db.Column(JSON)  # {field: value} of what is saved as typed, and is no e-mail, website or phone number

    __table_args__ = (
        db.Index("ix_file_lines_record", "load_id", "record_id"),
        db.Index("ix_file_lines_what", "load_id", "what", "line"),
        db.Index("ix_file_lines_key", "load_id", "key", **only_where("key IS NOT NULL")),
        db.Index("ix_file_lines_odd", "load_id", "line", **only_where("odd IS NOT NULL")),
        {"sqlite_with_rowid": False},
    )  # fmt: skip
