"""Answering what Halo's values mean here: by key from the page, by name from the shell."""

import sqlalchemy as sa

from .. import audit
from ..crm.types import LONGEST_NAME, company_types, folded, get_or_create
from ..db import db, now
from ..mirror.models import HaloTenant
from . import mapping
from .mapping import NO_TYPE, NONE, STAGES
from .models import Mapping, StageState

LEAVE_OUT = ("leave_out", None)
LEAVING_OUT = ("", "don't import", "dont import", "do not import", "leave out")


class Unknown(ValueError):
    """An answer that cannot be understood; the text says why."""


def save(tenant: HaloTenant, kind: str, answers: dict[str, tuple[str, int | None]]) -> bool:
    """Keep answers by Halo's key: ("import", id of ours or None for "No type") or ("leave_out", None).

    Whether anything changed; only then the stage's records are decided again. In a writing transaction the caller
    commits. Raises Unknown for a key or a type that does not exist.
    """
    mapping.remember_seen(tenant, kind)
    db.session.flush()
    rows = _rows(tenant, kind)
    ours = {one.id for one in company_types(tenant.account_id)}
    for key, (_choice, ours_id) in answers.items():
        if key not in rows or (ours_id is not None and ours_id not in ours):
            raise Unknown("This list has changed in the meantime. Look at it again and save once more.")
    changed = [key for key, answer in answers.items() if (rows[key].choice, rows[key].ours_id) != answer]
    for key in changed:
        rows[key].choice, rows[key].ours_id = answers[key]
    _note(tenant, kind, bool(changed))
    if changed:
        what = kind.replace("_", " ")
        said = f"Changed what {len(changed):,} of Halo's values for {what} mean"
        audit.note("mapping", said, account_id=tenant.account_id)
    return bool(changed)


def by_name(tenant: HaloTenant, kind: str, pairs: list[tuple[str, str]]) -> dict[str, tuple[str, int | None]]:
    """Answers by key from (Halo's name, ours): the name means every value that has it, a key only that one.

    A type of ours that does not exist is made. In a writing transaction. Raises Unknown.
    """
    table = mapping.table(tenant, kind)
    answers = {}
    for halo, ours in pairs:
        meant = [row for row in table if row.key == halo] or [
            row for row in table if folded(halo) in (folded(row.name), folded(row.shown))
        ]
        if not meant:
            names = ", ".join(sorted({row.shown for row in table}))
            raise Unknown(f"Halo has no value “{halo}”. It has: {names}.")
        answers |= dict.fromkeys((row.key for row in meant), _answer(tenant, ours))
    return answers


def under_own_names(tenant: HaloTenant, kind: str) -> dict[str, tuple[str, int | None]]:
    """Answers for what nobody has answered: imported under its own name. Makes types that do not exist."""
    open_rows = [row for row in mapping.table(tenant, kind) if row.choice is None]
    return {row.key: own_name(tenant, row.key, row.name) for row in open_rows}


def own_name(tenant: HaloTenant, key: str, name: str) -> tuple[str, int | None]:
    """The answer that imports a value under its own name. Makes the type where there is none."""
    return ("import", None) if key == NONE else _answer(tenant, name[:LONGEST_NAME])


def _answer(tenant, ours):
    wanted = " ".join(ours.replace("’", "'").split())
    if wanted.lower() in LEAVING_OUT:
        return LEAVE_OUT
    if folded(wanted) == folded(NO_TYPE):
        return ("import", None)
    try:
        return ("import", get_or_create(tenant.account_id, wanted).id)
    except ValueError as error:
        raise Unknown(f"“{wanted}” cannot be used: {error}.") from error


def _rows(tenant, kind):
    here = (Mapping.tenant_id == tenant.id, Mapping.kind == kind)
    return {row.halo_key: row for row in db.session.scalars(sa.select(Mapping).where(*here).with_for_update())}


def _note(tenant, kind, changed):
    state = db.session.get(StageState, (tenant.id, STAGES[kind]))
    if state is None:
        state = StageState(account_id=tenant.account_id, tenant_id=tenant.id, stage=STAGES[kind], mapping_revision=0)
        db.session.add(state)
    state.mapping_revision += changed
    state.mapped_at = now()
