"""Ways back for one record: unlink it from Halo, never import what it is linked to, delete it.

The record itself is locked after the tenant, and what the mirror holds after that, as imports do it.
"""

import sqlalchemy as sa

from .. import audit
from ..bulk import execute
from ..db import among, begin_write, db
from ..mirror import tombstones
from ..mirror.models import HaloRecord, HaloTenant
from ..mirror.tombstones import NotNow
from ..normal.sums import money
from . import being_sent, changes, going_along, lacks, linked, lists, notes, opt_outs, words
from .contact_models import Contact
from .models import Company
from .opportunity_models import Opportunity

NOUNS = {Company: "company", Contact: "contact", Opportunity: "opportunity"}
# what names a record, and stays without it
POINTING = {
    Company: ((Contact, "company_id"), (Opportunity, "company_id")),
    Contact: ((Opportunity, "contact_id"),),
}
AT_ONCE = 10_000  # of them in one transaction, which lasts well under 0.25 s
THEIRS = {Company: "Halo client", Contact: "Halo contact", Opportunity: "Halo opportunity"}


def unlink(account_id: int, model, record_id: int, by, row_id: int | None = None) -> None:
    """End a record's link: it stays, and no import takes these two for the same again. Raises NotNow, also where it is
    linked to another mirror row than row_id, which the person was shown.

    This and the next ones are in a writing transaction, which the caller commits.
    """
    record, rows = _linked(account_id, model, record_id, row_id)
    _part(record, rows, "unlinked", by)
    for row in rows:
        row.not_same = sorted({*(row.not_same or ()), record.id})
    _note(record, by, "unlinked", rows)


def keep_out(account_id: int, model, record_id: int, by, row_id: int | None = None) -> None:
    """Never import what a record is linked to; the record stays as it is, by itself. Raises NotNow as above."""
    record, rows = _linked(account_id, model, record_id, row_id)
    _part(record, rows, "never", by)
    _note(record, by, "kept out", rows)


def keep_out_unlinked(row: HaloRecord, by) -> None:
    """Never import what is linked to nothing here. The caller holds the tenant and has locked the row."""
    tombstones.bury([row], tombstones.tombstone("never", by, row.label))


def delete(account_id: int, model, record_id: int, version: int, by, seen: str | None = None) -> str:
    """Delete a record and what goes along with it; its name. No import makes it again. Where very many records name it,
    it commits in between.

    Raises NotNow, also where it is another version than the person was shown. seen: Along.seen of what they were shown.
    """
    tombstones.hold(account_id)
    record = locked(account_id, model, record_id)
    if record.version != version:
        raise NotNow(f"This {NOUNS[model]} was changed since you opened this page. Look at it again, then delete it.")
    if seen is not None and seen != going_along.of(record).seen:
        raise NotNow(f"What goes along with this {NOUNS[model]} has changed since you opened this page. "
                     "Look at it again, then delete it.")  # fmt: skip
    being_sent.refuse(record, NOUNS[model])
    if model is not Opportunity:
        being_sent.refuse_notes(record)
    tenants = sa.select(HaloTenant.id).where(HaloTenant.account_id == account_id)
    rows = tombstones.standing_for(tenants, model.HALO_KIND, record.id)
    tombstones.bury(rows, tombstones.tombstone("deleted", by, record.name, record.id))
    audit.note("delete", f"Deleted the {NOUNS[model]} “{record.name}”", account_id=account_id, by=by)
    _note(record, by, "deleted", rows, {field: [told, None] for field, told in _told(record).items()})
    for pointing, column in POINTING.get(model, ()):
        record = _let_go(pointing, column, record, by)
    if model is Contact:
        lists.forget_contact(record)
        opt_outs.keep(record, [row.email_key for row in rows], by)
    if model is not Opportunity:
        notes.forget(record)
    return _remove(record)


def _linked(account_id, model, record_id, row_id):
    tenant_id = tombstones.hold(account_id)
    record = locked(account_id, model, record_id)
    rows = tombstones.standing_for([tenant_id], model.HALO_KIND, record.id) if tenant_id else []
    if not rows:
        raise NotNow(f"This {NOUNS[model]} is not linked to Halo.")
    if row_id is not None and row_id not in [row.id for row in rows if row.follows_id is None]:
        raise NotNow(f"This {NOUNS[model]} is linked to another {THEIRS[model]} by now. Look at it again first.")
    being_sent.refuse(record, NOUNS[model])
    return record, rows


def locked(account_id: int, model, record_id: int):
    """The account's record as it is now, locked until this writing transaction ends. Raises NotNow."""
    chosen = sa.select(model).where(model.account_id == account_id, model.id == record_id)
    record = db.session.scalar(chosen.with_for_update().execution_options(populate_existing=True))
    if record is None:
        raise NotNow(f"This {NOUNS[model]} is not here any more.")
    return record


def _part(record, rows, how, by):
    tombstones.bury(rows, tombstones.tombstone(how, by, record.name, record.id))
    linked.settle(type(record), record.account_id, [record.id])
    blanks = record.HALO_MARKS | getattr(record, "HALO_ANSWERS", {})
    told = {name: blank for name, blank in blanks.items() if getattr(record, name) != blank}
    for name, blank in told.items():
        setattr(record, name, blank)
    record.version += bool(told)


def _note(record, by, what, rows, fields=None):
    theirs = THEIRS[type(record)]
    told = ", ".join(f"{theirs} {row.halo_id}" for row in rows) or None
    changes.note(NOUNS[type(record)], record.id, record.account_id, by, what, fields, told)


def _told(record):
    """{field: its value as people read it}, without blanks."""
    values = {field: _read(record, field) for field in record.FIELDS}
    return {field: "Yes" if value is True else value for field, value in values.items() if value}


def _read(record, field):
    """A value as people read it; what a field points to, by its name."""
    if field.endswith("_id"):
        pointed_to = getattr(record, field.removesuffix("_id"))
        return pointed_to and pointed_to.name
    return money(record.value) if field == "value" else getattr(record, field)


def _let_go(model, column, record, by):
    """A record's contacts and opportunities stay, without it: that is no edit of theirs, which an import would have to
    heed. The record, as it is after the transactions that this took. Raises NotNow where it has gone meanwhile.
    """
    while _let_some_go(model, column, record, by) == AT_ONCE:
        account_id, kind, record_id = record.account_id, type(record), record.id
        db.session.commit()
        begin_write()
        record = locked(account_id, kind, record_id)
    return record


def _let_some_go(model, column, record, by):
    mine = (model.account_id == record.account_id, getattr(model, column) == record.id)
    some = list(db.session.scalars(sa.select(model.id).where(*mine).limit(AT_ONCE)))
    if some:
        going = (*mine, among(model.id, some))
        changes.note_selected(NOUNS[model], record.account_id, by, "edited", sa.select(model.id).where(*going),
                              {column: [record.name, None]}, f"Its {NOUNS[type(record)]} was deleted")  # fmt: skip
        freed = sa.update(model).where(*going).values({column: None, "version": model.version + 1})
        execute(freed)
    return len(some)


def _remove(record):
    model, name = type(record), record.name
    db.session.flush()
    lacks.forget(model, record.account_id, [record.id])
    words.forget(model, record.account_id, [record.id])
    execute(sa.delete(model).where(model.id == record.id))
    db.session.expunge(record)
    return name
