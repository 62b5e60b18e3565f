"""What keeps a stage from being started: the order of the stages, on pages, in commands and in the jobs themselves."""

from typing import NamedTuple

from ..connecting import opening
from ..connecting.kinds import KINDS
from ..connecting.models import StageState
from ..db import db
from . import stages


class Lock(NamedTuple):
    """Why a stage cannot be started, and the one action that unlocks it (a label, and an endpoint with values)."""

    reason: str
    action: str
    endpoint: str
    values: dict


class Locked(Exception):
    """The stage cannot be started now; `lock` says why."""

    def __init__(self, lock):
        super().__init__(lock.reason)
        self.lock = lock


def lock(account_id, stage, purpose="import") -> Lock | None:
    """What keeps this stage from being started, or None."""
    if not opening.connected(account_id):
        return Lock("Halo is not connected yet", "Connect Halo", "connecting.page", {})
    if purpose == "read":
        return None
    tenant_id = opening.connection_of(account_id).tenant_id
    for key in stage.after:
        if not _state(tenant_id, key, "done_at"):
            before = stages.stage(key)
            return Lock(f"{before.title} must be imported first", f"Go to {before.title}", "importing.stage_page",
                        {"key": key})  # fmt: skip
    if stage.mapping and not _state(tenant_id, stage.key, "mapped_at"):
        values = f"{KINDS[stage.mapping].words.value}s"
        return Lock(f"Halo's {values} are not mapped yet", f"Map {values}", "connecting.mapping_page",
                    {"key": stage.key})  # fmt: skip
    return None


def _state(tenant_id, key, name):
    state = db.session.get(StageState, (tenant_id, key))
    return state and getattr(state, name)
