"""How records look on the way out: thin rows in lists, more in details (halo-api.md 3), one pair of functions each."""

from collections.abc import Callable
from typing import NamedTuple

from ..messages import Request
from ..switches import Switches
from ..tenant import Tenant
from . import customers, staff, work


class Shape(NamedTuple):
    """Both take (tenant, switches, record, request); a detail is whole, without the row."""

    row: Callable[..., dict]
    detail: Callable[..., dict]


def _as_it_is(tenant, switches, record, request) -> dict:
    return dict(record)


_AS_IT_IS = Shape(_as_it_is, _as_it_is)
_SHAPES = {
    "Client": Shape(customers.client_row, customers.client_detail),
    "Site": Shape(customers.site_row, customers.site_detail),
    "Users": Shape(customers.user_row, customers.user_detail),
    "Agent": Shape(staff.agent_row, staff.agent_detail),
    "Opportunities": Shape(work.ticket_row, work.ticket_detail),
    "Tickets": Shape(work.ticket_row, work.ticket_detail),
    "CRMNote": Shape(work.note_row, work.note_row),
}


def row(tenant: Tenant, switches: Switches, record: dict, request: Request) -> dict:
    """A record as it stands in the list of the request; what a record keeps as `raw` goes out as it is."""
    shape = _SHAPES.get(request.entity, _AS_IT_IS)
    return _raw(shape.row(tenant, switches, record, request), record)


def detail(tenant: Tenant, switches: Switches, record: dict, request: Request) -> dict:
    """A record as GET one, POST and DELETE answer it."""
    shape = _SHAPES.get(request.entity, _AS_IT_IS)
    return _raw(shape.detail(tenant, switches, record, request), record)


def _raw(shown: dict, record: dict) -> dict:
    if "raw" not in record:
        return shown
    shown.pop("raw", None)
    return shown | record["raw"]
