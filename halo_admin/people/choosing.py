"""What a person chooses for Halo agents: role types, whom to take in, links by hand, adding without inviting."""

import sqlalchemy as sa

from .. import audit
from ..accounts import people
from ..accounts.models import Account, User
from ..accounts.role_names import told
from ..connecting.models import StageState
from ..connecting.roles import STAGE, TYPES
from ..db import db, now, owned
from ..mirror import tombstones
from ..mirror.models import AgentChoice, HaloRecord, HaloTenant
from . import agents
from .planning import NO_TYPE


class Refused(ValueError):
    """This cannot be; the text says why, for the person who wanted it."""


def hold(account_id: int) -> HaloTenant:
    """The tenant that is connected now, locked until this writing transaction ends. Raises Refused."""
    try:
        tenant_id = tombstones.hold(account_id)
    except tombstones.NotNow as error:
        raise Refused(str(error)) from error
    if tenant_id is None:
        raise Refused("Halo is not connected yet. Connect Halo first.")
    return db.session.get(HaloTenant, tenant_id)


def save(tenant: HaloTenant, types: dict[int, list[str]], chosen: set[int]) -> None:
    """Keep the role types of rows, by Halo's id, and which are chosen; rows it does not name stay as they are.

    Role types that are as the mapping says stay with the mapping. Raises Refused.
    """
    for row in agents.rows(tenant):
        if row.agent.halo_id in types:
            _keep(tenant, row, types[row.agent.halo_id], row.agent.halo_id in chosen)
    complete(tenant)


def tick_all(tenant: HaloTenant, ticked: bool) -> None:
    """Choose every row that can be invited or linked and has a role type; or none."""
    for row in agents.rows(tenant):
        chosen = ticked and row.plan.may_be_chosen and bool(row.agent.roles)
        if chosen != row.agent.chosen:
            _choice(tenant, row.agent.halo_id).chosen = chosen


def take_in(tenant: HaloTenant, types: list[str]) -> None:
    """Keep which role types are taken in. Raises Refused for one there is not."""
    if unknown := set(types) - {*TYPES, NO_TYPE}:
        raise Refused(f"{', '.join(sorted(unknown))} is no role type.")
    state = _state(tenant)
    state.options = state.options | {"role_types": sorted(set(types))}


def complete(tenant: HaloTenant) -> None:
    """The stage is done: somebody has said whom to take in, if only nobody."""
    state = _state(tenant)
    state.done_at = state.done_at or now()


def link_chosen(tenant: HaloTenant) -> list[str]:
    """Link the chosen agents whose e-mail is a user's; the names of those linked."""
    linked = []
    for row in agents.rows(tenant):
        if row.agent.chosen and row.plan.what == "link":
            link(db.session.get(HaloRecord, row.agent.record_id), row.plan.user_id, "e-mail")
            _choice(tenant, row.agent.halo_id).chosen = False
            linked.append(row.agent.name)
    return linked


def settle(tenant: HaloTenant, halo_ids: list[int]) -> None:
    """These agents have come in: they are no longer chosen. The stage is done."""
    for halo_id in halo_ids:
        _choice(tenant, halo_id).chosen = False
    complete(tenant)


def link(record: HaloRecord, user_id: int, matched_by: str) -> None:
    """Link an agent to a user; the caller has seen that neither is linked."""
    record.ours_id, record.matched_by, record.linked_at = user_id, matched_by, now()
    record.answer = record.fingerprint = record.follows_id = None


def link_by_hand(record: HaloRecord, user_id: int) -> User:
    """Link an agent to the user picked, whatever their e-mails. Raises Refused."""
    user = db.session.scalar(owned(User, record.account_id).where(User.id == user_id))
    if user is None:
        raise Refused("Choose the user it is.")
    if record.ours_id == user.id:
        return user
    if record.ours_id is not None:
        raise Refused(f"{record.label} is linked already: unlink it first.")
    taken = agents.linked_agents(record.account_id).get(user.id)
    if taken is not None:
        raise Refused(f"{user.name} is linked to Halo agent {taken.halo_id}, {taken.label}: unlink that first.")
    link(record, user.id, "hand")
    _note(record, f"Linked {record.label} to {user.name} by hand")
    return user


def unlink(record: HaloRecord, by: User | None) -> None:
    """End an agent's link; no import makes it again by itself."""
    if record.ours_id is None:
        raise Refused(f"{record.label} is not linked.")
    name = db.session.scalar(sa.select(User.name).where(User.id == record.ours_id))
    tombstones.bury([record], tombstones.tombstone("unlinked", by, name, record.ours_id))
    _note(record, f"Removed the link of {name} to Halo agent {record.halo_id}, {record.label}")


def leave_out(record: HaloRecord, by: User | None) -> None:
    """Nothing becomes of this agent, until it is brought back. Raises Refused for one that is linked."""
    if record.ours_id is not None:
        raise Refused(f"{record.label} is linked: unlink it first.")
    tombstones.bury([record], tombstones.tombstone("never", by, record.label))


def bring_back(record: HaloRecord) -> None:
    if tombstones.is_left_out(record.answer):
        record.answer = None


def add_without_inviting(record: HaloRecord, roles: list[str]) -> User:
    """A user who counts as author and salesperson and cannot sign in, linked to the agent. Raises Refused."""
    if record.ours_id is not None:
        raise Refused(f"{record.label} is linked already.")
    email = _free_email(record)
    account = db.session.get(Account, record.account_id)
    user = people.add_user(account, email, record.label or "No name", roles, None)
    link(record, user.id, "hand")
    _note(record, f"Added {user.name} as {told(user.roles)}, without inviting")
    return user


def _note(record, said):
    audit.note("people", said, account_id=record.account_id)


def _free_email(record):
    """The agent's e-mail where it is one and nobody's here."""
    try:
        email = people.address(record.email_key or "")
    except people.Unusable:
        return None
    user = db.session.scalar(owned(User, record.account_id).where(User.email == email))
    if user is None:
        return email
    if user.id not in agents.linked_agents(record.account_id):
        raise Refused(f"{user.name} has the same e-mail: link it to {user.name} instead.")
    return None


def _keep(tenant, row, types, chosen):
    try:
        types = people.known_roles(types)
    except people.Unusable as error:
        raise Refused(str(error)) from error
    agent = row.agent
    if chosen == agent.chosen and types == list(agent.roles):
        return
    choice = _choice(tenant, agent.halo_id)
    if types != list(agent.roles):
        choice.roles = types
    choice.chosen = chosen


def _choice(tenant, halo_id):
    choice = db.session.get(AgentChoice, (tenant.id, halo_id))
    if choice is None:
        choice = AgentChoice(account_id=tenant.account_id, tenant_id=tenant.id, halo_id=halo_id, chosen=False)
        db.session.add(choice)
    return choice


def _state(tenant):
    state = db.session.get(StageState, (tenant.id, STAGE))
    if state is None:
        state = StageState(account_id=tenant.account_id, tenant_id=tenant.id, stage=STAGE, options={})
        db.session.add(state)
    return state
