"""The folded words by which the search box finds records, written a whole batch at a time.

A record has some ten words: one statement for all of a batch is several times quicker than one each.
"""

from collections import defaultdict

import msgspec
import sqlalchemy as sa

from ..bulk import execute
from ..db import among, db
from .models import SearchWord
from .searchable import LONGEST

# a table of words and records, made of {word: [record_id, …], …}
PAIRS = {
    "sqlite": "SELECT found.value AS record_id, words.key AS word"
    " FROM json_each(:words) AS words, json_each(words.value) AS found",
    "postgresql": "SELECT CAST(found.value AS bigint) AS record_id, words.key AS word"
    " FROM json_each(CAST(:words AS json)) AS words, json_array_elements_text(words.value) AS found",
}
ADD = (
    "INSERT INTO search_words (account_id, kind, record_id, word) SELECT :account, :kind, pair.* FROM ({pairs}) AS pair"
)
REMOVE = "DELETE FROM search_words WHERE account_id = :account AND kind = :kind AND (record_id, word) IN ({pairs})"


def add(model, account, rows: list[dict]) -> None:
    """Make new records found by their words; rows hold the id and the columns in model.WORDS."""
    _run(ADD, model, account, _wanted(model, rows))


def replace(model, account, rows: list[dict]) -> None:
    """Make rows found by their present words. Only what came or went is written: most updates change no word."""
    before, after = stored(model, account, [row["id"] for row in rows]), set(_wanted(model, rows))
    _run(REMOVE, model, account, sorted(before - after))
    _run(ADD, model, account, sorted(after - before))


def stored(model, account, ids: list[int]) -> set[tuple[int, str]]:
    """The words these records are found by now, as (record id, word)."""
    found = db.session.execute(
        sa.select(SearchWord.record_id, SearchWord.word).where(
            SearchWord.account_id == account.id,
            SearchWord.kind == model.__tablename__,
            among(SearchWord.record_id, ids),
        )
    )
    return set(map(tuple, found))


def forget(model, account_id: int, ids) -> None:
    """These records are about to be removed."""
    mine = (SearchWord.account_id == account_id, SearchWord.kind == model.__tablename__)
    execute(sa.delete(SearchWord).where(*mine, among(SearchWord.record_id, list(ids))))


def _wanted(model, rows):
    for row in rows:
        values = ((row[column], words_of) for column, words_of in model.WORDS.items())
        for word in {word[:LONGEST] for value, words_of in values if value for word in words_of(value)}:
            yield row["id"], word


def _run(statement, model, account, pairs):
    found = defaultdict(list)
    for record_id, word in pairs:
        found[word].append(record_id)
    if not found:
        return
    # in the order of the table's key, which is quicker to write
    inner = msgspec.json.encode(dict(sorted(found.items()))).decode()
    connection = db.session.connection()
    written = sa.text(statement.format(pairs=PAIRS[connection.dialect.name]))
    written = written.bindparams(sa.bindparam("kind", type_=SearchWord.kind.type))
    connection.execute(written, {"account": account.id, "kind": model.__tablename__, "words": inner})
