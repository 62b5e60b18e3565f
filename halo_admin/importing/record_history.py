"""What imports did to one record of ours, for its history and for where its values come from."""

import sqlalchemy as sa

from ..crm.contact_models import Contact
from ..crm.history import Change, Entry, Link, source
from ..crm.note_models import Note
from ..db import db
from ..mirror.models import HaloRecord
from ..web.words import SIDES, capital, day_time
from . import sentences, stages
from .models import Decision, ImportRun
from .report_lines import Lines
from .telling import Names

WHATS = {"created": "Brought in by an import", "linked": "Linked by an import", "updated": "Updated by an import"}
NOTED = {"created": "Note came from Halo", "linked": "Note found in Halo", "updated": "Note changed as in Halo"}
TOLD = ("id", "action", "reason", "changes", "conflicts", "newer_here", "applied_at")


@source("company", "imports")
@source("contact", "imports")
@source("opportunity", "imports")
def by_imports(record, before: int, most: int) -> list[Entry]:
    """What imports carried out on a record; those that found nothing to change are left away."""
    keys = [stage.key for stage in stages.STAGES if stage.model is type(record)]
    chosen = (
        sa.select(*(getattr(Decision, name) for name in TOLD), ImportRun, HaloRecord.halo_id)
        .join(ImportRun, ImportRun.id == Decision.run_id)
        .join(HaloRecord, HaloRecord.id == Decision.record_id)
        .where(Decision.account_id == record.account_id, Decision.ours_id == record.id, Decision.id < before)
        .where(Decision.state == "applied", Decision.action.in_(WHATS), ImportRun.stage.in_(keys))
        .order_by(Decision.id.desc())
        .limit(most)
    )
    rows = db.session.execute(chosen).all()
    if not rows:
        return []
    names = Names(record.account_id)
    names.know([row.changes for row in rows])
    return [_entry(row, names) for row in rows]


@source("company", "notes")
@source("contact", "notes")
def notes_by_imports(record, before: int, most: int) -> list[Entry]:
    """Notes on a record that imports brought in or changed."""
    mine = Note.contact_id if isinstance(record, Contact) else Note.company_id
    chosen = (
        sa.select(Decision.id, Decision.action, Decision.applied_at, Note.name, ImportRun)
        .join(Note, Note.id == Decision.ours_id)
        .join(ImportRun, ImportRun.id == Decision.run_id)
        # the account by way of the note: SQLite would walk all of its decisions
        .where(Decision.account_id == Note.account_id, mine == record.id, Decision.id < before)
        .where(Decision.state == "applied", Decision.action.in_(NOTED), ImportRun.stage == "notes")
        .order_by(Decision.id.desc())
        .limit(most)
    )
    return [
        Entry(row.id, row.applied_at, NOTED[row.action], row.ImportRun.by_name, [], row.name,
              Link(sentences.title(row.ImportRun), "importing.run_page", {"run_id": row.ImportRun.id}))
        for row in db.session.execute(chosen)
    ]  # fmt: skip


def _entry(row, names):
    run, stage = row.ImportRun, stages.stage(row.ImportRun.stage)
    page = Link(sentences.title(run), "importing.run_page", {"run_id": run.id})
    note = capital(row.reason) + (f" · {stage.halo_noun} {row.halo_id}" if row.halo_id > 0 else "")
    changes = [_change(one) for one in Lines(run.account_id, run, names).changes(row)]
    origin = f"From Halo, read {day_time(run.started_at)}"
    return Entry(row.id, row.applied_at, WHATS[row.action], run.by_name, changes, note, page, origin)


def _change(one):
    told = {"conflict": f"Both had changed: Halo had {one.theirs or 'nothing'}, GlassHive {one.before or 'nothing'}. "
                        f"{SIDES[one.winner]} counts: {one.why}.",
            "newer here": f"Newer here: Halo had {one.theirs or 'nothing'}."}.get(one.kind, "")  # fmt: skip
    return Change(one.field, one.label, one.before, one.after, one.winner == "halo", told)
