"""What the dialog shows of one export, whatever state it is in."""

import sqlalchemy as sa

from ..accounts.models import Account
from ..crm.contact_models import Contact
from ..crm.models import OpportunityStatus
from ..crm.opportunity_models import Opportunity
from ..db import db, owned
from ..heartbeats import living
from ..queues import EXPORTS
from . import comparing, locks, sentences
from .fields import KINDS
from .mirror import linked_row
from .picking import Picker
from .sides import Sides

# the groups of the picker in their order: (verdicts, title, what it means)
GROUPS = (
    ((comparing.NEWER_HERE,), "Newer here", "Changed here since both sides agreed."),
    ((comparing.ONLY_HERE,), "Only here", "Halo holds nothing."),
    ((comparing.ADDS,), "Adds to Halo's", "What Halo holds stays, this comes behind it."),
    ((comparing.DIFFERS,), "Different", "Both sides never agreed on it."),
    ((comparing.NEWER_IN_HALO,), "Newer in Halo", "Changed in Halo since both sides agreed."),
    ((comparing.BOTH,), "Changed on both sides", "Sending replaces what Halo's people typed."),
    ((comparing.ONLY_IN_HALO,), "Would empty it in Halo", "There is nothing here."),
)
OUTCOMES = {"written": ("Written", "good"), "kept": ("Halo kept its own", "warn"), "refused": ("Refused", "bad"),
            "not known": ("Not known", "warn"), "not sent": ("Not sent", "bad")}  # fmt: skip


def of(export, user, error="", at="", ticked=None) -> dict:
    """All that exporting/_export.html needs."""
    kind = KINDS[export.kind]
    record = db.session.get(kind.model, export.ours_id)
    shown = {"export": export, "kind": kind, "record": record, "error": error, "at": at, "found": export.found or {},
             "nobody_works": export.is_worked_on and not living(EXPORTS), "OUTCOMES": OUTCOMES,
             "new": sentences.new(kind),
             "lock": locks.lock_of(export.account_id) if export.state in ("ready", "where") else None}  # fmt: skip
    if record is None:
        return shown | {"state": export.state if export.state == "unknown" else "gone"}
    if export.state == "ready" and export.found:
        picker = Picker(export, record, user)
        rows = picker.rows()
        chosen = ticked if ticked is not None else [row.name for row in rows if row.ticked]
        shown |= {"groups": groups(rows, chosen), "same": [row for row in rows if row.verdict == comparing.SAME],
                  "chosen": chosen, "has_opportunity": has_open_opportunity(record)}  # fmt: skip
        shown |= foot(picker, chosen)
    if sites := shown["found"].get("sites"):
        shown["site_options"] = [(number, f"{name} (main)" if is_main else name) for number, name, is_main in sites]
    if export.state == "looking":
        shown |= {"known": known(export, record, kind)}
    return shown | {"state": export.state}


def groups(rows, chosen) -> list[tuple]:
    """[(title, meaning, [(row, whether it is ticked)])] of the rows that differ."""
    found = []
    for verdicts, title, meaning in GROUPS:
        own = [(row, row.fixed != "" or row.name in chosen) for row in rows if row.verdict in verdicts
               or (row.verdict == comparing.NOTHING and row.fixed and comparing.ONLY_HERE in verdicts)]  # fmt: skip
        if own:
            found.append((title, meaning, own))
    return found


def foot(picker, names) -> dict:
    """What Send would do with these fields."""
    rows = {row.name: row for row in picker.rows()}
    sent = [name for name, row in rows.items() if row.fixed or (name in names and row.verdict != comparing.SAME)]
    export = picker.export
    return {
        "sends": bool(sent),
        "promise": sentences.promise(picker.kind, sent, picker.is_new, export.halo_id, picker.links),
        "overwritten": [rows[name].label for name in sent if rows[name].overwrites],
        "links": picker.links,
        "nothing_differs": all(row.verdict == comparing.SAME for row in rows.values()),
    }


def known(export, record, kind) -> dict | None:
    """What Halo held when it was last read: shown until the look is there."""
    sides = Sides(db.session.get(Account, export.account_id), export.tenant_id, kind)
    row = linked_row(sides, record.id)
    if row is None or not row.values:
        return None
    ours = sides.ours(record)
    pairs = [(field.label, ours[field.name].words, row.values.get(field.column)) for field in kind.fields
             if field.form not in ("choice", "flag", "memo")]  # fmt: skip
    return {"halo_id": row.halo_id, "pairs": [pair for pair in pairs if pair[1] or pair[2]], "as_of": _as_of(row)}


def _as_of(row):
    sweeps = db.metadata.tables["sweeps"]
    return db.session.scalar(sa.select(sweeps.c.touched_at).where(sweeps.c.id == row.last_sweep_id))


def has_open_opportunity(record) -> bool:
    """Whether an open opportunity hangs on a company, or on a contact or its company."""
    about = [Opportunity.company_id == record.id]
    if isinstance(record, Contact):
        about = [Opportunity.contact_id == record.id]
        about += [Opportunity.company_id == record.company_id] if record.company_id else []
    statuses = sa.select(OpportunityStatus.id).where(
        OpportunityStatus.account_id == record.account_id, OpportunityStatus.kind == "open"
    )
    here = owned(Opportunity, record.account_id).where(sa.or_(*about), Opportunity.status_id.in_(statuses))
    return db.session.scalar(here.with_only_columns(Opportunity.id).limit(1)) is not None
