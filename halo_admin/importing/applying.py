"""Decisions carried out in bulk. One that would now be another one is not carried out as it was."""

from collections import Counter

import msgspec
import sqlalchemy as sa

from ..accounts.models import Account
from ..bulk import execute, update_rows
from ..crm import linked, writing
from ..db import among, db, now
from ..mirror import tombstones
from ..mirror.links import hold_current
from ..mirror.models import HaloRecord
from . import postponing
from .candidates import Matching
from .deciding import Deciding, store
from .models import Decision
from .situation import LATER, full_rows, links_of, versions_of
from .stage import HEEDED, tell_heeded

# what is needed of a decision to carry it out
NEEDED = tuple(getattr(Decision, name) for name in (
    "id", "record_id", "state", "action", "by", "ours_id", "ours_version", "digest", "changes", "settled", "before",
))  # fmt: skip
ACTIONS = ("created", "linked", "updated")


class Due(msgspec.Struct, frozen=True):
    """What is needed of a decision that has no row yet to carry it out."""

    record_id: int
    action: str
    by: str | None
    ours_id: int | None
    changes: dict
    settled: dict | None


class Applying:
    """Carries out one batch of decisions inside the caller's writing transaction.

    completes: whether nothing is left to do; else what is beside the fields waits, the record is looked at again, and
    one that follows another is carried out at once as well.
    """

    def __init__(self, situation, completes=True):
        self.completes, self.outcomes = completes, {}
        self.situation, self.stage, self.run = situation, situation.stage, situation.run
        self.account = db.session.get(Account, situation.run.account_id)

    def apply(self, decisions) -> dict:
        """Returns how counts changed: decisions that no longer held ended otherwise than they were counted."""
        self._hold()
        rows = {row.id: row for row in full_rows(self.situation, [one.record_id for one in decisions])}
        ids = {one.ours_id for one in decisions if one.ours_id}
        self.versions, self.links = versions_of(self.stage.model, ids), links_of(self.situation, ids)
        found = self._like_new_ones(decisions, rows)
        holds = [one for one in decisions if self._holds(one, rows[one.record_id]) and one.record_id not in found]
        again, moved = self._renew(decisions, holds, rows)
        self._carry_out_stored([*holds, *again], rows)
        return moved

    def at_once(self, decisions: list[dict], rows: dict, outcomes=None) -> int:
        """Carry out what was decided in this very transaction, before it is stored; how many that were.

        The others stay as they are: they wait for something, or a person has just edited what they are about.
        outcomes: {mirror id: what the mirror is to say of it} where that is not the decision's action.
        """
        self.outcomes = outcomes or {}
        self._hold()
        # what waits for a detail, or is not carried out before all is read, is decided again, and heeded then
        heeded = [one for one in decisions if one["state"] == "decided" or (self.completes and one["action"] != "ask")]
        self.stage.heed_left_out(self.situation, heeded, rows)
        due = {one["ours_id"] or -one["record_id"]: one for one in decisions if one["state"] == "decided"}
        following = [] if self.completes else [one for one in decisions if self._may_follow(one, rows)]
        leaders = {one["record_id"]: rows[one["record_id"]].found.leader for one in following}
        # what decisions change is locked at once, in one order
        touched = {key for key in due if key > 0} | {leader.ours_id for leader in leaders.values()} - {None}
        self.versions = versions_of(self.stage.model, touched)
        holds = [one for one in due.values() if self.versions.get(one["ours_id"]) == one["ours_version"]]
        ours, at = self._carry_out(_due(holds), rows)
        _applied(holds, ours, at)
        if following:
            known = ((key, (rows.get(leader.id) or leader).ours_id) for key, leader in leaders.items())
            self._follow_at_once(following, rows, {key: ours_id for key, ours_id in known if ours_id})
        return len(holds)

    def _may_follow(self, one, rows):
        """Whether a record can be linked to what it follows before all is read: its leader has been read, and it sets
        nothing here whatever holds, which is told at the end.
        """
        row = rows[one["record_id"]]
        if one["state"] != "follows" or self.stage.sets_although_out(row):
            return False
        leader, sweeps = row.found.leader, self.run.facts.get("sweeps", {})
        return leader.id in rows or leader.last_sweep_id == sweeps.get(self.stage.kind)

    def _follow_at_once(self, decisions, rows, ours):
        """ours: {mirror id: what its leader stands for here} of those whose leader has come in."""
        due = [one for one in decisions if one["record_id"] in ours]
        self.versions = versions_of(self.stage.model, set(ours.values()))
        _applied(due, ours, self._carry_out_following(_due(due), rows, ours))

    def follow(self, decisions) -> dict:
        """The same for records that follow another one: their leaders have been dealt with."""
        self._hold()
        rows = {row.id: row for row in full_rows(self.situation, [one.record_id for one in decisions])}
        holds = [one for one in decisions if _still_follows(one, rows[one.record_id])]
        ours = {one.record_id: rows[one.record_id].found.leader.ours_id for one in holds}
        self.versions = versions_of(self.stage.model, set(ours.values()))
        again, moved = self._renew(decisions, holds, rows)
        at = self._carry_out_following(holds, rows, ours)
        update_rows(Decision, [
            {"id": one.id, "state": "applied", "ours_id": ours[one.record_id], "applied_at": at} for one in holds
        ])  # fmt: skip
        self._carry_out_stored(again, rows)
        return moved

    def _hold(self):
        """Whoever makes or ends links locks the tenant first; another one may be current by now."""
        self.is_current = hold_current(self.run.account_id) == self.run.tenant_id

    def _renew(self, decisions, holds, rows):
        """Decide again about what does not hold: (what of it is to be carried out as well, how counts change)."""
        held = {one.id for one in holds}
        stale = [one for one in decisions if one.id not in held]
        fresh = self._decide_again(stale, rows)
        again = [one for one in self._stored(fresh) if one.state == "decided"]
        self.versions |= versions_of(self.stage.model, {one.ours_id for one in again if one.ours_id})
        return again, _recount(stale, fresh)

    def _holds(self, one, row):
        if not _is_as_decided(one, row) or self.situation.revision != self.run.mapping_revision:
            return False
        if one.action == "created":
            return True
        if row.takes_the_lead:
            return self.versions.get(one.ours_id) == one.ours_version
        return self.versions.get(one.ours_id) == one.ours_version and self.links.get(one.ours_id) in (None, row.halo_id)

    def _like_new_ones(self, decisions, rows):
        """Mirror ids to be created for which a person has made something like it since they were compared, or sends it
        to Halo just now.
        """
        created = [rows[one.record_id] for one in decisions if one.action == "created"]
        alike = Matching(self.situation, [row for row in created if not row.answer]).alike_here()
        return alike | postponing.being_sent(self.situation, created).keys()

    def _decide_again(self, stale, rows):
        if not stale:
            return []
        fresh = Deciding(self.situation, [rows[one.record_id] for one in stale], final=True).decisions()
        heeded = self._heeded([one["record_id"] for one in fresh])
        for one in fresh:
            if one["record_id"] in heeded:
                tell_heeded(one, *heeded[one["record_id"]])
        store(fresh)
        settle(self.situation, fresh, {row.id: row for row in rows.values()})
        return fresh

    def _heeded(self, record_ids):
        """{mirror id: what this run has done for others already on the ground of it}."""
        told = sa.select(Decision.record_id, Decision.evidence).where(*Decision.about(self.run.id, record_ids))
        evidence = dict(map(tuple, db.session.execute(told)))
        return {key: one[HEEDED] for key, one in evidence.items() if one and HEEDED in one}

    def _stored(self, fresh):
        if not fresh:
            return []
        mine = Decision.about(self.run.id, [one["record_id"] for one in fresh])
        return db.session.execute(sa.select(*NEEDED).where(*mine).order_by(Decision.id)).all()

    def _carry_out_stored(self, decisions, rows):
        ours, at = self._carry_out(decisions, rows)
        update_rows(Decision, [
            {"id": one.id, "state": "applied", "ours_id": ours[one.record_id], "applied_at": at} for one in decisions
        ])  # fmt: skip

    def _carry_out(self, decisions, rows):
        """({mirror id: our id}, when) of what these decisions made or changed."""
        at = now()
        created = [one for one in decisions if one.action == "created"]
        new = [self._new(one, rows[one.record_id]) for one in created]
        made = writing.insert(self.stage.model, self.account, new, lacking=())
        changed = [one for one in decisions if one.action != "created"]
        touched = [one.ours_id for one in changed]
        ours = {one.record_id: one.ours_id for one in changed}
        ours |= dict(zip([one.record_id for one in created], made, strict=True))
        moved = self._linked_otherwise(decisions, rows, ours)
        before = self.stage.check(self.situation, touched)
        writing.update(self.stage.model, self.account, self._updated(changed, rows))
        self._pass_on(created, rows, ours)
        if self.completes:
            self.stage.carry_out_beside(self.situation, [(ours[one.record_id], one.changes) for one in decisions], made)
        else:
            self.stage.leave_beside(self.situation, made)
        after = self.stage.check(self.situation, [*touched, *made])
        self.stage.tell_check(self.run, before, after)
        self._give_way([one for one in changed if rows[one.record_id].takes_the_lead and not _is_left_out(one)])
        update_rows(HaloRecord, [self._link(one, rows[one.record_id], ours[one.record_id], at) for one in decisions])
        linked.settle(self.stage.model, self.run.account_id, moved if self.is_current else [*moved, *made])
        return ours, at

    def _linked_otherwise(self, decisions, rows, ours):
        """Ids of records of ours that get a link or may lose the one they have; new ones lack none."""
        moved = {one.ours_id for one in decisions if one.action == "linked"}
        for one in decisions:
            row = rows[one.record_id]
            if row.ours_id or row.stood_for_id:
                moved |= {row.ours_id, row.stood_for_id} - {None, ours[one.record_id]}
        return moved

    def _pass_on(self, created, rows, ours):
        heirs = {ours[one.record_id]: rows[one.record_id].stood_for_id for one in created}
        if any(heirs.values()):
            self.stage.pass_on(self.situation, {key: stood_for for key, stood_for in heirs.items() if stood_for})

    def _new(self, one, row):
        blank = {field: None for field in self.stage.fields if field not in self.stage.only_set}
        # what is created has Halo's values, whose normal forms matching knows
        keys = {f"{key}_key": getattr(row, f"{key}_key") for key in self.stage.keys}
        return blank | self._columns(one) | keys | self.stage.marks(row) | {"made_by_run": self.run.id}

    def _columns(self, one):
        return {field: change[1] for field, change in one.changes.items() if field not in self.stage.beside}

    def _writes(self, one):
        return bool(self._columns(one) or self._marked.get(one.record_id))

    def _updated(self, decisions, rows):
        """Whole rows of ours as they will be: bulk writing wants every field."""
        model, self._marked = self.stage.model, {}
        names = [*model.FIELDS, *self.stage.marks_of(), "id"]
        ids = [one.ours_id for one in decisions]
        chosen = sa.select(*(getattr(model, name) for name in names)).where(among(model.id, ids))
        ours = {row.id: dict(row._mapping) for row in db.session.execute(chosen)} if ids else {}
        full = []
        for one in decisions:
            marks = {} if _is_left_out(one) else self.stage.marks(rows[one.record_id])
            self._marked[one.record_id] = any(ours[one.ours_id][name] != value for name, value in marks.items())
            if self._writes(one):
                full.append(ours[one.ours_id] | self._columns(one) | marks)
        return full

    def _link(self, one, row, ours_id, at):
        row.ours_id = ours_id
        if _is_left_out(one):
            return self._link_left_out(one, row)
        version = 1 if one.action == "created" else self.versions[ours_id] + self._writes(one)
        return {
            "id": row.id, "ours_id": ours_id, "follows_id": None, "stood_for_id": None, "base": one.settled,
            "outcome": self.outcomes.get(row.id, one.action), "run_id": self.run.id,
            "matched_by": row.matched_by if one.action == "updated" else one.by,
            "linked_at": row.linked_at if one.action == "updated" else at,
            "fingerprint": self._fingerprint(row, version),
        }  # fmt: skip

    def _fingerprint(self, row, version):
        fingerprint = self.situation.fingerprint(row, version, row.found)
        return fingerprint if self.completes else LATER + fingerprint

    def _link_left_out(self, one, row):
        """The link stays as it is, and the next import tells again why the record is left out."""
        return {
            "id": row.id, "ours_id": row.ours_id, "follows_id": row.follows_id, "stood_for_id": row.stood_for_id,
            "base": row.base, "outcome": one.action, "run_id": self.run.id, "matched_by": row.matched_by,
            "linked_at": row.linked_at, "fingerprint": None,
        }  # fmt: skip

    def _give_way(self, decisions):
        """Whoever stood for these records of ours until now follows whoever takes the lead."""
        for one in decisions:
            here = (HaloRecord.tenant_id == self.run.tenant_id, HaloRecord.kind == self.stage.kind)
            others = sa.update(HaloRecord).where(
                *here, HaloRecord.ours_id == one.ours_id, HaloRecord.id != one.record_id
            )
            execute(others.values(follows_id=one.record_id))

    def _carry_out_following(self, decisions, rows, ours):
        """Link these to what their leaders stand for, {mirror id: our id}; when."""
        at, links, moved = now(), [], set()
        for one in decisions:
            row = rows[one.record_id]
            moved |= {row.ours_id, row.stood_for_id, ours[one.record_id]}
            row.ours_id = ours[one.record_id]
            links.append({
                "id": row.id, "ours_id": row.ours_id, "follows_id": row.found.leader.id, "stood_for_id": None,
                "base": None, "outcome": one.action, "run_id": self.run.id, "matched_by": one.by, "linked_at": at,
                "fingerprint": self._fingerprint(row, self.versions.get(row.ours_id)),
            })  # fmt: skip
        update_rows(HaloRecord, links)
        linked.settle(self.stage.model, self.run.account_id, moved - {None})
        return at


def _is_left_out(one):
    """Whether nothing was compared: Halo set something here although the record is left out."""
    return one.settled is None


def _due(decisions):
    return [Due(*(one[name] for name in Due.__struct_fields__)) for one in decisions]


def _applied(decisions, ours, at):
    for one in decisions:
        one |= {"state": "applied", "ours_id": ours[one["record_id"]], "applied_at": at}


def _still_follows(one, row):
    return row.follows and row.found.leader.ours_id is not None and _is_as_decided(one, row)


def _is_as_decided(one, row):
    """Whether nothing has changed on Halo's side since a decision about it was made, and nobody has left it out."""
    same = one.digest == row.digest and (one.before["ours_id"] or None) == row.ours_id
    return same and one.before["found"] == row.found.token and not tombstones.is_left_out(row.answer)


def _recount(stale, fresh):
    """How counts change: a fresh decision may have no row, where nothing is left to do."""
    change = Counter(one["action"] for one in fresh)
    change.subtract(one.action for one in stale)
    return dict(change)


def settle(situation, decisions, rows) -> None:
    """What decisions that change nothing of ours leave in the mirror: the outcome, and for a row that is linked or
    stays out what that depended on, so that the next run can pass it by.
    """
    final = [one for one in decisions if one["action"] in ("review", "skipped", "failed")]
    update_rows(HaloRecord, [
        {"id": one["record_id"], "outcome": one["action"], "run_id": situation.run.id,
         "fingerprint": _grounds(situation, rows[one["record_id"]])}
        for one in final
    ])  # fmt: skip
    _let_go(situation, [rows[one["record_id"]] for one in final if rows[one["record_id"]].found.is_alone])
    same = [one for one in decisions if one["action"] == "unchanged"]
    update_rows(HaloRecord, [
        {"id": one["record_id"], "outcome": "unchanged", "run_id": situation.run.id, "base": one["settled"],
         "fingerprint": situation.fingerprint(rows[one["record_id"]], one["ours_version"],
                                              rows[one["record_id"]].found)}
        for one in same
    ])  # fmt: skip


def _let_go(situation, rows):
    """Who stands alone and gets no record of ours now is linked to none: neither to the one it stood for."""
    update_rows(HaloRecord, [
        {"id": row.id, "ours_id": None, "follows_id": None, "stood_for_id": row.stood_for_id, "base": None,
         "matched_by": None, "linked_at": None}
        for row in rows
    ])  # fmt: skip
    linked.settle(situation.stage.model, situation.run.account_id, {row.stood_for_id for row in rows} - {None})


def _grounds(situation, row):
    return situation.grounds(row, row.found) if row.stays_out else None
