"""Linking a record by hand: finding the Halo record in the mirror, and making the link."""

from typing import NamedTuple

import sqlalchemy as sa

from .. import normal
from ..db import among, db, now
from ..mirror import tombstones
from ..mirror.models import HaloRecord
from ..mirror.tombstones import NotNow
from . import changes, linked
from .contact_models import Contact
from .models import Company
from .parting import NOUNS, THEIRS, locked

MOST = 20  # records that are offered
CALLERS = 1  # Halo's own client for callers it cannot place is no company
# sorts behind nearly every letter that a name may go on with, wherever a database puts signs
AFTER_LETTERS = "龥"


class Offers(NamedTuple):
    """Halo records that a record may be linked to; more: there are others like them."""

    rows: list[HaloRecord]
    more: bool


def like(record, tenant_id: int) -> Offers:
    """The unlinked Halo records that have a normal form in common with a record of ours."""
    keys = {name: getattr(record, name, None) for name in ("email_key", "website_key", "phone_key", "name_key")}
    if not isinstance(record, Company):
        keys |= {"phone_key": None, "name_key": normal.name_key(record.name)}
    clauses = [getattr(HaloRecord, name) == value for name, value in keys.items() if value is not None]
    return _found(type(record), tenant_id, clauses)


def find(model, tenant_id: int, q: str, country: str) -> Offers:
    """The unlinked Halo records that a text finds: by Halo's id, the beginning of a name, an e-mail address, a website
    or a phone number. A contact is found by its names the other way round, the beginning of its e-mail, and its
    company's website and phone as well.
    """
    clauses = _by_id(q) + _by_name(model, q) + _by_address(model, tenant_id, q)
    return _found(model, tenant_id, clauses + _by_phone(model, tenant_id, q, country))


def link(account_id: int, model, record_id: int, halo_record_id: int, by) -> HaloRecord:
    """Link a record to a Halo record: the next import merges the two as at a first link. Raises NotNow.

    In a writing transaction; the caller commits.
    """
    tenant_id = tombstones.hold(account_id)
    record = locked(account_id, model, record_id)
    taken = tombstones.standing_for([tenant_id], model.HALO_KIND, record.id) if tenant_id else []
    if taken:
        raise NotNow(f"{record.name} is linked to {THEIRS[model]} {taken[0].halo_id} already. Unlink it first.")
    row = _free_row(model, tenant_id, halo_record_id)
    row.not_same = [one for one in row.not_same or () if one != record.id] or None
    row.ours_id, row.follows_id, row.matched_by, row.linked_at = record.id, None, "a person", now()
    row.base, row.fingerprint, row.answer = {}, None, None
    if row.outcome == "review":
        row.run_id = None
    row.outcome = None  # of no import
    linked.settle(model, account_id, [record.id])
    told = f"{THEIRS[model]} {row.halo_id}, {row.label or 'no name'}"
    changes.note(NOUNS[model], record.id, account_id, by, "linked", note=told)
    return row


def _free_row(model, tenant_id, halo_record_id):
    wanted = sa.select(HaloRecord).where(*_linkable(model, tenant_id), HaloRecord.id == halo_record_id)
    row = db.session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise NotNow("This Halo record is not there any more. Choose another one.")
    if row.ours_id is not None:
        raise NotNow(f"{THEIRS[model]} {row.halo_id} is linked to another {NOUNS[model]} by now. Choose another one.")
    return row


def _linkable(model, tenant_id):
    """What can be linked at all: what Halo still holds and could be read, and is no sign for nobody in particular."""
    return (
        HaloRecord.tenant_id == tenant_id, HaloRecord.kind == model.HALO_KIND, HaloRecord.gone_at.is_(None),
        # plus nothing: SQLite would rather walk all of a kind by their ids than look up what is asked for
        HaloRecord.values.is_not(None), HaloRecord.halo_id + 0 > 0,
        *([HaloRecord.halo_id != CALLERS] if model is Company else []),
        *([HaloRecord.type_key.is_(None)] if model is Contact else []),
    )  # fmt: skip


def _found(model, tenant_id, clauses):
    """The first records of each clause, each along its own index."""
    found = {}
    for clause in clauses:
        chosen = sa.select(HaloRecord).where(*_linkable(model, tenant_id), HaloRecord.ours_id.is_(None), clause)
        rows = db.session.scalars(chosen.limit(MOST + 1))
        found |= {row.id: row for row in sorted(rows, key=lambda row: (row.label or "", row.halo_id))}
    rows = list(found.values())
    return Offers(rows[:MOST], len(rows) > MOST)


def _by_id(q):
    return [HaloRecord.halo_id == int(q)] if q.isdecimal() and len(q) < 19 else []


def _by_name(model, q):
    words = q.split()
    # "Poole, Sam" is Sam Poole, "van Dyke Sam" is Sam van Dyke
    turned = [words[1:] + words[:1], words[-1:] + words[:-1]] if model is Contact else []
    keys = dict.fromkeys(normal.name_key(" ".join(one)) for one in (words, *turned))
    return [_begins(HaloRecord.name_key, key) for key in keys if key]


def _begins(column, text):
    # the range is what an index holds; a database's own order may let others into it
    within = (column >= text, column < text + AFTER_LETTERS)
    return sa.and_(*within, column.startswith(text, autoescape=True))


def _by_address(model, tenant_id, q):
    email, website = normal.email_key(q), normal.website_key(q)
    clauses = [HaloRecord.email_key == email] if email else []
    clauses += [_begins(HaloRecord.email_key, q.lower())] if model is Contact and " " not in q else []
    return clauses + (_by_client(model, tenant_id, HaloRecord.website_key == website) if website else [])


def _by_phone(model, tenant_id, q, country):
    phone = normal.phone_key(q, country)
    return _by_client(model, tenant_id, HaloRecord.phone_key == phone) if phone else []


def _by_client(model, tenant_id, clause):
    if model is Company:
        return [clause]
    clients = sa.select(HaloRecord.halo_id).where(HaloRecord.tenant_id == tenant_id, HaloRecord.kind == "client")
    ids = list(db.session.scalars(clients.where(clause).limit(MOST)))
    return [among(HaloRecord.parent_id, ids)] if ids else []
