"""Whom Halo's agents are here: the salespeople that opportunities can be given to, and giving them in one press."""

import sqlalchemy as sa

from ..bulk import execute
from ..db import among, db
from ..mirror.links import current_tenant_id
from ..mirror.models import HaloRecord
from . import changes
from .opportunity_models import Opportunity
from .salespeople import salespeople

FROM_HALO = "As its Halo agent, linked here meanwhile"


def by_agent(account_id: int, tenant_id: int | None = None) -> dict[int, int]:
    """{id of a Halo agent: the salesperson here that it is linked to}; tenant_id: else of the tenant connected now."""
    tenant_id = tenant_id or current_tenant_id(account_id) or 0
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == "agent", HaloRecord.ours_id.is_not(None))
    linked = db.session.execute(sa.select(HaloRecord.halo_id, HaloRecord.ours_id).where(*here)).all()
    able = salespeople(account_id) if linked else {}
    return {row.halo_id: row.ours_id for row in linked if row.ours_id in able}


def agent_names(account_id: int, agent_ids) -> dict[int, str]:
    """{id of a Halo agent: its name} in the tenant connected now."""
    if not agent_ids:
        return {}
    here = (HaloRecord.tenant_id == (current_tenant_id(account_id) or 0), HaloRecord.kind == "agent")
    chosen = sa.select(HaloRecord.halo_id, HaloRecord.label).where(*here, among(HaloRecord.halo_id, list(agent_ids)))
    return {row.halo_id: row.label or "No name" for row in db.session.execute(chosen)}


def assignable(account_id: int) -> int:
    """How many opportunities without a salesperson have a Halo agent who is a salesperson here by now."""
    agents = list(by_agent(account_id))
    if not agents:
        return 0
    return db.session.scalar(sa.select(sa.func.count()).select_from(Opportunity).where(*_open(account_id, agents)))


def assign(account_id: int, by) -> int:
    """Give all of those to their salespeople; how many. In a writing transaction; the caller commits."""
    given, people = 0, salespeople(account_id)
    for agent_id, user_id in sorted(by_agent(account_id).items()):
        which = _open(account_id, [agent_id])
        told = {"salesperson_id": [None, people[user_id]]}
        ids = sa.select(Opportunity.id).where(*which)
        changes.note_selected("opportunity", account_id, by, "edited", ids, told, FROM_HALO)
        giving = sa.update(Opportunity).where(*which)
        giving = giving.values(salesperson_id=user_id, version=Opportunity.version + 1)
        given += execute(giving)
    return given


def _open(account_id, agents):
    return (Opportunity.account_id == account_id, Opportunity.salesperson_id.is_(None),
            among(Opportunity.halo_agent_id, agents))  # fmt: skip
