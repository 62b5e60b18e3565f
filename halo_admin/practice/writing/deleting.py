"""DELETE: 200 with what was deleted, later 404; what belongs to a client or site goes with it."""

from .. import shapes
from ..errors import Refused, exception, not_found
from ..listings import LISTINGS
from ..messages import Answer, Request
from ..single import key_of
from ..switches import Switches
from ..tenant import Tenant


def answer_delete(tenant: Tenant, switches: Switches, request: Request) -> Answer:
    """Answer DELETE /X/{id}; raises Refused if there is no such record."""
    if request.key is None:
        raise Refused(exception("An id must be specified."))
    if request.entity == "Actions":
        return _delete_action(tenant, switches, request)
    table, key = LISTINGS[request.entity].table, key_of(tenant, switches, request)
    with tenant.lock:
        record = tenant.get(table, key)
        if record is None:
            raise Refused(not_found(switches.not_found))
        shown = shapes.detail(tenant, switches, tenant.dated(table, record), request)
        drop_whole(tenant, table, key)
    return Answer(data=shown)


def drop_whole(tenant: Tenant, table: str, key: int) -> None:
    """Delete a record and what cannot be without it: a client's sites, a site's users."""
    if table == "clients":
        for site in list(tenant.sites_of(key)):
            drop_whole(tenant, "sites", site["id"])
    if table == "sites":
        for user in list(tenant.users_of(key)):
            tenant.drop("users", user["id"])
    tenant.drop(table, key)


def _delete_action(tenant: Tenant, switches: Switches, request: Request) -> Answer:
    ticket = tenant.get("tickets", request.number("ticket_id")) or {"id": 0, "actions": []}
    gone = [action for action in ticket["actions"] if str(action["id"]) == request.key]
    if not gone:
        raise Refused(not_found(switches.not_found))
    tenant.save("tickets", ticket["id"], {"actions": [one for one in ticket["actions"] if one is not gone[0]]})
    return Answer(data=gone[0])
