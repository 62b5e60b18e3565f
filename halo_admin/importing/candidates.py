"""Looks up, for a batch of unlinked rows, who of ours is like them and which of Halo's want the same ones."""

from collections import defaultdict

import sqlalchemy as sa

from ..db import among, db
from ..mirror import tombstones
from ..mirror.models import HaloRecord
from . import matching
from .situation import links_of, mirror_rows
from .stage import Skip

DELETED = "whether anything was deleted here"


class Matching:
    """Looks up, for a batch of unlinked rows, everything that `matching` needs."""

    def __init__(self, situation, rows):
        self.situation, self.stage, self.rows = situation, situation.stage, rows
        self.holders = defaultdict(dict)  # key -> value -> [Holder]

    def matches(self) -> dict:
        if not self.rows:
            return {}
        self._load_holders(self.rows)
        rivals = self._load_rivals()
        self._load_holders(rivals)
        self._load_deleted()
        wanted = defaultdict(list)  # our id -> who wants it
        for rival in rivals:
            narrowed = self._narrow(rival)
            for ours_id in narrowed.left:
                wanted[ours_id].append((rival.halo_id, narrowed))
        return {row.id: self._match(row, wanted) for row in self.rows}

    def alike_here(self) -> set:
        """The mirror ids of those rows that something of ours is like, linked or not, or was until it was deleted."""
        self._load_holders(self.rows)
        self._load_deleted()
        narrowed = {row.id: self._narrow(row) for row in self.rows}
        alike = {row_id for row_id, one in narrowed.items() if one.left or one.taken}
        return alike | {row.id for row in self.rows if self._deleted_like(row)}

    def _match(self, row, wanted):
        mine = self._narrow(row)
        wanting = {halo_id: other for ours_id in mine.left for halo_id, other in wanted[ours_id]}
        wanting.pop(row.halo_id, None)
        sharing = [] if mine.left else self._sharing(row)
        nouns = (self.stage.noun, self.stage.their_noun)
        return matching.match(self.stage.keys, nouns, mine, wanting.items(), sharing, self._deleted_like(row))

    def _narrow(self, row):
        found = {key: self.holders[key].get(getattr(row, f"{key}_key"), ()) for key in self.stage.keys}
        if row.not_same:
            found = {key: matching.without(holders, row.not_same) for key, holders in found.items()}
        return matching.narrow(self.stage.keys, found)

    def _sharing(self, row):
        for key in self.stage.keys:
            value = getattr(row, f"{key}_key")
            others = [one.halo_id for one in self._alike[key].get(value, ()) if one.halo_id != row.halo_id]
            if value is not None and others:
                yield key, min(others)

    def _deleted_like(self, row):
        """A sentence on what was deleted here and had one of its values; ""."""
        for key in self.stage.keys:
            answer = self.deleted[key].get(getattr(row, f"{key}_key"))
            if answer is not None:
                it = f"{answer['name']}, with the same {matching.called(key)}"
                return tombstones.sentence_about(it, answer, self.situation.day(answer["at"]))
        return ""

    def _load_deleted(self):
        """{key: {value: the last tombstone}} of Halo's records that stood for what was deleted here."""
        self.deleted = {key: {} for key in self.stage.keys}
        theirs, kind = HaloRecord.tenant_id == self.situation.run.tenant_id, self.stage.kind
        answers = (theirs, HaloRecord.answer.is_not(None), tombstones.deleted())
        mine = (HaloRecord.kind == kind, *answers)
        if DELETED not in self.situation.kept:
            # the kind plus nothing: SQLite would walk all of a kind rather than the few that have an answer
            any_ = sa.select(HaloRecord.id).where(HaloRecord.kind.concat("") == kind, *answers).limit(1)
            self.situation.kept[DELETED] = db.session.scalar(any_) is not None
        for key in self.stage.keys if self.situation.kept[DELETED] else ():
            column = getattr(HaloRecord, f"{key}_key")
            values = list({getattr(row, f"{key}_key") for row in self.rows} - {None})
            rows = db.session.execute(sa.select(column, HaloRecord.answer).where(*mine, among(column, values)))
            self.deleted[key] = dict(sorted(map(tuple, rows), key=lambda pair: pair[1]["at"]))

    def _load_holders(self, rows):
        """Our records with any of these rows' key values, links included; values looked up once."""
        model, account_id = self.stage.model, self.situation.run.account_id
        found = []
        for key in self.stage.keys:
            column = getattr(model, f"{key}_key")
            values = {getattr(row, f"{key}_key") for row in rows} - {None} - self.holders[key].keys()
            self.holders[key].update((value, []) for value in values)
            if values:
                # what this very run made is not here yet, as far as its own decisions are concerned
                chosen = sa.select(model.id, model.name, column.label("value")).where(
                    model.account_id == account_id, among(column, list(values)),
                    model.made_by_run.is_distinct_from(self.situation.run.id),
                )  # fmt: skip
                found += [(key, row) for row in sorted(db.session.execute(chosen), key=lambda row: row.id)]
        links = links_of(self.situation, {row.id for _, row in found})
        for key, row in found:
            self.holders[key][row.value].append(matching.Holder(row.id, row.name, links.get(row.id)))

    def _load_rivals(self):
        """Every unlinked, active Halo record that shares a key value with the batch or with its candidates."""
        self._alike = defaultdict(lambda: defaultdict(list))
        if self.stage.is_one_per_key:
            return []
        rivals = {}
        for key, values in self._values_in_play().items():
            if not values:
                continue
            column = getattr(HaloRecord, f"{key}_key")
            names = (
                "id", "halo_id", "phone_key", "website_key", "name_key", "email_key", "ours_id", "answer", "not_same",
            )  # fmt: skip
            chosen = mirror_rows(self.situation, names).where(
                among(column, list(values)), HaloRecord.active, HaloRecord.gone_at.is_(None)
            )
            for row in db.session.execute(chosen):
                if _never(self.stage, row):
                    continue
                self._alike[key][getattr(row, f"{key}_key")].append(row)
                if row.ours_id is None and row.answer is None:
                    rivals[row.halo_id] = row
        return list(rivals.values())

    def _values_in_play(self):
        values = {key: {getattr(row, f"{key}_key") for row in self.rows} - {None} for key in self.stage.keys}
        ids = {one.id for by_value in self.holders.values() for found in by_value.values() for one in found
               if one.link is None}  # fmt: skip
        if ids:
            model = self.stage.model
            columns = [getattr(model, f"{key}_key") for key in self.stage.keys]
            for row in db.session.execute(sa.select(*columns).where(among(model.id, list(ids)))):
                for key, value in zip(self.stage.keys, row, strict=True):
                    values[key] |= {value} - {None}
        return values


def _never(stage, row):
    try:
        stage.never(row)
    except Skip:
        return True
    return False
