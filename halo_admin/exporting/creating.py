"""Making a record in Halo, once: an intent stands in the database before Halo is asked, and when an answer is lost the
record is looked for before anything else.
"""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from .. import normal
from ..bulk import execute
from ..crm.contact_models import called
from ..db import db, now, owned
from ..halo import payloads
from ..halo.errors import HaloBusy, HaloDown, HaloError, HaloRefused, HaloRejected, HaloUncertain
from ..mirror.models import HaloRecord
from ..records import Unreadable
from . import candidates, comparing, jobs
from . import sides as both
from .mirror import Taken, linked_row
from .models import Intent

ADVICE = " Try again later."  # nobody may do that before it is known what became of it
TELLING = ("phone", "website", "email")  # forms of fields that tell two with one name apart


class NotMade(Exception):
    """Halo did not make it, for certain; the text has Halo's words. is_refusal: it would not, as it was sent."""

    def __init__(self, sentence, is_refusal=True):
        super().__init__(sentence)
        self.is_refusal = is_refusal


class InDoubt(Exception):
    """Nothing tells whether Halo made it; the text says what is known."""


def make(labour, sides, values, fields) -> int:
    """The id of the record that Halo has made, by this call or by one that was broken off.

    Raises NotMade, InDoubt, Taken, and the errors of the HaloError tree where Halo was not asked for certain.
    """
    intent = open_intent(labour.id)
    if intent is not None:
        halo_id = intent.halo_id or _lost(labour, sides, intent)
        if halo_id is None:
            raise InDoubt("The answer was lost, and Halo shows no such record so far.")
        return _keep(labour, halo_id)
    record = _payload(labour, sides, values, fields)  # what is missing is missing before anything is written
    intent = _open(labour, sides, values, record.get("site_id"))
    try:
        saved = labour.ask(lambda halo: halo.write(payloads.WRITINGS[sides.kind.halo_kind].listing, record))
    except HaloUncertain as error:
        return _keep(labour, _look_first(labour, sides, intent, error))
    except HaloRejected as error:
        _not_made(labour)
        raise NotMade(str(error)) from error
    except (HaloBusy, HaloDown, HaloRefused):
        _not_made(labour)
        raise
    if isinstance(saved, Unreadable) or not saved.halo_id:
        lost = HaloUncertain("Halo took it, but its answer cannot be read.")
        return _keep(labour, _look_first(labour, sides, intent, lost))
    return _keep(labour, saved.halo_id)


def open_intent(export_id: int) -> Intent | None:
    """What this export may have made."""
    here = sa.select(Intent).where(Intent.export_id == export_id, Intent.closed_at.is_(None))
    return db.session.scalar(here.execution_options(populate_existing=True))


def _payload(labour, sides, values, fields):
    if sides.kind.halo_kind == "user":
        return payloads.payload("user", values.new_contact(fields, _name_of(labour)))
    client = values.of([field for field in fields if field.on == "client"])
    site = values.of([field for field in fields if field.on == "site"])
    return payloads.new_client(client, site)


def _name_of(labour):
    record = labour.record()
    names = {name: getattr(record, name, None) for name in ("first_name", "last_name", "email", "phone", "mobile")}
    return record.name if labour.kind.halo_kind == "client" else called(names)


def _open(labour, sides, values, site_id):
    """The intent, committed. One open intent per record is all that the database lets be."""
    told = {name: value.key for name, value in values.ours.items() if name in (labour.export.fields or ())}
    try:
        with labour.writing() as export:
            if linked_row(sides, export.ours_id) is not None:
                raise Taken
            name, keys = _name_of(labour), sides.keys_of(labour.record())
            intent = Intent(
                account_id=export.account_id, tenant_id=export.tenant_id, export_id=export.id,
                kind=sides.kind.halo_kind, ours_id=export.ours_id, name=name, name_key=normal.name_key(name),
                email_key=keys.get("email_key"), known=_known(sides, export, name, keys), opened_at=now(),
                values=told | ({"site_id": site_id} if site_id else {}),
            )  # fmt: skip
            db.session.add(intent)
            db.session.flush()
    except IntegrityError as error:
        raise Taken from error
    return open_intent(labour.id)


def _known(sides, export, name, keys):
    """Halo ids that were there before and could be mistaken for it."""
    clauses = [HaloRecord.name_key == normal.name_key(name)] if normal.name_key(name) else []
    clauses += [HaloRecord.email_key == keys["email_key"]] if keys.get("email_key") else []
    here = (HaloRecord.tenant_id == sides.tenant_id, HaloRecord.kind == sides.kind.halo_kind)
    chosen = sa.select(HaloRecord.halo_id).where(*here, sa.or_(*clauses)) if clauses else None
    mirrored = db.session.scalars(chosen.limit(1000)).all() if chosen is not None else []
    return sorted({*mirrored, *(export.found.get("known") or ())})


def _look_first(labour, sides, intent, error):
    """The id of what an unanswered request has made, if it has."""
    with labour.writing() as export:
        export.said = str(error)
    lost = str(error).removesuffix(ADVICE)
    try:
        halo_id = _lost(labour, sides, intent)
    except HaloError as failure:
        why = str(failure).removesuffix(ADVICE)
        raise InDoubt(f"{lost} Looking for it did not work either: {why}") from failure
    except InDoubt as doubt:
        raise InDoubt(f"{lost} {doubt}") from error
    if halo_id is not None:
        return halo_id
    if error.status == 500 and labour.saw_nothing_new:
        _not_made(labour)
        raise NotMade(f"{error} Halo holds no such record: it was not made.", is_refusal=False) from error
    raise InDoubt(lost) from error


def _lost(labour, sides, intent):
    """The one record that came up since and is just like what was to be made; None where there is none.

    Raises InDoubt where there are several, or where it tells of somebody else.
    """
    kind, before = sides.kind.halo_kind, labour.export.found.get("newest")
    newest = candidates.newest(labour, kind)
    labour.saw_nothing_new = None not in (newest.top, before) and newest.top <= before
    listing = payloads.WRITINGS[kind].listing
    searched = labour.ask(lambda halo: halo.page(listing, 1, search=intent.name)).rows
    found = {row.halo_id for row in (*newest.rows, *searched) if _is_like(row, intent)} - set(intent.known)
    found = {halo_id for halo_id in found if before is None or halo_id > before}
    found -= _linked_elsewhere(sides, found)
    if len(found) > 1:
        raise InDoubt(f"Halo shows several that came up since: {', '.join(map(str, sorted(found)))}.")
    return _checked(labour, sides, intent, found.pop()) if found else None


def _checked(labour, sides, intent, halo_id):
    """The id, where nothing that Halo holds there is another's. Raises InDoubt."""
    held = labour.ask(lambda halo: both.ask(halo, sides.kind.halo_kind, halo_id))
    named = f"{sides.kind.theirs} {halo_id}"
    if held is None:
        raise InDoubt(f"Halo lists {named}, which came up since, and does not show it.")
    if other := _others(sides, intent, held):
        raise InDoubt(f"Halo shows {named}, which came up since and is called the same, with another {other}.")
    return halo_id


def _others(sides, intent, held):
    """What tells that one of Halo's is not what was to be made; "" where nothing does."""
    theirs, told, country = sides.theirs(held), intent.values, sides.account.default_country
    other = [field.label.lower() for field in sides.kind.fields if field.form in TELLING
             and told.get(field.name) and theirs[field.name].key
             and not comparing.is_same(field, told[field.name], theirs[field.name].key, country)]  # fmt: skip
    if told.get("site_id") not in (None, getattr(held.record, "site_id", None)):
        other.append("site")
    return " and ".join(other)


def _is_like(row, intent):
    if isinstance(row, Unreadable) or getattr(row, "no_person", None):
        return False
    if intent.email_key and normal.email_key(row.email) == intent.email_key:
        return True
    return not intent.email_key and " ".join((row.name or "").split()) == " ".join(intent.name.split())


def _linked_elsewhere(sides, ids):
    here = (HaloRecord.tenant_id == sides.tenant_id, HaloRecord.kind == sides.kind.halo_kind,
            HaloRecord.halo_id.in_(ids), HaloRecord.ours_id.is_not(None))  # fmt: skip
    chosen = owned(HaloRecord, sides.account.id).where(*here).with_only_columns(HaloRecord.halo_id)
    return set(db.session.scalars(chosen)) if ids else set()


def _keep(labour, halo_id):
    """The id is known now, whatever comes next; the intent stays open until the link stands too."""
    with labour.writing() as export:
        export.halo_id, export.is_new, export.said = halo_id, True, None
        here = sa.update(Intent).where(Intent.export_id == export.id, Intent.closed_at.is_(None))
        execute(here.values(halo_id=halo_id))
    return halo_id


def _not_made(labour):
    with labour.writing() as export:
        export.said = None
        jobs.close_intent(export.id, "not made")
