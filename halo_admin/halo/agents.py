"""Agents in Halo's words: the MSP's staff, and the one that a connection acts as."""

import msgspec
from msgspec import field

from ..records import Agent
from . import values
from .decoding import Reader
from .listing import Listing
from .rows import Flag, OwnId, Text


class AgentRow(msgspec.Struct):
    """Our names for an agent's fields, and Halo's."""

    halo_id: OwnId = field(name="id")
    name: Text = None
    email: Text = None
    is_api: Flag = field(name="isapiagent", default=None)


def _agent(row):
    return Agent(row.halo_id, values.text(row.name), values.text(row.email), row.is_api)


# The envelope changed over the years: a bare array, then "results" (halo-api.md 2.4).
AGENTS = Listing("agents", "/Agent", ("results", "agents"), Reader(AgentRow, _agent))
ACTING_AGENT = AGENTS._replace(title="the agent it acts as", path="/Agent/me")
