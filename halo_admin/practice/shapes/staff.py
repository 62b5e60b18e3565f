"""Agents on the way out: `email` rather than `emailaddress`, `isdisabled` rather than `inactive` (halo-api.md 3.4)."""

from ..made_up.settings import ROLES, role
from ..messages import Request
from ..switches import Switches
from ..tenant import Tenant

_CLAIMS = ("tickets", "customers", "crm", "opportunities", "sites", "users")


def agent_row(tenant: Tenant, switches: Switches, record: dict, request: Request) -> dict:
    row = _agent(record)
    return row | {"roles": _roles(tenant, record)} if request.flag("includeroles") else row


def agent_detail(tenant: Tenant, switches: Switches, record: dict, request: Request) -> dict:
    detail = _agent(record) | {
        "roles": _roles(tenant, record),
        "role_list": ",".join(ROLES[number] for number in record["roles"] if number in ROLES),
        "departments": [{"department_id": 1, "membershiplevel": 1}],
        "datecreated": record["datecreated"],
        "last_modified": record["last_modified"],
        "lastlogindate": record["last_modified"],
    }
    if request.key == "me":
        detail["claims"] = [{"type": f"{area}_access_level", "value": "3"} for area in _CLAIMS]
    return detail


def _agent(record: dict) -> dict:
    return {
        "id": record["id"],
        "name": record["name"],
        "firstname": record["firstname"],
        "surname": record["surname"],
        "initials": "".join(part[:1] for part in (record["firstname"], record["surname"])),
        "email": record["email"],
        "isdisabled": record["isdisabled"],
        "isapiagent": record["isapiagent"],
        "is_agent": True,
        "team": record["team"],
        "jobtitle": record["jobtitle"],
        "teams": None,
        "colour": "#2bd3c6",
        "onlinestatus": 0,
        "licence_type": 0,
        "use": "agent",
    }


def _roles(tenant: Tenant, record: dict) -> list[dict]:
    return [role(tenant.world.seed, number) for number in record["roles"] if number in ROLES]
