"""What is written to Halo: our names of what can be, and Halo's. The listings read the answer, and read back later."""

from datetime import UTC, datetime
from typing import NamedTuple

from ..records import TypeValue
from .companies import ONE_CLIENT, SITES
from .contacts import ONE_CONTACT
from .listing import Listing
from .notes import NOTES


class Writing(NamedTuple):
    """names: {our name: Halo's}; flags go along with every write."""

    listing: Listing
    names: dict[str, str]
    flags: dict = {}


CLIENT = Writing(
    ONE_CLIENT, {"name": "name", "website": "website", "manager_id": "accountmanagertech", "notes": "notes"}
)
# what a new client says about the main site that Halo makes along
MAIN_SITE = {"phone": "newclient_phonenumber", "street": "line1", "city": "line3", "state": "line4",
             "postal_code": "postcode"}  # fmt: skip
SITE = Writing(
    SITES,
    {"phone": "phonenumber", "street": "delivery_address_line1", "city": "delivery_address_line3",
     "state": "delivery_address_line4", "postal_code": "delivery_address_line5", "country": "country_code_name"},
    {"issitedetails": True},  # without it Halo saves nothing (halo-api.md 2.6)
)  # fmt: skip
USER = Writing(
    ONE_CONTACT,
    {"first_name": "firstname", "last_name": "surname", "name": "name", "email": "emailaddress",
     "phone": "phonenumber", "mobile": "mobilenumber", "title": "title", "site_id": "site_id", "notes": "notes",
     "unsubscribed": "neversendmarketingemails"},
)  # fmt: skip
NOTE = Writing(
    NOTES,
    {"client_id": "client_id", "user_id": "user_id", "text": "note", "subject": "subject", "at": "datetime",
     "agent_id": "who_agentid", "marker": "third_party_id"},
)  # fmt: skip
WRITINGS = {"client": CLIENT, "site": SITE, "user": USER, "note": NOTE}


def payload(kind: str, values: dict, halo_id: int | None = None) -> dict:
    """A record in Halo's names. values: by our names; None empties a text, and is nobody for an agent.

    A client's "type" is (TypeValue or None, the relationships it has now): the first of them is replaced, or removed.
    """
    writing = WRITINGS[kind]
    record = {"id": halo_id} if halo_id else {}
    for name, value in values.items():
        if name == "type":
            record |= _type(*value)
        elif name in writing.names:
            record[writing.names[name]] = _written(name, value)
    if "street" in values and kind == "site":
        record["delivery_address_line2"] = ""  # read together with the first line, as one street
    return record | writing.flags


def new_client(values: dict, site: dict) -> dict:
    """A client that does not exist yet, with what its main site is to hold."""
    record = payload("client", {name: value for name, value in values.items() if value is not None})
    address = {MAIN_SITE[name]: value for name, value in site.items() if value and name in MAIN_SITE}
    phone = address.pop("newclient_phonenumber", None)
    record |= {"newclient_sitename": "Main"} | ({"newclient_phonenumber": phone} if phone else {})
    return record | ({"newclient_delivery_address": address} if address else {})


def _written(name, value):
    if name == "manager_id":
        return value or 0
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"  # without a zone it is UTC (halo-api.md 2.5)
    return "" if value is None else value


def _type(value: TypeValue | None, relationships):
    if value is None:
        others = _told(relationships[1:])
        return {"customer_relationship": others} | ({} if others else {"customertype": 0})
    if value.source == "type":
        return {"customertype": int(value.id)}
    return {"customer_relationship": _told([value, *(one for one in relationships[1:] if one.id != value.id)])}


def _told(relationships):
    return [{"id": one.id, "name": one.name or ""} for one in relationships]
