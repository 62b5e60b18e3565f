"""The field picker's rows: how each field stands, whether it is ticked at first, and what keeps it from being sent."""

from datetime import datetime
from typing import NamedTuple

from ..connecting import sending_types
from . import comparing
from .comparing import Value

RELATIONSHIP = "relationship:"  # how the keys of Halo's relationships begin


class Row(NamedTuple):
    """verdict: of comparing; fixed: why it is ticked whatever the person says; problem: why it cannot be ticked.

    overwrites: it would replace what Halo changed since it was last seen. asks: {key: label} of Halo's types to choose
    from, where several mean ours. note: what else it leaves in Halo.
    """

    name: str
    label: str
    ours: str
    theirs: str
    verdict: str
    ticked: bool
    fixed: str = ""
    problem: str = ""
    overwrites: bool = False
    changed_at: datetime | None = None
    asks: dict | None = None
    note: str = ""


class Rows:
    """Compares one record of ours with what a look found in Halo."""

    def __init__(self, sides, ours: dict, found: dict, base: dict, seen: dict, is_new: bool, chosen: dict):
        """base and seen: the mirror's pairs, and the values as last seen, by our columns."""
        self.sides, self.kind, self.country = sides, sides.kind, sides.account.default_country
        self.ours, self.is_new, self.chosen, self.base, self.seen = ours, is_new, chosen, base, seen
        self.theirs = {name: Value(*pair) for name, pair in found["theirs"].items()}
        self.changed, self.types, self.sites = found.get("changed", {}), found.get("types", ()), found.get("sites")

    def rows(self, unticked=frozenset()) -> list[Row]:
        """All rows. unticked: fields that the person left out the last time; they may untick, never tick."""
        return [row for field in self.kind.fields if (row := self._row(field, unticked)) is not None]

    def _row(self, field, unticked):
        ours, theirs = self.ours[field.name], self.theirs[field.name]
        pair = self.base.get(field.column)
        agreed = None if pair is None else tuple(pair)
        verdict = comparing.verdict(field, ours, theirs, agreed, self.country)
        needed = field.needed if self.is_new and ours.key is not None else ""
        if field.name == "company" and self.is_new:
            needed = field.needed
        if verdict == comparing.NOTHING and not needed:
            return None
        problem, asks = self._problem(field, ours)
        ticked = verdict in comparing.TICKED and field.name not in unticked and not field.added and not problem
        return Row(
            field.name, field.label, ours.words, theirs.words, verdict, bool(needed) or ticked, needed,
            "" if needed else problem, self._overwrites(field, verdict, theirs, agreed), self._changed_at(field), asks,
            self._note(field, ours),
        )  # fmt: skip

    def _changed_at(self, field):
        told = self.changed.get(field.on)
        return datetime.fromisoformat(told) if told else None

    def _overwrites(self, field, verdict, theirs, agreed):
        """Whether sending it replaces something that Halo changed since both agreed, or since it was last read."""
        if verdict in comparing.OVERWRITES:
            return True
        if verdict == comparing.ONLY_IN_HALO and agreed is not None and field.form == "choice":
            return not comparing.is_same(field, theirs.key, agreed[0], self.country)
        if verdict in (comparing.SAME, comparing.ONLY_HERE, comparing.ADDS) or field.column not in self.seen:
            return False
        seen = self.seen[field.column] or None
        return not comparing.is_same(field, theirs.key, seen, self.country)

    def _problem(self, field, ours):
        if field.name == "salesperson" and ours.key is not None and self.sides.agent_of(ours.key) is None:
            return f"{ours.words} is no Halo agent: link them on the page Users.", None
        if field.name == "company" and not self.is_new:
            return self._company_problem(ours), None
        if field.name == "type" and ours.key is not None:
            return self._type_problem(ours)
        return "", None

    def _company_problem(self, ours):
        if ours.key is None:
            return "In Halo a contact belongs to a client: give it a company here first."
        if self.sides.client_of(ours.key) is None:
            return f"{ours.words} is not in Halo yet."
        return f"{ours.words} has no active site in Halo, where it could be put." if self.sites == [] else ""

    def _type_problem(self, ours):
        """Why our type cannot be sent, and Halo's to choose from where several mean it."""
        used = sending_types.used(self.sides.tenant_id).get(ours.key)
        key = self.chosen.get("type") or (used and used.key)
        asks = {} if key else sending_types.choices(self.sides.tenant_id, ours.key)
        if not key and not asks:
            return f"Nobody has said which of Halo's types stands for {ours.words}.", None
        if any(one.startswith(RELATIONSHIP) for one, _name in self.types):
            asks = {one: label for one, label in asks.items() if one.startswith(RELATIONSHIP)}
            if not asks and not (key or "").startswith(RELATIONSHIP):
                return f"{ours.words} is a customer type in Halo: this client's relationships count before it.", None
        return "", asks or None

    def _note(self, field, ours):
        if field.name != "type" or ours.key is not None or len(self.types) < 2:
            return ""
        others = [name for _key, name in self.types[1:]]
        is_one = len(others) == 1
        return f"Halo's other relationship{'' if is_one else 's'} {'stays' if is_one else 'stay'}: {', '.join(others)}."
