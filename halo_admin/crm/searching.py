"""Finds records by the beginnings of their words."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from .models import SearchWord

AFTER_ALL = "\U0010ffff"  # sorts behind every character that a word may go on with


class Narrowing(NamedTuple):
    """What leaves some of the records: a select of their ids, by an index of its own, and the same asked of one row."""

    ids: sa.Select
    check: sa.ColumnElement


def narrowing(model, account_id: int, words: list[str]) -> Narrowing:
    """The account's records that have all of `words`, as beginnings; there is at least one word."""
    words = sorted(words, key=len, reverse=True)  # long beginnings are rare: they leave less to look at
    check = sa.and_(*(_has_word(model, account_id, word) for word in words))
    return Narrowing(_ids(model, account_id, words), check)


def _ids(model, account_id, words):
    # a column plus nothing is one whose index SQLite does not walk instead of the words
    record_id = SearchWord.record_id + 0
    others = [_records_with(model, account_id, word) for word in words[1:]]
    found = sa.select(record_id).distinct().where(*_begins(model, account_id, SearchWord, words[0]))
    return found.where(*(record_id.in_(other) for other in others))


def _records_with(model, account_id, word):
    other = aliased(SearchWord)
    return sa.select(other.record_id).where(*_begins(model, account_id, other, word))


def _has_word(model, account_id, word):
    other = aliased(SearchWord)
    return sa.exists().where(*_begins(model, account_id, other, word), other.record_id == model.id)


def _begins(model, account_id, words, beginning):
    return (
        words.account_id == account_id,
        words.kind == model.__tablename__,
        words.word >= beginning,
        words.word < beginning + AFTER_ALL,
    )
