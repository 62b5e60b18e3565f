"""Which fields a write may set, and how Halo reads their values; every other key is dropped without a word."""

from collections.abc import Callable
from typing import Any

from ..errors import Refused, binding, database
from ..made_up import times

Reader = Callable[[Any, str], Any]


def text(limit: int = 255) -> Reader:
    """Text up to so many characters; a longer one is the database's error."""

    def read(value: Any, key: str) -> str:
        if len(str(value)) > limit:
            raise Refused(database(2628, "String or binary data would be truncated in table 'Halo', column."))
        return str(value)

    return read


def whole(value: Any, key: str) -> int:
    """21, 21.0 and "21" are whole numbers; "21.0" and "abc" are refused (halo-api.md 2.5)."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Refused(binding(key, f"Could not convert string to integer: {value}.")) from None


def number(value: Any, key: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Refused(binding(key, f"Could not convert string to decimal: {value}.")) from None


def truth(value: Any, key: str) -> bool:
    """true and false, also as "true", 1 and 0."""
    readings = {"true": True, "false": False, "1": True, "0": False}
    if str(value).lower() not in readings:
        raise Refused(binding(key, f"Could not convert string to boolean: {value}."))
    return readings[str(value).lower()]


def moment(value: Any, key: str) -> str:
    try:
        times.read(str(value))
    except ValueError:
        raise Refused(binding(key, f"Could not convert string to DateTime: {value}.")) from None
    return str(value)


def relationships(value: Any, key: str) -> list[int]:
    """[{"id": "1", "name": …}] as ids."""
    if not isinstance(value, list):
        raise Refused(binding(key, "Cannot deserialize the current JSON value into type 'List'."))
    return [whole(one.get("id") if isinstance(one, dict) else one, key) for one in value]


def numbers(value: Any, key: str) -> list[int]:
    return [whole(one, key) for one in value] if isinstance(value, list) else []


_LONG = text(10_000_000)

WRITABLE: dict[str, dict[str, Reader]] = {
    "Client": {
        "name": text(), "toplevel_id": whole, "inactive": truth, "customertype": whole, "website": text(250),
        "customer_relationship": relationships, "accountmanagertech": whole, "is_vip": truth, "is_account": truth,
        "domain": text(), "main_site_id": whole, "main_contact_id": whole, "accountsemailaddress": text(),
        "ref": text(), "notes": _LONG,
    },
    "Site": {
        "name": text(), "client_id": whole, "inactive": truth, "phonenumber": text(50), "maincontact_id": whole,
        "notes": _LONG, "country": text(), **{f"line{number}": text() for number in range(1, 6)},
    },
    "Users": {
        "name": text(), "firstname": text(200), "surname": text(200), "title": text(), "site_id": whole,
        "emailaddress": text(), "phonenumber": text(), "mobilenumber": text(), "homenumber": text(),
        "inactive": truth, "isserviceaccount": truth, "is_prospect": truth, "isimportantcontact": truth,
        "neversendemails": truth, "neversendmarketingemails": truth, "linked_agent_id": whole,
        "department": text(), "notes": _LONG,
    },
    "Agent": {
        "name": text(), "firstname": text(), "surname": text(), "email": text(), "isdisabled": truth,
        "isapiagent": truth, "team": text(), "jobtitle": text(), "roles": numbers,
    },
    "Tickets": {
        "summary": text(), "details": _LONG, "tickettype_id": whole, "status_id": whole, "agent_id": whole,
        "client_id": whole, "site_id": whole, "user_id": whole, "oppvalue": number, "oppconversionprobability": number,
        "pipeline_stage_id": whole, "targetdate": moment, "oppcompanyname": text(), "oppcontactname": text(),
        "oppemailaddress": text(), "opptel": text(),
    },
    "CRMNote": {
        "client_id": whole, "site_id": whole, "user_id": whole, "supplier_id": whole, "note": _LONG, "subject": text(),
        "detail": _LONG, "datetime": moment, "who_agentid": whole, "timetaken": number, "nextcalldate": moment,
        "third_party_id": text(), "ticketid": whole,
    },
    "Actions": {
        "ticket_id": whole, "outcome": text(), "outcome_id": whole, "note": _LONG, "hiddenfromuser": truth,
        "important": truth, "timetaken": number, "datetime": moment,
    },
    "Lookup": {"lookupid": whole, "name": text(), "value2": text(), "value3": text(), "sequence": whole,
               "inactive": truth},
}  # fmt: skip
WRITABLE["Opportunities"] = WRITABLE["Tickets"]


def read_fields(entity: str, item: dict, index: int, null_clears: bool) -> dict:
    """What one element of a write sets, in the tenant's own words; raises Refused for a value that does not fit.

    A null is ignored, or clears a text (unknown which on a real tenant).
    """
    fields = {}
    for name, value in _with_address_lines(entity, item).items():
        read = WRITABLE[entity].get(name)
        if read is None or (value is None and not null_clears):
            continue
        fields[name] = read("" if value is None else value, f"[{index}].{name}")
    return fields


def _with_address_lines(entity: str, item: dict) -> dict:
    """A site's address comes as an object or as five lines; the tenant keeps five lines."""
    if entity != "Site":
        return item
    lines = {f"line{number}": item.get(f"delivery_address_line{number}") for number in range(1, 6)}
    if isinstance(address := item.get("delivery_address"), dict):
        lines |= {f"line{number}": address.get(f"line{number}") for number in range(1, 5)}
        lines["line5"] = address.get("postcode")
    given = {name: value for name, value in lines.items() if value is not None}
    return item | given | ({"country": item["country_code_name"]} if "country_code_name" in item else {})
