"""Finds records by the beginnings of their words."""

from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from .models import SearchWord

AFTER_ALL = "\U0010ffff"  # sorts behind every character that a word may go on with


class Narrowing(NamedTuple):
    """What leaves some of the records: a select of their ids, by an index of its own, and the same asked of one record.

    The select's one column is called id. check makes a clause for a column of ids; reads_row: it asks the record's row
    instead. by_id: the index is in the order of ids. repeats: how often the select may hold one id, about.
    """

    ids: sa.Select
    check: Callable[[sa.ColumnElement], sa.ColumnElement]
    reads_row: bool = False
    by_id: bool = False
    repeats: int = 1


def narrowing(model, account_id: int, word: str) -> Narrowing:
    """The account's records that have a word which begins so."""
    here, there = SearchWord, aliased(SearchWord)
    # a column plus nothing is one whose index SQLite does not walk instead of the words'
    ids = sa.select((here.record_id + 0).label("id")).where(*_begins(model, account_id, here, here.word, word))
    # nor PostgreSQL instead of the record's
    begins = _begins(model, account_id, there, there.word + "", word)
    return Narrowing(ids, lambda record_id: has(*begins, there.record_id == record_id), repeats=2)


def has(*clauses) -> sa.ColumnElement:
    """Whether there is a row like this: asked of one row at a time.

    PostgreSQL makes a join of EXISTS, and may begin it at the wrong end; it leaves a subquery for one value alone.
    """
    return sa.select(sa.literal_column("1")).where(*clauses).limit(1).scalar_subquery().is_not(None)


def _begins(model, account_id, words, word, beginning):
    mine = (words.account_id == account_id, words.kind == model.__tablename__)
    return *mine, word >= beginning, word < beginning + AFTER_ALL
