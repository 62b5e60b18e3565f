"""What an opportunity gets from around it when it comes in: its company and contact here, and its salesperson."""

import sqlalchemy as sa

from ...crm import assigning
from ...crm.contact_models import Contact
from ...crm.models import Company
from ...db import among, db, owned_among
from ...mirror.models import HaloRecord
from ..stage import Found

UNKNOWN_CLIENT = 1  # Halo's own client for callers it cannot place (halo-api.md 2.5) is no company
CLOSED_BEFORE = {
    "sqlite": """SELECT count(*) FROM halo_records WHERE tenant_id = :tenant AND kind = 'opportunity'
        AND gone_at IS NULL AND ours_id IS NULL AND json_extract("values", '$.closed_on') < :day""",
    "postgresql": """SELECT count(*) FROM halo_records WHERE tenant_id = :tenant AND kind = 'opportunity'
        AND gone_at IS NULL AND ours_id IS NULL AND CAST("values" AS json)->>'closed_on' < :day""",
}


class Placed(Found):
    salesperson_id: int | None = None
    company_id: int | None = None
    contact_id: int | None = None

    @property
    def lasting(self):
        return ""  # once it is here, people place it


def of(situation, rows) -> dict[int, Placed]:
    """{mirror id: Placed} of a batch. Only one that is not here yet is placed: later on people decide."""
    new = [row.id for row in rows if row.ours_id is None]
    # what a person answered about unmapped values may be another thing in the next run
    answers = "".join(str(situation.options.get(f"unmapped_{word}", "")) for word in ("type", "status"))
    if not new:
        return {}
    chosen = sa.select(HaloRecord.id, HaloRecord.parent_id, HaloRecord.values).where(among(HaloRecord.id, new))
    found = [row for row in db.session.execute(chosen) if row.values]
    companies = _here(situation, "client", Company, {row.parent_id for row in found})
    contacts = _here(situation, "user", Contact, {row.values["user_id"] for row in found})
    people = _salespeople(situation)
    return {
        row.id: _placed(
            people.get(row.values["agent_id"]), companies.get(row.parent_id), contacts.get(row.values["user_id"]),
            answers,
        )
        for row in found
    }  # fmt: skip


def _placed(salesperson_id, company_id, contact_id, answers):
    token = ":".join(str(one or "") for one in (salesperson_id, company_id, contact_id, answers))
    return Placed(token=token, salesperson_id=salesperson_id, company_id=company_id, contact_id=contact_id)


def _here(situation, kind, model, halo_ids):
    """{Halo's id: the id of ours that it is linked to}, of those that are here."""
    halo_ids = list(halo_ids - {None})
    if not halo_ids:
        return {}
    here = (HaloRecord.tenant_id == situation.run.tenant_id, HaloRecord.kind == kind, HaloRecord.ours_id.is_not(None))
    chosen = sa.select(HaloRecord.halo_id, HaloRecord.ours_id).where(*here, among(HaloRecord.halo_id, halo_ids))
    links = dict(map(tuple, db.session.execute(chosen)))
    there = owned_among(model, situation.run.account_id, set(links.values())).with_only_columns(model.id)
    known = set(db.session.scalars(there)) if links else set()
    return {halo_id: ours_id for halo_id, ours_id in links.items() if ours_id in known}


def _salespeople(situation):
    return assigning.by_agent(situation.run.account_id, situation.run.tenant_id)


def count_closed_before(tenant_id: int, day: str) -> int:
    """How many of Halo's opportunities that are not here were closed before a day (ISO), as last read."""
    dialect = db.session.connection().dialect.name
    return db.session.scalar(sa.text(CLOSED_BEFORE[dialect]), {"tenant": tenant_id, "day": day})
