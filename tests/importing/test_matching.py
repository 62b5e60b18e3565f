"""Which record of ours a Halo record is, on examples."""

from halo_admin.importing.matching import Holder, match, narrow

KEYS = ("phone", "website", "name")
ACME, BOLT = Holder(1, "Acme", None), Holder(2, "Bolt", None)
TAKEN = Holder(3, "Taken", 88)


def verdict(mine, rivals=(), sharing=()):
    return match(
        KEYS, ("company", "client"), narrow(KEYS, mine), [(i, narrow(KEYS, other)) for i, other in rivals], sharing
    )


def test_the_first_key_with_any_candidate_sets_the_candidates():
    found = verdict({"phone": [ACME], "website": [BOLT]})
    assert (found.verdict, found.ours_id, found.by) == ("link", 1, ("phone",))


def test_a_later_key_that_points_outside_the_set_is_told_as_evidence():
    assert "its website points to Bolt" in verdict({"phone": [ACME], "website": [BOLT]}).reason


def test_later_keys_choose_among_the_candidates():
    found = verdict({"phone": [ACME, BOLT], "name": [BOLT]})
    assert (found.verdict, found.ours_id, found.reason) == ("link", 2, "matched by phone and name")


def test_several_candidates_left_are_a_review_with_each_of_them():
    found = verdict({"phone": [ACME, BOLT]})
    assert found.verdict == "review"
    assert [one[0] for one in found.candidates] == [1, 2]
    assert found.reason == "2 companies here have its phone"


def test_website_counts_where_no_phone_does():
    found = verdict({"website": [BOLT], "name": [ACME]})
    assert (found.verdict, found.ours_id, found.by) == ("link", 2, ("website",))


def test_nothing_alike_is_created():
    assert verdict({}).verdict == "create"


def test_halo_clients_that_share_a_key_with_none_here_are_created_and_told():
    found = verdict({}, sharing=[("phone", 88)])
    assert (found.verdict, found.told) == ("create", ("shares its phone with client 88",))


def test_a_linked_company_is_no_candidate_but_makes_a_review():
    found = verdict({"phone": [TAKEN]})
    assert found.verdict == "review"
    assert "Taken, which is linked to client 88" in found.reason


def test_a_linked_company_beside_a_free_one_is_told_and_does_not_count():
    found = verdict({"phone": [TAKEN], "name": [ACME]})
    assert (found.verdict, found.ours_id, found.by) == ("link", 1, ("name",))
    assert "its phone is also that of Taken, linked to client 88" in found.reason


def test_the_strongest_key_wins_a_company_that_several_clients_want():
    by_name = [(9, {"name": [ACME]})]
    assert verdict({"phone": [ACME]}, rivals=by_name).verdict == "link"
    assert verdict({"name": [ACME]}, rivals=[(9, {"phone": [ACME]})]).verdict == "review"


def test_more_agreeing_keys_are_stronger_than_one_of_them():
    switchboard = [(8, {"phone": [ACME]}), (9, {"phone": [ACME]})]
    assert verdict({"phone": [ACME], "name": [ACME]}, rivals=switchboard).verdict == "link"


def test_a_tie_is_all_review():
    found = verdict({"phone": [ACME]}, rivals=[(9, {"phone": [ACME]})])
    assert found.verdict == "review"
    assert "client 9 wants it as well" in found.reason


def test_a_rival_that_cannot_be_placed_itself_still_wants_its_candidates():
    assert verdict({"name": [ACME]}, rivals=[(9, {"phone": [ACME, BOLT]})]).verdict == "review"
