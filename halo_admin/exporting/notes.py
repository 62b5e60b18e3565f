"""Sending one note: what was written here becomes a CRM note of Halo's, once, with its author.

The note's row says how far it is. Its marker goes along, so that a note whose answer was lost is found again, and an
import knows it for what it is.
"""

import html
import secrets
from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa
import structlog
from flask import current_app

from .. import audit, due, queues
from ..accounts.models import Account
from ..connecting.opening import connection_of, open_halo
from ..crm import changes
from ..crm import notes as crm_notes
from ..crm.models import Company
from ..crm.note_models import Note
from ..db import begin_write, db, now, owned
from ..halo import payloads
from ..halo.errors import HaloBusy, HaloError, HaloRefused, HaloRejected, HaloUncertain
from ..halo.notes import notes_about
from ..mirror.models import HaloRecord
from ..normal import markup
from ..records import Note as TheirNote
from . import locks
from .exports import NotNow
from .fields import KINDS
from .mirror import linked_row
from .sides import Sides

UNDER_WAY = "It is under way."  # of a note that may have been sent: a job that dies leaves it so
log = structlog.get_logger()


class Place(NamedTuple):
    """Whom a note is about in Halo; agent_id: its author there, None where they are no agent."""

    client_id: int | None
    user_id: int | None
    agent_id: int | None

    @property
    def subject(self):
        return ("user", self.user_id) if self.user_id else ("client", self.client_id)


def start(note: Note, by) -> bool:
    """Send a note, or look for one of which nobody knows whether it arrived. False where that is under way, or done.

    by: a User. Raises NotNow. In a writing transaction; commits, and queues.
    """
    if lock := locks.lock_of(note.account_id):
        raise NotNow(lock.reason)
    if note.from_halo:
        raise NotNow("This note came from Halo: it is there.")
    subject, is_again = crm_notes.subject_of(note), note.send_state == "unknown"
    if place_of(note) is None:
        raise NotNow(f"{subject.name} is not in Halo yet: send {subject.name} first.")
    taken = _move(note.id, (None, "failed", "unknown"), send_state="sending", sent_at=None,
                  send_error=UNDER_WAY if is_again else None,
                  marker=note.marker or f"glasshive-{secrets.token_hex(8)}")  # fmt: skip
    if taken and not is_again:
        noun = crm_notes.NOUNS[type(subject)]
        audit.note("export", f"Sent a note on {subject.name} to Halo", account_id=note.account_id)
        changes.note(noun, subject.id, note.account_id, by, "note sent", note=note.name)
    db.session.commit()
    if taken:
        queue(note.id)
    return taken


def give_up(note: Note) -> bool:
    """A person has looked: Halo did not save it. It may be sent anew. Commits."""
    moved = _move(note.id, ("unknown",), send_state="failed", send_error="Halo did not save it.")
    db.session.commit()
    return moved


def place_of(note: Note) -> Place | None:
    """Where it goes; None while what it is on is not in Halo."""
    connection = connection_of(note.account_id)
    subject = crm_notes.subject_of(note)
    if connection is None or subject is None:
        return None
    kind = KINDS["company" if isinstance(subject, Company) else "contact"]
    sides = Sides(db.session.get(Account, note.account_id), connection.tenant_id, kind)
    row = linked_row(sides, subject.id)
    if row is None:
        return None
    agent = sides.agent_of(note.author_id)
    agent_id = agent.halo_id if agent else None
    if kind.key == "company":
        return Place(row.halo_id, None, agent_id)
    return Place(row.parent_id, row.halo_id, agent_id)


def queue(note_id: int) -> None:
    """Queue the job; without Redis the watch does it once that is back."""
    try:
        queues.enqueue(queues.EXPORTS, work, note_id, job_id=_job_id(note_id))
    except queues.NoQueue as error:
        log.warning("note not queued", note=note_id, why=str(error))


@due.queues
def queue_due() -> int:
    """Queue the notes that are to be sent and that nobody works on."""
    ids = db.session.scalars(sa.select(Note.id).where(*_is_due()).limit(100)).all()
    for note_id in ids:
        queue(note_id)
    return len(ids)


def _job_id(note_id):
    """Another one every ten seconds: a job that is over, or died, keeps its id for a while."""
    return f"note-{note_id}-{int(now().timestamp()) // 10}"


def work(note_id: int) -> None:
    """Send a note. The job of a worker; of several only one does."""
    begin_write()
    in_doubt = db.session.scalar(sa.select(Note.send_error).where(Note.id == note_id)) == UNDER_WAY
    mine = sa.update(Note).where(Note.id == note_id, *_is_due()).values(sent_at=now(), send_error=UNDER_WAY)
    taken = db.session.execute(mine, execution_options={"synchronize_session": False})
    db.session.commit()
    if taken.rowcount == 0:
        return
    note = db.session.get(Note, note_id, populate_existing=True)
    place, connection = place_of(note), connection_of(note.account_id)
    if place is None or connection is None:
        _end(note_id, "failed", "What it is on is not linked to Halo any more.")
        return
    try:
        with open_halo(connection, "exports") as halo:
            _carry_on(halo, note, place, in_doubt)
    except HaloBusy as busy:
        _wait(note_id, busy)
    except HaloUncertain as error:
        _end(note_id, "unknown", f"We cannot tell whether Halo saved it. {_cause(error)}")
    except (HaloRejected, HaloRefused) as error:
        _end(note_id, "failed", str(error))
    except HaloError as error:
        _end(note_id, "unknown" if in_doubt else "failed", _cause(error))


def _carry_on(halo, note, place, in_doubt):
    """in_doubt: it may have been sent already; then it is looked for, and never sent a second time."""
    record, told = payloads.payload("note", _values(note, place)), _told(note)
    db.session.rollback()  # nothing stays open while Halo is asked
    found = _found(halo, told, place) if in_doubt else _written(halo, record, told, place)
    if found is None:
        raise HaloUncertain("It shows no such note so far.")
    if place.agent_id and found.agent_id != place.agent_id:
        _name_author(halo, told, found)
    _conclude(told, place, found)


def _name_author(halo, told, found):
    """Halo kept an author of its own: then the text says whose it is, if Halo lets it. The note is there either way."""
    text = _named(told["author"], told["text"])
    try:
        halo.write(payloads.NOTE.listing, payloads.payload("note", {"text": text}, found.halo_id))
    except HaloError as error:
        log.warning("the author of a note is not named in Halo", note=told["id"], why=type(error).__name__)


def _written(halo, record, told, place):
    try:
        saved = halo.write(payloads.NOTE.listing, record)
    except HaloUncertain as lost:
        try:
            found = _found(halo, told, place)
        except HaloError as failure:
            raise HaloUncertain(f"{_cause(lost)} {_cause(failure)}") from failure
        if found is None:
            raise
        return found
    return saved if isinstance(saved, TheirNote) else _found(halo, told, place)


def _told(note):
    return {"id": note.id, "account_id": note.account_id, "marker": note.marker, "text": note.text,
            "plain": note.plain, "author": note.author}  # fmt: skip


def _values(note, place):
    text = note.text if place.agent_id else _named(note.author, note.text)
    told = {"client_id": place.client_id, "user_id": place.user_id, "text": text, "subject": note.subject,
            "at": note.at, "agent_id": place.agent_id, "marker": note.marker}  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def _named(author, text):
    return f"<p>{html.escape(author)}:</p>{text}"


def _found(halo, told, place):
    """The note as Halo has it: by its marker, else by its words where Halo keeps no markers."""
    page, _all = notes_about(halo, *place.subject)
    rows = [row for row in page.rows if isinstance(row, TheirNote)]
    marked = [row for row in rows if row.marker == told["marker"]]
    same = [row for row in rows if row.marker is None and markup.plain(row.text or "").endswith(told["plain"])]
    known = _linked(told["account_id"], [row.halo_id for row in same])
    return next(iter([*marked, *(row for row in same if row.halo_id not in known)]), None)


def _linked(account_id, ids):
    here = (HaloRecord.kind == Note.HALO_KIND, HaloRecord.halo_id.in_(ids), HaloRecord.ours_id.is_not(None))
    chosen = owned(HaloRecord, account_id).where(*here).with_only_columns(HaloRecord.halo_id)
    found = set(db.session.scalars(chosen)) if ids else set()
    db.session.rollback()
    return found


def _conclude(told, place, found):
    """It is in Halo: the mirror says which note it is there."""
    begin_write()
    tenant_id = connection_of(told["account_id"]).tenant_id
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == Note.HALO_KIND, HaloRecord.halo_id == found.halo_id)
    row = db.session.scalar(owned(HaloRecord, told["account_id"]).where(*here).with_for_update())
    if row is None:
        row = HaloRecord(account_id=told["account_id"], tenant_id=tenant_id, kind=Note.HALO_KIND,
                         halo_id=found.halo_id, changed_before=now(), parent_id=place.client_id)  # fmt: skip
        db.session.add(row)
    row.ours_id, row.linked_at, row.fingerprint = told["id"], now(), None
    row.base = {"text": [found.text, told["text"]]}
    _move(told["id"], ("sending",), send_state="sent", send_error=None, sent_at=now())
    db.session.commit()


def _wait(note_id, busy):
    """Halo's limit is used up: the try counts as begun so long ago that it is over when Halo may be asked again."""
    begin_write()
    words = f"Halo asks to wait; it goes on at {busy.until:%H:%M:%S} UTC." if busy.told else "Halo's limit is used up."
    _move(note_id, ("sending",), sent_at=busy.until - _lease(), send_error=words)
    db.session.commit()


def _end(note_id, state, sentence):
    begin_write()
    _move(note_id, ("sending",), send_state=state, send_error=sentence, sent_at=now())
    db.session.commit()


def _cause(error):
    return str(error).removesuffix(" Try again later.")


def _move(note_id, before, **values):
    states = [Note.send_state.in_([state for state in before if state])]
    if None in before:
        states.append(Note.send_state.is_(None))
    here = sa.update(Note).where(Note.id == note_id, Note.from_halo.is_(False), sa.or_(*states))
    return db.session.execute(here.values(values), execution_options={"synchronize_session": False}).rowcount == 1


def _is_due():
    over = sa.or_(Note.sent_at.is_(None), Note.sent_at <= now() - _lease())
    return (Note.send_state == "sending", over)


def _lease():
    return timedelta(seconds=current_app.config["LEASE_SECONDS"])
