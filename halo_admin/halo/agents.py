"""Agents in Halo's words: the MSP's staff, and the one that a connection acts as (halo-api.md 3.4, 3.5)."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType, field

from ..records import Agent, TypeValue
from . import values
from .decoding import Reader
from .listing import Listing
from .rows import Flag, OwnId, Reference, Text


class RoleRow(msgspec.Struct):
    """A role; its own id is a GUID, the number stands beside it."""

    guid: Text = field(name="id", default=None)
    number: Reference = field(name="id_int", default=None)
    name: Text = None


def read_roles(value) -> list[RoleRow] | None:
    """The roles of an agent from whatever stands in their place; what is no role is passed by."""
    if not isinstance(value, list):
        return None
    return [RoleRow(values.text(one.get("id")), values.reference(one.get("id_int")), values.text(one.get("name")))
            for one in value if isinstance(one, dict)]  # fmt: skip


class AgentRow(msgspec.Struct):
    """Our names for an agent's fields, and Halo's."""

    halo_id: OwnId = field(name="id")
    name: Text = None
    email: Text = None
    is_api: Flag = field(name="isapiagent", default=None)
    is_disabled: Flag = field(name="isdisabled", default=None)
    roles: Annotated[list[RoleRow] | UnsetType | None, read_roles] = UNSET


def _agent(row):
    return Agent(
        halo_id=row.halo_id,
        name=values.text(row.name),
        email=values.text(row.email),
        is_api=row.is_api,
        active=not row.is_disabled,
        roles=tuple(filter(None, map(_role, row.roles))) if isinstance(row.roles, list) else UNSET,
    )


def _role(row):
    known_by = values.reference(row.number) or values.text(row.guid)
    return TypeValue("role", str(known_by)[:50], values.text(row.name)) if known_by else None


# The envelope changed over the years: a bare array, then "results" (halo-api.md 2.4).
ACTING_AGENT = Listing("the agent it acts as", "/Agent/me", ("results", "agents"), Reader(AgentRow, _agent))
AGENTS = ACTING_AGENT._replace(
    title="agents",
    path="/Agent",
    params={"includedisabled": True, "includeapiagents": True, "includeunassigned": False, "includeroles": True},
)
ROLES = Listing("roles", "/Roles", ("roles",), Reader(RoleRow, _role))


def roles(halo) -> list[TypeValue]:
    """The roles that agents may have; raises a HaloError."""
    return [row for row in halo.rows(ROLES) if isinstance(row, TypeValue)]
