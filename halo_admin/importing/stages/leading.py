"""Which of Halo's contacts with one e-mail leads: pure. The lowest active id does; the others follow it, are linked to
the same contact here and feed no fields, so that imports do not flip between their values.
"""

from collections import defaultdict
from typing import NamedTuple


class Member(NamedTuple):
    """One of Halo's contacts with a certain e-mail. ours_id and follows_id are its link as it is; comes_in: nothing
    keeps it out of GlassHive; not_same: the contacts here that a person said it is not.
    """

    id: int
    halo_id: int
    active: bool
    comes_in: bool
    ours_id: int | None
    follows_id: int | None
    not_same: frozenset[int] = frozenset()

    @property
    def may_lead(self):
        return self.active and self.comes_in


class Place(NamedTuple):
    """Whom a member follows (None: it stands for itself), and which contact of ours its group stands for. is_alone: it
    followed somebody until now, and does not any more.
    """

    leader: Member | None
    ours_id: int | None
    is_alone: bool


def places(members: list[Member], alone: set[int]) -> dict[int, Place]:
    """{member id: Place} of all contacts with one e-mail.

    alone: ids of members whose leader still stands for their contact here under another e-mail. They do not stand for
    it any more.
    """
    groups, rest = defaultdict(list), defaultdict(list)
    for member in sorted(members, key=lambda one: one.halo_id):
        stands_for_none = member.ours_id is None or member.id in alone
        (rest[member.not_same] if stands_for_none else groups[member.ours_id]).append(member)
    ranked = sorted(groups, key=lambda ours_id: _rank(_leader(groups[ours_id])))
    new = []
    for not_same, group in rest.items():
        joined = next((ours_id for ours_id in ranked if ours_id not in not_same), None)
        if joined is None:
            new.append((None, group))
        else:
            groups[joined].extend(group)
    found = {}
    for ours_id, group in [*groups.items(), *new]:
        leader = _leader(group)
        for member in group:
            follows = leader if leader is not None and leader.id != member.id else None
            found[member.id] = Place(follows, ours_id, member.id in alone)
    return found


def _rank(leader):
    """By the leaders: records without a link join the first contact here that they may be."""
    return not leader.may_lead, leader.halo_id


def _leader(group):
    group = sorted(group, key=lambda one: one.halo_id)
    able = [member for member in group if member.may_lead]
    linked = [member for member in group if member.ours_id is not None and member.follows_id is None]
    return next(iter([*able, *linked, *group]), None)
