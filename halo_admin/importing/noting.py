"""Reading of the notes stage: Halo has no list of all notes, so each linked client is asked for its own.

Where a client's list turns out not to hold the notes about its contacts and sites, those are asked one by one as well.
Which it is, is learned once of a tenant: by a contact's note in a client's list, else by asking a few contacts.
"""

import math
import time
from datetime import timedelta
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from ..bulk import execute
from ..crm.activity import LISTS_USERS
from ..db import among, db, now
from ..halo.companies import CLIENTS
from ..halo.errors import HaloDown, HaloError, HaloRejected
from ..halo.notes import notes_about
from ..mirror.models import HaloRecord, HaloTenant
from ..mirror.reading_models import NoteReading
from ..records import Note, Page, Unreadable
from . import whose
from .models import Sweep
from .shelving import Shelf

# what one transaction takes in: the notes of so many places, or what comes within so many seconds
PLACES_AHEAD, SECONDS_AHEAD = 10, 1.0
# a place whose notes cannot be had in this many legs is passed by, if Halo answers otherwise
TRIES = 2
# what Read from Halo has read is used as it stands by an import within this time
FRESH = timedelta(minutes=10)
# so many contacts are asked to find out whether clients' lists hold their notes: a twentieth of the clients, and a few
PROBED, PROBED_LEAST = 0.05, 3


class Place(NamedTuple):
    """Whose notes one request is about: a client, a site or a user of Halo's; client_id: the one that it belongs to."""

    kind: str
    halo_id: int
    client_id: int | None


class Answer(NamedTuple):
    """What came of asking about a place: rows, and whether they are all; or why there are none."""

    place: Place
    rows: tuple = ()
    is_whole: bool = False
    error: str | None = None


def read(leg) -> bool:
    """Read the notes of the next few places; True when all of them are read."""
    sweep_id = leg.run.facts.get("sweeps", {}).get("note") or _begin(leg)
    places = _next_places(leg, sweep_id)
    if not places:
        _end(leg, sweep_id)
        return True
    answers, stopped_by = _ask(leg, places)
    if answers:
        with leg.batch() as run:
            sweep = db.session.get(Sweep, sweep_id, with_for_update=True)
            for answer in answers:
                keep(leg, run, sweep, answer)
            _tell_progress(leg, run, len(answers))
        leg.kept["places"] = leg.kept["places"][len(answers) :]
    if stopped_by is not None:
        raise stopped_by
    return False


def _begin(leg):
    """The id of the sweep that this run is: one that Read from Halo has just made is gone on with."""
    with leg.batch() as run:
        spare = _spare(run)
        if spare is None:
            return _begun(run)
        spare.spare = False
        run.facts = run.facts | {"sweeps": {"note": spare.id}}
        return spare.id


def _spare(run):
    if run.purpose != "import" or run.options.get("full"):
        return None
    latest = sa.select(Sweep).where(Sweep.tenant_id == run.tenant_id, Sweep.kind == "note", Sweep.state != "profile")
    sweep = db.session.scalar(latest.order_by(Sweep.id.desc()).limit(1))
    is_fresh = sweep is not None and sweep.spare and sweep.state == "complete" and now() - sweep.ended_at <= FRESH
    return sweep if is_fresh else None


def _begun(run):
    at = now()
    sweep = Sweep(account_id=run.account_id, tenant_id=run.tenant_id, kind="note", started_at=at, touched_at=at,
                  spare=run.purpose == "read")  # fmt: skip
    db.session.add(sweep)
    db.session.flush()
    meant = whose.kept(run.tenant_id)
    # chosen anew meanwhile: a run goes on with what it began with
    run.options = run.options | {"whose": meant._asdict()}
    run.facts = run.facts | {"sweeps": {"note": sweep.id}, "clients": whose.number(run.tenant_id, meant)}
    run.progress = run.progress | {"reading": [0, whose.requests(run.tenant_id, meant)]}
    return sweep.id


def meant_by(run) -> whose.Whose:
    """Whose notes a run is about."""
    told = run.options.get("whose")
    return whose.Whose(told["way"], tuple(told["types"]), told["seller"], told["contacts"]) if told else whose.Whose()


def _next_places(leg, sweep_id):
    """The places that are due, of which `leg.kept` holds the rest for the next batch."""
    if not leg.kept.get("places"):
        leg.kept["places"] = _due(leg.run, sweep_id)
    return leg.kept["places"][:PLACES_AHEAD]


def _due(run, sweep_id):
    tenant_id, meant = run.tenant_id, meant_by(run)
    clients = [Place("client", one, one) for one in whose.ordered(tenant_id, meant, sweep_id)]
    if clients:
        return clients
    each = whose.asks_contacts(tenant_id, meant)
    if each is False:
        return []
    places = [Place(*one) for one in whose.people_and_sites(tenant_id, meant, sweep_id)]
    if each is True:
        return places
    contacts = [one for one in places if one.kind == "user"]
    return contacts[:1] if run.facts.get("probed", 0) < _most_probed(run) else []


def _most_probed(run):
    return max(PROBED_LEAST, math.floor(run.facts.get("clients", 0) * PROBED))


def _ask(leg, places):
    """([Answer] of the first of these places, at least one unless stopped; the error that the place after them met)."""
    answers, until = [], time.monotonic() + SECONDS_AHEAD
    for place in places:
        try:
            answers.append(ask(leg.halo(), place))
        except HaloRejected as error:
            answers.append(Answer(place, error=str(error)))
        except HaloDown as error:
            if answers or leg.run.tries < TRIES:
                return answers, error
            leg.halo().page(CLIENTS, 1)  # raises HaloDown when it is not this place alone
            answers.append(Answer(place, error=str(error)))
        except HaloError as error:
            return answers, error
        if time.monotonic() >= until or leg.is_spent():
            break
    return answers, None


def ask(halo, place: Place) -> Answer:
    """Ask Halo for the notes about one place; raises a HaloError. No transaction may be open."""
    page, is_whole = notes_about(halo, place.kind, place.halo_id)
    return Answer(place, page.rows, is_whole and not any(isinstance(row, Unreadable) for row in page.rows))


def _own(run, answer):
    """The rows that are about their place: Halo ignores what it does not know, so its filter is checked here.

    A note that names no client belongs to the one it was found with; one of a client that nobody knows of is kept, and
    left out for that.
    """
    place = answer.place
    named = {row.client_id for row in answer.rows if isinstance(row, Note)} - {None, place.client_id}
    others = _known_clients(run.tenant_id, named)
    rows = [row for row in answer.rows if isinstance(row, Unreadable) or row.client_id not in others]
    if place.kind != "client":
        rows = [row for row in rows if isinstance(row, Unreadable) or place.halo_id == _about(row, place.kind)]
    return tuple(
        msgspec.structs.replace(row, client_id=place.client_id)
        if isinstance(row, Note) and row.client_id is None else row
        for row in rows
    )  # fmt: skip


def _about(row, kind):
    return row.user_id if kind == "user" else row.site_id


def _known_clients(tenant_id, ids):
    here = (HaloRecord.tenant_id == tenant_id, HaloRecord.kind == "client", among(HaloRecord.halo_id, sorted(ids)))
    return set(db.session.scalars(sa.select(HaloRecord.halo_id).where(*here))) if ids else set()


def keep(shelf_for, run, sweep, answer: Answer) -> None:
    """Put what came into the mirror, and mark what is missing as gone. shelf_for: a Leg, or what Shelf needs of one.

    In a writing transaction.
    """
    place, at = answer.place, now()
    reading = _reading_of(run, place)
    reading.sweep_id, reading.error = sweep.id if run.purpose != "profile" else None, answer.error
    sweep.touched_at = at
    if answer.error is not None:
        run.note(f"Notes of {_stages().word(place.kind)} {place.halo_id}: {answer.error}")
        return
    answer = answer._replace(rows=_own(run, answer))
    sweep.page_no = place.halo_id  # by which rows without an id are known again
    known_before = _ids_seen(run, answer)
    shelf = Shelf(shelf_for, _stages().stage(whose.STAGE).readings[0], sweep)
    (new,) = shelf.store([Page(answer.rows, len(answer.rows))])
    _place_unreadable(run, sweep, answer)
    sweep.seen += new
    reading.read_at, reading.notes = at, len(answer.rows)
    _learn(run, sweep, answer, known_before)
    if answer.is_whole:
        _mark_gone(run, sweep, place)


def _place_unreadable(run, sweep, answer):
    """A row that cannot be read does not say whose it is; where it was found does."""
    if all(isinstance(row, Note) for row in answer.rows):
        return
    new = sa.update(HaloRecord).where(
        HaloRecord.tenant_id == run.tenant_id, HaloRecord.kind == "note", HaloRecord.last_sweep_id == sweep.id,
        HaloRecord.type_key.is_(None),
    )  # fmt: skip
    place = answer.place
    about = "client" if place.kind == "client" else f"{place.kind}:{place.halo_id}"
    placed = new.values(parent_id=place.client_id, type_key=f"{about} 0")
    execute(placed)


def _reading_of(run, place):
    key = (run.tenant_id, place.kind, place.halo_id)
    reading = db.session.get(NoteReading, key)
    if reading is None:
        reading = NoteReading(account_id=run.account_id, tenant_id=key[0], kind=key[1], halo_id=key[2])
        db.session.add(reading)
    return reading


def _ids_seen(run, answer):
    """{halo id: the sweep that saw it last} of a contact's notes, before they are put in."""
    if answer.place.kind != "user":
        return {}
    ids = [row.halo_id for row in answer.rows if row.halo_id]
    seen = sa.select(HaloRecord.halo_id, HaloRecord.last_sweep_id).where(
        HaloRecord.tenant_id == run.tenant_id, HaloRecord.kind == "note", HaloRecord.halo_id.in_(ids)
    )
    return dict(map(tuple, db.session.execute(seen))) if ids else {}


def _learn(run, sweep, answer, known_before):
    """Whether clients' lists hold the notes about their users: a fact of the tenant."""
    tenant = db.session.get(HaloTenant, run.tenant_id)
    if answer.place.kind == "client" and any(isinstance(row, Note) and row.user_id for row in answer.rows):
        tells = True
    elif answer.place.kind == "user" and run.purpose != "profile" and tenant.learned.get(LISTS_USERS) is None:
        run.facts = run.facts | {"probed": run.facts.get("probed", 0) + 1}
        notes = [row for row in answer.rows if isinstance(row, Note)]
        if not notes:
            return
        tells = any(known_before.get(row.halo_id) == sweep.id for row in notes)
    else:
        return
    if tenant.learned.get(LISTS_USERS) is not tells:
        tenant.learned = tenant.learned | {LISTS_USERS: tells}


def _mark_gone(run, sweep, place):
    """What a place's whole list does not have any more is gone: the notes here stay, marked."""
    here = [HaloRecord.tenant_id == run.tenant_id, HaloRecord.kind == "note", HaloRecord.gone_at.is_(None)]
    if place.kind == "client":
        here.append(HaloRecord.parent_id == place.halo_id)
        if db.session.get(HaloTenant, run.tenant_id).learned.get(LISTS_USERS) is not True:
            here.append(HaloRecord.type_key.like("client %"))
    else:
        here.append(HaloRecord.type_key.like(f"{place.kind}:{place.halo_id} %"))
        here.append(HaloRecord.parent_id == place.client_id if place.client_id else HaloRecord.parent_id.is_not(None))
    missing = sa.update(HaloRecord).where(*here, HaloRecord.last_sweep_id.is_distinct_from(sweep.id))
    gone = execute(missing.values(gone_at=now()))
    run.facts = run.facts | {"gone": run.facts.get("gone", 0) + gone}


def _tell_progress(leg, run, number):
    done, total = run.progress["reading"]
    left = len(leg.kept["places"]) - number
    run.progress = run.progress | {"reading": [done + number, max(total, done + number + left)]}


def _end(leg, sweep_id):
    with leg.batch() as run:
        sweep = db.session.get(Sweep, sweep_id)
        sweep.state, sweep.ended_at = "complete", now()
        told = {"kind": "note", "state": "complete", "seen": sweep.seen, "claimed": sweep.seen,
                "at": sweep.ended_at.isoformat()}  # fmt: skip
        run.facts = run.facts | {"read": [told], "notes_read": _what_was_read(run, sweep_id)}
        run.progress = run.progress | {"reading": [run.progress["reading"][0]] * 2}


def _what_was_read(run, sweep_id):
    """What was read and what not, for the report."""
    tenant_id = run.tenant_id
    mine = (NoteReading.tenant_id == tenant_id, NoteReading.sweep_id == sweep_id)
    count = sa.select(NoteReading.kind, NoteReading.error.is_(None), sa.func.count()).where(*mine)
    asked = {(kind, is_good): number for kind, is_good, number in db.session.execute(
        count.group_by(NoteReading.kind, NoteReading.error.is_(None)))}  # fmt: skip
    linked = whose.clients(tenant_id, whose.Whose()).subquery()
    of_linked = (NoteReading.tenant_id == tenant_id, NoteReading.kind == "client",
                 NoteReading.halo_id.in_(sa.select(linked)))  # fmt: skip
    others = (*of_linked, NoteReading.sweep_id.is_distinct_from(sweep_id), NoteReading.read_at.is_not(None))
    how_old = sa.select(sa.func.count(), sa.func.min(NoteReading.read_at)).where(*others)
    earlier, oldest = db.session.execute(how_old).one()
    all_linked = db.session.scalar(sa.select(sa.func.count()).select_from(linked))
    now_read = db.session.scalar(sa.select(sa.func.count()).where(*of_linked, NoteReading.sweep_id == sweep_id))
    return {
        "clients": sum(number for (kind, is_good), number in asked.items() if kind == "client" and is_good),
        "contacts": sum(number for (kind, is_good), number in asked.items() if kind != "client" and is_good),
        "failed": sum(number for (_, is_good), number in asked.items() if not is_good),
        "earlier": earlier, "oldest": oldest.isoformat() if oldest else None,
        "never": all_linked - now_read - earlier,
        "lists_contacts": db.session.get(HaloTenant, tenant_id).learned.get(LISTS_USERS),
    }  # fmt: skip


def _stages():
    """The list of stages, one of which is made with this module: neither could be loaded first otherwise."""
    from . import stages

    return stages
