"""The second movement: for every mirror row a decision. Loads what a batch needs at once, then decides purely."""

import sqlalchemy as sa

from .. import normal
from ..bulk import execute, insert_rows
from ..db import db, owned_among
from ..mirror import tombstones
from . import left_out, merging, postponing
from .candidates import Matching
from .matching import called
from .models import Decision
from .situation import links_of
from .stage import Ask, Fail, Skip
from .times import Times


class Deciding:
    """Decisions for one batch. final: no detail will be asked any more, decide with what is there."""

    def __init__(self, situation, rows, final=False):
        self.situation, self.stage, self.rows, self.final = situation, situation.stage, rows, final
        self.whose = {"account_id": situation.run.account_id, "run_id": situation.run.id}
        self.times = Times(situation, rows)
        self.theirs = {}
        self.ours = {}
        self.out = {}  # why linked rows are left out for which Halo still sets something here

    def decisions(self) -> list[dict]:
        """One decision for each row, in the rows' order, ready to be stored."""
        decided = {row.id: self._without_looking(row) for row in self.rows}
        open_ = [row for row in self.rows if decided[row.id] is None]
        unlinked = [row for row in open_ if not row.follows and row.ours_id is None and row.found.takes is None]
        self.sent = postponing.being_sent(self.situation, unlinked)
        matches = Matching(self.situation, [row for row in unlinked if not row.answer]).matches()
        wanted = {row.ours_id for row in self.rows} | {match.ours_id for match in matches.values()}
        chosen = {row.answer.get("ours_id") for row in unlinked if row.answer} - {None}
        wanted |= chosen | {row.found.takes for row in open_}
        self.taken = links_of(self.situation, chosen)
        self.ours = self._our_rows(wanted - {None})
        heirs = [row for row in open_ if self._may_inherit(row)]
        self.inherited = self.stage.inherited(self.situation, unlinked + heirs)
        self.beside = self.stage.load_beside(self.situation, unlinked, self.ours)
        decided |= {row.id: self._decide(row, matches.get(row.id)) for row in open_ if not row.follows}
        decided |= Following(self, decided).decisions([row for row in open_ if row.follows])
        return [decided[row.id] for row in self.rows]

    def _may_inherit(self, row):
        ours = self.ours.get(row.ours_id or row.found.takes) if not row.follows else None
        return ours is not None and self.stage.becomes_another(row, ours)

    def _our_rows(self, ids):
        model = self.stage.model
        further = (*self.stage.fields, *self.stage.marks_of(), *self.stage.inherits)
        columns = {"id", "version", "edited_at", "name", *further}
        here = owned_among(model, self.situation.run.account_id, ids)
        chosen = here.with_only_columns(*(getattr(model, name) for name in sorted(columns)))
        return {row.id: row._mapping for row in db.session.execute(chosen)} if ids else {}

    def _without_looking(self, row):
        """What is decided before anything of ours is looked at, or None. Keeps what Halo's side says."""
        try:
            if row.gone_at is not None:
                raise Skip("Halo listed it, but does not hold it any more")
            if row.error is not None:
                raise Fail(row.error)
            self.stage.never(row)
            if tombstones.is_left_out(row.answer):
                raise Skip(*left_out.reason(row.answer, self.situation))
            self.theirs[row.id] = self._theirs(row)
        except Fail as fail:
            return self._decision(row, "failed", fail.reason, fail.why)
        except Skip as skip:
            self.theirs[row.id] = self.stage.sets_although_out(row)
            if self.theirs[row.id] and row.ours_id is not None and not row.follows:
                self.out[row.id] = skip
                return None
            return self._left_out(row, skip)
        except Ask as ask:
            return self._ask(row, ask)
        return None

    def _left_out(self, row, skip):
        row.stays_out = not (self.final or row.answer or self.theirs[row.id])
        return self._decision(row, "skipped", skip.reason, skip.why)

    def _theirs(self, row):
        try:
            return self.stage.theirs(row, self.situation)
        except Ask:
            if not self.final:
                raise
        return self.stage.theirs(_Read(row), self.situation)

    def _decide(self, row, match):
        try:
            if row.id in self.out:
                return self._although_out(row, self.out[row.id])
            if row.ours_id is not None:
                return self._linked_already(row)
            if row.found.takes is not None:
                return self._takes_over(row)
            if row.id in self.sent:
                reason = (
                    f"{self.sent[row.id]} is being sent to Halo just now, and this may be it: the next import tells"
                )
                return self._decision(row, "skipped", reason, postponing.WHY)
            if row.answer:
                return self._answered(row)
            return self._matched(row, match)
        except Ask as ask:
            return self._ask(row, ask)

    def _although_out(self, row, skip):
        """What Halo sets whatever keeps the record out; nothing else is compared, so that nothing is settled."""
        ours = self.ours.get(row.ours_id)
        changes = {
            field: [ours[field], value] for field, value in self.theirs[row.id].items() if ours and not ours[field]
        }
        if not changes:
            return self._left_out(row, skip)
        reason = f"changed: {', '.join(self.stage.labels(changes))}; otherwise it is left out: {skip.reason}"
        return self._decision(row, "updated", reason, "left out, but for what Halo sets whatever holds",
                              ours_id=ours["id"], ours_version=ours["version"], changes=changes)  # fmt: skip

    def _linked_already(self, row):
        ours = self.ours.get(row.ours_id)
        if ours is None:
            return self._decision(row, "skipped", f"the {self.stage.noun} it was linked to is not here any more")
        merged = self._merge(row, ours)
        marks = self._marks(row, ours) | ({"leads": self.stage.takes_over} if row.takes_the_lead else {})
        changed = [*merged.changes, *self._change_beside(row, ours, merged)]
        if not changed and not marks:
            return self._merged(row, ours, merged, "unchanged", "nothing has changed")
        fields = ", ".join(self.stage.labels(changed))
        reason = "; ".join(filter(None, (fields and f"changed: {fields}", *marks.values())))
        return self._merged(row, ours, merged, "updated", reason, "Halo has newer values" if fields else reason)

    def _takes_over(self, row):
        ours = self.ours.get(row.found.takes)
        if ours is None:
            return self._decision(row, "skipped", f"the {self.stage.noun} it was linked to is not here any more")
        return self._merged(row, ours, self._merge(row, ours), "linked", self.stage.takes_over,
                            by=" and ".join(self.stage.keys) or None)  # fmt: skip

    def _answered(self, row):
        if row.answer["do"] == "create":
            return self._create(row, f"{row.answer['by']} answered: create it", "created by a person's answer")
        ours = self.ours.get(row.answer["ours_id"])
        if ours is None:
            return self._decision(row, "review", f"the {self.stage.noun} chosen for it is not here any more")
        if ours["id"] in self.taken:
            linked = f"{self.stage.their_noun} {self.taken[ours['id']]}"
            reason = f"{ours['name']}, chosen for it, is linked to {linked} by now"
            return self._decision(row, "review", reason, f"the {self.stage.noun} chosen for it is linked by now")
        reason = f"{row.answer['by']} answered: it is {ours['name']}"
        return self._merged(row, ours, self._merge(row, ours), "linked", reason, "linked by a person's answer",
                            by="a person", strength=8)  # fmt: skip

    def _matched(self, row, match):
        if not self.stage.keys:
            return self._create(row, self.stage.new_one, self.stage.new_one)
        if not self.final:
            self.stage.ask_before(row, match, self.situation)
        evidence = {
            "candidates": [{"id": one[0], "name": one[1], "by": list(one[2])} for one in match.candidates],
            "told": list(match.told),
        }
        if match.verdict == "create":
            return self._create(row, match.reason, match.why, evidence=evidence)
        by = " and ".join(match.by)
        strength = sum(2**place for place, key in enumerate(reversed(self.stage.keys)) if key in match.by)
        if match.verdict == "review":
            return self._decision(row, "review", match.reason, match.why, by=by, strength=strength, evidence=evidence)
        ours = self.ours[match.ours_id]
        return self._merged(row, ours, self._merge(row, ours), "linked", match.reason, match.why,
                            by=by, strength=strength, evidence=evidence)  # fmt: skip

    def _create(self, row, reason, why, **more):
        theirs = self.theirs[row.id]
        changes = {field: [None, value] for field, value in theirs.items() if value is not None and value is not False}
        changes |= {field: [None, value] for field, value in self.inherited.get(row.id, {}).items()}
        changes |= self.stage.change_beside(row, None, self.beside, theirs)
        settled = {field: [value, value] for field, value in theirs.items() if field not in self.stage.only_set}
        return self._decision(row, "created", reason, why, changes=changes, settled=settled, **more)

    def _merge(self, row, ours):
        later = self.times.judge(row, ours["edited_at"], self.final or not self.stage.tells_times)
        same = self._same
        erasing = self.stage.erasing(row, self.situation)
        theirs = self.theirs[row.id]
        result = merging.merge(row.agreed, ours, theirs, later, same, erasing, self.stage.only_set)
        if result.unknown:
            raise Ask("time", *self.stage.holder(row, result.unknown[0]))
        if any(key in result.changes for key in self.stage.keys):
            for field, value in self.inherited.get(row.id, {}).items():
                result.changes.update({} if ours[field] else {field: (ours[field], value)})
        return result

    def _change_beside(self, row, ours, merged):
        values = {**ours, **{field: after for field, (_, after) in merged.changes.items()}}
        return self.stage.change_beside(row, ours["id"], self.beside, values)

    def _same(self, field, one, other):
        if one is None or other is None or one == other:
            return one == other
        if not isinstance(one, str):
            return False
        return normal.same(self.stage.forms.get(field, "text"), one, other, self.situation.country)

    def _marks(self, row, ours):
        changed = {name: value for name, value in self.stage.marks(row).items() if ours[name] != value}
        return {name: self.stage.tell_mark(name, value) for name, value in changed.items()}

    def _merged(self, row, ours, merged, action, reason, why=None, **more):
        conflicts = [conflict._asdict() for conflict in merged.conflicts]
        return self._decision(
            row, action, reason, why,
            ours_id=ours["id"], ours_version=ours["version"],
            changes={field: list(change) for field, change in merged.changes.items()}
            | self._change_beside(row, ours, merged),
            conflicts=conflicts, newer_here={field: list(pair) for field, pair in merged.newer_here.items()},
            settled=row.agreed | {field: list(pair) for field, pair in merged.settled.items()}, **more,
        )  # fmt: skip

    def _ask(self, row, ask):
        sentence = f"waits for its {ask.what}: Halo tells it only one by one"
        return self._decision(row, "ask", sentence, asks=ask.what, evidence={"ask": [ask.kind, ask.halo_id]})

    def _decision(self, row, action, reason, why=None, **more):
        before = {"ours_id": row.ours_id, "base": row.base, "fingerprint": row.fingerprint,
                  "outcome": row.outcome, "matched_by": row.matched_by, "follows_id": row.follows_id,
                  "found": row.found.token}  # fmt: skip
        return {
            **self.whose, "record_id": row.id, "state": STATES.get(action, "applied"), "action": action,
            "reason": reason, "why": (why or reason)[:200], "asks": None, "by": None, "strength": 0,
            "ours_id": row.ours_id, "ours_version": None, "digest": row.digest, "changes": {}, "conflicts": [],
            "newer_here": {}, "evidence": None, "settled": None, "before": before, "applied_at": None,
        } | more  # fmt: skip


STATES = {"ask": "asking", "created": "decided", "linked": "decided", "updated": "decided"}


class Following:
    """Decides about records that are the same thing as another one of Halo's, which leads and supplies the values."""

    def __init__(self, deciding, decided):
        self.deciding, self.stage = deciding, deciding.stage
        self.decided = decided

    def decisions(self, rows) -> dict:
        """{mirror id: decision} of these followers."""
        earlier = [row.found.leader.id for row in rows if row.found.leader.id not in self.decided]
        self.actions = {key: one["action"] for key, one in self.decided.items() if one} | self._decided_before(earlier)
        return {row.id: self._decide(row) for row in rows}

    def _decided_before(self, ids):
        """What this run decided about leaders in an earlier batch and has not carried out."""
        mine = Decision.about(self.deciding.situation.run.id, ids)
        chosen = sa.select(Decision.record_id, Decision.action).where(*mine, Decision.state != "applied")
        return {row.record_id: row.action for row in db.session.execute(chosen)} if ids else {}

    def _decide(self, row):
        leader = row.found.leader
        named = f"{self.stage.their_noun} {leader.halo_id}"
        same = f"it has the same {' and '.join(map(called, self.stage.keys))} as {named}"
        if row.ours_id is not None:
            reason = f"{same}, which supplies the values"
            return self.deciding._decision(row, "unchanged", reason, settled=row.base, ours_version=self._version(row))
        if leader.ours_id is None and self.actions.get(leader.id) not in COMING:
            return self.deciding._decision(row, "skipped", f"{same}, which has not come in", NOT_IN)
        reason, evidence = (
            f"{same}: one {self.stage.noun} here, which takes its values from that one",
            {"leader": named},
        )
        return self.deciding._decision(row, "linked", reason, SAME, state="follows", by=" and ".join(self.stage.keys),
                                       ours_id=leader.ours_id, evidence=evidence)  # fmt: skip

    def _version(self, row):
        ours = self.deciding.ours.get(row.ours_id)
        return ours["version"] if ours else None


COMING = ("created", "linked", "updated", "unchanged", "ask")
SAME = "the same as another Halo record, which leads"
NOT_IN = "the same as another Halo record, which has not come in"


class _Read:
    """A row whose detail counts as read: it could not be had, and the decision must do without it."""

    def __init__(self, row):
        self._row = row

    detail_read = True

    def __getattr__(self, name):
        return getattr(self._row, name)


def store(decisions) -> None:
    """Insert decisions; one of the same run about the same record gives way.

    A record where nothing is to do and nothing to tell needs no row: the run's number in the mirror tells it.
    """
    if not decisions:
        return
    ids, run_id = [one["record_id"] for one in decisions], decisions[0]["run_id"]
    execute(sa.delete(Decision).where(*Decision.about(run_id, ids)))
    insert_rows(Decision, [one for one in decisions if one["action"] != "unchanged" or _tells(one)])


def _tells(decision):
    return decision["newer_here"] or decision["conflicts"] or decision["evidence"]
