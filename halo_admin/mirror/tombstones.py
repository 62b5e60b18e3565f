"""What a person no longer wants from Halo: a tombstone on the mirror row, its `answer`, so that no import brings it in.

{"do": "ignore", "how": one of HOWS, "by": a name, "at": ISO, "name": what it was called here, "ours_id": what it was
linked to}. A row with a tombstone is linked to nothing.
"""

import sqlalchemy as sa

from ..db import db, now
from ..states import LIVE
from .models import HaloRecord, HaloTenant

# how a record came to be left out, as a sentence tells it: never with a name in front, which a capital would change
HOWS = {
    "answered": "left out by the answer of {by}",
    "deleted": "deleted here by {by} on {day}",
    "unlinked": "unlinked here by {by} on {day}",
    "never": "never to be imported, as {by} said on {day}",
}
# the same about something that is named in front
HOWS_NAMED = {
    "answered": "{it}, was left out by the answer of {by}",
    "deleted": "{it}, was deleted here by {by} on {day}",
    "unlinked": "{it}, was unlinked here by {by} on {day}",
    "never": "{it}, is never to be imported, as {by} said on {day}",
}
COMMAND_LINE = "The command line"


class NotNow(ValueError):
    """This cannot be done, or not at the moment; the text says why, for the person who wanted it."""


def is_left_out(answer: dict | None) -> bool:
    return bool(answer) and answer["do"] == "ignore"


def left_out():
    """The clause for rows with a tombstone. It is written with "do" in front."""
    return sa.type_coerce(HaloRecord.answer, sa.Text).like('{"do":"ignore"%')


def deleted():
    """The clause for those among them whose record was deleted here; "how" stands behind "do"."""
    return sa.type_coerce(HaloRecord.answer, sa.Text).like('{"do":"ignore","how":"deleted"%')


def buried_with(row: HaloRecord) -> list[HaloRecord]:
    """All rows that stood for the record of ours with which this one was deleted, itself among them; locked."""
    here = (HaloRecord.tenant_id == row.tenant_id, HaloRecord.kind == row.kind, HaloRecord.answer.is_not(None))
    ends = sa.type_coerce(HaloRecord.answer, sa.Text).like(f'%"ours_id":{row.answer["ours_id"]}}}')
    alike = sa.select(HaloRecord).where(*here, deleted(), ends).order_by(HaloRecord.id).with_for_update()
    return list(db.session.scalars(alike.execution_options(populate_existing=True)))


def tombstone(how: str, by, name: str | None, ours_id: int | None = None) -> dict:
    """by: a User, or None for the command line."""
    return {"do": "ignore", "how": how, "by": by.name if by else COMMAND_LINE, "at": now().isoformat(),
            "name": name, "ours_id": ours_id}  # fmt: skip


def how_of(answer: dict) -> str:
    """The key in HOWS."""
    return answer.get("how", "answered")


def sentence(answer: dict, day: str) -> str:
    """Why a record is left out: "deleted here by Ann on 3 May". day: that of answer["at"], as people read it."""
    return HOWS[how_of(answer)].format(by=answer["by"], day=day)


def sentence_about(it: str, answer: dict, day: str) -> str:
    """The same about something else's record: "its company, Acme, was deleted here by Ann on 3 May"."""
    return HOWS_NAMED[how_of(answer)].format(it=it, by=answer["by"], day=day)


def hold(account_id: int) -> int | None:
    """The id of the tenant that is connected now, locked until this writing transaction ends; None without one.

    Raises NotNow while an import is live. PostgreSQL: an import that starts points at the tenant, so it waits for
    this lock.
    """
    current = sa.select(HaloTenant.id).where(HaloTenant.account_id == account_id, HaloTenant.current.is_(True))
    tenant_id = db.session.scalar(current.with_for_update())
    runs = db.metadata.tables["import_runs"]
    live = sa.select(runs.c.id).where(runs.c.account_id == account_id, runs.c.state.in_(LIVE)).limit(1)
    if db.session.scalar(live) is not None:
        raise NotNow("An import is running. Cancel it or wait for its end, then try again.")
    return tenant_id


def standing_for(tenant_ids, kind: str, ours_id: int) -> list[HaloRecord]:
    """The mirror rows that are linked to one of ours, whoever of them leads; locked until the transaction ends.

    tenant_ids: a list, or a select of ids.
    """
    here = (HaloRecord.tenant_id.in_(tenant_ids), HaloRecord.kind == kind, HaloRecord.ours_id == ours_id)
    rows = sa.select(HaloRecord).where(*here).order_by(HaloRecord.id)
    return list(db.session.scalars(rows.with_for_update().execution_options(populate_existing=True)))


def bury(rows: list[HaloRecord], answer: dict) -> None:
    """Put a tombstone on mirror rows and end their links. The caller has locked them, and commits."""
    for row in rows:
        unlink(row)
        row.answer, row.outcome = answer, "skipped"


def unlink(row: HaloRecord) -> None:
    """End a row's link with everything that hangs on it; a question about it is not open any more."""
    row.ours_id = row.follows_id = row.base = row.matched_by = row.linked_at = row.fingerprint = None
    if row.outcome == "review":
        row.run_id = None
