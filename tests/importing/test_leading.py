"""Which of Halo's contacts with one e-mail leads, decided without a database."""

from hypothesis import given, settings
from hypothesis import strategies as st

from halo_admin.importing.stages.leading import Member, places

WITHOUT_LINK = {"ours_id": None, "follows_id": None}


def member(key, halo_id=None, *, active=True, comes_in=True, ours=None, follows=None, not_same=()):
    """A contact of Halo's; its Halo id is its own id where none is said."""
    return Member(key, halo_id or key, active, comes_in, ours, follows, frozenset(not_same))


def told(members, alone=()):
    """{member id: (the id of whom it follows, the contact it stands for)}"""
    found = places(members, set(alone))
    return {key: (place.leader and place.leader.id, place.ours_id) for key, place in found.items()}


def test_the_lowest_active_id_leads():
    assert told([member(3), member(1, active=False), member(2)]) == {1: (2, None), 2: (None, None), 3: (2, None)}


def test_a_lower_id_that_arrives_later_takes_the_lead_of_the_contact_that_is_here():
    assert told([member(2, ours=7), member(1)]) == {1: (None, 7), 2: (1, 7)}


def test_one_without_a_link_that_is_not_the_contact_here_stands_for_itself():
    assert told([member(1, not_same=[7]), member(2, ours=7)]) == {1: (None, None), 2: (None, 7)}


def test_those_that_are_not_the_same_contacts_here_are_one_thing_together():
    group = [member(1, not_same=[7]), member(2, not_same=[7]), member(3, not_same=[7, 8]), member(4, ours=7)]
    assert told(group) == {1: (None, None), 2: (1, None), 3: (None, None), 4: (None, 7)}


def test_one_that_is_not_the_first_contact_here_joins_the_next_it_may_be():
    assert told([member(1, ours=7), member(2, ours=8), member(3, not_same=[7])])[3] == (2, 8)


def test_who_follows_one_that_is_no_member_any_more_leads():
    assert told([member(2, ours=7, follows=1)]) == {2: (None, 7)}


def test_who_stands_alone_has_no_part_in_the_contact_it_stood_for():
    assert told([member(2, ours=7, follows=1)], alone=[2]) == {2: (None, None)}


def test_who_stands_alone_joins_those_that_have_its_email_now():
    found = places([member(2, ours=7, follows=1), member(3, ours=8)], {2})
    assert (found[2].leader, found[2].ours_id, found[2].is_alone) == (None, 8, True)
    assert (found[3].leader.id, found[3].is_alone) == (2, False)


def test_a_leader_that_is_left_out_gives_way_and_leads_again_once_it_comes_in():
    follower = member(2, ours=7, follows=1)
    assert told([member(1, comes_in=False, ours=7), follower]) == {1: (2, 7), 2: (None, 7)}
    assert told([member(1, ours=7, follows=2), member(2, ours=7)]) == {1: (None, 7), 2: (1, 7)}


def test_where_nobody_can_lead_whoever_does_goes_on():
    members = [member(1, active=False), member(2, active=False, ours=7), member(3, active=False, ours=7, follows=2)]
    assert told(members) == {1: (2, 7), 2: (None, 7), 3: (2, 7)}


def test_where_nobody_can_lead_and_nobody_does_the_lowest_one_stands_for_them():
    assert told([member(2, comes_in=False), member(1, active=False)]) == {1: (None, None), 2: (1, None)}


def test_of_several_contacts_here_those_without_a_link_join_the_one_whose_leader_is_lowest_and_may_lead():
    assert told([member(1, active=False, ours=7), member(5, ours=8), member(3, ours=9), member(6)])[6] == (3, 9)


@st.composite
def groups(draw):
    """Contacts with one e-mail, linked in any way that imports leave behind, and which of them stand alone now."""
    members, ours_of = [], draw(st.lists(st.sampled_from([None, 7, 8]), max_size=6))
    leaders = {}
    for key, ours in enumerate(ours_of, start=1):
        follows = leaders.get(ours, draw(st.sampled_from([None, 100 + (ours or 0)]))) if ours else None
        leaders.setdefault(ours, follows or key)
        not_same = draw(st.frozensets(st.sampled_from([7, 8]))) if ours is None else frozenset()
        members.append(Member(key, draw(st.integers(1, 3)) * 10 + key, draw(st.booleans()), draw(st.booleans()),
                              ours, follows, not_same))  # fmt: skip
    alone = {one.id for one in members if one.follows_id and one.follows_id > 100 and draw(st.booleans())}
    return draw(st.permutations(members)), alone


@settings(derandomize=True, max_examples=200, deadline=None)
@given(groups())
def test_every_contact_here_has_one_leader_whom_all_others_follow(group):
    members, alone = group
    found = places(members, alone)
    assert found.keys() == {one.id for one in members}
    for one in members:
        leader = found[one.id].leader
        assert found[one.id].is_alone == (one.id in alone)
        assert found[one.id].ours_id not in one.not_same
        if one.ours_id and one.id not in alone:
            assert found[one.id].ours_id == one.ours_id
        if leader is not None:
            assert (found[leader.id].leader, found[leader.id].ours_id) == (None, found[one.id].ours_id)
            assert leader.may_lead or not one.may_lead
            assert leader.halo_id < one.halo_id or not (one.may_lead and leader.may_lead)
    for ours_id in {place.ours_id for place in found.values()} - {None}:
        assert sum(place.leader is None for place in found.values() if place.ours_id == ours_id) == 1
    assert found == places(sorted(members), alone)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(groups())
def test_what_was_carried_out_is_found_again(group):
    """The links that a placing leads to are placed in the same way: no import flips between two leaders."""
    members, alone = group
    found = places(members, alone)
    new = {7: 7, 8: 8}
    after = []
    for one in members:
        place = found[one.id]
        top = place.leader or one
        ours_id = place.ours_id or new.setdefault(("made for", top.id), 1000 + top.id)
        after.append(one._replace(ours_id=ours_id, follows_id=place.leader and place.leader.id))
    again = places(after, set())
    assert {key: place.leader and place.leader.id for key, place in again.items()} == {
        key: place.leader and place.leader.id for key, place in found.items()
    }
