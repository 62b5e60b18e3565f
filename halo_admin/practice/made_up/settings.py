"""A tenant's small lists: statuses, ticket types, lookups, top levels, roles."""

from uuid import UUID

from .dice import noise

_STATUSES = (
    (1, "New", 0), (2, "In Progress", 0), (4, "Awaiting Customer", 1), (9, "Closed", 0), (21, "Qualifying", 0),
    (22, "Quote Sent", 0), (23, "Won", 0), (24, "Lost", 0), (25, "Negotiating – waiting", 1), (30, "On hold", 1),
)  # fmt: skip
WON, LOST = 23, 24
CLOSED_STATUSES = frozenset({9, WON, LOST})

_TICKET_TYPES = (
    (1, "Incident", "tickets"), (3, "Change Request", "tickets"), (5, "Project", "projects"),
    (30, "Opportunity", "opps"), (31, "Renewal", "opps"), (36, "Upsell ⬆", "opps"),
)  # fmt: skip

RELATIONSHIPS = {1: "Customer", 2: "Prospect", 3: "Supplier", 4: "Partner", 5: "Former Customer"}

_LOOKUPS = {
    11: {11: "Lookup kinds", 17: "Charge Rates", 33: "Customer Types", 71: "Opportunity Stages"},
    17: {0: "Default", 1: "Remote", 2: "On site"},
    33: {0: "Not set", 1: "Managed", 2: "Break-fix", 3: "Prospect", 5: "Partner", 8: "Vendor", 9: "Non-profit",
         12: "Old type"},
    71: {0: "None", 1: "Qualification", 2: "Proposal", 3: "Closing"},
}  # fmt: skip
_SWITCHED_OFF = {(33, 12)}

ROLES = {1: "Administrator", 2: "Technician", 3: "Sales", 4: "Marketing", 5: "Account Manager", 6: "API"}
USER_ROLES = {1: "Standard user", 2: "Approver", 3: "Portal manager"}


def settings(seed: int) -> dict[str, list[dict]]:
    """The rows of each small list, by the name of its table."""
    return {
        "statuses": [_status(seed, *row) for row in _STATUSES],
        "tickettypes": [_ticket_type(seed, *row) for row in _TICKET_TYPES],
        "lookups": [lookup_row(kind, code, name) for kind, rows in _LOOKUPS.items() for code, name in rows.items()],
        "toplevels": [_toplevel(2, "Main Company"), _toplevel(3, "Northwind & Töchter")],
        "roles": [role(seed, number) for number in ROLES],
        "userroles": [{"id": number, "name": name, "web_access_level": 1} for number, name in USER_ROLES.items()],
    }


def guid(seed: int, *parts: int) -> str:
    """A GUID that is the same for the same arguments."""
    return str(UUID(int=noise(seed, *parts, 1) << 64 | noise(seed, *parts, 2)))


def role(seed: int, number: int) -> dict:
    """An agent's role: its id is a GUID, id_int the number."""
    name = ROLES[number]
    return {"id": guid(seed, 600, number), "id_int": number, "name": name, "normalizedName": name.upper()}


def lookup_row(kind: int, code: int, name: str) -> dict:
    """One code of a lookup kind; code ids are unique inside a kind only."""
    return {
        "lookupid": kind, "id": code, "name": name, "value2": "", "value3": "", "value4": "", "value5": "",
        "custom1": None, "valueint1": 0, "sequence": code, "inactive": (kind, code) in _SWITCHED_OFF,
    }  # fmt: skip


def _status(seed: int, number: int, name: str, kind: int) -> dict:
    return {"id": number, "guid": guid(seed, 601, number), "name": name, "shortname": name[:10], "intent": "",
            "type": kind, "colour": "#2bd3c6", "sequence": number, "slaaction": "N"}  # fmt: skip


def _ticket_type(seed: int, number: int, name: str, use: str) -> dict:
    return {"id": number, "guid": guid(seed, 602, number), "name": name, "use": use, "sequence": number, "group_id": 0,
            "itilrequesttype": 1, "visible": True}  # fmt: skip


def _toplevel(number: int, name: str) -> dict:
    return {"id": number, "name": name, "long_name": name, "organisation_id": 1, "type": 0}
