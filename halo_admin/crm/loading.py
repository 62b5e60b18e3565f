"""Loads a CSV file: it is looked at, its columns are chosen, its lines are compared, and then it is saved.

Pages and `crm load` go the same way; what becomes of the lines stands with what works it out: comparing_lines.py and
saving_lines.py, in the legs of load_legs.py.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from .. import audit
from ..accounts.models import Account
from ..db import begin_write, db, now, owned
from . import columns_in, load_legs, sheets, uploads
from .changes import COMMAND_LINE
from .comparing_lines import DIFFERENT, FILLED, NEW, REFUSED, SAME
from .load_legs import KINDS
from .load_models import EMPTY, LIVE, FileLine, FileLoad

FORGOTTEN = timedelta(days=7)  # a file that is never saved goes after so long


@dataclass
class Loaded:
    """What became of the lines of a file. `unknown` are columns that were left aside, `odd` those of a FileLoad."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[dict] = field(default_factory=list)
    unknown: tuple[str, ...] = ()
    odd: dict = field(default_factory=dict)


def load(kind: str, account, path: Path, by=None, save: bool = True, columns=None, encoding="", delimiter="",
         **choices) -> Loaded:  # fmt: skip
    """Load a file of one of the KINDS into the account, in many short transactions; with save=False only tell what it
    would do. by: a User, or None for the command line; columns: {field: heading} in place of what is guessed, as the
    encoding and the delimiter are where they are not told; choices: blanks and takes of a FileLoad.

    Raises sheets.Unreadable, uploads.TooLarge and OSError.
    """
    with open(path, "rb") as stream:
        one = look_at(kind, account.id, by, path.name, stream, encoding, delimiter)
    try:
        one.columns = _named(one, columns or {})
        if fault := fault_of(one) or _twice(one):
            raise sheets.Unreadable(fault)
    except sheets.Unreadable:
        uploads.remove(one)
        raise
    return _carried_out(one, {"blanks": EMPTY} | choices, save)


def _carried_out(one, choices, save):
    for name, value in choices.items():
        setattr(one, name, value)
    keep(one)
    try:
        _work(one, "checking", "same")
        if save:
            _work(one, "loading", "save")
        return _loaded(one, one.saved if save else one.counts)
    finally:
        cancel(one)


def _work(load, state, step):
    begin_write()
    load_legs.begin(load, state, step)
    db.session.commit()
    load_legs.run_inline(load.id)
    db.session.refresh(load)
    if load.state == "failed":
        raise sheets.Unreadable(load.why)


def _loaded(load, counts):
    lines = db.session.scalars(refused(load))
    told = [{"line": one.line, "reason": one.reason} for one in lines]
    return Loaded(counts.get(NEW, 0), counts.get(FILLED, 0) + counts.get(DIFFERENT, 0), counts.get(SAME, 0), told,
                  unknown(load), load.odd)  # fmt: skip


def look_at(kind: str, account_id: int, by, name: str, stream, encoding: str = "", delimiter: str = "") -> FileLoad:
    """A load of what a binary stream holds, with its columns guessed; keep() makes a row of it.

    Raises sheets.Unreadable, uploads.TooLarge.
    """
    told = {"by": by.name, "by_user_id": by.id} if by else {"by": COMMAND_LINE}
    one = FileLoad(account_id=account_id, kind=kind, name=name[-255:], state="mapping", **told)
    db.session.rollback()  # nothing stays open while a large file is read
    one.path = uploads.keep(stream)
    try:
        take_over(one, look(one, encoding, delimiter))
    except sheets.Unreadable:
        uploads.remove(one)
        raise
    return one


def keep(load: FileLoad) -> None:
    """Make a row of a load. Commits."""
    begin_write()
    load.created_at = now()
    db.session.add(load)
    said = f"Uploaded the file {load.name} of {load.kind}"
    audit.note("upload", said, account_id=load.account_id, by=audit.Somebody(load.by, load.by_user_id))
    db.session.commit()


def look(load: FileLoad, encoding: str = "", delimiter: str = "") -> sheets.Look:
    """What the file looks like, in this encoding and with this delimiter where they are told. Raises Unreadable."""
    country = db.session.scalar(sa.select(Account.default_country).where(Account.id == load.account_id))
    path, kind = uploads.path_of(load), load.kind
    db.session.rollback()  # nothing stays open while a large file is read
    return sheets.look(path, lambda header: len(columns_in.guess(kind, header)), country, encoding, delimiter)


def take_over(load: FileLoad, seen: sheets.Look) -> None:
    """The file is read in this way from now on, and its columns are guessed."""
    load.encoding, load.delimiter, load.total = seen.encoding, seen.delimiter, seen.total
    load.header, load.first_rows = list(seen.header), seen.first_rows
    load.columns = columns_in.guess(load.kind, seen.header)


def start_comparing(load: FileLoad, columns: dict[str, int], blanks: str) -> None:
    """Let jobs work out what the file would do with these columns; what was worked out before is forgotten. Nothing
    where that goes on already. Commits.
    """
    fresh = {"columns": columns, "blanks": blanks, "counts": {}, "before_id": None, "makes": {}, "odd": {}}
    _start(load.id, ("mapping", "checked"), "checking", "same", fresh)


def start_saving(load: FileLoad, takes: str) -> None:
    """Let jobs save what was told; nothing where that goes on already. Commits."""
    _start(load.id, ("checked",), "loading", "save", {"takes": takes})


def _start(load_id, before, state, step, values):
    """Short files are done at once, long ones by workers. Of two who press at once the first one's values count."""
    db.session.commit()
    begin_write()
    load = db.session.get(FileLoad, load_id, populate_existing=True, with_for_update=True)
    if load.state in before:
        for name, value in values.items():
            setattr(load, name, value)
        load_legs.begin(load, state, step)
    is_short = load.total <= load_legs.AT_ONCE
    db.session.commit()
    if is_short:
        load_legs.work(load_id, load_legs.SECONDS_AT_ONCE)
    load_legs.queue(load_id)


def fault_of(load: FileLoad) -> str | None:
    """Why nothing can be told by the columns that are chosen."""
    lines = KINDS[load.kind]
    if any(name in load.columns for name in lines.NEEDED):
        return None
    lacks = " or ".join(f'"{name}"' for name in lines.NEEDED)
    return f"It has no column {lacks}: the first line must name the columns ({', '.join(lines.COLUMNS)})."


def unknown(load: FileLoad) -> tuple[str, ...]:
    """The headings of the columns that are left aside, but for those that nobody can choose."""
    aside, used = KINDS[load.kind].ASIDE, load.columns.values()
    headings = [name.casefold() for number, name in enumerate(load.header) if name and number not in used]
    return tuple(name for name in headings if name not in aside)


def _named(load, columns):
    """The columns as guessed, but for those that are told by their headings. Raises sheets.Unreadable."""
    numbers = {name.casefold(): number for number, name in reversed(list(enumerate(load.header)))}
    told = {}
    for name, heading in columns.items():
        if name not in KINDS[load.kind].COLUMNS or heading.strip().casefold() not in numbers:
            raise sheets.Unreadable(f'There is no column "{heading}" in it, or no field "{name}".')
        told[name] = numbers[heading.strip().casefold()]
    return {field: number for field, number in load.columns.items() if number not in told.values()} | told


def _twice(load):
    names = [name.casefold() for name in load.header]
    twice = [name for name in KINDS[load.kind].COLUMNS if names.count(name) > 1]
    return f'It has the column "{twice[0]}" twice.' if twice else None


def refused(load: FileLoad) -> sa.Select:
    """A select of the load's lines that cannot be taken, in their order."""
    return lines_of(load, REFUSED)


def lines_of(load: FileLoad, what: str) -> sa.Select:
    """A select of the load's lines that mean this, in their order."""
    mine = owned(FileLine, load.account_id).where(FileLine.load_id == load.id, FileLine.what == what)
    return mine.order_by(FileLine.line)


def odd_lines(load: FileLoad) -> sa.Select:
    """A select of the load's lines with values that are kept as typed, in their order."""
    return (
        owned(FileLine, load.account_id)
        .where(FileLine.load_id == load.id, FileLine.odd.is_not(None))
        .order_by(FileLine.line)
    )


def cancel(load: FileLoad) -> None:
    """Stop a load, and forget its file; what is saved stays. Nothing where it has come to its end. Commits."""
    begin_write()
    load = db.session.get(FileLoad, load.id, populate_existing=True, with_for_update=True)
    if load.state == "done":
        db.session.rollback()
        return
    if load.state != "failed":
        load.state = "cancelled"
    load.ended_at, load.lease_token, load.lease_until = now(), None, None
    load_id = load.id
    db.session.commit()
    uploads.remove(load)
    _forget_lines(load_id, but=REFUSED)


def _forget_lines(load_id, but=None):
    """Away with what its lines would have done, some at a time; but: those that stay."""
    gone = 1
    while gone:
        begin_write()
        gone = load_legs.forget_some(load_id, but)
        db.session.commit()


def forget_old() -> None:
    """Cancel files that somebody once uploaded and never saved, whoever it was, and remove files that nothing tells of
    any more: a process died beside them. Commits.
    """
    left = sa.select(FileLoad).where(FileLoad.state.in_(("mapping", "checked")))
    for load in db.session.scalars(left.where(FileLoad.created_at < now() - FORGOTTEN)).all():
        cancel(load)
    live = {load.path for load in db.session.scalars(sa.select(FileLoad).where(FileLoad.state.in_(LIVE)))}
    db.session.rollback()
    uploads.sweep(2 * FORGOTTEN, live)
