"""Both sides of a record as they are compared: ours, and what Halo holds just now, each in our terms and in words."""

from typing import NamedTuple

import sqlalchemy as sa

from .. import normal
from ..connecting import sending_types
from ..connecting.models import Mapping
from ..crm.models import Company
from ..crm.types import NO_TYPE, type_names
from ..db import db, owned
from ..halo import companies
from ..halo.companies import ONE_CLIENT, SITES
from ..halo.contacts import ONE_CONTACT
from ..mirror.models import HaloRecord
from ..records import Site, Unreadable, WholeClient, WholeContact
from .comparing import BLANK, Value

CALLERS = 1  # the Halo client for whoever belongs to none (halo-api.md 2.5)


class Held(NamedTuple):
    """What Halo holds of one record, asked just now; site: a client's main one."""

    record: WholeClient | WholeContact
    site: Site | None = None

    def changed_at(self, on: str):
        """When the part that holds a field was last changed, where Halo tells it."""
        part = self.site if on == "site" else self.record
        return getattr(part, "changed_at", None) or None


class CannotRead(Exception):
    """Halo gives out the record in a way that nothing can be made of; the text says how."""


def ask(halo, halo_kind: str, halo_id: int) -> Held | None:
    """A client with its main site, or a contact; None where Halo has it no more. Raises a HaloError and CannotRead."""
    record = _readable(halo.one(ONE_CLIENT if halo_kind == "client" else ONE_CONTACT, halo_id))
    if record is None or halo_kind == "user":
        return record and Held(record)
    return Held(record, main_site(halo, record))


def main_site(halo, client: WholeClient) -> Site | None:
    """The site that holds a client's phone and address; None where Halo tells of none."""
    named = _readable(halo.one(SITES, client.main_site_id)) if client.main_site_id else None
    if named is not None and named.client_id == client.halo_id and named.active:
        return named
    return companies.main_site(all_sites_of(halo, client.halo_id), client.main_site_id) or None


def sites_of(halo, client_id: int) -> list[Site]:
    """A client's active sites, as Halo lists them."""
    return [site for site in all_sites_of(halo, client_id) if site.active]


def all_sites_of(halo, client_id: int) -> list[Site]:
    rows = halo.page(SITES, 1, client_id=client_id).rows
    return [row for row in rows if isinstance(row, Site) and row.client_id == client_id]


def _readable(record):
    if isinstance(record, Unreadable):
        raise CannotRead(record.reason)
    return record


class Sides:
    """Looks up what both sides' ids mean, for one account and its tenant."""

    def __init__(self, account, tenant_id: int, kind):
        self.account, self.tenant_id, self.kind = account, tenant_id, kind
        self.types = type_names(account.id)

    def ours(self, record) -> dict[str, Value]:
        """{field: our value}"""
        return {field.name: self._ours(field, record) for field in self.kind.fields}

    def _ours(self, field, record):
        value = getattr(record, field.column)
        if field.form == "flag":
            return Value(True, "Yes") if value else BLANK
        if value is None or value == "":
            return BLANK
        words = {"type": lambda: self.types.get(value, ""), "salesperson": lambda: record.salesperson.name,
                 "company": lambda: record.company.name}  # fmt: skip
        return Value(value, words[field.name]() if field.form == "choice" else value)

    def theirs(self, held: Held | None) -> dict[str, Value]:
        """{field: Halo's value}; blanks where Halo has no such record."""
        if held is None:
            return {field.name: BLANK for field in self.kind.fields}
        return {field.name: self._theirs(field, held) for field in self.kind.fields}

    def _theirs(self, field, held):
        if field.name == "type":
            return self._type(held.record.types)
        if field.name == "salesperson":
            return self._manager(held.record.manager_id)
        if field.name == "company":
            return self._company(held.record)
        value = getattr(held.site if field.on == "site" else held.record, field.column, None)
        if field.form == "flag":
            return Value(True, "Yes") if value else BLANK
        return BLANK if value is None else Value(value, value)

    def _type(self, values):
        """What the first of a client's types means here; one that means nothing here is itself."""
        if not values:
            return BLANK
        query = sa.select(Mapping).where(Mapping.tenant_id == self.tenant_id, Mapping.kind == sending_types.KIND,
                                         Mapping.halo_key == values[0].key)  # fmt: skip
        row = db.session.scalar(query)
        words = (row and row.halo_name) or values[0].name or values[0].key
        if row and row.choice == "import":
            return Value(row.ours_id, words) if row.ours_id else Value(f"{NO_TYPE}:{row.halo_key}", words)
        return Value(f"halo:{values[0].key}", words)

    def _manager(self, agent_id):
        row = self._mirrored("agent", agent_id) if agent_id else None
        if not agent_id:
            return BLANK
        words = (row and row.label) or f"Halo agent {agent_id}"
        return Value(row.ours_id if row and row.ours_id else f"halo:{agent_id}", words)

    def _company(self, record):
        if record.client_id in (None, CALLERS) or record.is_prospect:
            return BLANK
        row = self._mirrored("client", record.client_id)
        words = (row and row.label) or f"Halo client {record.client_id}"
        return Value(row.ours_id if row and row.ours_id else f"halo:{record.client_id}", words)

    def _mirrored(self, kind, halo_id):
        here = (HaloRecord.tenant_id == self.tenant_id, HaloRecord.kind == kind, HaloRecord.halo_id == halo_id)
        return db.session.scalar(owned(HaloRecord, self.account.id).where(*here))

    def agent_of(self, user_id) -> HaloRecord | None:
        """The Halo agent that a person here is."""
        return self._linked("agent", user_id)

    def client_of(self, company_id) -> HaloRecord | None:
        """The Halo client that a company here is."""
        return self._linked("client", company_id)

    def _linked(self, kind, ours_id):
        here = (HaloRecord.tenant_id == self.tenant_id, HaloRecord.kind == kind, HaloRecord.ours_id == ours_id,
                HaloRecord.follows_id.is_(None))  # fmt: skip
        return db.session.scalar(owned(HaloRecord, self.account.id).where(*here)) if ours_id else None

    def keys_of(self, record) -> dict[str, str | None]:
        """What tells which of Halo's records it is, in the order of how much it tells."""
        keys = self.kind.model.derived({name: getattr(record, name) for name in self.kind.model.FIELDS},
                                       self.account.default_country)  # fmt: skip
        names = ("phone_key", "website_key", "name_key") if self.kind.model is Company else ("email_key",)
        return {name: keys[name] for name in names}

    def keys_of_theirs(self, held: Held) -> dict[str, str | None]:
        """The mirror's key columns of one of Halo's."""
        record = held.record
        if isinstance(record, WholeClient):
            return {"name_key": normal.name_key(record.name), "website_key": normal.website_key(record.website or None),
                    "phone_key": normal.phone_key(held.site.phone if held.site else None,
                                                  self.account.default_country)}  # fmt: skip
        return {"name_key": normal.name_key(record.name), "email_key": normal.email_key(record.email)}
