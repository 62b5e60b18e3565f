"""The kinds of mapping: which of Halo's values each is about, what they may mean here, and what its page calls them."""

from collections.abc import Callable
from typing import NamedTuple

from ..crm.own_lists import folded
from ..crm.statuses import STATUSES
from ..crm.types import NO_TYPE, TYPES
from ..records import TypeValue
from . import opportunities_seen, seen
from .suggesting import meant_by

NONE = "none"
# Halo's fields that hold a client's type, by the source of its values
FIELDS = {"relationship": "Relationship", "type": "Customer type", NONE: ""}
# what the page of a stage's mappings is called
TITLES = {"companies": "Company types", "opportunities": "Opportunity types and statuses"}


class Words(NamedTuple):
    """What pages and sentences call things: one and many of Halo's records that have a value, and of ours that
    came from them; the table's title, what its own column says, and one of Halo's values, in full and, one and many,
    for short.
    """

    one: str
    many: str
    our_one: str
    our_many: str
    title: str
    means: str
    value: str
    short: str
    shorts: str


class Kind:
    """A kind of mapping. stage: the key of the stage that reads it; own: our list that its values mean a line of.

    as_none: what importing without a line of ours is called; None where that cannot be.
    """

    key = stage = ""
    own = None
    as_none: str | None = None
    words: Words

    def any_read(self, tenant_id: int) -> bool:
        """Whether Halo's records have been read."""
        raise NotImplementedError

    def seen(self, tenant_id: int) -> list[TypeValue]:
        """The different values that records in the mirror have; a value renamed in between may come with both names."""
        raise NotImplementedError

    def counts(self, tenant_id: int) -> dict[str, int]:
        """{key: how many records have the value}, of those that an import could take in."""
        raise NotImplementedError

    def here(self, tenant_id: int) -> dict[str, int]:
        """{key: how many of them are here already}."""
        raise NotImplementedError

    def is_listed(self, key: str) -> bool:
        """Whether Halo has a list that this value should be on."""
        return True

    def field(self, key: str) -> str:
        """Which of Halo's fields a value stands in, where there are several."""
        return ""

    def nameless(self, value: TypeValue) -> str:
        """What to call a value of which Halo tells no name."""
        return f"{self.words.value.capitalize()} {value.id}"

    def suggesting(self, tenant, ours) -> Callable:
        """What tells of a mapping's row (the id of ours or None, its name) that it most likely means; None: nothing."""
        raise NotImplementedError

    def made(self, tenant, name: str, halo_key: str | None = None) -> int:
        """The id of our line with this name, made where there is none. Raises ValueError."""
        return self.own.get_or_create(tenant.account_id, name, made_for_tenant=tenant.id).id


class CompanyTypes(Kind):
    """Halo's customer types and relationships; those of clients that have neither are "none"."""

    key, stage, own, as_none = "company_type", "companies", TYPES, NO_TYPE
    words = Words(
        "client", "clients", "company", "companies", "What Halo's customer types mean here", "GlassHive company type",
        "company type", "type", "types",
    )  # fmt: skip
    any_read = staticmethod(seen.any_client)
    counts, here = staticmethod(seen.clients), staticmethod(seen.linked)

    def seen(self, tenant_id):
        return [*seen.types(tenant_id), TypeValue("", NONE, NO_TYPE)]

    def is_listed(self, key):
        return key.startswith("type:")

    def field(self, key):
        return FIELDS[key.partition(":")[0]]

    def nameless(self, value):
        return f"{'Type' if value.source == 'type' else 'Relationship'} {value.id}"

    def suggesting(self, tenant, ours):
        def suggested(row):
            if row.key == NONE or folded(row.name) in ("no type", "none"):
                return (None, NO_TYPE)
            return _told(meant_by(row.name, ours))

        return suggested


class OpportunityTypes(Kind):
    """Which of Halo's types of opportunities come in. Here opportunities have no types."""

    key, stage, as_none = "opportunity_type", "opportunities", "Import"
    words = Words(
        "opportunity", "opportunities", "opportunity", "opportunities", "Which of Halo's opportunity types come in",
        "In GlassHive", "opportunity type", "type", "types",
    )  # fmt: skip
    any_read = staticmethod(opportunities_seen.any_read)

    def seen(self, tenant_id):
        return opportunities_seen.values(tenant_id, "type")

    def counts(self, tenant_id):
        return opportunities_seen.counts(tenant_id).by_type()

    def here(self, tenant_id):
        return opportunities_seen.linked(tenant_id).by_type()

    def suggesting(self, tenant, ours):
        return lambda row: (None, self.as_none)


class OpportunityStatuses(Kind):
    """What Halo's statuses are here: lines of the account's own list."""

    key, stage, own = "opportunity_status", "opportunities", STATUSES
    words = Words(
        "opportunity", "opportunities", "opportunity", "opportunities",
        "What Halo's statuses of opportunities mean here", "GlassHive status", "status", "status", "statuses",
    )  # fmt: skip
    any_read = staticmethod(opportunities_seen.any_read)

    def seen(self, tenant_id):
        return opportunities_seen.values(tenant_id, "status")

    def counts(self, tenant_id):
        """Without those of types that are left out."""
        return opportunities_seen.counts(tenant_id).by_status(opportunities_seen.types_left_out(tenant_id))

    def here(self, tenant_id):
        return opportunities_seen.linked(tenant_id).by_status()

    def suggesting(self, tenant, ours):
        hints = opportunities_seen.hints(tenant.id)
        return lambda row: _told(opportunities_seen.status_meant(row.name, hints.get(row.key), ours))

    def made(self, tenant, name, halo_key=None):
        """A new one counts as open, won or lost as its name or Halo's own opportunities hint."""
        hint = opportunities_seen.hints(tenant.id).get(halo_key)
        kind = opportunities_seen.kind_of(name, hint)
        return self.own.get_or_create(tenant.account_id, name, kind=kind, made_for_tenant=tenant.id).id


def _told(meant):
    return (meant.id, meant.name) if meant else None


KINDS = {kind.key: kind for kind in (CompanyTypes(), OpportunityTypes(), OpportunityStatuses())}


def of_stage(stage_key: str) -> list[Kind]:
    """The kinds of mapping that a stage reads, in the order of its page."""
    return [kind for kind in KINDS.values() if kind.stage == stage_key]
