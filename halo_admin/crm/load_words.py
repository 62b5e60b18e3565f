"""What the pages of a loaded file say: its columns, how far it is, what its lines mean."""

from typing import NamedTuple

from ..db import db, owned_among
from ..web.words import capital, number, plural
from . import encodings, loading, odd_values
from .comparing_lines import DIFFERENT, FILLED, MOST_NAMES, NEW, REFUSED, SAME, WHATS, WRITTEN
from .load_legs import KINDS
from .load_models import FileLoad

SHOWN = 20  # lines of a kind
STATES = {
    "mapping": ("Columns to be confirmed", "quiet"),
    "checking": ("Comparing", "live"),
    "checked": ("Compared, nothing is saved", "quiet"),
    "loading": ("Saving", "live"),
    "done": ("Saved", "good"),
    "cancelled": ("Cancelled", "quiet"),
    "failed": ("Stopped", "bad"),
}
LABELS = {NEW: "New", FILLED: "Filled", DIFFERENT: "Different", SAME: "No change", REFUSED: "Refused"}
# fields of files that are called otherwise than those of forms
FIELDS = {"type": "Company type", "company_id": "Company’s number here", "lists": "Lists, with ; between them"}
WOULD = ((NEW, "{} new"), (FILLED, "{} filled where they are blank here"), (DIFFERENT, "{} with other values here"))
DID = ((NEW, "{} new"), (FILLED, "{} filled"), (DIFFERENT, "{} changed"))
MADE = {"types": ("company type", "company types"), "lists": ("list", "lists")}
TAKEN = "Two columns go into {}: choose one of them."


class Column(NamedTuple):
    """A column of the file: its heading, its first values, the field it goes into ("" for none), what is wrong."""

    number: int
    heading: str
    values: list[str]
    field: str
    error: str | None


class Standing(NamedTuple):
    """How far a live load is: words about what it does, lines done of lines in all, seconds left (None: unknown)."""

    label: str
    done: int
    total: int
    words: str
    seconds_left: float | None


def fields(kind: str) -> dict[str, str]:
    """{field: label} of what a column may go into."""
    labels = labels_of(kind)
    return {field: FIELDS.get(field) or labels.get(field) or labels[f"{field}_id"] for field in KINDS[kind].COLUMNS}


def labels_of(kind: str) -> dict[str, str]:
    """{field of a record: label}"""
    return getattr(KINDS[kind].model, "FIELDS", {"name": "Name", "leads": "Leads"})


def columns(load: FileLoad, chosen: dict[int, str], errors: dict) -> list[Column]:
    """The file's columns with their first values."""
    return [
        Column(at, heading or f"Column {at + 1}", [row[at] for row in load.first_rows if at < len(row) and row[at]],
               chosen.get(at, ""), errors.get(at))
        for at, heading in enumerate(load.header)
    ]  # fmt: skip


def chosen(load: FileLoad, form) -> tuple[dict[int, str], dict]:
    """What a form says of the columns: ({the number of a column: its field}, {number or "columns": what is wrong})."""
    known, found, errors = fields(load.kind), {}, {}
    for at in range(len(load.header)):
        field = form.get(f"column-{at}", "")
        if field in known:
            if field in found.values():
                errors[at] = TAKEN.format(known[field])
            found[at] = field
    needed = KINDS[load.kind].NEEDED
    if not set(needed) & set(found.values()):
        names = " or ".join(known[name] for name in needed)
        errors["columns"] = f"Nothing would tell who or what a line is about: choose the column for {names}."
    return found, errors


def encodings_for(load: FileLoad) -> dict[str, str]:
    """What may be chosen, the present encoding among it."""
    return (
        encodings.OFFERED if load.encoding in encodings.OFFERED else {load.encoding: _called(load)} | encodings.OFFERED
    )


def _called(load):
    return {"utf-8": "Unicode (UTF-8)"}.get(load.encoding, f"As found ({load.encoding.upper()})")


def standing(load: FileLoad, at) -> Standing:
    """How far a live load is."""
    steps = {"same": (0, 2), "rest": (1, 2)}
    before, parts = steps.get(load.step, (0, 1))
    done, total = before * load.total + load.cursor, parts * load.total
    seconds = (at - load.started_at).total_seconds() if load.started_at else 0
    left = seconds * (total - done) / done if done and seconds > 2 else None
    told = f"{number(done // parts)} of {plural(load.total, 'line')}"
    return Standing("Saving" if load.state == "loading" else "Comparing", done, total, told, left)


def counted(load: FileLoad) -> dict[str, int]:
    """{what: how many lines}, of what is saved once saving has begun, else of what would be."""
    counts = load.saved or load.counts
    return {what: counts.get(what, 0) for what in WHATS}


def sentence(load: FileLoad) -> str:
    """What the file would do, or did, in one sentence; nothing where nothing is known."""
    counts = counted(load)
    if not any(counts.values()):
        return ""
    would = load.state in ("checking", "checked")
    written = [words.format(number(counts[what])) for what, words in (WOULD if would else DID) if counts[what]]
    parts = [", ".join(written) + ("" if would else f" {load.kind}")] if written else []
    parts += [f"{number(counts[SAME])} already here"] if counts[SAME] else []
    parts += [f"{number(counts[REFUSED])} refused"] if counts[REFUSED] else []
    return capital("; ".join(parts)) + "."


def makes(load: FileLoad) -> str:
    """What saving the file makes beside records: "Makes 2 company types: Charity, Zoo; 1 list: News."."""
    told = []
    for what, (one, many) in MADE.items():
        names = load.makes.get(what, [])
        more = " or more" if len(names) == MOST_NAMES else ""
        listed = ", ".join(names[:SHOWN]) + (
            f" and {plural(len(names) - SHOWN, 'other')}" if len(names) > SHOWN else ""
        )
        told += [f"{number(len(names))}{more} {one if len(names) == 1 else many}: {listed}"] if names else []
    return f"Makes {'; '.join(told)}." if told else ""


def page(load: FileLoad) -> dict:
    """What the page of a load shows, once its columns are chosen."""
    counts = counted(load)
    some = {what: db.session.scalars(loading.lines_of(load, what).limit(SHOWN)).all() for what in (DIFFERENT, REFUSED)}
    return {
        "load": load, "counts": counts, "labels": LABELS, "state": STATES[load.state], "sentence": sentence(load),
        "makes": makes(load) if load.state == "checked" else "", "odd_sentence": odd_values.sentence(load.odd),
        "odd": _odd(load) if load.state == "checked" else [],
        "different": some[DIFFERENT] if load.state == "checked" else [], "refused": some[REFUSED],
        "fields": labels_of(load.kind), "writes": sum(counts[what] for what in WRITTEN), "most": SHOWN,
        "noun": KINDS[load.kind].noun, "names": _names(load, some[DIFFERENT]),
    }  # fmt: skip


def _odd(load):
    """(the number of a line, its field's label, the value) of the first values that are kept as typed."""
    if not load.odd:
        return []
    labels = labels_of(load.kind)
    rows = db.session.scalars(loading.odd_lines(load).limit(SHOWN))
    return [(row.line, labels[field], value) for row in rows for field, value in row.odd.items()]


def _names(load, lines):
    """{record id: what it is called} of the records that these lines are about; those that are gone are left away."""
    model = KINDS[load.kind].model
    here = owned_among(model, load.account_id, [one.record_id for one in lines]).with_only_columns(model.id, model.name)
    return dict(db.session.execute(here).all())
