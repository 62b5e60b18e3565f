"""Halo records that may be what somebody is sending to Halo just now: they wait, so that nothing is here twice.

Intents belong to the exports; no arrow leads there, so they are read by their table.
"""

import sqlalchemy as sa

from ..db import among, db
from ..mirror.models import HaloRecord
from .models import Sweep

WHY = "it may be what is being sent to Halo just now"


def being_sent(situation, rows) -> dict[int, str]:
    """{mirror id: the name of what is being sent} of unlinked rows that came up since and are equal to it."""
    intents = _open(situation) if rows else []
    if not intents:
        return {}
    alike = {row.id: intent for row in rows for intent in intents if _is_like(row, intent)}
    seen = _last_possible_look(list(alike))
    return {key: intent.name for key, intent in alike.items() if seen.get(key) is None or seen[key] >= intent.opened_at}


def _open(situation):
    intents = db.metadata.tables["export_intents"].c
    here = (intents.tenant_id == situation.run.tenant_id, intents.kind == situation.stage.kind)
    chosen = sa.select(intents.name, intents.name_key, intents.email_key, intents.opened_at)
    return db.session.execute(chosen.where(*here, intents.closed_at.is_(None))).all()


def _is_like(row, intent):
    same_mail = intent.email_key is not None and row.email_key == intent.email_key
    return same_mail or (intent.name_key is not None and row.name_key == intent.name_key)


def _last_possible_look(ids):
    """{mirror id: the end of the sweep that saw it first; None while that goes on}"""
    chosen = sa.select(HaloRecord.id, Sweep.ended_at).outerjoin(Sweep, Sweep.id == HaloRecord.first_sweep_id)
    return dict(map(tuple, db.session.execute(chosen.where(among(HaloRecord.id, ids))))) if ids else {}
