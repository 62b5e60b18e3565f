"""The Halo agents of an account's Halo as the mirror holds them, each with what is to become of it."""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from ..accounts import people
from ..accounts.models import User
from ..connecting import roles
from ..connecting.models import StageState
from ..connecting.roles import STAGE
from ..db import db, owned
from ..mirror import tombstones
from ..mirror.models import AgentChoice, HaloRecord, HaloTenant
from ..normal import email_key
from .planning import TAKEN_IN, Agent, Around, Person, Plan, plan

KIND = "agent"


@dataclass(frozen=True)
class Row:
    """An agent, what is to become of it, whom it is linked to, and its roles in Halo by name."""

    agent: Agent
    plan: Plan
    user: User | None
    role_names: str


def rows(tenant: HaloTenant) -> list[Row]:
    """All agents that are there, and those that are linked although Halo has them no more, by name."""
    users = {user.id: user for user in db.session.scalars(owned(User, tenant.account_id))}
    agents = _agents(tenant)
    around = _around(tenant, users, agents)
    names = roles.names_of(tenant.id)
    found = [Row(one, plan(one, around), users.get(one.user_id), _told(one, names)) for one in agents]
    return sorted(found, key=lambda row: (row.agent.name.casefold(), row.agent.halo_id))


def taken_in(tenant_id: int) -> tuple[str, ...]:
    """The role types that are taken in; planning.NO_TYPE stands for No type."""
    state = db.session.get(StageState, (tenant_id, STAGE))
    return tuple((state.options if state else {}).get("role_types", TAKEN_IN))


def users_of(account_id: int) -> list[User]:
    """The account's users by name."""
    return sorted(db.session.scalars(owned(User, account_id)), key=lambda user: user.name.casefold())


def any_read(tenant_id: int) -> bool:
    """Whether agents have been read yet."""
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == KIND)
    return db.session.scalar(sa.select(HaloRecord.id).where(*here).limit(1)) is not None


def linked_agents(account_id: int) -> dict[int, HaloRecord]:
    """{user id: the agent they are linked to} in the Halo that is connected now."""
    current = sa.select(HaloTenant.id).where(HaloTenant.account_id == account_id, HaloTenant.current.is_(True))
    chosen = owned(HaloRecord, account_id).where(
        HaloRecord.tenant_id.in_(current), HaloRecord.kind == KIND, HaloRecord.ours_id.is_not(None)
    )
    return {row.ours_id: row for row in db.session.scalars(chosen)}


def _agents(tenant):
    here = (HaloRecord.tenant_id == tenant.id, HaloRecord.kind == KIND)
    shown = sa.or_(HaloRecord.gone_at.is_(None), HaloRecord.ours_id.is_not(None))
    chosen = sa.select(AgentChoice).where(AgentChoice.tenant_id == tenant.id)
    choices = {one.halo_id: one for one in db.session.scalars(chosen)}
    mapped = roles.resolve(tenant.id)
    records = db.session.scalars(sa.select(HaloRecord).where(*here, shown).execution_options(populate_existing=True))
    return [_agent(record, choices.get(record.halo_id), mapped) for record in records]


def _agent(record, choice, mapped):
    values = record.values or {}
    halo_roles = None if values.get("roles") is None else tuple(key for key, _ in values["roles"])
    by_hand = choice is not None and choice.roles is not None
    as_mapped = {mapped.get(key) for key in halo_roles or ()} - {None}
    return Agent(
        record.id, record.halo_id, record.label or "No name", values.get("email"), _address(record), record.active,
        bool(values.get("is_api")), record.gone_at is not None, halo_roles,
        roles=tuple(sorted(choice.roles if by_hand else as_mapped)), by_hand=by_hand,
        chosen=choice is not None and choice.chosen, user_id=record.ours_id, matched_by=record.matched_by,
        left_out=_left_out(record), error=record.error,
    )  # fmt: skip


def _address(record):
    """The agent's e-mail as somebody would sign in with it; None where it is none."""
    try:
        return people.address(record.email_key) if record.email_key else None
    except people.Unusable:
        return None


def _left_out(record):
    if not tombstones.is_left_out(record.answer):
        return None
    how = {"unlinked": "unlinked", "never": "left out"}.get(tombstones.how_of(record.answer), "left out")
    return f"{how} by {record.answer['by']}"


def _around(tenant, users, agents):
    agent_of = {one.user_id: one.halo_id for one in agents if one.user_id is not None}
    persons = {user.id: Person(user.id, user.name, user.email, agent_of.get(user.id)) for user in users.values()}
    sharing = defaultdict(list)
    for one in agents:
        if one.active and not one.is_api and not one.is_gone and one.email_key:
            sharing[one.email_key].append(one)
    by_email = {email_key(one.email) or one.email: one for one in persons.values() if one.email}
    return Around(persons, by_email, dict(sharing), taken_in(tenant.id))


def _told(agent, names):
    if agent.halo_roles is None:
        return "Halo does not say"
    return ", ".join(names.get(key, key) for key in agent.halo_roles) or "None"
