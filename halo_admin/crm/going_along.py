"""What goes along with a record that is deleted: told on its page first, and compared once more when it is done."""

import hashlib
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from ..db import db, owned
from ..mirror.links import links_of
from ..mirror.models import HaloRecord
from . import activity, lists, tables
from .contact_models import Contact
from .models import Company
from .opportunity_models import Opportunity


class Along(NamedTuple):
    """contacts and opportunities stay, without the record; of them tables.MANY + 1 stands for all that are more.

    halo_ids: of what it is linked to in the present Halo. lists: the names of those it is on.
    """

    halo_ids: list[int]
    contacts: int = 0
    opportunities: int = 0
    notes: int = 0
    lists: list[str] = []

    @property
    def seen(self) -> str:
        """A digest of all that is told: another one means that a person has not seen what goes along."""
        return hashlib.blake2s(msgspec.json.encode(tuple(self)), digest_size=16).hexdigest()


def of(record) -> Along:
    """What goes along with a company, a contact or an opportunity as things stand."""
    linked = links_of(record.account_id, record.HALO_KIND, [record.id]).with_only_columns(HaloRecord.halo_id)
    along = Along(list(db.session.scalars(linked)))
    if isinstance(record, Opportunity):
        return along
    along = along._replace(opportunities=_number_of_opportunities(record), notes=activity.number(record))
    if isinstance(record, Company):
        return along._replace(contacts=number_of_contacts(record))
    return along._replace(lists=lists.names_on([record.id]).get(record.id, []))


def number_of_contacts(company: Company) -> int:
    """How many contacts a company has; tables.MANY + 1 stands for all that are more."""
    return tables.count(_contacts(company))


def numbers_from_halo(company: Company, tenant_id: int) -> tuple[int, int]:
    """How many of a company's contacts came from Halo, and how many more are linked to it, counted like that."""
    in_halo = sa.exists().where(
        HaloRecord.tenant_id == tenant_id,
        HaloRecord.kind == Contact.HALO_KIND,
        HaloRecord.ours_id == Contact.id,
        HaloRecord.follows_id.is_(None),
    )
    mine = _contacts(company).where(in_halo)
    came, only_linked = mine.where(Contact.made_by_run.is_not(None)), mine.where(Contact.made_by_run.is_(None))
    return tables.count(came), tables.count(only_linked)


def _number_of_opportunities(record):
    column = Opportunity.company_id if isinstance(record, Company) else Opportunity.contact_id
    return tables.count(owned(Opportunity, record.account_id).where(column == record.id))


def _contacts(company):
    return owned(Contact, company.account_id).where(Contact.company_id == company.id)
