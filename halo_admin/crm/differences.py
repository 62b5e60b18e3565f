"""Where Halo holds another value, close date or salesperson than an opportunity here, and what people do about it.

An import only tells: a person takes Halo's, or keeps ours, which is not told again until Halo's changes once more.
"""

from typing import NamedTuple

import sqlalchemy as sa

from ..db import db
from ..normal.sums import money
from ..web.words import on_day
from . import assigning, changes, writing
from .opportunity_models import Opportunity
from .salespeople import salespeople

LABELS = {"value": "Value", "expected_close": "Expected close", "salesperson_id": "Salesperson"}
# {field: (the column with Halo's, the one with Halo's that a person did not take)}
COLUMNS = {
    "value": ("halo_value", "kept_value"),
    "expected_close": ("halo_expected_close", "kept_expected_close"),
    "salesperson_id": ("halo_agent_id", "kept_agent_id"),
}


class Difference(NamedTuple):
    """theirs: Halo's value as people read it; takes: what the field would become."""

    field: str
    label: str
    theirs: str
    takes: object


class Stale(ValueError):
    """The record is another one by now than the person saw; the text says so."""


class Comparing:
    """Compares the opportunities of an account with what Halo holds of them."""

    def __init__(self, account_id: int):
        self.account_id = account_id
        self.agents = assigning.by_agent(account_id)
        self.names = salespeople(account_id) if self.agents else {}

    def of(self, record: Opportunity) -> dict[str, Difference]:
        """{field: Difference} of those that nobody has decided about."""
        found = {}
        for field, (theirs, kept) in COLUMNS.items():
            halo = getattr(record, theirs)
            takes = self.agents.get(halo) if field == "salesperson_id" else halo
            if takes is None or takes == getattr(record, field) or halo == getattr(record, kept):
                continue
            if field != "salesperson_id" or record.salesperson_id is not None:
                found[field] = Difference(field, LABELS[field], self.read(field, takes), takes)
        return found

    def clause(self):
        """The records that have any: the same asked of the database."""
        plain = [self._differs(field) for field in ("value", "expected_close")]
        return sa.or_(*plain, self._differs_in_salesperson()) if self.agents else sa.or_(*plain)

    def _differs(self, field):
        ours, theirs, kept = _columns(field)
        return sa.and_(theirs.is_not(None), theirs.is_distinct_from(ours), theirs.is_distinct_from(kept))

    def _differs_in_salesperson(self):
        ours, agent, kept = _columns("salesperson_id")
        theirs = sa.case(self.agents, value=agent)
        return sa.and_(ours.is_not(None), theirs.is_not(None), theirs != ours, agent.is_distinct_from(kept))

    def count(self) -> int:
        """How many opportunities differ."""
        chosen = sa.select(sa.func.count()).select_from(Opportunity)
        return db.session.scalar(chosen.where(Opportunity.account_id == self.account_id, self.clause()))

    def read(self, field, value):
        """A value as people read it."""
        if field == "salesperson_id":
            return self.names[value]
        return money(value) if field == "value" else on_day(value)


def settle(record: Opportunity, field: str, take: bool, version: str, by) -> Difference:
    """Take Halo's value of a field, or keep ours; what it was about. Raises Stale where that is no question any more.

    The caller has locked the record in a writing transaction, and commits.
    """
    comparing = Comparing(record.account_id)
    difference = comparing.of(record).get(field)
    if difference is None or str(record.version) != version:
        raise Stale(f"{record.name} was changed meanwhile. Look at it again.")
    ours = record.salesperson.name if field == "salesperson_id" else getattr(record, field)
    told = ours if field == "salesperson_id" else comparing.read(field, ours)
    row = {name: getattr(record, name) for name in record.FIELDS} | {"id": record.id}
    theirs, kept = COLUMNS[field]
    if take:
        change, what, note = {field: difference.takes}, "edited", "Taken from Halo"
    else:
        change, what = {kept: getattr(record, theirs)}, "kept"
        note = f"{difference.label} stays {told or 'blank'}; Halo has {difference.theirs}"
    fields = {field: [told or None, difference.theirs]} if take else None
    writing.update(Opportunity, by.account, [row | change])
    changes.note("opportunity", record.id, record.account_id, by, what, fields, note)
    return difference


def _columns(field):
    return getattr(Opportunity, field), *(getattr(Opportunity, name) for name in COLUMNS[field])
