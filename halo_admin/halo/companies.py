"""Clients and sites in Halo's words: how their rows are named and what they mean to us.

Halo's client is our company. Its phone and address are those of its main site.
"""

import functools
from typing import Annotated

import msgspec
from msgspec import UNSET, field

from ..records import Client, Site, TypeValue, WholeClient
from . import values
from .decoding import Reader
from .listing import CUSTOMERS, Listing
from .rows import Flag, MaybeMoment, MaybeReference, MaybeText, Memo, OwnId, Reference, Text

CUSTOMER_TYPES_LOOKUP = 33
UNASSIGNED = 1  # the agent that stands for none (halo-api.md 2.5)


class Relationship(msgspec.Struct):
    """One of the relationships of a client; Halo sends the id as a string."""

    id: str | int
    name: str | None = None


def read_relationships(value) -> list[Relationship] | None:
    """The relationships of a client from whatever stands in their place: objects, bare ids, one instead of a list."""
    if value is None or value == "":
        return None
    found = value if isinstance(value, list) else [value]
    return [Relationship(*_id_and_name(one)) for one in found if one is not None]


def _id_and_name(one):
    if isinstance(one, dict):
        if "id" not in one:
            raise values.Wrong("is no list of relationships")
        return values.text(one["id"]) or "", values.text(one.get("name"))
    return values.text(one) or "", None


def read_address(value) -> "Address | None":
    """The lines of an address; blank where Halo sends something that is none."""
    if not isinstance(value, dict):
        return None
    return Address(**{line: values.text(value.get(line)) for line in Address.__struct_fields__})


class Address(msgspec.Struct):
    """The address object of a detail; lists have the same lines one by one."""

    line1: str | None = None
    line2: str | None = None
    line3: str | None = None
    line4: str | None = None
    postcode: str | None = None


class ClientRow(msgspec.Struct):
    """Our names for a client's fields, and Halo's."""

    halo_id: OwnId = field(name="id")
    name: Text = None
    inactive: Flag = None
    type_id: Reference = field(name="customertype", default=None)
    relationships: Annotated[list[Relationship] | None, read_relationships] = field(
        name="customer_relationship", default=None
    )
    relationship_ids: Text = field(name="customer_relationship_list", default=None)
    website: MaybeText = UNSET
    main_site_id: MaybeReference = UNSET
    changed_at: MaybeMoment = field(name="alastupdate", default=UNSET)


class WholeClientRow(ClientRow):
    """A client's detail: what is written to it can be read there."""

    manager_id: Reference = field(name="accountmanagertech", default=None)
    notes: Memo = None


class SiteRow(msgspec.Struct):
    """Our names for a site's fields, and Halo's."""

    halo_id: OwnId = field(name="id")
    name: Text = None
    client_id: Reference = None
    inactive: Flag = None
    phone: Text = field(name="phonenumber", default=None)
    line1: Text = field(name="delivery_address_line1", default=None)
    line2: Text = field(name="delivery_address_line2", default=None)
    line3: Text = field(name="delivery_address_line3", default=None)
    line4: Text = field(name="delivery_address_line4", default=None)
    postcode: Text = field(name="delivery_address_line5", default=None)
    country: Text = field(name="country_code_name", default=None)
    address: Annotated[Address | None, read_address] = field(name="delivery_address", default=None)
    changed_at: MaybeMoment = field(name="slastupdate", default=UNSET)


class TypeRow(msgspec.Struct):
    """A row of a lookup; its id is unique only together with the lookup's."""

    halo_id: Reference = field(name="id")
    name: Text = None
    lookup_id: Reference = field(name="lookupid", default=None)


def _client(row):
    return Client(
        halo_id=row.halo_id,
        name=values.text(row.name),
        active=not row.inactive,
        types=_types(row),
        website=row.website if row.website is UNSET else values.text(row.website),
        main_site_id=row.main_site_id if row.main_site_id is UNSET else values.reference(row.main_site_id),
        changed_at=row.changed_at if row.changed_at is UNSET else values.moment(row.changed_at),
    )


def _whole_client(row):
    manager_id = values.reference(row.manager_id)
    manager_id = None if manager_id == UNASSIGNED else manager_id
    return WholeClient(**msgspec.structs.asdict(_client(row)), manager_id=manager_id, notes=values.memo(row.notes))


def _types(row):
    """The relationships of a client, else its customer type, else none; Halo's order, none twice."""
    if row.relationships is None:
        found = [_relationship(one, None) for one in (row.relationship_ids or "").split(",")]
    else:
        found = [_relationship(one.id, one.name) for one in row.relationships]
    types = {}
    for one in filter(None, found):
        types.setdefault(one.id, one)
    if types:
        return tuple(types.values())
    type_id = values.reference(row.type_id)
    return (TypeValue("type", str(type_id)),) if type_id else ()


@functools.lru_cache(maxsize=1000)
def _relationship(halo_id, name):
    """The value of a relationship, the same for "1" and 1; None where it says none. Few values, many rows: kept."""
    try:
        known_by = values.reference(halo_id)
    except values.Wrong:
        known_by = values.text(halo_id)
    return TypeValue("relationship", str(known_by), values.text(name)) if known_by else None


def _site(row):
    where = (
        row if row.address is None or any((row.line1, row.line2, row.line3, row.line4, row.postcode)) else row.address
    )
    street = ", ".join(filter(None, (values.text(where.line1), values.text(where.line2))))
    return Site(
        halo_id=row.halo_id,
        client_id=values.reference(row.client_id),
        name=values.text(row.name),
        active=not row.inactive,
        phone=values.text(row.phone),
        street=street or None,
        city=values.text(where.line3),
        state=values.text(where.line4),
        postal_code=values.text(where.postcode),
        country=values.text(row.country),
        changed_at=row.changed_at if row.changed_at is UNSET else values.moment(row.changed_at),
    )


def _type(row):
    if values.reference(row.lookup_id) not in (None, CUSTOMER_TYPES_LOOKUP):
        return None  # Halo ignores what it does not know, so a filter is checked here too
    halo_id = values.reference(row.halo_id)
    return halo_id and TypeValue("type", str(halo_id), values.text(row.name))


CLIENTS = Listing("clients", "/Client", ("clients",), Reader(ClientRow, _client), {"includeinactive": True}, CUSTOMERS)
SITES = Listing(
    "sites", "/Site", ("sites",), Reader(SiteRow, _site), {"includeinactive": True, "includeaddress": True}, CUSTOMERS
)
ONE_CLIENT = CLIENTS._replace(reader=Reader(WholeClientRow, _whole_client))
CUSTOMER_TYPES = Listing(
    "customer types",
    "/Lookup",
    ("lookups",),
    Reader(TypeRow, _type),
    {"lookupid": CUSTOMER_TYPES_LOOKUP, "showallcodes": True},
)


def main_site(sites, named):
    """Of a client's sites the one that holds its phone and address; None without one, UNSET while nothing tells it.

    sites have halo_id and active; named: the id that the client names, None or UNSET where it names none. The sites
    list does not tell: a single active site is the main one; with several it is the one that is named.
    """
    active = [site for site in sites if site.active]
    if len(active) <= 1:
        return active[0] if active else None
    if named is UNSET or named is None:
        return UNSET
    return next((site for site in sites if site.halo_id == named), UNSET)


def customer_types(halo) -> list[TypeValue]:
    """The customer types of a tenant (lookup 33), without the default row 0; raises a HaloError."""
    return [row for row in halo.rows(CUSTOMER_TYPES) if isinstance(row, TypeValue)]
