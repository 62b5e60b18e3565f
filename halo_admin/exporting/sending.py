"""Sending: made or changed in Halo, then read back, so that what is told per field is what Halo now holds.

A job that died may be taken up again at any point: what Halo holds already is not written a second time.
"""

from .. import audit
from ..audit import Somebody
from ..crm.change_models import RecordChange
from ..db import db, now, owned
from ..halo import payloads
from ..halo.errors import HaloBusy, HaloDown, HaloError, HaloUncertain
from ..mirror import tombstones
from ..web.words import capital
from . import comparing, creating, looking
from . import mirror as our_mirror
from . import sides as both
from .comparing import Value
from .creating import ADVICE, InDoubt, NotMade
from .jobs import NoRecord, close_intent
from .sides import CannotRead, Sides
from .writing import Unsendable, Values

WRITTEN, KEPT, REFUSED, NOT_KNOWN, NOT_SENT = "written", "kept", "refused", "not known", "not sent"

AUDITED = {"partly": "Halo took only a part of {name}", "refused": "Halo refused {name}",
           "failed": "{name} was not sent to Halo", "unknown": "It is not known whether Halo saved {name}"}  # fmt: skip


def send(labour) -> None:
    """Sends the fields of an export. Raises a HaloError where Halo cannot be asked."""
    export = labour.export
    sides = Sides(labour.account(), export.tenant_id, labour.kind)
    ours = {name: Value(*pair) for name, pair in export.found["ours"].items()}
    fields = [field for field in labour.kind.fields if field.name in export.fields]
    values = Values(sides, ours, export.chosen, export.found)
    try:
        _send(labour, sides, values, fields)
    except Unsendable as error:
        _end(labour, "failed", str(error))
    except NotMade as error:
        _not_made(labour, fields, ours, error)
    except InDoubt as error:
        _end(labour, "unknown", str(error))
    except CannotRead as error:
        _end(labour, "unknown" if creating.open_intent(labour.id) else "failed", str(error))
    except our_mirror.Taken:
        _choose_again(labour)


def _send(labour, sides, values, fields):
    halo_id = labour.export.halo_id or creating.make(labour, sides, values, fields)
    held = labour.ask(lambda halo: both.ask(halo, sides.kind.halo_kind, halo_id))
    if held is None and labour.export.is_new:
        raise InDoubt(f"Halo said that it made {sides.kind.theirs} {halo_id}, and does not show it.")
    if held is None:
        raise our_mirror.Taken
    theirs = sides.theirs(held)
    if not labour.export.is_new and (moved := _moved(sides, fields, values.ours, theirs, labour.export)):
        _look_again(labour, f"Halo changed {', '.join(moved)} meanwhile. Nothing was sent: look it over once more.")
        return
    _link(labour, sides, held)
    open_, wrong = _open(sides, values.ours, fields, theirs), {}
    for number, on in enumerate(dict.fromkeys(field.on for field in open_)):
        try:
            wrong |= _write(labour, values, on, [field for field in open_ if field.on == on], held)
        except HaloBusy:
            _remember_it_began(labour, number)
            raise
    if open_:
        held, why = _read_back(labour, sides, halo_id)
        if held is None:
            _conclude_unread(labour, fields, values.ours, theirs, open_, wrong, why)
            return
    _conclude(labour, sides, fields, values, held, wrong)


def stopped(labour, sentence: str) -> None:
    """Halo could not be asked any further."""
    state = "partly" if labour.export.is_new or (labour.export.found or {}).get("began") else "failed"
    _end(labour, "unknown" if creating.open_intent(labour.id) is not None else state, sentence)


def _remember_it_began(labour, parts):
    """Some of it is in Halo already, should nothing more come of it."""
    if parts:
        with labour.writing() as export:
            export.found = export.found | {"began": True}


def _read_back(labour, sides, halo_id):
    """(what Halo holds now, "") or (None, why that cannot be told)."""
    try:
        held = labour.ask(lambda halo: both.ask(halo, sides.kind.halo_kind, halo_id))
    except HaloBusy:
        raise
    except (HaloError, CannotRead) as error:
        return None, str(error)
    return held, "" if held else f"Halo does not hold {sides.kind.theirs} {halo_id} any more."


def _link(labour, sides, held):
    """The link stands, and with it nothing is in doubt any more. Raises NoRecord; what was made for a record that is
    not here any more is left out of imports then.
    """
    with labour.writing() as export:
        is_here = labour.is_here()
        if not is_here and not export.is_new:
            raise NoRecord
        row = our_mirror.link(sides, export.ours_id, held, None if export.is_new else "a person")
        if not is_here:
            answer = tombstones.tombstone("deleted", _whoever_deleted_it(export), export.ours_name, export.ours_id)
            tombstones.bury([row], answer)
        export.halo_id = held.record.halo_id
        close_intent(export.id, "made", held.record.halo_id)
    if not is_here:
        raise NoRecord


def _whoever_deleted_it(export):
    here = (RecordChange.kind == export.kind, RecordChange.record_id == export.ours_id,
            RecordChange.what.in_(("deleted", "kept out")))  # fmt: skip
    last = owned(RecordChange, export.account_id).where(*here).order_by(RecordChange.id.desc()).limit(1)
    change = db.session.scalar(last)
    return Somebody(change.by if change else export.by_name)


def _moved(sides, fields, ours, theirs, export):
    """The labels of fields that Halo holds otherwise than the person saw, and not as they are to be."""
    country, moved = sides.account.default_country, []
    for field in fields:
        shown, there = Value(*export.found["theirs"][field.name]).key, theirs[field.name].key
        same = comparing.is_same(field, there, shown, country)
        if not field.added and not same and not comparing.is_same(field, ours[field.name].key, there, country):
            moved.append(field.label)
    return moved


def _open(sides, ours, fields, theirs):
    """The fields that Halo does not hold yet."""
    country = sides.account.default_country
    return [field for field in fields
            if not comparing.is_same(field, ours[field.name].key, theirs[field.name].key, country)]  # fmt: skip


def _write(labour, values, on, fields, held):
    """Write fields to the one of Halo's records that holds them; {field: (outcome, words)} of those that are not there
    for certain.
    """
    part = held.site if on == "site" else held.record
    if part is None:
        return _all(fields, REFUSED, "Halo tells of no main site of this client that could hold it.")
    told, wrong = {}, {}
    for field in fields:
        try:
            told |= values.of([field], held)
        except Unsendable as error:
            wrong[field.name] = (REFUSED, str(error))
    if on == "user" and {"first_name", "last_name"} & told.keys():
        told["name"] = _whole_name(told, held)
    try:
        record = payloads.payload(on, told, part.halo_id)
        if told:
            labour.ask(lambda halo: halo.write(payloads.WRITINGS[on].listing, record))
    except HaloBusy:
        raise
    except HaloError as error:
        wrong = _all(fields, *_failed(error)) | wrong  # what Halo holds in spite of it is read back
    return wrong


def _all(fields, outcome, words):
    return {field.name: (outcome, words) for field in fields}


def _failed(error):
    """What a failed write means for its fields, where Halo does not hold them when it is read back."""
    if isinstance(error, HaloUncertain) and error.status == 200:
        return KEPT, None
    if isinstance(error, HaloUncertain) and error.status != 500:
        return NOT_KNOWN, f"{str(error).removesuffix(ADVICE)} Halo does not hold it so far; it may still save it."
    return (NOT_SENT if isinstance(error, HaloDown) and error.status != 500 else REFUSED), str(error)


def _whole_name(told, held):
    first = told.get("first_name", held.record.first_name)
    last = told.get("last_name", held.record.last_name)
    return " ".join(filter(None, (first, last))) or held.record.name


def _conclude(labour, sides, fields, values, held, wrong):
    theirs, country, ours = sides.theirs(held), sides.account.default_country, values.ours
    results = []
    for field in fields:
        there = theirs[field.name]
        is_there = comparing.is_same(field, ours[field.name].key, there.key, country)
        is_there = is_there or (field.name == "type" and values.took_type(held))
        outcome, words = (WRITTEN, None) if is_there else wrong.get(field.name, (KEPT, None))
        results.append(_result(field, labour.export, ours, there.words, outcome, words))
    taken = {one["field"] for one in results if one["outcome"] in (WRITTEN, KEPT)}
    with labour.writing() as export:
        row = our_mirror.linked_row(sides, export.ours_id)
        if row is not None and row.halo_id == held.record.halo_id:
            our_mirror.settle(sides, row, held, ours, taken)
        _ended(export, results)


def _conclude_unread(labour, fields, ours, theirs, open_, wrong, why):
    """Written, and not read back: of no field that was sent it is known whether Halo holds it."""
    told = (NOT_KNOWN, f"It could not be read back. {why}")
    results = []
    for field in fields:
        outcome, words = wrong.get(field.name, told) if field in open_ else (WRITTEN, None)
        after = "" if field in open_ else theirs[field.name].words
        results.append(_result(field, labour.export, ours, after, outcome, words))
    with labour.writing() as export:
        _ended(export, results)


def _ended(export, results):
    export.results, export.state, export.ended_at, export.said = results, _state(results), now(), None
    _note(export)


def _note(export):
    """The audit has that it was sent; how it ended is told where it did not end well."""
    if export.sent_at and export.state in AUDITED:
        by = Somebody(export.by_name, export.by_user_id)
        said = AUDITED[export.state].format(name=export.ours_name)
        audit.note("export", said, account_id=export.account_id, by=by, place=export.place)


def _result(field, export, ours, after, outcome, words=None):
    before = "" if export.is_new else export.found["theirs"][field.name][1]
    return {"field": field.name, "label": field.label, "before": before, "ours": ours[field.name].words,
            "after": after, "outcome": outcome, "words": words}  # fmt: skip


def _state(results):
    outcomes = {one["outcome"] for one in results}
    if outcomes <= {WRITTEN}:
        return "done"
    if outcomes & {WRITTEN, NOT_KNOWN}:
        return "partly"
    return "failed" if outcomes <= {NOT_SENT} else "refused"


def _not_made(labour, fields, ours, error):
    """Nothing was written: Halo's words stand beside every field."""
    results = [_result(field, labour.export, ours, "", REFUSED, str(error)) for field in fields]
    with labour.writing() as export:
        export.state, export.ended_at = ("refused" if error.is_refusal else "failed"), now()
        export.results = results if error.is_refusal else None
        export.said = None if error.is_refusal else str(error)
        _note(export)


def _choose_again(labour):
    """Back to the choice of which of Halo's records it is; one that was made meanwhile is among them."""
    export, changed = labour.export, "What is linked to what has changed meanwhile"
    made = f"Halo has made {labour.kind.theirs} {export.halo_id}. " if export.is_new else ""
    with labour.writing() as export:
        export.chosen = {name: value for name, value in export.chosen.items() if name != "to"}
        close_intent(export.id, "made", export.halo_id)
    _look_again(labour, f"{made}{changed}. Look at it once more.")


def _look_again(labour, sentence):
    """Back to the fields, with what Halo holds now."""
    with labour.writing() as export:
        export.state, export.said, export.fields = "looking", sentence, None
        export.sent_at = export.sent_at if export.is_new else None  # of what was made the history tells
    labour.fresh()
    db.session.rollback()
    looking.look(labour)


def _end(labour, state, sentence):
    with labour.writing() as export:
        export.state, export.said, export.ended_at = state, capital(sentence), now()
        _note(export)
