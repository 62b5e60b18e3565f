"""Which of Halo's records an unlinked one of ours may be: by phone, then website, then name; contacts by e-mail.

The mirror tells what was read; Halo is searched for what came since. What either names is asked for by itself.
"""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from .. import normal
from ..db import db, owned
from ..halo.companies import CLIENTS, SITES
from ..halo.contacts import CONTACTS
from ..halo.errors import HaloRejected
from ..mirror import tombstones
from ..mirror.models import HaloRecord
from ..records import Client, Contact, Site
from . import sides as both
from .sides import CALLERS, CannotRead

SHOWN = 3
WORDS = {"phone_key": "phone", "website_key": "website", "name_key": "name", "email_key": "e-mail"}


def find(labour, sides, record) -> tuple[list[dict], list[int]]:
    """The likeliest ones, as the dialog shows them, and the ids of all: {"halo_id", "name", "by", "told", "taken",
    "active", "unreadable", "left_out"}.

    taken: the name of the record here that it is linked to already, which nobody may choose then; unreadable: why it
    cannot be read, and not be chosen either. left_out: how a person kept it out of imports, which linking it ends.
    """
    keys = {name: key for name, key in sides.keys_of(record).items() if key}
    ids = _ids(labour, sides, record, keys)
    # the strongest first, among many with one name; what is asked for costs requests
    ordered = sorted(ids, key=lambda halo_id: (*(key not in ids[halo_id] for key in keys), halo_id))
    found = [_asked(labour, sides, keys, halo_id, ids[halo_id]) for halo_id in ordered[:SHOWN]]
    likeliest = sorted(
        filter(None, found), key=lambda one: (*(WORDS[key] not in one["by"] for key in keys), one["halo_id"])
    )
    return likeliest, sorted({*ids, *_namesakes(labour, sides, record, keys)})


def known(labour, sides, record) -> list[int]:
    """The ids of all that Halo holds already and that could be mistaken for one that is about to be made."""
    keys = {name: key for name, key in sides.keys_of(record).items() if key}
    return sorted({*_ids(labour, sides, record, keys), *_namesakes(labour, sides, record, keys)})


class Newest(NamedTuple):
    """The rows of a list that were made last; top: the highest id, None where that is not certain."""

    rows: tuple
    top: int | None


def newest(labour, halo_kind: str) -> Newest:
    """Raises a HaloError."""
    listing = CLIENTS if halo_kind == "client" else CONTACTS
    rows = labour.ask(lambda halo: halo.page(listing, 1, orderdesc=True)).rows
    ids = [row.halo_id for row in rows]
    is_ordered = ids and None not in ids and ids == sorted(ids, reverse=True)
    return Newest(rows, ids[0] if is_ordered else None)


def _ids(labour, sides, record, keys):
    """{halo_id: the keys that say so} of what was read and of what Halo's search finds."""
    ids, country = _mirrored(sides, keys), sides.account.default_country
    for halo_id, by in labour.ask(lambda halo: _searched(halo, record, keys, sides.kind.halo_kind, country)).items():
        ids.setdefault(halo_id, set()).update(by)
    return ids


def _namesakes(labour, sides, record, keys):
    """The ids of contacts that are called the same, where no e-mail tells ours from them."""
    if sides.kind.halo_kind != "user" or "email_key" in keys:
        return []
    rows = labour.ask(lambda halo: _rows(halo, CONTACTS, record.name, Contact))
    return [row.halo_id for row in rows if normal.name_key(row.name) == normal.name_key(record.name)]


def _mirrored(sides, keys):
    """{halo_id: the keys that say so}"""
    found = {}
    for name, key in keys.items():
        here = (HaloRecord.tenant_id == sides.tenant_id, HaloRecord.kind == sides.kind.halo_kind,
                getattr(HaloRecord, name) == key, HaloRecord.gone_at.is_(None),
                HaloRecord.follows_id.is_(None))  # fmt: skip
        chosen = sa.select(HaloRecord.halo_id).where(*here).order_by(HaloRecord.halo_id + 0).limit(SHOWN * 4)
        for halo_id in db.session.scalars(chosen):
            if halo_id > 0 and (sides.kind.halo_kind, halo_id) != ("client", CALLERS):
                found.setdefault(halo_id, set()).add(name)
    return found


def _searched(halo, record, keys, halo_kind, country):
    """The same of what Halo's own search finds; a search that Halo does not heed finds nothing that counts."""
    found = {}

    def add(halo_id, name):
        found.setdefault(halo_id, set()).add(name)

    if halo_kind == "user":
        if "email_key" in keys:
            for row in _rows(halo, CONTACTS, record.email, Contact):
                if row.no_person is None and normal.email_key(row.email) == keys["email_key"]:
                    add(row.halo_id, "email_key")
        return found
    if "phone_key" in keys:
        for row in _rows(halo, SITES, record.phone, Site):
            if row.client_id and row.client_id != CALLERS and normal.phone_key(row.phone, country) == keys["phone_key"]:
                add(row.client_id, "phone_key")
    for name, text in (("website_key", keys.get("website_key")), ("name_key", record.name)):
        for row in _rows(halo, CLIENTS, text, Client) if name in keys else ():
            if row.halo_id != CALLERS and _key_of(row, name) == keys[name]:
                add(row.halo_id, name)
    return found


def _rows(halo, listing, text, record_type):
    return [row for row in halo.page(listing, 1, search=text).rows if isinstance(row, record_type)]


def _key_of(row, name):
    return normal.name_key(row.name) if name == "name_key" else normal.website_key(row.website or None)


def _asked(labour, sides, keys, halo_id, known_by):
    """One of Halo's as it is now; None where it is gone, or nothing like ours any more."""
    try:
        held = labour.ask(lambda halo: both.ask(halo, sides.kind.halo_kind, halo_id))
    except (CannotRead, HaloRejected) as error:
        by = [WORDS[name] for name in keys if name in known_by]
        return _shown(sides, halo_id, name="", by=by, told=[], active=True, unreadable=str(error))
    if held is None or getattr(held.record, "no_person", None):
        return None
    theirs = sides.keys_of_theirs(held)
    by = [WORDS[name] for name, key in keys.items() if theirs.get(name) == key]
    if not by:
        return None
    values = sides.theirs(held)
    told = [values[name].words for name in ("phone", "email", "website", "city") if name in values]
    return _shown(sides, halo_id, name=held.record.name or "", by=by, told=[one for one in told if one],
                  active=held.record.active)  # fmt: skip


def _shown(sides, halo_id, unreadable=None, **told):
    row = _row(sides, halo_id)
    name = told.pop("name") or (row and row.label) or ""
    left_out = row.answer if row and tombstones.is_left_out(row.answer) else None
    return {"halo_id": halo_id, "name": name, "taken": _taken_by(sides, row), "unreadable": unreadable,
            "left_out": left_out and tombstones.sentence(left_out, _day(sides, left_out["at"]))} | told  # fmt: skip


def _row(sides, halo_id):
    here = (HaloRecord.tenant_id == sides.tenant_id, HaloRecord.kind == sides.kind.halo_kind,
            HaloRecord.halo_id == halo_id)  # fmt: skip
    return db.session.scalar(owned(HaloRecord, sides.account.id).where(*here))


def _day(sides, at):
    local = datetime.fromisoformat(at).astimezone(ZoneInfo(sides.account.time_zone))
    return f"{local.day} {local:%B %Y}"


def taken_by(sides, halo_id: int) -> str | None:
    """The name of the record here that one of Halo's is linked to."""
    return _taken_by(sides, _row(sides, halo_id))


def _taken_by(sides, row):
    ours = db.session.get(sides.kind.model, row.ours_id) if row and row.ours_id else None
    return ours.name if ours else None
