"""What an account needs to talk to its Halo, and how Halo's values map to ours."""

from ..db import JSON, BigId, Owned, UTCDateTime, db

SHARES = {"all": 1.0, "half": 0.5, "quarter": 0.25}


class Connection(Owned, db.Model):
    """An account's way into one Halo tenant. Only a passed check makes it connected."""

    __tablename__ = "connections"
    id = db.Column(BigId, primary_key=True)
    tenant_id = db.Column(BigId, db.ForeignKey("halo_tenants.id"), nullable=False)
    url = db.Column(db.String(400), nullable=False)
    auth_url = db.Column(db.String(400))
    auth_tenant = db.Column(db.String(200))
    client_id = db.Column(db.String(200), nullable=False)
    secret = db.Column(db.LargeBinary)  # encrypted
    secret_ends = db.Column(db.String(4))
    token = db.Column(db.LargeBinary)  # encrypted
    revision = db.Column(db.Integer, nullable=False, default=1)  # one on whenever the credentials change
    connected_at = db.Column(UTCDateTime)  # NULL: no check has passed with what is saved
    agent_name = db.Column(db.String(255))
    agent_is_person = db.Column(db.Boolean, nullable=False, default=False)
    share = db.Column(db.String(8))  # how much of Halo's limit imports may use; NULL: nobody has chosen

    tenant = db.relationship("HaloTenant")

    # an id is never given twice: what a job or a process holds must not come to mean another row
    __table_args__ = (db.UniqueConstraint("account_id"), {"sqlite_autoincrement": True})


class ConnectionCheck(Owned, db.Model):
    """One press of Check connection: its lines fill in as Halo answers.

    revision is the connection's when it began: a check of older credentials tells nothing about the present ones.
    """

    __tablename__ = "connection_checks"
    id = db.Column(BigId, primary_key=True)
    state = db.Column(db.String(10), nullable=False)  # waiting, running, passed, failed
    lines = db.Column(JSON, nullable=False)
    revision = db.Column(db.Integer, nullable=False)
    stopped = db.Column(db.Text)  # one sentence: why it could not be carried out
    started_at = db.Column(UTCDateTime, nullable=False)
    touched_at = db.Column(UTCDateTime, nullable=False)
    ended_at = db.Column(UTCDateTime)

    __table_args__ = {"sqlite_autoincrement": True}


class QuotaWindow(Owned, db.Model):
    """The rolling window of one tenant: the one place that knows how many requests Halo counts now."""

    __tablename__ = "quota_windows"
    tenant_id = db.Column(BigId, db.ForeignKey("halo_tenants.id"), primary_key=True)
    window = db.Column(JSON, nullable=False)
    shared = db.Column(db.Boolean, nullable=False, default=False)  # Halo has said wait below our own count


class Mapping(Owned, db.Model):
    """What one of Halo's values means here. choice NULL: nobody has said yet."""

    __tablename__ = "mappings"
    id = db.Column(BigId, primary_key=True)
    tenant_id = db.Column(BigId, db.ForeignKey("halo_tenants.id"), nullable=False)
    kind = db.Column(db.String(20), nullable=False)
    halo_key = db.Column(db.String(60), nullable=False)
    halo_name = db.Column(db.Text, nullable=False)
    listed = db.Column(db.Boolean, nullable=False, default=True)  # whether Halo's own list of such values still has it
    choice = db.Column(db.String(10))  # import, leave_out
    ours_id = db.Column(BigId)  # with import: the row of ours it means; NULL is "No type"
    sends = db.Column(db.Boolean, nullable=False, default=False)  # of several that mean one type, this one is written
    ours_key = db.Column(db.String(20))  # of Halo's roles, with import: the role here; NULL is "No type"

    __table_args__ = (db.UniqueConstraint("tenant_id", "kind", "halo_key"),)


class StageState(Owned, db.Model):
    """How far one stage has come with one tenant."""

    __tablename__ = "stage_states"
    tenant_id = db.Column(BigId, db.ForeignKey("halo_tenants.id"), primary_key=True)
    stage = db.Column(db.String(20), primary_key=True)
    mapping_revision = db.Column(db.Integer, nullable=False, default=0)
    mapped_at = db.Column(UTCDateTime)  # when a person last saved the mapping
    done_at = db.Column(UTCDateTime)  # when an import of it first came to its end
    options = db.Column(JSON, nullable=False, default=dict)
