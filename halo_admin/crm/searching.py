"""Finds records by the beginnings of their words, at a million records too.

Few finds are taken by their ids and sorted. Many are found by walking the table's own order, asking of each row
whether it has the words: a page is full long before the walk is far.
"""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..db import among, db, owned
from .models import SearchWord
from .tables import MANY

# up to so many finds are taken by their ids: what is more is not counted anyway
FEW = MANY
AFTER_ALL = "\U0010ffff"  # sorts behind every character that a word may go on with


class Found(NamedTuple):
    """A select of the account's records that have the words asked for; `many` where they are more than FEW."""

    query: sa.Select
    many: bool


def find(model, account_id: int, words: list[str]) -> Found:
    """The account's records that have all of `words`, as beginnings; all its records without words."""
    if not words:
        return Found(owned(model, account_id), many=False)
    words = sorted(words, key=len, reverse=True)  # long beginnings are rare: they leave less to look at
    ids = _few_ids(model, account_id, words)
    if ids is None:
        has_all = [_has_word(model, account_id, word) for word in words]
        return Found(owned(model, account_id).where(*has_all), many=True)
    # not owned(): its plain comparison leads SQLite to walk the whole account for the sake of a few ids
    return Found(sa.select(model).where(model.account_id + 0 == account_id, among(model.id, ids)), many=False)


def _few_ids(model, account_id, words):
    """The ids of all records with these words; None when they are more than FEW."""
    # a column plus nothing is one whose index SQLite does not walk instead of the words
    record_id = SearchWord.record_id + 0
    others = [_records_with(model, account_id, word) for word in words[1:]]
    found = sa.select(record_id).distinct().where(*_begins(model, account_id, SearchWord, words[0]))
    ids = list(db.session.scalars(found.where(*(record_id.in_(other) for other in others)).limit(FEW + 1)))
    return ids if len(ids) <= FEW else None


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
