"""What Halo's roles mean here: Admin, Marketer, Salesperson or No type. It pre-fills what an agent is to be."""

from dataclasses import dataclass

import sqlalchemy as sa

from .. import audit
from ..accounts.role_names import NAMES as TYPES
from ..accounts.role_names import NO_TYPE
from ..crm.types import folded
from ..db import db, now
from ..mirror.models import HaloRecord, HaloTenant
from ..records import TypeValue
from .answering import Unknown
from .models import Mapping, StageState

KIND, STAGE = "role", "users"
# how names of Halo roles begin or end, and what they then most likely mean here
MEANINGS = {
    "admin": ("admin", "administrator", "owner"),
    "salesperson": ("sales", "salesperson", "account manager", "account executive", "business development"),
    "marketer": ("marketing", "marketer"),
}


@dataclass(frozen=True)
class Row:
    """One of Halo's roles; agents: how many of those who can sign in to Halo have it.

    answered: whether a person has said what it means; type: the role here, None for No type.
    """

    key: str
    name: str
    listed: bool
    agents: int
    answered: bool
    type: str | None
    suggested: str | None

    @property
    def shown(self) -> str:
        return self.name if self.listed else f"{self.name} (no longer in Halo's list)"


def remember(tenant: HaloTenant, values: list[TypeValue]) -> None:
    """Keep Halo's own list of roles. In a writing transaction the caller commits. What left it stays known by name."""
    rows, told = _kept(tenant.id), {value.key for value in values}
    for value in values:
        row = rows.get(value.key) or _new(tenant, value.key)
        row.halo_name, row.listed = value.name or _nameless(value.key), True
    for key, row in rows.items():
        row.listed = row.listed and key in told


def table(tenant: HaloTenant) -> list[Row]:
    """The mapping's rows: those with most agents first."""
    counts, names = _seen(tenant.id)
    kept = _kept(tenant.id)
    rows = [
        _row(key, kept.get(key), names.get(key), counts.get(key, 0))
        for key in kept.keys() | names.keys()
        if key in names or kept[key].listed
    ]
    return sorted(rows, key=lambda row: (-row.agents, row.name.casefold(), row.key))


def resolve(tenant_id: int) -> dict[str, str | None]:
    """What is answered: {halo_key: a role here, or None for No type}."""
    return {key: row.ours_key for key, row in _kept(tenant_id).items() if row.choice}


def is_mapped(tenant_id: int) -> bool:
    """Whether a person has saved the mapping."""
    state = db.session.get(StageState, (tenant_id, STAGE))
    return state is not None and state.mapped_at is not None


def names_of(tenant_id: int) -> dict[str, str]:
    """{halo_key: name} of all roles known."""
    return _seen(tenant_id)[1] | {key: row.halo_name for key, row in _kept(tenant_id).items()}


def save(tenant: HaloTenant, answers: dict[str, str | None]) -> None:
    """Keep answers by key: a role here, or None for No type. In a writing transaction the caller commits.

    Raises Unknown for a role that is not known.
    """
    kept, names = _kept(tenant.id), names_of(tenant.id)
    for key, ours in answers.items():
        if key not in names or (ours is not None and ours not in TYPES):
            raise Unknown("This list has changed in the meantime. Look at it again and save once more.")
        row = kept.get(key) or _new(tenant, key, names[key])
        row.choice, row.ours_key = "import", ours
    state = db.session.get(StageState, (tenant.id, STAGE))
    if state is None:
        state = StageState(account_id=tenant.account_id, tenant_id=tenant.id, stage=STAGE, mapping_revision=0)
        db.session.add(state)
    state.mapping_revision += 1
    audit.note("mapping", "Saved what Halo's roles mean", account_id=tenant.account_id)
    state.mapped_at = now()


def by_name(tenant: HaloTenant, pairs: list[tuple[str, str]]) -> dict[str, str | None]:
    """Answers by key from (Halo's name or key, role type here). Raises Unknown."""
    rows, answers = table(tenant), {}
    for halo, ours in pairs:
        meant = [row.key for row in rows if row.key == halo or folded(row.name) == folded(halo)]
        if not meant:
            raise Unknown(f"Halo has no role “{halo}”. It has: {', '.join(sorted(row.name for row in rows))}.")
        answers |= dict.fromkeys(meant, role_type(ours))
    return answers


def suggestions(tenant: HaloTenant) -> dict[str, str | None]:
    """Answers for what nobody has answered, by the roles' names."""
    return {row.key: row.suggested for row in table(tenant) if not row.answered}


def role_type(text: str) -> str | None:
    """The role here that a text names, None for No type. Raises Unknown."""
    wanted = folded(text)
    if wanted in ("", folded(NO_TYPE), "none"):
        return None
    for key, name in TYPES.items():
        if wanted in (key, folded(name)):
            return key
    raise Unknown(f"“{text}” is no role type: use {NO_TYPE}, {', '.join(TYPES.values())}.")


def _row(key, kept, seen_name, agents):
    name = (kept and kept.halo_name) or seen_name
    answered = bool(kept and kept.choice)
    listed = kept.listed if kept else False
    return Row(key, name, listed, agents, answered, kept.ours_key if answered else None, _suggested(name))


def _suggested(name):
    words = folded(name)
    meant = (ours for ours, known in MEANINGS.items() if words.startswith(known) or words.endswith(known))
    return next(meant, None)


def _seen(tenant_id):
    """({key: agents}, {key: name}) of the roles that agents in the mirror have."""
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == "agent", HaloRecord.gone_at.is_(None))
    counts, names = {}, {}
    for active, values in db.session.execute(sa.select(HaloRecord.active, HaloRecord.values).where(*here)):
        for key, name in (values or {}).get("roles") or ():
            counts[key] = counts.get(key, 0) + active
            names[key] = name or _nameless(key)
    return counts, names


def _kept(tenant_id):
    rows = sa.select(Mapping).where(Mapping.tenant_id == tenant_id, Mapping.kind == KIND)
    return {row.halo_key: row for row in db.session.scalars(rows)}


def _new(tenant, key, name=""):
    row = Mapping(account_id=tenant.account_id, tenant_id=tenant.id, kind=KIND, halo_key=key, halo_name=name,
                  listed=False)  # fmt: skip
    db.session.add(row)
    return row


def _nameless(key):
    return f"Role {key.partition(':')[2]}"
