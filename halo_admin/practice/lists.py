"""Lists: the records that are asked for, in order, one page of them, in their envelope (halo-api.md 2)."""

from array import array
from random import Random

from . import shapes
from .filters import Filter, filters_of
from .listings import LISTINGS, Listing
from .messages import Answer, Request
from .switches import Switches
from .table import Table
from .tenant import Tenant

UNPAGED_COUNT = 50


def answer_list(tenant: Tenant, switches: Switches, request: Request) -> Answer:
    """Answer GET of a list that is not about one ticket or customer."""
    listing = LISTINGS[request.entity]
    table = tenant.tables[listing.table]
    question = filters_of(tenant, switches, request)
    ids = _in_its_own_order(matching(table, question), int(switches.list_order))
    if not listing.pages:
        rows = [_row(tenant, switches, table.get(key), request) for key in ids]
        return Answer(data=_wrapped(switches, request.entity, listing, rows))
    if request.flag("pageinate") and "page_no" in request.query:
        return _page(tenant, switches, request, listing, ids)
    some = ids[: max(0, request.number("count", UNPAGED_COUNT))]
    rows = [_row(tenant, switches, table.get(key), request) for key in some]
    return Answer(data={"record_count": len(rows), listing.key: rows})


def _in_its_own_order(ids: array, number: int) -> array:
    """As asked for, number 0; else in an order that depends on the number alone."""
    return array("q", Random(number).sample(ids, len(ids))) if number else ids


def empty_list(switches: Switches, request: Request) -> Answer:
    """The list of an agent who may not see any of its rows."""
    listing = LISTINGS[request.entity]
    counted = listing.pages or listing.key == "actions"
    wrapped = _wrapped(switches, request.entity, listing, [])
    return Answer(data={"record_count": 0} | wrapped if counted else wrapped)


def matching(table: Table, question: Filter) -> array:
    """Sorted ids of the records a question asks for; the answer to a costly one is remembered by the table."""
    if question.candidates is not None:
        found = [key for key in question.candidates if _passes(table, key, question)]
        return _ordered(table, found, question)
    if not (question.tests or question.keeps) and question.order == ("id", False):
        return table.ids(question.which)
    return table.remembered(
        question.words,
        lambda: _ordered(table, [key for key in table.ids(question.which) if _passes(table, key, question)], question),
    )


def _passes(table: Table, key: int, question: Filter) -> bool:
    if question.keeps and not question.keeps(key):
        return False
    return not question.tests or question.passes(table.get(key))


def _ordered(table: Table, keys: list[int], question: Filter) -> array:
    name, descending = question.order
    if name == "id":
        return array("q", sorted(keys, reverse=descending))
    return array("q", sorted(keys, key=lambda key: (_sortable(table, key, name), key), reverse=descending))


def _sortable(table: Table, key: int, name: str) -> tuple[bool, float, str]:
    """Numbers sort as numbers, everything else as text without regard to case."""
    value = table.get(key).get(name, "")
    is_number = isinstance(value, int | float)
    return (not is_number, value if is_number else 0, "" if is_number else str(value).casefold())


def _page(tenant: Tenant, switches: Switches, request: Request, listing: Listing, ids: array) -> Answer:
    asked = request.number("page_size", UNPAGED_COUNT)
    size = max(1, min(asked, switches.cap_of(request.entity)))
    number = max(1, request.number("page_no", 1))
    last = max(1, -(-len(ids) // size))
    shown = {"empty": number, "first": 1, "last": last}[switches.past_end] if number > last else number
    table = tenant.tables[listing.table]
    rows = [_row(tenant, switches, table.get(key), request) for key in ids[(shown - 1) * size : shown * size]]
    # The size that was asked for is echoed, although fewer rows may come: sizes above the cap are cut silently.
    return Answer(
        data={"page_no": number, "page_size": asked, "record_count": _record_count(request, ids), listing.key: rows}
    )


def _record_count(request: Request, ids: array) -> int:
    """The total over all pages, unless `count` overrides it."""
    return min(len(ids), request.number("count", len(ids)))


def _row(tenant: Tenant, switches: Switches, record: dict, request: Request) -> dict:
    return {"id": record["id"]} if request.flag("idonly") else shapes.row(tenant, switches, record, request)


def _wrapped(switches: Switches, entity: str, listing: Listing, rows: list[dict]):
    """The rows of a list that does not page, in its envelope; that of agents differs with the release."""
    if entity == "Agent" and switches.agent_envelope != "array":
        return {"record_count": len(rows), switches.agent_envelope: rows}
    return rows if listing.key is None else {listing.key: rows}
