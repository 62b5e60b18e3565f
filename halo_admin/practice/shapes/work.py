"""Tickets (opportunities are tickets) and CRM notes on the way out."""

from ..made_up import times
from ..messages import Request
from ..switches import Switches
from ..tenant import Tenant
from .fields import detailed_custom_fields, listed_custom_fields

_NOISE = {
    "priority_id": 3, "sla_id": 1, "team": "Sales", "source": 0, "impact": 3, "urgency": 3, "parent_id": 0,
    "read": True, "child_count": 0, "attachment_count": 0, "deadlinedate": times.NEVER,
    "respondbydate": times.NEVER, "oppvalue_monthly": 0.0, "oppvalue_annual": 0.0, "opptype": 0,
    "oppclosurecategory": 0, "oppreason": "", "use": "ticket",
}  # fmt: skip


def ticket_row(tenant: Tenant, switches: Switches, record: dict, request: Request) -> dict:
    row = _ticket(tenant, record) | {"details": "", "status_name": None} | listed_custom_fields(switches)
    if request.flag("includestatus"):
        row["status_name"] = (tenant.get("statuses", record["status_id"]) or {}).get("name")
    if request.flag("includetickettype"):
        row["tickettype_name"] = (tenant.get("tickettypes", record["tickettype_id"]) or {}).get("name")
    if request.flag("includeagent"):
        row["agent_name"] = (tenant.get("agents", record["agent_id"]) or {}).get("name")
    return row


def ticket_detail(tenant: Tenant, switches: Switches, record: dict, request: Request) -> dict:
    times_twice = {"lastupdate": record["last_update"], "lastactiondate": record["last_update"]}
    return _ticket(tenant, record) | times_twice | {"currency": 0} | detailed_custom_fields(request)


def note_row(tenant: Tenant, switches: Switches, record: dict, request: Request) -> dict:
    author = tenant.get("agents", record["who_agentid"]) or {}
    more = {"satisfaction": "", "hide_time_taken": False, "createdfromaction": False}
    if switches.crm_who_in_list:
        more["who"] = author.get("name", "")
    if not switches.crm_names_client and any((record[name] or 0) > 0 for name in ("user_id", "site_id")):
        more["client_id"] = 0
    return record | more | {"mailentryid": "", "customfields": None}


def _ticket(tenant: Tenant, record: dict) -> dict:
    client = tenant.get("clients", record["client_id"]) or {}
    user = tenant.get("users", record["user_id"]) or {}
    row = _NOISE | record
    del row["actions"]
    row["client_name"] = client.get("name", "")
    row["user_name"] = user.get("name", "")
    row["oppvalueadjusted"] = round(record["oppvalue"] * record["oppconversionprobability"] / 100, 2)
    return row
