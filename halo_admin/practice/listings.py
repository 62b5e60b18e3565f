"""Which list shows which records, under which key (halo-api.md 2.4)."""

from typing import NamedTuple


class Listing(NamedTuple):
    """Where the rows of a list are, under which key they go out (None: bare array), whether the list pages."""

    table: str
    key: str | None = None
    pages: bool = False


LISTINGS = {
    "Client": Listing("clients", "clients", pages=True),
    "Site": Listing("sites", "sites", pages=True),
    "Users": Listing("users", "users", pages=True),
    "Opportunities": Listing("tickets", "tickets", pages=True),
    "Tickets": Listing("tickets", "tickets", pages=True),
    "Agent": Listing("agents"),
    "Roles": Listing("roles"),
    "UserRoles": Listing("userroles"),
    "Status": Listing("statuses"),
    "TicketType": Listing("tickettypes"),
    "Lookup": Listing("lookups"),
    "TopLevel": Listing("toplevels", "tree"),
    "CRMNote": Listing("notes", "actions"),
    "Actions": Listing("tickets", "actions"),
}

# Keys under which an answer may carry its rows; the agent list changes its key with the release.
ROW_KEYS = ("clients", "sites", "users", "tickets", "actions", "tree", "results", "agents")


def rows_in(data) -> list | None:
    """The rows of a list answer, whatever its envelope; None if it is no list."""
    if isinstance(data, list):
        return data
    if isinstance(data, dict):
        return next((data[key] for key in ROW_KEYS if isinstance(data.get(key), list)), None)
    return None
