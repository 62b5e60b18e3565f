"""The entries of an account's audit, newest first, narrowed by what, who, from where and when."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ..accounts.models import Account, User
from ..audit.models import AuditEntry
from ..audit.noting import KINDS, SHELL
from ..db import db, owned
from ..web.door import LARGEST_ID

ROWS = 50
NEVER = LARGEST_ID


class Asked(NamedTuple):
    """What narrows; empty or None: all. who: a user's id as text, or SHELL; before: entries older than this one."""

    kind: str = ""
    who: str = ""
    place: str = ""
    since: date | None = None
    until: date | None = None
    before: int = NEVER

    def arguments(self, **more):
        """What an address must say to ask for the same."""
        told = {"kind": self.kind, "who": self.who, "place": self.place, "since": self.since, "until": self.until}
        return {name: str(value) for name, value in (told | more).items() if value}


def read(args) -> Asked:
    """What an address asks for; whatever in it means nothing is left aside."""
    kind, who, before = (args.get(name, "") for name in ("kind", "who", "after"))
    return Asked(
        kind if kind in KINDS else "",
        who if who == SHELL or _is_id(who) else "",
        args.get("place", "").replace("\0", "").strip()[:45],
        _day(args.get("since", "")),
        _day(args.get("until", "")),
        int(before) if _is_id(before) else NEVER,
    )


def page(account: Account, asked: Asked, rows: int = ROWS) -> tuple[list[AuditEntry], int | None]:
    """(entries, the id the next page goes on from or None)."""
    chosen = owned(AuditEntry, account.id).where(AuditEntry.id < asked.before, *_clauses(account, asked))
    found = db.session.scalars(chosen.order_by(AuditEntry.id.desc()).limit(rows + 1)).all()
    return found[:rows], found[rows - 1].id if len(found) > rows else None


def every(account: Account, asked: Asked, rows: int = 1000) -> Iterator[list[AuditEntry]]:
    """All entries that are asked for, a part at a time."""
    before = asked.before
    while before is not None:
        found, before = page(account, asked._replace(before=before), rows)
        yield found


def people(account_id: int) -> list[tuple]:
    """[(value, name)] of who may have done something."""
    users = db.session.scalars(owned(User, account_id).order_by(User.name, User.id))
    return [*((user.id, user.name) for user in users), (SHELL, "The command line")]


def _clauses(account, asked):
    if asked.kind:
        yield AuditEntry.kind == asked.kind
    if asked.who:
        at_shell = sa.and_(AuditEntry.by_id.is_(None), AuditEntry.place == SHELL)
        yield at_shell if asked.who == SHELL else AuditEntry.by_id == int(asked.who)
    if asked.place:
        yield AuditEntry.place == asked.place
    if asked.since:
        yield AuditEntry.at >= _midnight(account, asked.since)
    if asked.until:
        yield AuditEntry.at < _midnight(account, asked.until + timedelta(days=1))


def _midnight(account, day):
    return datetime.combine(day, time(), ZoneInfo(account.time_zone))


def _is_id(text):
    return text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= LARGEST_ID


def _day(text):
    """A day as browsers send it, far enough from the ends of the calendar to be reckoned with."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None
