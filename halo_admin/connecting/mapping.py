"""What Halo's values mean here: the table an admin fills in, and what an import reads of it.

A value is known by its key ("relationship:1", "type:3"; "none" for clients that have no value at all). The values
are those of Halo's own list, as last read, and those that records in the mirror have. kinds.py tells the kinds apart.
"""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from ..db import db
from ..mirror.models import HaloTenant
from ..records import TypeValue
from ..web.words import plural
from .kinds import KINDS as BY_KEY
from .models import Mapping

STAGES = {key: kind.stage for key, kind in BY_KEY.items()}
KINDS = ("role", *BY_KEY)
GONE = "{} (no longer in Halo's list)"


@dataclass
class Row:
    """One of Halo's values; listed unless it has left Halo's own list.

    number: how many of Halo's records have it (of several on one the first counts); here counts those of them that are
    here already. choice is "import", "leave_out" or None where nobody has said yet; ours_id and ours the line of ours
    that import means, None and the kind's as_none without one. suggested is (id of ours or None, its name) where its
    name or Halo tells, else None.
    """

    key: str
    name: str
    field: str
    listed: bool = True
    number: int = 0
    here: int = 0
    choice: str | None = None
    ours_id: int | None = None
    ours: str | None = None
    suggested: tuple[int | None, str] | None = None

    @property
    def shown(self) -> str:
        """The name, and that Halo's own list of such values no longer has it."""
        return self.name if self.listed else GONE.format(self.name)


def remember(tenant: HaloTenant, kind: str, values: list[TypeValue]) -> None:
    """Keep what Halo's own list of such values holds now. In a writing transaction the caller commits.

    What is no longer in it stays known by its name.
    """
    rows = _kept(tenant.id, kind)
    for value in values:
        row = rows.get(value.key) or _new(tenant, kind, value)
        row.halo_name, row.listed = value.name or BY_KEY[kind].nameless(value), True
    told = {value.key for value in values}
    for key, row in rows.items():
        if BY_KEY[kind].is_listed(key) and key not in told:
            row.listed = False


def remember_seen(tenant: HaloTenant, kind: str) -> None:
    """Keep the values that records in the mirror have, so that each has a name. In a writing transaction.

    To be called when they have been read.
    """
    rows = _kept(tenant.id, kind)
    for value in BY_KEY[kind].seen(tenant.id):
        row = rows.get(_key(value))
        if row is None:
            rows[_key(value)] = _new(tenant, kind, value)
        elif value.name:
            row.halo_name = value.name


def table(tenant: HaloTenant, kind: str) -> list[Row]:
    """The rows of the mapping: those nobody has answered first, before all those that nothing suggests an answer for;
    then by their number of records.
    """
    about = BY_KEY[kind]
    ours = about.own.all(tenant.account_id) if about.own else []
    rows = _rows(tenant, about, {one.id: one.name for one in ours})
    counts, here = about.counts(tenant.id), about.here(tenant.id)
    suggested = about.suggesting(tenant, ours)
    for row in rows:
        row.number, row.here = counts.get(row.key, 0), here.get(row.key, 0)
        row.suggested = suggested(row)
    return sorted(rows, key=_place)


def _place(row):
    is_plain = row.suggested is not None or not row.number
    return row.choice is not None, is_plain, -row.number, row.name.casefold(), row.key


def resolve(tenant_id: int, kind: str) -> dict[str, tuple[str, int | None]]:
    """What is answered: {halo_key: ("import", id of ours or None where it means none) or ("leave_out", None)}."""
    return _answers(_kept(tenant_id, kind), kind)


def without_answer(tenant_id: int, kind: str) -> set[str] | None:
    """The keys of the values known so far that nobody has answered for; None before the first answers."""
    kept = _kept(tenant_id, kind)
    answers = _answers(kept, kind)
    return kept.keys() - answers.keys() if answers else None


def _answers(kept, kind):
    own = BY_KEY[kind].own
    ids = {row.ours_id for row in kept.values()} - {None}
    there = set(db.session.scalars(sa.select(own.model.id).where(own.model.id.in_(ids)))) if own and ids else set()
    return {key: (row.choice, row.ours_id) for key, row in kept.items() if row.choice and _stands(row, there)}


def unanswered(tenant: HaloTenant, kind: str) -> list[Row]:
    """The values that records have and nobody has answered for."""
    return [row for row in table(tenant, kind) if row.choice is None and row.number]


def summary(rows: list[Row], kind: str) -> str:
    """What an import will do with the records: "412 as Client, 1,893 as Prospect, 3,695 left out." """
    about = BY_KEY[kind]
    came, left_out, open_ = defaultdict(int), 0, 0
    for row in rows:
        if row.choice == "import":
            came[row.ours] += row.number
        elif row.choice == "leave_out":
            left_out += row.number
        else:
            open_ += row.number
    as_what = "{:,} as {}" if about.own else "{:,} come in"
    parts = [as_what.format(count, name) for name, count in sorted(came.items()) if count]
    parts += [f"{left_out:,} left out"] if left_out else []
    parts += [f"{plural(open_, about.words.one, about.words.many)} not answered yet"] if open_ else []
    return f"{', '.join(parts) or f'No {about.words.many}'}."


def _rows(tenant, about, ours):
    rows = {}
    for value in about.seen(tenant.id):
        rows[_key(value)] = _from_mirror(value, about)
    for kept in _kept(tenant.id, about.key).values():
        if kept.listed or kept.halo_key in rows:
            rows[kept.halo_key] = _from_kept(kept, about, ours)
    return list(rows.values())


def _from_mirror(value, about):
    key = _key(value)
    return Row(key, value.name or about.nameless(value), about.field(key), listed=not about.is_listed(key))


def _from_kept(kept, about, ours):
    row = Row(kept.halo_key, kept.halo_name, about.field(kept.halo_key), kept.listed)
    if kept.choice and _stands(kept, ours):
        row.choice, row.ours_id = kept.choice, kept.ours_id
        row.ours = ours.get(kept.ours_id) or (about.as_none if kept.choice == "import" else None)
    return row


def _stands(row, ours):
    """An answer that names a line of ours which has been removed since is none."""
    return row.ours_id is None or row.ours_id in ours


def _kept(tenant_id, kind):
    rows = db.session.scalars(sa.select(Mapping).where(Mapping.tenant_id == tenant_id, Mapping.kind == kind))
    return {row.halo_key: row for row in rows}


def _new(tenant, kind, value):
    about, key = BY_KEY[kind], _key(value)
    row = Mapping(account_id=tenant.account_id, tenant_id=tenant.id, kind=kind, halo_key=key,
                  halo_name=value.name or about.nameless(value), listed=not about.is_listed(key))  # fmt: skip
    db.session.add(row)
    return row


def _key(value):
    return value.key if value.source else value.id
