"""What an import changes on a linked record of ours: "whichever is more current", per field, purely."""

from typing import NamedTuple

# what Halo and we held when a field was last settled; both blank where it never was
UNSETTLED = (None, None)


class Conflict(NamedTuple):
    """A field both sides hold differently since they last agreed, and which side wins."""

    field: str
    base: tuple
    ours: object
    theirs: object
    winner: str  # "halo" or "glasshive"
    why: str


class Merge(NamedTuple):
    """changes: {field: (before, after)} on our side. unknown: fields whose winner hangs on a time not known yet.
    newer_here: {field: (ours, theirs)} that stay because ours counts. settled: the base to keep once applied.
    """

    changes: dict
    conflicts: list
    unknown: list
    newer_here: dict
    settled: dict


def merge(base, ours, theirs, later, same, erasing=(), only_set=()) -> Merge:
    """Compare the fields that Halo's record says anything about (a field not read yet is absent from theirs).

    Blanks are None by now. A side has changed when it differs from its own half of the base. Halo's blanks
    never erase. Only a field changed on both sides is a conflict, and the later record wins it:
    later(field) -> (True | False | None, why), None when the times are not known.
    same(field, a, b) tells whether two values differ in form only. erasing: fields whose blank is a choice somebody
    made here, and counts once Halo's half held a value. only_set: flags that Halo sets, whatever is here, and never
    clears.
    """
    result = Merge({}, [], [], {}, {})
    for field, new in theirs.items():
        if field in only_set:
            _set_only(result, field, ours.get(field), new)
            continue
        _merge_field(result, field, tuple(base.get(field, UNSETTLED)), ours.get(field), new, later, same, erasing)
    return result


def _set_only(result, field, old, new):
    if new and not old:
        result.changes[field] = (old, new)


def _merge_field(result, field, agreed, old, new, later, same, erasing):
    blank = new is None and (field not in erasing or agreed[0] is None)
    if blank or same(field, new, old):
        result.settled[field] = (new, old)
        return
    ours_changed = not same(field, old, agreed[1])
    if same(field, new, agreed[0]):
        # only ours moved, or nothing did
        if ours_changed:
            result.newer_here[field] = (old, new)
        result.settled[field] = (new, old) if ours_changed else agreed
        return
    wins, why = later(field) if ours_changed else (True, "only Halo's changed")
    if wins is None:
        result.unknown.append(field)
        return
    if ours_changed:
        result.conflicts.append(Conflict(field, agreed, old, new, "halo" if wins else "glasshive", why))
    if wins:
        result.changes[field] = (old, new)
    else:
        result.newer_here[field] = (old, new)
    result.settled[field] = (new, new if wins else old)
