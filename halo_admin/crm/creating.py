"""Making a record by hand: what was typed is checked, what may be here already is shown first, one press makes one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from ..accounts.models import Account
from ..db import db, now, owned
from . import changes, editing, opt_outs, writing
from .change_models import RecordChange
from .editing import Form, NotSaved, Typed

RECENT = timedelta(minutes=10)  # how old a form is taken to be that does not tell
EQUALS = 20  # of one name are compared


class MayBeHere(NotSaved):
    """Nothing was saved: records that are here may be the same one. alike: what alike.py found."""

    def __init__(self, values, alike):
        super().__init__(values)
        self.alike = alike


def create(model, noun: str, by, typed: Typed, form: Form, like: Callable, told: set[int], opened: str) -> int:
    """Make a record, with the first line of its history; its id. by: a User, like: alike.py's for this model.

    told are the ids of records that the person was shown and does not mean, opened is when the form was. The same form
    sent again makes nothing more. Raises NotSaved and MayBeHere. In a writing transaction, which the caller commits.
    """
    _hold(by.account_id)
    blank = model()
    held = form.texts(blank)
    texts = held | {field: text.strip() for field, text in typed.values.items()}
    editing.check(blank, form, texts, held, typed)
    row = {field: form.value(field, text) for field, text in texts.items()}
    if made := _made_already(model, noun, by, row, _time(opened)):
        return made
    alike = like(by.account, row)
    if {one.record.id for one in alike} - told:
        raise MayBeHere(held | typed.values, alike)
    (record_id,) = writing.insert(model, by.account, [row | {"edited_at": now()}])
    read = {field: [None, form.reads(field, text)] for field, text in texts.items() if text}
    changes.note(noun, record_id, by.account_id, by, "created", read)
    return record_id


def deleted_by(noun: str, account_id: int, record_id: int) -> str | None:
    """Who deleted a record of the account; None where nobody did."""
    line = owned(RecordChange, account_id).where(RecordChange.kind == noun, RecordChange.record_id == record_id)
    last = db.session.scalar(line.order_by(RecordChange.id.desc()).limit(1))
    return last.by if last and last.what == "deleted" else None


def _hold(account_id):
    """Of the account's people one makes a record at a time, so that the second is told of the first one's.

    Rows that point at the account, such as an import's, do not wait for this lock.
    """
    db.session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))


def _made_already(model, noun, by, row, opened):
    """The record that this person has made since the form was opened, if it holds just what they typed."""
    key = model.derived(row, by.account.default_country)["name_sort"]
    equal = owned(model, by.account_id).where(model.name_sort == key, model.created_at >= opened)
    for one in db.session.scalars(equal.order_by(model.id.desc()).limit(EQUALS)):
        if all(_holds(one, field, row[field]) for field in model.FIELDS) and _made(one, noun, by):
            return one.id
    return None


def _holds(record, field, typed):
    """Whether a record is as it was typed; what had opted out before has so whatever was typed."""
    value = getattr(record, field)
    return value == typed or (field in opt_outs.FLAGS and value)


def _made(record, noun, by):
    line = owned(RecordChange, by.account_id).where(
        RecordChange.kind == noun, RecordChange.record_id == record.id, RecordChange.what == "created",
        RecordChange.by_user_id == by.id,
    )  # fmt: skip
    return db.session.scalar(line.limit(1)) is not None


def _time(text):
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = now() - RECENT
    return at if at.tzinfo else at.replace(tzinfo=UTC)
