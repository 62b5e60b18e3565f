"""POST: each element of the array makes a record, or with an id changes one in the fields it names."""

import msgspec

from .. import shapes
from ..errors import Refused, binding, exception, not_found
from ..listings import LISTINGS
from ..made_up import times
from ..made_up.settings import CLOSED_STATUSES
from ..messages import Answer, Request
from ..single import acting_agent
from ..switches import Switches
from ..tenant import LOOKUP_SPAN, Tenant
from . import creating, merging
from .fields import WRITABLE, read_fields


def answer_post(tenant: Tenant, switches: Switches, request: Request) -> Answer:
    """Answer POST /X: the single saved object for one element, an array for several; raises Refused."""
    items = _elements(request)
    fields = [
        read_fields(request.entity, item, n, switches.null_in_update == "cleared") for n, item in enumerate(items)
    ]
    with tenant.lock:
        saved = [_save(tenant, switches, request, item, given) for item, given in zip(items, fields, strict=True)]
    return Answer(status=int(switches.created_status), data=saved[0] if len(saved) == 1 else saved)


def _elements(request: Request) -> list[dict]:
    """The objects in the body; a bare object is refused, as is a list that cannot be written to."""
    if request.entity not in WRITABLE or request.key:
        raise Refused(exception("This record cannot be saved."))
    try:
        body = msgspec.json.decode(request.body)
    except msgspec.DecodeError as error:
        raise Refused(binding("", f"Unexpected character encountered while parsing value: {error}.")) from None
    if not isinstance(body, list) or not body or not all(isinstance(item, dict) for item in body):
        raise Refused(binding("", "Cannot deserialize the current JSON object: the type requires a JSON array."))
    return body


def _save(tenant: Tenant, switches: Switches, request: Request, item: dict, fields: dict) -> dict:
    if item.get("id"):
        record = _update(tenant, switches, request, item, fields)
    else:
        record = _create(tenant, switches, request.entity, item, fields)
    if request.entity == "Actions":
        return record
    table = LISTINGS[request.entity].table
    return shapes.detail(tenant, switches, tenant.dated(table, record), request)


def _create(tenant: Tenant, switches: Switches, entity: str, item: dict, fields: dict) -> dict:
    match entity:
        case "Client":
            return creating.client(tenant, fields, item)
        case "Site":
            return creating.site(tenant, fields)
        case "Users":
            return creating.user(tenant, fields, switches.duplicate_email)
        case "CRMNote":
            return creating.note(tenant, fields, acting_agent(tenant, switches))
        case "Actions":
            return creating.action(tenant, fields, acting_agent(tenant, switches))
        case "Lookup":
            return creating.lookup(tenant, fields)
    return creating.new_record(tenant, LISTINGS[entity].table, fields)


def _update(tenant: Tenant, switches: Switches, request: Request, item: dict, fields: dict) -> dict:
    """Change what is named and nothing else."""
    if request.entity == "Actions":
        raise Refused(exception("An Action cannot be changed."))
    table = LISTINGS[request.entity].table
    key = _key(request, item)
    old = tenant.get(table, key)
    if old is None:
        raise Refused(not_found(switches.not_found))
    if _merged(tenant, switches, key, item):
        return tenant.get(table, key) or old
    if request.entity == "Site" and switches.site_needs_flag and not item.get("issitedetails"):
        return old
    return tenant.save(table, key, fields | _closing(tenant, table, fields))


def _closing(tenant: Tenant, table: str, fields: dict) -> dict:
    """A ticket that gets a closed status is closed, and opened again by another one."""
    if table != "tickets" or "status_id" not in fields:
        return {}
    closed = fields["status_id"] in CLOSED_STATUSES
    return {"hasbeenclosed": closed, "dateclosed": creating.now() if closed else times.NEVER}


def _key(request: Request, item: dict) -> int:
    key = WRITABLE["CRMNote"]["client_id"](item["id"], "[0].id")
    return key + LOOKUP_SPAN * int(item.get("lookupid", 0)) if request.entity == "Lookup" else key


def _merged(tenant: Tenant, switches: Switches, key: int, item: dict) -> bool:
    if into := item.get("_merge_client_into"):
        merging.merge_client(tenant, key, int(into), switches.merged)
    elif into := item.get("_merge_user_into"):
        merging.merge_user(tenant, key, int(into), switches.merged)
    return bool(into)
