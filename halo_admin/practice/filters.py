"""What the query of a list asks for (halo-api.md 2.2, 2.3). Parameters that are not known here are ignored."""

from collections.abc import Callable
from dataclasses import dataclass

from . import searching
from .listings import LISTINGS
from .made_up import times
from .messages import Request
from .switches import Switches
from .tenant import CHANGED, LOOKUP_SPAN, Tenant

Test = Callable[[dict], bool]

_PAGING = ("pageinate", "page_no", "page_size", "count", "idonly")
_CUSTOMERS = ("Client", "Site", "Users")
_SALES = ("Opportunities", "Tickets")
_TICKET_FIELDS = ("client_id", "site_id", "user_id", "status_id", "agent_id", "tickettype_id")
# The parameters that ask for one value of a field.
_EQUAL = {"Client": ("toplevel_id",), "Opportunities": _TICKET_FIELDS, "Tickets": _TICKET_FIELDS}


@dataclass(frozen=True)
class Filter:
    """which: all, active or inactive; candidates: the only ids to look at; words: all the answer hangs on.

    keeps is a test of the id alone, which spares the making of the record.
    """

    which: str
    keeps: Callable[[int], bool] | None
    tests: tuple[Test, ...]
    candidates: list[int] | None
    order: tuple[str, bool]
    words: tuple

    def passes(self, record: dict) -> bool:
        return all(test(record) for test in self.tests)


def filters_of(tenant: Tenant, switches: Switches, request: Request) -> Filter:
    """The question a list is asked; raises Refused where Halo answers 400."""
    which = _which(request)
    tests = [_is(name, request.number(name)) for name in _EQUAL.get(request.entity, ()) if name in request.query]
    tests += [
        *_of_customers(request),
        *_of_agents(request),
        *_of_work(tenant, request),
        *_since(tenant, switches, request),
    ]
    candidates = _candidates(tenant, request)
    wanted = request.query.get("search", "").strip() if switches.search_honoured else ""
    if wanted and candidates is None:
        candidates = searching.ids_with(tenant, request.entity, wanted)
    elif wanted:
        tests += [searching.has(request.entity, wanted)]
    tests += searching.advanced(request)
    if candidates is not None and which != "all":
        tests += [lambda record: bool(record.get("inactive")) == (which == "inactive")]
    words = tuple(sorted((name, value) for name, value in request.query.items() if name not in _PAGING))
    words = (request.entity, switches.lastupdate_honoured, words)
    order = (request.query.get("order", "").lower() or "id", request.flag("orderdesc"))
    return Filter(which, _keeps(tenant, request), tuple(tests), candidates, order, words)


def _which(request: Request) -> str:
    """Active records unless asked otherwise; other lists hold all."""
    if request.entity == "Agent":
        return "all" if request.flag("includedisabled") else "active"
    if request.entity not in _CUSTOMERS:
        return "active" if request.entity in _SALES else "all"
    active, inactive = request.flag("includeactive", True), request.flag("includeinactive")
    return "all" if active and inactive else "inactive" if inactive else "active"


def _candidates(tenant: Tenant, request: Request) -> list[int] | None:
    """Ids known to be all that can fit, where something tells them."""
    match request.entity:
        case "Users" if "site_id" in request.query:
            return [user["id"] for user in tenant.users_of(request.number("site_id"))]
        case "Users" if "client_id" in request.query:
            sites = tenant.sites_of(request.number("client_id"))
            return [user["id"] for site in sites for user in tenant.users_of(site["id"])]
        case "Site" if "client_id" in request.query:
            return [site["id"] for site in tenant.sites_of(request.number("client_id"))]
        case "Lookup":
            kind = request.number("lookupid")
            return [key for key in tenant.tables["lookups"].ids() if key // LOOKUP_SPAN == kind]
    return None


def _keeps(tenant: Tenant, request: Request) -> Callable[[int], bool] | None:
    no_general_user = request.flag("exclude_generaluser") or request.flag("exclude_defaultsiteusers")
    return tenant.is_no_general_user if request.entity == "Users" and no_general_user else None


def _of_customers(request: Request) -> list[Test]:
    if request.entity != "Users":
        return []
    return [
        *_when(request.flag("exclude_agents"), lambda user: user["linked_agent_id"] == 0),
        *_when(not request.flag("includeserviceaccount", True), lambda user: not user["isserviceaccount"]),
        *_when(not request.flag("includenonserviceaccount", True), lambda user: user["isserviceaccount"]),
    ]


def _of_agents(request: Request) -> list[Test]:
    if request.entity != "Agent":
        return []
    return [
        *_when(not request.flag("includeapiagents"), lambda agent: not agent["isapiagent"]),
        *_when(not request.flag("includeunassigned", True), lambda agent: agent["id"] != 1),
        *_when(not request.flag("includeenabled", True), lambda agent: agent["isdisabled"]),
    ]


def _of_work(tenant: Tenant, request: Request) -> list[Test]:
    if request.entity == "Lookup":
        return [
            *_when(not request.flag("showallcodes"), lambda row: not row["inactive"]),
            *_when(request.flag("exclude_zero"), lambda row: row["id"] != 0),
        ]
    if request.entity not in _SALES:
        return []
    return [
        *_when(request.entity == "Opportunities", lambda ticket: is_opportunity(tenant, ticket)),
        *_when(request.flag("open_only"), lambda ticket: not ticket["hasbeenclosed"]),
        *_when(request.flag("closed_only"), lambda ticket: ticket["hasbeenclosed"]),
    ]


def is_opportunity(tenant: Tenant, ticket: dict) -> bool:
    """A ticket is an opportunity by the use of its type."""
    return (tenant.get("tickettypes", ticket["tickettype_id"]) or {}).get("use") == "opps"


def _since(tenant: Tenant, switches: Switches, request: Request) -> list[Test]:
    """lastupdatefromdate and lastupdatetodate: always honoured on tickets, on customers by a switch."""
    if request.entity not in _SALES and not (request.entity in _CUSTOMERS and switches.lastupdate_honoured):
        return []
    table = LISTINGS[request.entity].table
    first, last = (_moment(request.query.get(name)) for name in ("lastupdatefromdate", "lastupdatetodate"))
    changed = _changed_at(tenant, table)
    return [
        *_when(first is not None, lambda record: changed(record) >= first),
        *_when(last is not None, lambda record: changed(record) <= last),
    ]


def _changed_at(tenant: Tenant, table: str):
    name = CHANGED[table][0]
    return lambda record: times.read(tenant.dated(table, record)[name])


def _moment(text: str | None):
    """A parameter that is a time; what cannot be read is ignored like an unknown parameter."""
    try:
        return times.read(text) if text else None
    except ValueError:
        return None


def _when(asked: bool, test: Test) -> list[Test]:
    return [test] if asked else []


def _is(name: str, value: int) -> Test:
    return lambda record: record[name] == value
