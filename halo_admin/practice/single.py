"""GET one record, and the two lists that are about something: notes of a customer, actions of a ticket."""

from . import shapes
from .errors import Refused, binding, exception, not_found, plain
from .listings import LISTINGS
from .messages import Answer, Request
from .switches import Switches
from .tenant import LOOKUP_SPAN, Tenant


def answer_one(tenant: Tenant, switches: Switches, request: Request) -> Answer:
    """Answer GET /X/{id}; raises Refused where there is none."""
    if request.entity == "Actions":
        return Answer(data=dict(_action(tenant, switches, request)))
    key = key_of(tenant, switches, request)
    table = LISTINGS[request.entity].table
    record = tenant.get(table, key)
    if record is None:
        raise Refused(not_found(switches.not_found))
    return Answer(data=shapes.detail(tenant, switches, tenant.dated(table, record), request))


def key_of(tenant: Tenant, switches: Switches, request: Request) -> int:
    """The key in its table of the record a path names; raises Refused if the id is none."""
    if request.entity == "Agent" and request.key == "me":
        return acting_agent(tenant, switches)
    if not request.key.lstrip("-").isdigit():
        raise Refused(binding("id", f"The value '{request.key}' is not valid."))
    if request.entity == "Lookup":
        if "lookupid" not in request.query:
            raise Refused(plain("lookupid must be specified"))
        return request.number("lookupid") * LOOKUP_SPAN + int(request.key)
    return int(request.key)


def acting_agent(tenant: Tenant, switches: Switches) -> int:
    """The agent that the API acts as: its own, or (by the switch) the first person of the staff."""
    agents = tenant.tables["agents"]
    service = switches.api_agent == "service"
    return next(key for key in agents.ids() if key > 1 and agents.get(key)["isapiagent"] == service)


def answer_notes(tenant: Tenant, switches: Switches, request: Request) -> Answer:
    """Answer GET /CRMNote?client_id=|site_id=|user_id=, newest first; there is no list of all notes."""
    keys = _notes_about(tenant, switches, request)
    asked = request.number("count", int(switches.crm_default_count))
    some = sorted(keys, reverse=True)[: min(asked, int(switches.crm_most_count))]
    table = tenant.tables["notes"]
    rows = [shapes.row(tenant, switches, table.get(key), request) for key in some]
    return Answer(data=rows if switches.crm_envelope == "array" else {"record_count": len(rows), "actions": rows})


def answer_actions(tenant: Tenant, switches: Switches, request: Request) -> Answer:
    """Answer GET /Actions?ticket_id=; without a ticket it is a 500, as on a real tenant."""
    if "ticket_id" not in request.query:
        raise Refused(exception("Object reference not set to an instance of an object.", 500))
    ticket = tenant.get("tickets", request.number("ticket_id"))
    actions = [dict(action) for action in ticket["actions"]] if ticket else []
    if request.flag("includehtmlnote"):
        actions = [action | {"note_html": f"<p>{action['note']}</p>"} for action in actions]
    return Answer(data={"record_count": len(actions), "actions": actions})


def _notes_about(tenant: Tenant, switches: Switches, request: Request) -> list[int]:
    table = tenant.tables["notes"]
    if not switches.crm_filter_honoured:
        return list(table.ids())
    if "client_id" in request.query:
        keys = tenant.notes_of_client(request.number("client_id"))
        if switches.crm_client_includes_users:
            return keys
        return [key for key in keys if not _subjects(table.get(key)) & {"site_id", "user_id"}]
    for name, owner in (("user_id", "users"), ("site_id", "sites")):
        if name in request.query:
            wanted = request.number(name)
            client = _client_of(tenant, owner, wanted)
            return [key for key in tenant.notes_of_client(client) if table.get(key)[name] == wanted]
    raise Refused(exception("A client, site, user or supplier must be specified."))


def _subjects(note: dict) -> set[str]:
    """Which of the subject's fields are in use; the others hold 0, -1 or None."""
    return {name for name in ("client_id", "site_id", "user_id") if (note[name] or 0) > 0}


def _client_of(tenant: Tenant, owner: str, key: int) -> int:
    record = tenant.get(owner, key)
    if record is None:
        return 0
    return record["client_id"] if owner == "sites" else tenant.client_of_user(record)


def _action(tenant: Tenant, switches: Switches, request: Request) -> dict:
    ticket = tenant.get("tickets", request.number("ticket_id")) or {"actions": []}
    found = [action for action in ticket["actions"] if str(action["id"]) == request.key]
    if not found:
        raise Refused(not_found(switches.not_found))
    return found[0]
