"""The connection check: signs in and asks for one row of each list that imports will read.

Each failing line says which permission or setting is missing in Halo (halo-api.md 1.2 to 1.6).
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from ..records import Agent, Page, Unreadable
from .agents import AGENTS
from .client import Halo
from .companies import CLIENTS, CUSTOMER_TYPES, SITES
from .decoding import Reader
from .errors import HaloBusy, HaloError
from .listing import CRM, CUSTOMERS, SALES, Listing


class CheckLine(NamedTuple):
    """A line of the check. ok is None where it was not checked; a warning is passed, but worth a look.

    agent is told by the line that signs in.
    """

    key: str
    title: str
    ok: bool | None
    text: str
    warning: bool = False
    agent: Agent | None = None


class _NotAsked(Exception):
    """A line that had nothing to ask about; says why."""


class AnyRow(msgspec.Struct):
    """A row that only needs to be there."""


_anything = Reader(AnyRow, lambda row: row)
USERS = Listing("users", "/Users", ("users",), _anything, {"includeinactive": True}, CUSTOMERS)
OPPORTUNITIES = Listing("opportunities", "/Opportunities", ("tickets",), _anything, {}, SALES)
STATUSES = Listing("statuses", "/Status", ("statuses",), _anything)
NOTES = Listing("CRM notes", "/CRMNote", ("actions", "notes"), _anything, {"count": 1}, CRM)


def check(halo: Halo) -> Iterator[CheckLine]:
    """The lines in their order, each when it is known. Raises HaloBusy when the quota is used up."""
    signed_in = _sign_in(halo)
    yield signed_in
    seen: dict[str, Page] = {}
    for key, title, ask in _READS:
        if signed_in.ok:
            yield _tried(key, title, lambda ask=ask: ask(halo, seen))
        else:
            yield CheckLine(key, title, None, "Not checked.")


def _sign_in(halo):
    try:
        halo.sign_in()
    except HaloBusy:
        raise
    except HaloError as error:
        return CheckLine(*_SIGNS_IN, False, str(error))
    return _as_whom(halo)


def _as_whom(halo):
    """The line of a passed sign-in. An agent that may not see itself is no failure: the lists count."""
    try:
        agent = halo.me()
    except HaloBusy:
        raise
    except HaloError:
        return CheckLine(*_SIGNS_IN, True, "Signed in. Halo does not tell as which agent.", warning=True)
    if isinstance(agent, Unreadable) or agent is None:
        return CheckLine(*_SIGNS_IN, True, "Signed in. Halo does not tell as which agent.", warning=True)
    name = agent.name or f"agent {agent.halo_id}"
    if agent.is_api is False:
        text = (
            f"Signed in as {name}, a person's own agent: what that person may see decides what is imported, and "
            "it ends when they leave. Better make an API-only agent in Halo and choose it as the agent to log in as."
        )
        return CheckLine(*_SIGNS_IN, True, text, warning=True, agent=agent)
    return CheckLine(*_SIGNS_IN, True, f"Signed in as {name}.", agent=agent)


def _tried(key, title, ask):
    try:
        return CheckLine(key, title, True, *ask())
    except _NotAsked as reason:
        return CheckLine(key, title, None, str(reason))
    except HaloBusy:
        raise
    except HaloError as error:
        return CheckLine(key, title, False, str(error))


def _first_page(listing: Listing) -> Callable:
    def ask(halo, seen):
        seen[listing.title] = page = halo.page(listing, 1, page_size=1)
        return _found(listing, page.record_count or len(page.rows), bool(page.rows))

    return ask


def _all_rows(listing: Listing) -> Callable:
    def ask(halo, _seen):
        rows = halo.rows(listing)
        return _found(listing, len(rows), bool(rows))

    return ask


def _notes(halo, seen):
    if CLIENTS.title not in seen:
        raise _NotAsked("Not checked: notes are asked for by client, and clients cannot be read.")
    client_id = next((client.halo_id for client in seen[CLIENTS.title].rows if client.halo_id), None)
    if client_id is None:
        return ("No client to ask for notes of.",)
    halo.rows(NOTES, client_id=client_id)
    return ("May be read.",)


def _found(listing, total, some):
    if some:
        return (f"{total:,} found.",)
    return (
        f"Halo shows no {listing.title}. If it has some, its agent to log in as may not see them: "
        "check that agent's role, teams and departments.",
        True,
    )


_SIGNS_IN = ("sign-in", "Signs in")
_READS = (
    ("agents", "Reads agents", _all_rows(AGENTS)),
    ("clients", "Reads clients", _first_page(CLIENTS)),
    ("sites", "Reads sites", _first_page(SITES)),
    ("users", "Reads users", _first_page(USERS)),
    ("opportunities", "Reads opportunities", _first_page(OPPORTUNITIES)),
    ("statuses", "Reads statuses", _all_rows(STATUSES)),
    ("customer-types", "Reads customer types", _all_rows(CUSTOMER_TYPES)),
    ("notes", "Reads CRM notes", _notes),
)
# What is checked, for those who show the lines before they are known.
LINES = (_SIGNS_IN, *((key, title) for key, title, _ask in _READS))
