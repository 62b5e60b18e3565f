"""Decisions as other programs read them: field names as in dumps, blanks as empty text."""

from functools import cached_property

import sqlalchemy as sa

from ..accounts.models import User
from ..crm.contact_models import Contact, ContactList
from ..crm.models import Company, CompanyType
from ..crm.statuses import STATUSES
from ..db import among, db, owned
from ..mirror.models import HaloRecord
from ..normal import markup
from ..normal.sums import plain
from . import stages
from .models import Decision

TOLD = 300  # characters of a note's text


def decisions_of(run, action=None, everything=False) -> list[dict]:
    """A run's decisions in the order of Halo's ids; those where nothing changed only when asked for."""
    chosen = sa.select(Decision, HaloRecord.halo_id).join(HaloRecord, HaloRecord.id == Decision.record_id)
    chosen = chosen.where(Decision.run_id == run.id)
    if action:
        chosen = chosen.where(Decision.action == action)
    elif not everything:
        chosen = chosen.where(Decision.action != "unchanged")
    names = Names(run.account_id)
    told = [_told(decision, halo_id, names) for decision, halo_id in db.session.execute(chosen)]
    if everything or action == "unchanged":
        told += _passed_by(run, {one["halo_id"] for one in told})
    return sorted(told, key=lambda one: one["halo_id"])


# fields that hold the id of a record with a name
NAMED = {"company_id": Company, "contact_id": Contact, "salesperson_id": User, "author_id": User}


class Names:
    """Values as people read them: company types, statuses, companies, people and lists by their names."""

    def __init__(self, account_id):
        self.account_id = account_id
        self.types = {one.id: one.name for one in db.session.scalars(owned(CompanyType, account_id))}
        self.lists = {one.made_for: one.name for one in db.session.scalars(owned(ContactList, account_id))}
        self._named = {Company: {}, Contact: {}, User: {}}

    def of(self, field, value):
        """A field's value as it is told; "" for none."""
        if value is None:
            return ""
        if field in NAMED:
            return self._name(NAMED[field], value)
        told = {"type_id": self._type, "status_id": self._status, "lists": self._lists, "value": plain,
                "text": _beginning}.get(field)  # fmt: skip
        return told(value) if told else value

    def _type(self, type_id):
        return self.types.get(type_id, "")

    def _status(self, status_id):
        return self.statuses.get(status_id, "")

    @cached_property
    def statuses(self):
        return STATUSES.names(self.account_id)

    def _name(self, model, record_id):
        if record_id not in self._named[model]:
            self._know(model, {record_id})
        return self._named[model][record_id]

    def know(self, changes) -> None:
        """Look up at once all names that these changes tell, each {field: [before, after]} or None."""
        for field, model in NAMED.items():
            self._know(model, {one for fields in changes for one in (fields or {}).get(field, ()) if one})

    def _know(self, model, ids):
        new = list(ids - self._named[model].keys())
        if new:
            here = owned(model, self.account_id).where(among(model.id, new)).with_only_columns(model.id, model.name)
            self._named[model] |= dict.fromkeys(new, "") | dict(map(tuple, db.session.execute(here)))

    def _lists(self, purposes):
        return ", ".join(filter(None, (self._list(purpose) for purpose in purposes.split(";"))))

    def _list(self, purpose):
        if purpose in self.lists:
            return self.lists[purpose]
        _, _, type_id = purpose.partition(":")  # a list that is not made yet
        return self.types.get(int(type_id), "") if type_id else purpose.capitalize()


def _beginning(text):
    """The beginning of a note's text: the whole of it is with the note."""
    told = markup.plain(text)
    return told if len(told) <= TOLD else f"{told[:TOLD]}…"


def public(field) -> str:
    """A field's name in files and answers: "type" for "type_id"."""
    return field.removesuffix("_id")


def _told(one, halo_id, names):
    changes = {public(field): [names.of(field, value) for value in pair] for field, pair in one.changes.items()}
    conflicts = [
        conflict | {"field": public(conflict["field"])}
        | {side: names.of(conflict["field"], conflict[side]) for side in ("ours", "theirs")}
        for conflict in one.conflicts
    ]  # fmt: skip
    return {"halo_id": halo_id, "action": one.action, "reason": one.reason, "by": one.by, "ours_id": one.ours_id,
            "changes": changes, "conflicts": conflicts}  # fmt: skip


def _passed_by(run, told):
    here = (HaloRecord.tenant_id == run.tenant_id, HaloRecord.kind == stages.stage(run.stage).kind,
            HaloRecord.run_id == run.id, HaloRecord.outcome == "unchanged")  # fmt: skip
    rows = db.session.execute(sa.select(HaloRecord.halo_id, HaloRecord.ours_id).where(*here))
    return [
        {"halo_id": row.halo_id, "action": "unchanged", "reason": "nothing has changed", "by": None,
         "ours_id": row.ours_id, "changes": {}, "conflicts": []}
        for row in rows if row.halo_id not in told
    ]  # fmt: skip
