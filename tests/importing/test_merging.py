"""Whichever is more current, field by field, on examples."""

from hypothesis import given
from hypothesis import strategies as st

from halo_admin.importing.merging import merge

FIELDS = ("name", "phone")


def merged(base=None, ours=None, theirs=None, later=True):
    blank = dict.fromkeys(FIELDS)
    judge = later if callable(later) else (lambda _field: (later, "told"))
    return merge(base or {}, blank | (ours or {}), theirs or {}, judge, lambda _field, a, b: a == b)


def test_on_the_first_link_gaps_on_our_side_are_filled():
    assert merged(theirs={"phone": "2"}, later=False).changes == {"phone": (None, "2")}


def test_on_the_first_link_the_later_record_wins_where_both_hold_different_values():
    assert merged(ours={"phone": "1"}, theirs={"phone": "2"}, later=True).changes == {"phone": ("1", "2")}
    stays = merged(ours={"phone": "1"}, theirs={"phone": "2"}, later=False)
    assert (stays.changes, stays.newer_here) == ({}, {"phone": ("1", "2")})


def test_one_changed_side_counts_whichever_is_later():
    base = {"phone": ("1", "1")}
    assert merged(base, {"phone": "1"}, {"phone": "2"}, later=False).changes == {"phone": ("1", "2")}
    assert merged(base, {"phone": "3"}, {"phone": "1"}, later=True).changes == {}


def test_both_changed_to_different_values_is_a_conflict_won_by_the_later():
    found = merged({"phone": ("1", "1")}, {"phone": "2"}, {"phone": "3"}, later=True)
    assert found.changes == {"phone": ("2", "3")}
    assert (found.conflicts[0].ours, found.conflicts[0].theirs, found.conflicts[0].winner) == ("2", "3", "halo")


def test_both_changed_to_the_same_value_is_no_conflict():
    found = merged({"phone": ("1", "1")}, {"phone": "2"}, {"phone": "2"})
    assert (found.changes, found.conflicts) == ({}, [])


def test_a_side_has_changed_when_it_differs_from_its_own_half():
    kept_apart = {"phone": ("halo's", "ours")}
    assert merged(kept_apart, {"phone": "ours"}, {"phone": "halo's"}).changes == {}
    assert merged(kept_apart, {"phone": "ours"}, {"phone": "new"}, later=False).changes == {"phone": ("ours", "new")}


def test_a_settled_conflict_is_not_reported_again():
    first = merged({"phone": ("1", "1")}, {"phone": "2"}, {"phone": "3"}, later=False)
    again = merged(first.settled, {"phone": "2"}, {"phone": "3"}, later=False)
    assert (again.changes, again.conflicts) == ({}, [])


def test_a_blank_of_halos_never_erases():
    assert merged({"phone": ("1", "1")}, {"phone": "1"}, {"phone": None}).changes == {}


def test_a_field_a_person_emptied_here_is_filled_only_as_a_conflict():
    base = {"phone": ("1", "1")}
    assert merged(base, {"phone": None}, {"phone": "1"}).changes == {}
    found = merged(base, {"phone": None}, {"phone": "2"}, later=True)
    assert len(found.conflicts) == 1


def test_false_and_zero_are_values():
    assert merged(theirs={"phone": 0}).changes == {"phone": (None, 0)}
    assert merged({"phone": (True, True)}, {"phone": True}, {"phone": False}).changes == {"phone": (True, False)}


def test_a_field_that_was_not_read_is_left_alone():
    assert merged({"phone": ("1", "1")}, {"phone": "2"}, {"name": "x"}).settled.keys() == {"name"}


def test_a_conflict_without_known_times_is_unknown_and_settles_nothing():
    found = merged(ours={"phone": "1"}, theirs={"phone": "2"}, later=None)
    assert (found.unknown, found.changes, found.settled) == (["phone"], {}, {})


values = st.sampled_from([None, "", "a", "b", "c"]).map(lambda text: text or None)
pairs = st.fixed_dictionaries({}, optional={name: st.tuples(values, values) for name in FIELDS})
sides = st.fixed_dictionaries(dict.fromkeys(FIELDS, values))


@given(pairs, sides, sides, st.booleans())
def test_merging_twice_changes_nothing_more(base, ours, theirs, later):
    first = merged(base, ours, theirs, later)
    after = ours | {field: change[1] for field, change in first.changes.items()}
    second = merged(base | first.settled, after, theirs, later)
    assert (second.changes, second.conflicts) == ({}, [])


@given(pairs, sides, sides, st.booleans())
def test_nothing_is_ever_erased_and_every_conflict_has_a_winner(base, ours, theirs, later):
    found = merged(base, ours, theirs, later)
    assert all(after is not None for _before, after in found.changes.values())
    for conflict in found.conflicts:
        assert (conflict.field in found.changes) == (conflict.winner == "halo")
