"""Which types and statuses Halo's opportunities in the mirror have, how many have each, and which seem won or lost.

An opportunity's type_key in the mirror holds both keys, "type:30 status:21": counts come from its index alone.
"""

from collections import defaultdict

import sqlalchemy as sa

from ..crm.own_lists import folded
from ..db import db
from ..mirror.models import HaloRecord
from ..records import TypeValue
from .models import Mapping

KIND = "opportunity"
NONE = {"type": TypeValue("type", "none", "No type"), "status": TypeValue("status", "none", "No status")}
# words in a status's name that say how it ended
ENDINGS = {
    "won": ("won", "win", "sold", "accepted", "signed", "ordered", "gewonnen", "beauftragt", "gagné", "ganada"),
    "lost": ("lost", "declined", "rejected", "abandoned", "dropped", "no sale", "verloren", "abgelehnt", "perdu"),
}
# so many closed ones of a status, and this part of them, are a hint
FEWEST, MOST_PART = 3, 0.8
SEEN = {
    "sqlite": """SELECT DISTINCT json_extract(listed, '$.{0}.id'), json_extract(listed, '$.{0}.name')
        FROM halo_records WHERE tenant_id = :tenant AND kind = 'opportunity' AND gone_at IS NULL
            AND listed IS NOT NULL""",
    "postgresql": """SELECT DISTINCT CAST(listed AS json)->'{0}'->>'id', CAST(listed AS json)->'{0}'->>'name'
        FROM halo_records WHERE tenant_id = :tenant AND kind = 'opportunity' AND gone_at IS NULL
            AND listed IS NOT NULL""",
}
CLOSED = {
    "sqlite": """SELECT type_key, json_extract("values", '$.probability'), count(*) FROM halo_records
        WHERE tenant_id = :tenant AND kind = 'opportunity' AND json_extract("values", '$.closed_on') IS NOT NULL
        GROUP BY 1, 2""",
    "postgresql": """SELECT type_key, CAST(CAST("values" AS json)->>'probability' AS integer), count(*)
        FROM halo_records
        WHERE tenant_id = :tenant AND kind = 'opportunity' AND CAST("values" AS json)->>'closed_on' IS NOT NULL
        GROUP BY 1, 2""",
}


def both_keys(type_key: str | None) -> tuple[str, str]:
    """(the key of the type, that of the status) in a mirror row's type_key."""
    type_, _, status = (type_key or "type:none status:none").partition(" ")
    return type_, status


class Counts(dict):
    """{(type's key, status's key): how many opportunities have both}."""

    def by_type(self) -> dict[str, int]:
        found = defaultdict(int)
        for (type_, _status), number in self.items():
            found[type_] += number
        return dict(found)

    def by_status(self, without_types=()) -> dict[str, int]:
        found = defaultdict(int)
        for (type_, status), number in self.items():
            if type_ not in without_types:
                found[status] += number
        return dict(found)


def any_read(tenant_id: int) -> bool:
    """Whether the opportunities of this tenant have been read."""
    query = sa.select(HaloRecord.id).where(HaloRecord.tenant_id == tenant_id, HaloRecord.kind == KIND)
    return db.session.scalar(query.limit(1)) is not None


def values(tenant_id: int, source: str) -> list[TypeValue]:
    """The different types ("type") or statuses ("status") that opportunities in the mirror have."""
    statement = sa.text(SEEN[_dialect()].format(source))
    rows = db.session.execute(statement, {"tenant": tenant_id})
    return [TypeValue(source, *row) if row[0] else NONE[source] for row in rows]


def counts(tenant_id: int) -> Counts:
    """Of those that Halo still counts."""
    return _counts(tenant_id, HaloRecord.active)


def linked(tenant_id: int) -> Counts:
    """Of those that are opportunities here already."""
    return _counts(tenant_id, HaloRecord.ours_id.is_not(None))


def _counts(tenant_id, which):
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == KIND, HaloRecord.gone_at.is_(None))
    query = sa.select(HaloRecord.type_key, sa.func.count()).where(*here, HaloRecord.type_key.is_not(None), which)
    rows = db.session.execute(query.group_by(HaloRecord.type_key))
    return Counts({both_keys(type_key): number for type_key, number in rows})


def types_left_out(tenant_id: int) -> set[str]:
    """The keys of the types that a person said not to import."""
    here = (Mapping.tenant_id == tenant_id, Mapping.kind == "opportunity_type", Mapping.choice == "leave_out")
    return set(db.session.scalars(sa.select(Mapping.halo_key).where(*here)))


def hints(tenant_id: int) -> dict[str, str]:
    """{status's key: "won" or "lost"}, by what Halo's closed opportunities say: who closes one keeps its probability at
    100 or 0 percent. Halo itself does not tell which statuses close (halo-api.md 3.7).
    """
    totals = defaultdict(lambda: defaultdict(int))
    for type_key, probability, number in db.session.execute(sa.text(CLOSED[_dialect()]), {"tenant": tenant_id}):
        totals[both_keys(type_key)[1]][probability] += number
    return {status: hint for status, by in totals.items() if (hint := _hint(by))}


def _hint(by_probability):
    whole = sum(by_probability.values())
    if whole < FEWEST:
        return None
    found = {"won": by_probability.get(100, 0), "lost": by_probability.get(0, 0)}
    return next((kind for kind, number in found.items() if number >= MOST_PART * whole), None)


def kind_of(name: str, hint: str | None = None) -> str:
    """Whether a status of this name is "open", "won" or "lost"."""
    words = folded(name).split()
    for kind, known in ENDINGS.items():
        if any(folded(word) in words or folded(word) == folded(name) for word in known):
            return kind
    return hint or "open"


def status_meant(name: str, hint: str | None, ours: list):
    """Our status of the same name; else the first one that ends in the same way, where that is known."""
    same = next((one for one in ours if one.name_key == folded(name)), None)
    kind = kind_of(name, hint)
    if same or kind == "open":
        return same
    return next((one for one in ours if one.kind == kind), None)


def _dialect():
    return db.session.connection().dialect.name
