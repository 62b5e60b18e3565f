"""Answering what Halo's values mean here: by key from the page, by name from the shell."""

import sqlalchemy as sa

from .. import audit
from ..crm.own_lists import LONGEST_NAME, folded
from ..db import db, now
from ..mirror.models import HaloTenant
from . import mapping
from .kinds import KINDS, NONE
from .models import Mapping, StageState

LEAVE_OUT = ("leave_out", None)
CHANGED = "This list has changed in the meantime. Look at it again and save once more."
LEAVING_OUT = ("", "don't import", "dont import", "do not import", "leave out")


class Unknown(ValueError):
    """An answer that cannot be understood; the text says why."""


def save(tenant: HaloTenant, kind: str, answers: dict[str, tuple[str, int | None]]) -> bool:
    """Keep answers by Halo's key: ("import", id of ours or None where it means none) or ("leave_out", None).

    Whether anything changed; only then the stage's records are decided again. In a writing transaction the caller
    commits. Raises Unknown for a key or a line of ours that does not exist.
    """
    mapping.remember_seen(tenant, kind)
    db.session.flush()
    rows = _rows(tenant, kind)
    for key, answer in answers.items():
        if key not in rows or not _can_be(tenant, KINDS[kind], answer):
            raise Unknown(CHANGED)
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

    A line of ours that does not exist is made. In a writing transaction. Raises Unknown.
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
        answers |= dict.fromkeys((row.key for row in meant), _answer(tenant, KINDS[kind], ours, meant[0].key))
    return answers


def under_own_names(tenant: HaloTenant, kind: str) -> dict[str, tuple[str, int | None]]:
    """Answers for what nobody has answered: imported under its own name. Makes lines of ours that do not exist."""
    open_rows = [row for row in mapping.table(tenant, kind) if row.choice is None]
    return {row.key: own_name(tenant, kind, row.key, row.name) for row in open_rows}


def own_name(tenant: HaloTenant, kind: str, key: str, name: str) -> tuple[str, int | None]:
    """The answer that imports a value under its own name. Makes the line of ours where there is none."""
    about = KINDS[kind]
    if key == NONE or about.own is None or (about.as_none and folded(name) == folded(about.as_none)):
        return ("import", None)
    return _named(tenant, about, name[:LONGEST_NAME], key)


def _can_be(tenant, about, answer):
    choice, ours_id = answer
    if ours_id is not None:
        return about.own is not None and any(one.id == ours_id for one in about.own.all(tenant.account_id))
    return choice == "leave_out" or about.as_none is not None


def _answer(tenant, about, ours, key):
    wanted = " ".join(ours.replace("’", "'").split())
    if wanted.lower() in LEAVING_OUT:
        return LEAVE_OUT
    if about.as_none and folded(wanted) == folded(about.as_none):
        return ("import", None)
    if about.own is None:
        raise Unknown(f"“{wanted}” says nothing here: write {about.as_none}, or nothing to leave it out.")
    return _named(tenant, about, wanted, key)


def _named(tenant, about, name, key):
    try:
        return ("import", about.made(tenant, name, key))
    except ValueError as error:
        raise Unknown(f"“{name}” cannot be used: {error}.") from error


def _rows(tenant, kind):
    here = (Mapping.tenant_id == tenant.id, Mapping.kind == kind)
    return {row.halo_key: row for row in db.session.scalars(sa.select(Mapping).where(*here).with_for_update())}


def _note(tenant, kind, changed):
    stage = KINDS[kind].stage
    state = db.session.get(StageState, (tenant.id, stage))
    if state is None:
        state = StageState(account_id=tenant.account_id, tenant_id=tenant.id, stage=stage, mapping_revision=0)
        db.session.add(state)
    state.mapping_revision += changed
    state.mapped_at = now()
