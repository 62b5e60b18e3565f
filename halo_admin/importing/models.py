"""A run of a stage, the sweeps it reads with, and what it decided about every record."""

import sqlalchemy as sa

from ..db import JSON, BigId, Owned, OwnedByTheMany, UTCDateTime, among, db, only_where
from ..states import LIVE

OUTCOMES = ("created", "linked", "updated", "unchanged", "review", "skipped", "failed")
IS_LIVE = only_where(f"state IN {LIVE}")


class Sweep(Owned, db.Model):
    """One reading of one of Halo's lists from its first page to its last."""

    __tablename__ = "sweeps"
    id = db.Column(BigId, primary_key=True)
    tenant_id = db.Column(BigId, db.ForeignKey("halo_tenants.id"), nullable=False)
    kind = db.Column(db.String(20), nullable=False)
    state = db.Column(db.String(10), nullable=False, default="running")  # running, complete, incomplete
    attempt = db.Column(db.Integer, nullable=False, default=1)
    page_no = db.Column(db.Integer, nullable=False, default=1)  # the next one
    seen = db.Column(db.Integer, nullable=False, default=0)  # different rows
    claimed = db.Column(db.Integer)  # record_count as last told
    fell = db.Column(db.Boolean, nullable=False, default=False)  # record_count became smaller on the way
    paused = db.Column(db.Boolean, nullable=False, default=False)  # too long between two pages
    changed = db.Column(db.Boolean, nullable=False, default=False)  # whether it left a row otherwise than it was
    first_id = db.Column(BigId)  # of the page before: a list that does not page repeats itself
    spare = db.Column(db.Boolean, nullable=False, default=False)  # by Read from Halo, not used by an import yet
    started_at = db.Column(UTCDateTime, nullable=False)
    touched_at = db.Column(UTCDateTime, nullable=False)
    ended_at = db.Column(UTCDateTime)

    __table_args__ = (db.Index("ix_sweeps_latest", "tenant_id", "kind", "id"), {"sqlite_autoincrement": True})


class ImportRun(Owned, db.Model):
    """One press of a stage's button. This row is the truth: progress, history, and what is due next."""

    __tablename__ = "import_runs"
    id = db.Column(BigId, primary_key=True)
    tenant_id = db.Column(BigId, db.ForeignKey("halo_tenants.id"), nullable=False)
    stage = db.Column(db.String(20), nullable=False)
    purpose = db.Column(db.String(10), nullable=False, default="import")  # import, read, websites, profile
    state = db.Column(db.String(10), nullable=False, default="waiting")
    by_user_id = db.Column(BigId, db.ForeignKey("users.id"))
    by_name = db.Column(db.String(200), nullable=False)
    options = db.Column(JSON, nullable=False, default=dict)
    question = db.Column(JSON)  # what a person must answer before it goes on
    mapping_revision = db.Column(db.Integer, nullable=False, default=0)
    # where it is
    movement = db.Column(db.String(10), nullable=False, default="reading")  # reading, comparing, asking, saving
    step = db.Column(db.Integer, nullable=False, default=0)  # which of the stage's lists is being read
    cursor = db.Column(BigId, nullable=False, default=0)
    progress = db.Column(JSON, nullable=False, default=dict)  # per movement: [done, total]
    counts = db.Column(JSON, nullable=False, default=dict)
    facts = db.Column(JSON, nullable=False, default=dict)  # what else the report tells
    problems = db.Column(JSON, nullable=False, default=list)  # the last few, as sentences
    requests = db.Column(db.Integer, nullable=False, default=0)
    # who works on it
    lease_token = db.Column(db.String(32))
    lease_until = db.Column(UTCDateTime)
    next_leg_at = db.Column(UTCDateTime)
    queued_at = db.Column(UTCDateTime)
    leg_no = db.Column(db.Integer, nullable=False, default=0)
    touches = db.Column(db.Integer, nullable=False, default=0)
    cancel_wanted = db.Column(db.Boolean, nullable=False, default=False)
    waits_for = db.Column(db.Text)  # one sentence: why the next leg is not due yet
    down_since = db.Column(UTCDateTime)  # Halo has not answered since
    tries = db.Column(db.Integer, nullable=False, default=0)
    started_at = db.Column(UTCDateTime, nullable=False)
    ended_at = db.Column(UTCDateTime)
    stopped = db.Column(db.Text)  # one sentence: why it did not come to its end

    __table_args__ = (
        db.Index("uq_import_runs_one_live", "account_id", unique=True,
                 **IS_LIVE),
        db.Index("ix_import_runs_history", "account_id", "id"),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    @property
    def is_live(self):
        return self.state in LIVE

    def note(self, sentence):
        """Keep a sentence among the last problems."""
        self.problems = [*self.problems, sentence][-20:]


class Decision(OwnedByTheMany, db.Model):
    """What a run means to do to one record, and why; after it was applied also what undoing needs."""

    __tablename__ = "decisions"
    id = db.Column(BigId, primary_key=True)
    run_id = db.Column(BigId, db.ForeignKey("import_runs.id"), nullable=False)
    record_id = db.Column(BigId, db.ForeignKey("halo_records.id"), nullable=False)
    state = db.Column(db.String(10), nullable=False)  # asking, decided, follows (carried out after its leader), applied
    action = db.Column(db.String(12), nullable=False)  # one of OUTCOMES, or "ask"
    reason = db.Column(db.Text, nullable=False)
    why = db.Column(db.String(200), nullable=False)  # the reason without names: what the report groups by
    asks = db.Column(db.String(12))  # website, main site, time
    by = db.Column(db.String(60))  # the keys that matched, "phone and name"
    strength = db.Column(db.Integer, nullable=False, default=0)  # of the match; weak ones are shown first
    ours_id = db.Column(BigId)
    ours_version = db.Column(db.Integer)
    digest = db.Column(db.String(32))
    changes = db.Column(JSON)  # {field: [before, after]}
    conflicts = db.Column(JSON)  # [{field, base, ours, theirs, winner, why}]
    newer_here = db.Column(JSON)  # {field: [ours, theirs]}
    evidence = db.Column(JSON)  # candidates and what speaks for or against them
    settled = db.Column(JSON)  # the base to keep once applied
    before = db.Column(JSON)  # link, base, fingerprint as they were
    applied_at = db.Column(UTCDateTime)

    __table_args__ = (
        db.Index("ix_decisions_actions", "run_id", "action", "strength", "id"),
        db.Index("ix_decisions_open", "run_id", "state", "id",
                 **only_where("state <> 'applied'")),
        db.Index("ix_decisions_whys", "run_id", "why"),
        db.Index("ix_decisions_newer", "run_id", "id",
                 **only_where("newer_here <> '{}'")),
        db.UniqueConstraint("record_id", "run_id"),  # in this order: one record's are looked for as well
        db.Index("ix_decisions_ours", "account_id", "ours_id",
                 **only_where("ours_id IS NOT NULL")),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    @classmethod
    def about(cls, run_id: int, record_ids) -> tuple:
        """The clauses for what a run decided about these records of the mirror."""
        return cls.run_id == run_id, among(cls.record_id, list(record_ids))

    @classmethod
    def open_of(cls, run_id: int) -> tuple:
        """The clauses for a run's decisions that are not carried out; in words that its partial index knows."""
        return cls.run_id == run_id, cls.state != sa.literal_column("'applied'")
