"""What the tables tell of Halo: which records are linked and how they were matched, and when Halo was last read."""

from datetime import datetime

import sqlalchemy as sa

from ..db import db
from ..mirror.links import current_tenant_id, hold_current, links_of
from ..mirror.models import HaloRecord
from . import lacks
from .contact_models import Contact
from .models import LINK, Company
from .opportunity_models import Opportunity
from .searching import AFTER_ALL, Narrowing, has

LINKED, UNLINKED, BY_PERSON, NEW = "linked", "unlinked", "person", "new"
MODELS = (Company, Contact, Opportunity)
STATES_OF_THE_END = ("done", "problems")


def choices(keys: dict[str, str]) -> dict[str, str]:
    """What the filter may ask for, with its label; keys are {key that matching goes by: what people call it}."""
    by = {key: f"Matched by {called}" for key, called in keys.items()}
    return {LINKED: "Linked to Halo", UNLINKED: "Not linked to Halo", **by,
            BY_PERSON: "Linked by a person", NEW: "New from Halo"}  # fmt: skip


def narrowing(model, account_id: int, choice: str) -> Narrowing:
    """The records that stand so to Halo. A link by several keys counts for the first of them."""
    if choice == UNLINKED:
        return lacks.narrowing(model, LINK, account_id)
    here = _leading(model, current_tenant_id(account_id))
    here += _new(model) if choice == NEW else _matched(choice)
    ids = sa.select(HaloRecord.ours_id.label("id")).where(*here)
    return Narrowing(ids, lambda record_id: has(*here, HaloRecord.ours_id == record_id), by_id=True)


def hold(model, account_id: int, ids) -> None:
    """Lock the tenant, then records, ahead of what the mirror holds of them: links are to be made or ended."""
    hold_current(account_id)
    lacks.hold(model, ids)


def settle(model, account_id: int, ids) -> None:
    """Links of these records were made or ended. In a writing transaction."""
    if ids and LINK in model.MAY_LACK:
        db.session.flush()
        lacks.settle(model, LINK, account_id, ids, _is_linked(model, hold_current(account_id)))


def settle_all(account_id: int) -> None:
    """The account's links are those of another tenant, or of none, from now on. In a writing transaction."""
    db.session.flush()
    for model in MODELS:
        lacks.settle_all(model, LINK, account_id, _is_linked(model, hold_current(account_id)))


def _is_linked(model, tenant_id):
    here = _leading(model, tenant_id)
    return lambda record_id: has(*here, HaloRecord.ours_id == record_id)


def _leading(model, tenant_id):
    return (HaloRecord.tenant_id == (tenant_id or 0), HaloRecord.kind == model.HALO_KIND,
            HaloRecord.ours_id.is_not(None), HaloRecord.follows_id.is_(None))  # fmt: skip


def _new(model):
    """An import made ours; what this site made in Halo is matched by nothing either."""
    made = sa.exists().where(model.id == HaloRecord.ours_id, model.made_by_run.is_not(None))
    return HaloRecord.matched_by.is_(None), made


def _matched(choice):
    if choice == LINKED:
        return ()
    if choice == BY_PERSON:
        return (HaloRecord.matched_by == "a person",)
    # the range is what an index holds
    return (HaloRecord.matched_by >= choice, HaloRecord.matched_by < choice + AFTER_ALL)


def of_rows(model, account_id: int, ids: list[int]) -> dict[int, HaloRecord]:
    """{id of ours: halo_id and matched_by of what it is linked to}, of those that are."""
    link = links_of(account_id, model.HALO_KIND, ids)
    columns = (HaloRecord.ours_id, HaloRecord.halo_id, HaloRecord.matched_by)
    return {row.ours_id: row for row in db.session.execute(link.with_only_columns(*columns))} if ids else {}


def read_at(account_id: int, stage: str) -> datetime | None:
    """When the last import of a stage that came to its end had read Halo; None without one."""
    runs = db.metadata.tables["import_runs"].c  # of the imports, a room above
    mine = (runs.account_id == account_id, runs.tenant_id == current_tenant_id(account_id), runs.stage == stage,
            runs.purpose == "import", runs.state.in_(STATES_OF_THE_END))  # fmt: skip
    facts = db.session.scalar(sa.select(runs.facts).where(*mine).order_by(runs.id.desc()).limit(1))
    times = [datetime.fromisoformat(one["at"]) for one in (facts or {}).get("read", ())]
    return min(times, default=None)
