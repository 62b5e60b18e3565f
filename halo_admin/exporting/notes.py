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
from ..bulk import execute
from ..connecting.opening import connection_of, open_halo
from ..crm import changes
from ..crm import notes as crm_notes
from ..crm.models import Company
from ..crm.note_models import Note
from ..db import begin_write, db, now, owned
from ..halo import payloads
from ..halo.errors import HaloBusy, HaloError, HaloUncertain
from ..halo.notes import notes_about
from ..mirror.models import HaloRecord
from ..normal import markup
from ..records import Note as TheirNote
from . import locks
from .creating import ADVICE
from .exports import NotNow
from .fields import KINDS
from .jobs import OUR_FAULT
from .mirror import linked_row
from .sides import Sides

SKEW = timedelta(minutes=5)  # so far may Halo's clock be from ours
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
                  send_error=None,
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
    begin_write()
    told = {"send_state": "failed", "send_error": "Halo did not save it.", "send_in_doubt": False}
    moved = _move(note.id, ("unknown",), **told)
    if moved:
        name = crm_notes.subject_of(note).name
        audit.note("export", f"Said that Halo did not save a note on {name}", account_id=note.account_id)
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
    mine = sa.update(Note).where(Note.id == note_id, *_is_due()).values(sent_at=now(), send_error=None)
    taken = execute(mine)
    db.session.commit()
    if taken == 0:
        return
    note = db.session.get(Note, note_id, populate_existing=True)
    place, connection = place_of(note), connection_of(note.account_id)
    if place is None or connection is None:
        _stop(note_id, "What it is on is not linked to Halo any more.")
        return
    try:
        with open_halo(connection, "exports") as halo:
            _carry_on(halo, note, place)
    except HaloBusy as busy:
        _wait(note_id, busy)
    except HaloError as error:
        _stop(note_id, str(error))
    except Exception:  # once more would end in the same way
        log.exception("sending a note failed", note=note_id)
        db.session.rollback()
        _stop(note_id, OUR_FAULT)


def _carry_on(halo, note, place):
    record, told, in_doubt = payloads.payload("note", _values(note, place)), _told(note), note.send_in_doubt
    db.session.rollback()  # nothing stays open while Halo is asked
    found = _found(halo, told, place) if in_doubt else _written(halo, record, told, place)
    if found is None:
        raise HaloUncertain("It shows no such note so far.")
    is_named = found.agent_id == place.agent_id or not place.agent_id or _name_author(halo, told, found)
    _conclude(told, place, found, None if is_named else f"Halo does not say that it is by {told['author']}.")


def _name_author(halo, told, found):
    """Halo kept an author of its own: then the text says whose it is, if Halo lets it; whether it does. The note is
    there either way.
    """
    text = _named(told["author"], told["text"])
    try:
        halo.write(payloads.NOTE.listing, payloads.payload("note", {"text": text}, found.halo_id))
    except HaloError as error:
        log.warning("the author of a note is not named in Halo", note=told["id"], why=type(error).__name__)
        return False
    return True


def _written(halo, record, told, place):
    """The note as Halo saved it, None where nothing shows it. The doubt stands in the database before Halo is asked."""
    _doubt(told["id"], True)
    try:
        saved = halo.write(payloads.NOTE.listing, record)
    except HaloUncertain as lost:
        return _look_first(halo, told, place, lost)
    except HaloError:
        _doubt(told["id"], False)  # it was not saved, for certain
        raise
    return saved if isinstance(saved, TheirNote) else _found(halo, told, place)


def _look_first(halo, told, place, lost):
    try:
        found = _found(halo, told, place)
    except HaloBusy:
        raise
    except HaloError as failure:
        raise HaloUncertain(f"{_cause(lost)} {_cause(failure)}") from failure
    if found is None:
        raise lost
    return found


def _doubt(note_id, in_doubt):
    begin_write()
    _move(note_id, ("sending",), send_in_doubt=in_doubt)
    db.session.commit()


def _told(note):
    tenant_id = connection_of(note.account_id).tenant_id
    return {"id": note.id, "account_id": note.account_id, "tenant_id": tenant_id, "marker": note.marker,
            "text": note.text, "plain": note.plain, "author": note.author, "author_id": note.author_id,
            "at": note.at}  # fmt: skip


def _values(note, place):
    text = note.text if place.agent_id else _named(note.author, note.text)
    told = {"client_id": place.client_id, "user_id": place.user_id, "text": text, "subject": note.subject,
            "at": note.at, "agent_id": place.agent_id, "marker": note.marker}  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def _named(author, text):
    return f"<p>{html.escape(author)}:</p>{text}"


def _found(halo, told, place):
    """The note as Halo has it: by its marker, else by its words, time and author where Halo keeps no markers."""
    page, _all = notes_about(halo, *place.subject)
    rows = [row for row in page.rows if isinstance(row, TheirNote)]
    marked = [row for row in rows if row.marker == told["marker"]]
    words = {_spaced(told["plain"]), _spaced(markup.plain(_named(told["author"], told["text"])))}
    same = [row for row in rows if row.marker is None and _spaced(markup.plain(row.text or "")) in words
            and (row.at is None or row.at >= told["at"] - SKEW)]  # fmt: skip
    others = _others(told, same)
    return next(iter([*marked, *(row for row in same if row.halo_id not in others)]), None)


def _spaced(text):
    return " ".join(text.split())


def _others(told, rows):
    """The Halo ids of notes that are known already, or that somebody else who is known here wrote."""
    linked = _linked(told, Note.HALO_KIND, [row.halo_id for row in rows])
    agents = _linked(told, "agent", [row.agent_id for row in rows if row.agent_id])
    db.session.rollback()
    written = {row.halo_id for row in rows if agents.get(row.agent_id, told["author_id"]) != told["author_id"]}
    return written | linked.keys()


def _linked(told, kind, ids):
    """{Halo id: our id} of those that are linked."""
    here = (HaloRecord.tenant_id == told["tenant_id"], HaloRecord.kind == kind, HaloRecord.halo_id.in_(ids),
            HaloRecord.ours_id.is_not(None))  # fmt: skip
    columns = (HaloRecord.halo_id, HaloRecord.ours_id)
    chosen = owned(HaloRecord, told["account_id"]).where(*here).with_only_columns(*columns)
    return dict(map(tuple, db.session.execute(chosen))) if ids else {}


def _conclude(told, place, found, sentence):
    """It is in Halo: the mirror says which note it is there."""
    begin_write()
    tenant_id = told["tenant_id"]
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == Note.HALO_KIND, HaloRecord.halo_id == found.halo_id)
    row = db.session.scalar(owned(HaloRecord, told["account_id"]).where(*here).with_for_update())
    if row is None:
        row = HaloRecord(account_id=told["account_id"], tenant_id=tenant_id, kind=Note.HALO_KIND,
                         halo_id=found.halo_id, changed_before=now(), parent_id=place.client_id)  # fmt: skip
        db.session.add(row)
    row.ours_id, row.linked_at, row.fingerprint = told["id"], now(), None
    row.base = {"text": [found.text, told["text"]]}
    _move(told["id"], ("sending",), send_state="sent", send_error=sentence, send_in_doubt=False, sent_at=now())
    db.session.commit()


def _wait(note_id, busy):
    """Halo's limit is used up: the try counts as begun so long ago that it is over when Halo may be asked again."""
    begin_write()
    words = f"Halo asks to wait; it goes on at {busy.until:%H:%M:%S} UTC." if busy.told else "Halo's limit is used up."
    _move(note_id, ("sending",), sent_at=busy.until - _lease(), send_error=words)
    db.session.commit()


def _stop(note_id, sentence):
    """It does not go on: not sent, or not known where it may have been sent."""
    begin_write()
    in_doubt = db.session.scalar(sa.select(Note.send_in_doubt).where(Note.id == note_id))
    if in_doubt and sentence != OUR_FAULT:
        sentence = f"We cannot tell whether Halo saved it. {sentence.removesuffix(ADVICE)}"
    _move(note_id, ("sending",), send_state="unknown" if in_doubt else "failed", send_error=sentence, sent_at=now())
    db.session.commit()


def _cause(error):
    return str(error).removesuffix(ADVICE)


def _move(note_id, before, **values):
    states = [Note.send_state.in_([state for state in before if state])]
    if None in before:
        states.append(Note.send_state.is_(None))
    here = sa.update(Note).where(Note.id == note_id, Note.from_halo.is_(False), sa.or_(*states))
    return execute(here.values(values)) == 1


def _is_due():
    over = sa.or_(Note.sent_at.is_(None), Note.sent_at <= now() - _lease())
    return (Note.send_state == "sending", over)


def _lease():
    return timedelta(seconds=current_app.config["LEASE_SECONDS"])
