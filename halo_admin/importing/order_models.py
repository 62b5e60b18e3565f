"""Import all, in order: one press, and the stages one after the other."""

from ..db import JSON, BigId, Owned, UTCDateTime, db, only_where

LIVE = ("reading", "asking", "running")
IS_LIVE = only_where(f"state IN {LIVE}")


class ImportOrder(Owned, db.Model):
    """One press of Import all. This row is the truth: which stage is at work, which are to come, why it stopped."""

    __tablename__ = "import_orders"
    id = db.Column(BigId, primary_key=True)
    tenant_id = db.Column(BigId, db.ForeignKey("halo_tenants.id"), nullable=False)
    # reading (Halo's types and statuses), asking, running, done, stopped, cancelled
    state = db.Column(db.String(10), nullable=False, default="reading")
    by_user_id = db.Column(BigId, db.ForeignKey("users.id"))
    by_name = db.Column(db.String(200), nullable=False)
    place = db.Column(db.String(45), nullable=False)  # where from, for the audit
    stages = db.Column(JSON, nullable=False)  # keys, in the order they are done
    at = db.Column(db.Integer, nullable=False, default=0)  # which of them is at work
    runs = db.Column(JSON, nullable=False, default=list)  # the ids of the imports that were started, one a stage
    options = db.Column(JSON, nullable=False, default=dict)  # what each import is told, so that none has to ask
    stopped = db.Column(db.Text)  # one sentence: why it did not come to its end
    started_at = db.Column(UTCDateTime, nullable=False)
    touched_at = db.Column(UTCDateTime, nullable=False)
    ended_at = db.Column(UTCDateTime)

    __table_args__ = (
        db.Index("uq_import_orders_one_live", "account_id", unique=True, **IS_LIVE),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    @property
    def is_live(self):
        return self.state in LIVE
