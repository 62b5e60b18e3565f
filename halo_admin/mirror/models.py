"""A tenant of Halo's, and one row per thing it holds: our copy, our link, and what both sides last agreed on."""

import sqlalchemy as sa

from ..bulk import execute
from ..db import JSON, BigId, Owned, OwnedByTheMany, UTCDateTime, db, only_where

# people who could be contacts here, but for that
NO_EMAIL = "kind = 'user' AND email_key IS NULL AND type_key IS NULL AND error IS NULL AND gone_at IS NULL"


class HaloTenant(Owned, db.Model):
    """One Halo tenant an account has been connected to. Links belong to it: another address is another tenant."""

    __tablename__ = "halo_tenants"
    id = db.Column(BigId, primary_key=True)
    identity = db.Column(db.String(400), nullable=False)  # normalised address and tenant name
    practice = db.Column(db.Boolean, nullable=False, default=False)
    current = db.Column(db.Boolean, nullable=False, default=False)  # the one the account is connected to now
    learned = db.Column(JSON, nullable=False, default=dict)  # how this tenant turned out to behave
    created_at = db.Column(UTCDateTime, nullable=False)

    __table_args__ = (
        db.UniqueConstraint("account_id", "identity"),
        db.Index("uq_halo_tenants_one_current", "account_id", unique=True,
                 **only_where("current = 1", "current")),
    )  # fmt: skip


class HaloRecord(OwnedByTheMany, db.Model):
    """What Halo holds of one thing. `values` is what a decision compares; `listed` and `detail` are what it was
    made from. A row that could not be read keeps its last good values beside `error`.
    """

    __tablename__ = "halo_records"
    id = db.Column(BigId, primary_key=True)
    tenant_id = db.Column(BigId, db.ForeignKey("halo_tenants.id"), nullable=False)
    kind = db.Column(db.String(20), nullable=False)
    halo_id = db.Column(BigId, nullable=False)  # negative: Halo sent no id that could be read
    parent_id = db.Column(BigId)  # the Halo client a site or user belongs to
    label = db.Column(db.Text)
    active = db.Column(db.Boolean, nullable=False, default=True)
    type_key = db.Column(db.String(60))  # what the stage's mapping is asked about
    listed = db.Column(JSON)
    listed_digest = db.Column(db.String(32))
    detail = db.Column(JSON)
    detail_of = db.Column(db.String(32))  # the listed_digest it was read for: another one makes it stale
    detail_at = db.Column(UTCDateTime)
    values = db.Column(JSON)
    digest = db.Column(db.String(32))
    phone_key = db.Column(db.String(40))
    website_key = db.Column(db.String(255))
    name_key = db.Column(db.String(255))
    email_key = db.Column(db.String(254))
    error = db.Column(db.Text)
    # Halo's own change of what `listed` holds lies between these two sweeps; halo_changed_at when Halo told it
    changed_after = db.Column(UTCDateTime)
    changed_before = db.Column(UTCDateTime)
    halo_changed_at = db.Column(UTCDateTime)
    first_sweep_id = db.Column(BigId)
    last_sweep_id = db.Column(BigId)
    gone_at = db.Column(UTCDateTime)
    # the link
    ours_id = db.Column(BigId)
    follows_id = db.Column(BigId)  # the leading record of the same thing of ours; it feeds no fields itself
    stood_for_id = db.Column(BigId)  # what it was linked to while it followed, until it gets one of its own
    matched_by = db.Column(db.String(60))
    linked_at = db.Column(UTCDateTime)
    base = db.Column(JSON)  # per field: [Halo's value, ours] when last settled
    answer = db.Column(JSON)  # what a person answered: {"do": "link" | "create" | "ignore", …}
    not_same = db.Column(JSON)  # ids of ours that a person said it is not
    fingerprint = db.Column(db.String(200))  # all the last applied decision depended on
    outcome = db.Column(db.String(12))
    run_id = db.Column(BigId)  # the last import that dealt with it

    __table_args__ = (
        db.UniqueConstraint("tenant_id", "kind", "halo_id"),
        *(
            db.Index(f"ix_halo_records_{name}", "tenant_id", "kind", column, **only_where(f"{column} IS NOT NULL"))
            for name, column in {
                "parent": "parent_id", "type": "type_key", "phone": "phone_key", "website": "website_key",
                "name": "name_key", "email": "email_key", "details": "detail_at", "links": "ours_id",
            }.items()
        ),
        db.Index("ix_halo_records_gone", "tenant_id", "kind", **only_where("gone_at IS NOT NULL")),
        db.Index("ix_halo_records_answered", "tenant_id", "id", **only_where("answer IS NOT NULL")),
        db.Index("ix_halo_records_matched", "tenant_id", "kind", "matched_by", "ours_id",
                 **only_where("matched_by IS NOT NULL AND ours_id IS NOT NULL AND follows_id IS NULL")),
        db.Index("ix_halo_records_no_email", "tenant_id", "kind",
                 **only_where(f"{NO_EMAIL} AND active = 1", f"{NO_EMAIL} AND active")),
        db.Index("uq_halo_records_one_link", "tenant_id", "kind", "ours_id", unique=True,
                 **only_where("ours_id IS NOT NULL AND follows_id IS NULL")),
        # every import writes every row: with room beside it for the next version no index is written and nothing grows
        {"postgresql_with": {"fillfactor": 50}},
    )  # fmt: skip


class AgentChoice(Owned, db.Model):
    """What people chose for one of a tenant's agents: its roles here (NULL: as mapped), and to take it in."""

    __tablename__ = "agent_choices"
    tenant_id = db.Column(BigId, db.ForeignKey("halo_tenants.id"), primary_key=True)
    halo_id = db.Column(BigId, primary_key=True)
    roles = db.Column(JSON)
    chosen = db.Column(db.Boolean, nullable=False, default=False)


class HaloPage(Owned, db.Model):
    """One page of one of Halo's lists as it was last read: a digest of its bytes, and the ids on it in their order."""

    __tablename__ = "halo_pages"
    tenant_id = db.Column(BigId, db.ForeignKey("halo_tenants.id"), primary_key=True)
    kind = db.Column(db.String(20), primary_key=True)
    page_no = db.Column(db.Integer, primary_key=True)
    code = db.Column(db.String(32), nullable=False)  # a digest of the code that read it
    around = db.Column(BigId, nullable=False)  # the last sweep that changed what belongs into its rows; 0: none
    digest = db.Column(db.String(32), nullable=False)
    record_count = db.Column(db.BigInteger)
    halo_ids = db.Column(JSON, nullable=False)

    @classmethod
    def forget(cls, tenant_id, kind=None):
        """Records were changed by other ways than their lists: pages (of this kind) are to be read anew whatever comes.

        In a writing transaction.
        """
        mine = (cls.tenant_id == tenant_id, *([cls.kind == kind] if kind else ()))
        execute(sa.delete(cls).where(*mine))
