"""Which record of ours a Halo record is: pure, on key values that were normalised when they were stored.

Keys are tried in the stage's order (companies: phone, website, name, the seed's order). The first key with
any candidate sets the candidates; later keys may only choose among them. Nothing ambiguous is guessed.
"""

from typing import NamedTuple

import msgspec


class Holder(NamedTuple):
    """A record of ours that has a key value; link is the Halo id it is linked to already, or None."""

    id: int
    name: str
    link: int | None


class Narrowed(NamedTuple):
    """What the keys leave: free candidates by id, the keys that agree on them, and what points elsewhere."""

    left: dict
    by: tuple
    outside: tuple  # (key, Holder): a later key's candidates that an earlier key ruled out
    taken: tuple  # (key, Holder): linked already, so no candidate

    def strength(self, keys) -> tuple:
        """Compares claims on one record: an earlier key beats any later ones, more keys beat fewer."""
        return tuple(key in self.by for key in keys)


class Match(msgspec.Struct, frozen=True):
    """The verdict on one Halo record: "link" (to ours_id), "create" or "review"."""

    verdict: str
    reason: str
    why: str
    ours_id: int | None = None
    by: tuple[str, ...] = ()
    candidates: tuple[tuple[int, str, tuple[str, ...]], ...] = ()
    told: tuple[str, ...] = ()


def narrow(keys, found) -> Narrowed:
    """found: per key the Holders with the same value. Linked ones are evidence, never candidates."""
    left, by, outside, taken = {}, [], [], []
    for key in keys:
        holders = found.get(key, ())
        taken += [(key, holder) for holder in holders if holder.link is not None]
        free = {holder.id: holder for holder in holders if holder.link is None}
        if not left:
            left, by = free, [key] if free else by
            continue
        both = left.keys() & free.keys()
        if both:
            left = {holder_id: left[holder_id] for holder_id in sorted(both)}
            by.append(key)
        outside += [(key, holder) for holder_id, holder in free.items() if holder_id not in both]
    return Narrowed(left, tuple(by), tuple(outside), tuple(taken))


def without(holders, not_same) -> list[Holder]:
    """The Holders without those that a person said this Halo record is not."""
    return [holder for holder in holders if holder.id not in not_same]


def match(keys, nouns, mine: Narrowed, rivals, sharing=(), deleted="") -> Match:
    """The verdict for one unlinked Halo record.

    nouns: what a sentence calls one of ours and one of Halo's, ("company", "client").
    rivals: (halo_id, Narrowed) of the other unlinked Halo records that want one of the same records of ours.
    sharing: (key, halo_id) of other Halo records with the same value, told when the record is created.
    deleted: a sentence on a record with one of its values that a person deleted here; "" without one.
    """
    noun, theirs = nouns
    told = tuple(_told(theirs, mine))
    if not mine.left:
        if mine.taken:
            return Match("review", _taken(theirs, mine.taken), f"a {noun} linked to another Halo record has its value",
                         candidates=_candidates(mine), told=told)  # fmt: skip
        if deleted:
            return Match("review", deleted, f"a {noun} with its value was deleted here", told=told)
        shared = tuple(f"shares its {called(key)} with {theirs} {halo_id}" for key, halo_id in sharing)
        return Match("create", "; ".join(("nothing here is like it", *shared)), "nothing here is like it", told=shared)
    if len(mine.left) > 1:
        reason = f"{len(mine.left)} {_many(noun)} here have its {_keys(mine.by)}"
        why = f"several {_many(noun)} here have its {_keys(mine.by)}"
        return Match("review", reason, why, by=mine.by, candidates=_candidates(mine), told=told)
    return _single(keys, nouns, mine, rivals, told)


def _single(keys, nouns, mine, rivals, told):
    noun, theirs = nouns
    (holder,) = mine.left.values()
    same = mine.strength(keys)
    wanting = [(halo_id, other.strength(keys)) for halo_id, other in rivals if holder.id in other.left]
    stronger = [halo_id for halo_id, strength in wanting if strength >= same]
    if stronger:
        others = ", ".join(str(halo_id) for halo_id in sorted(stronger)[:3])
        reason = f"{holder.name} has its {_keys(mine.by)}, but {theirs} {others} wants it as well"
        return Match("review", reason, f"another Halo record wants the same {noun}", by=mine.by,
                     candidates=_candidates(mine), told=told)  # fmt: skip
    by = _keys(mine.by)
    return Match("link", "; ".join((f"matched by {by}", *told)), f"matched by {by}", ours_id=holder.id, by=mine.by,
                 candidates=_candidates(mine), told=told)  # fmt: skip


def _told(theirs, mine):
    for key, holder in mine.outside:
        yield f"its {called(key)} points to {holder.name}"
    if mine.left:
        for key, holder in mine.taken:
            yield f"its {called(key)} is also that of {holder.name}, linked to {theirs} {holder.link}"


def _taken(theirs, taken):
    key, holder = taken[0]
    return f"its {called(key)} is that of {holder.name}, which is linked to {theirs} {holder.link} already"


def _candidates(mine):
    named = {holder.id: (holder.name, []) for holder in mine.left.values()}
    for holder_id in named:
        named[holder_id][1].extend(mine.by)
    for key, holder in mine.outside:
        named.setdefault(holder.id, (holder.name, []))[1].append(key)
    return tuple((holder_id, name, tuple(by)) for holder_id, (name, by) in named.items())


def called(key: str) -> str:
    """What people call a key."""
    return "e-mail" if key == "email" else key


def _keys(by) -> str:
    named = [called(key) for key in by]
    return " and ".join((", ".join(named[:-1]), named[-1])) if len(named) > 1 else "".join(named)


def _many(noun):
    return noun.removesuffix("y") + "ies" if noun.endswith("y") else noun + "s"
