"""The control endpoints under /practice/: faults, switches, records and stats, for tests and for the curious.

GET  /practice/stats       DELETE: count anew              POST /practice/reset: all as it was started
GET  /practice/faults      POST {"name": "slow", "after": 3, "times": 1, "match": "/Client"}   DELETE: none
GET  /practice/switches    POST {"website_in_list": "off"}
POST /practice/records     [{"entity": "Client", "record": {"name": "New"}, "site": {"phonenumber": "1"}},
                            {"entity": "Users", "delete": 812}, {"entity": "Client", "merge": 25, "into": 26}]
"""

import re

import msgspec

from .faults import KINDS, UnknownFault
from .listings import LISTINGS
from .made_up.settings import lookup_row
from .messages import Answer, Request
from .switches import UnknownSwitch
from .tenant import lookup_key
from .writing import creating
from .writing.deleting import drop_whole
from .writing.merging import merge_client, merge_user

_MERGES = {"Client": merge_client, "Users": merge_user}


def answer_control(app, request: Request) -> Answer:
    """Answer a control request; a mistake in it is a 400 that says what is wrong."""
    work = _ROUTES.get((request.method, request.path.rstrip("/")))
    if work is None:
        return Answer(status=404, data={"error": "There is no such control endpoint.", "endpoints": sorted(
            f"{method} {path}" for method, path in _ROUTES)})  # fmt: skip
    try:
        return Answer(data=work(app, msgspec.json.decode(request.body) if request.body else {}))
    except (UnknownFault, UnknownSwitch, UnknownRecord, msgspec.DecodeError, re.error) as error:
        return Answer(status=400, data={"error": str(error)})


class UnknownRecord(ValueError):
    """A change of a record that cannot be carried out."""


def stats(app) -> dict:
    """Counts by route, status and fault; the most requests in any window and how many the quota refused."""
    return app.stats.as_dict() | {"peak": app.quota.peak, "refused": app.quota.refused}


def change_record(app, change: dict) -> dict | None:
    """Insert, change, delete or merge one record without any rule; the answer is the record as it is kept.

    "record" holds the tenant's own field names: those of list rows, a site's address as line1 … line5 and country;
    its "raw" goes out over everything else. Without an id, or with one that is not there, a record is made, a client
    with a main site ("site" says what is on it), a site with its General User. Raises UnknownRecord.
    """
    entity, tenant = change.get("entity"), app.tenant
    if entity not in LISTINGS:
        raise UnknownRecord(f"entity is one of {', '.join(LISTINGS)}, not {entity}.")
    table = LISTINGS[entity].table
    if "delete" in change:
        return drop_whole(tenant, table, change["delete"])
    if "merge" in change:
        _MERGES[entity](tenant, change["merge"], change["into"], app.switches.merged)
        return tenant.get(table, change["merge"])
    if not isinstance(change.get("record"), dict):
        raise UnknownRecord("A change has a record, or an id to delete or merge.")
    return _put(tenant, table, change["record"], change.get("site", {}))


def _put(tenant, table: str, record: dict, main_site: dict) -> dict:
    if table == "lookups":
        key = lookup_key(record)
        blank = lookup_row(record["lookupid"], record["id"], "")
        tenant.put(table, key, (tenant.get(table, key) or blank) | record)
        return tenant.get(table, key)
    key = record.get("id")
    if key is not None and tenant.get(table, key) is not None:
        return tenant.save(table, key, record)
    if table == "sites":
        return creating.site(tenant, {"name": "Main"} | record, key)
    if table == "clients" and "main_site_id" not in record:
        key = key or tenant.tables[table].next_id()
        main = creating.site(tenant, {"name": "Main", "client_id": key} | main_site)
        record = record | {"main_site_id": main["id"]}
    return creating.new_record(tenant, table, record, key)


def _add_fault(app, settings: dict) -> dict:
    app.book.add(**({"name": ""} | settings))
    return _faults(app)


def _faults(app, _=None) -> dict:
    on = [
        {"name": one.kind.name, "match": one.match.pattern, "seen": one.seen, "fired": one.fired, **one.params}
        for one in app.book.faults
    ]
    return {"on": on, "known": {name: kind.text for name, kind in KINDS.items()}}


def _clear_faults(app, _) -> dict:
    app.book.clear()
    return _faults(app)


def _set_switches(app, settings: dict) -> dict:
    for name, value in settings.items():
        app.switches.turn(name, value)
    return app.switches.as_dict()


def _forget_stats(app, _) -> dict:
    app.stats.reset()
    app.quota.forget_peak()
    return stats(app)


def _change_records(app, changes) -> list:
    with app.tenant.lock:
        return [change_record(app, change) for change in (changes if isinstance(changes, list) else [changes])]


def _reset(app, _) -> dict:
    app.reset()
    return {"reset": True}


_ROUTES = {
    ("GET", "/practice/stats"): lambda app, _: stats(app),
    ("DELETE", "/practice/stats"): _forget_stats,
    ("GET", "/practice/faults"): _faults,
    ("POST", "/practice/faults"): _add_fault,
    ("DELETE", "/practice/faults"): _clear_faults,
    ("GET", "/practice/switches"): lambda app, _: app.switches.as_dict(),
    ("POST", "/practice/switches"): _set_switches,
    ("POST", "/practice/records"): _change_records,
    ("POST", "/practice/reset"): _reset,
}
