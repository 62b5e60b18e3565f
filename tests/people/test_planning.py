"""What is to become of an agent: pure examples."""

import pytest

from halo_admin.people.planning import NO_TYPE, Agent, Around, Person, plan

BOB = Person(1, "Bob", "bob@msp.example")


def agent(**more):
    usual = {"record_id": 5, "halo_id": 7, "name": "Bob Roth", "email": "Bob@msp.example",
             "email_key": "bob@msp.example", "roles": ("salesperson",)}  # fmt: skip
    return Agent(**usual | more)


def around(*people, agents=(), **more):
    sharing = {}
    for one in agents:
        sharing.setdefault(one.email_key, []).append(one)
    return Around({one.id: one for one in people}, {one.email: one for one in people}, sharing, **more)


def told(one, beside):
    found = plan(one, beside)
    return found.what, found.why


def test_a_user_with_the_same_e_mail_is_linked_whatever_its_role_type():
    found = plan(agent(roles=()), around(BOB))
    assert (found.what, found.user_id, found.why) == ("link", 1, "its e-mail is that of Bob")


def test_somebody_new_is_invited_as_its_role_types_say():
    assert told(agent(), around()) == ("invite", "nobody here has its e-mail; it comes as Salesperson")


def test_a_role_type_that_is_not_taken_in_stays_out_unless_the_row_is_ticked():
    nobody = agent(roles=())
    assert told(nobody, around()) == ("nothing", "its role type, No type, is not taken in unless it is ticked")
    assert plan(nobody, around()).may_be_chosen
    assert plan(agent(roles=(), chosen=True), around()).what == "invite"
    assert plan(nobody, around(taken_in=(NO_TYPE,))).what == "invite"
    assert plan(agent(), around(taken_in=("admin",))).what == "nothing"


@pytest.mark.parametrize(("one", "why"), [
    ({"halo_id": 1}, "it is Halo's own Unassigned, nobody in particular"),
    ({"is_api": True}, "it is an API agent: programs act as it"),
    ({"email": None, "email_key": None}, "it has no e-mail in Halo"),
    ({"email": "none", "email_key": None}, "its e-mail, “none”, is none"),
    ({"error": "This record has no id."}, "it could not be read from Halo"),
    ({"active": False}, "it is disabled in Halo: add it without inviting, so that its notes have an author"),
])  # fmt: skip
def test_nothing_becomes_of_who_is_none_of_the_staff_or_cannot_be_told(one, why):
    assert told(agent(**one), around(BOB)) == ("nothing", why)


def test_two_agents_with_one_e_mail_are_told_and_not_guessed():
    other = agent(halo_id=9, name="Rob Roth", record_id=6)
    found = plan(agent(), around(BOB, agents=[agent(), other]))
    assert (found.what, found.why) == ("nothing", "it shares its e-mail with Halo agent 9, Rob Roth: link one by hand")
    assert not found.may_be_chosen


def test_the_e_mail_of_a_user_who_is_linked_to_another_agent_is_told():
    taken = Person(1, "Bob", "bob@msp.example", agent_id=3)
    assert told(agent(), around(taken)) == ("nothing", "its e-mail is that of Bob, who is linked to Halo agent 3")


@pytest.mark.parametrize(("one", "why"), [
    ({"matched_by": "e-mail"}, "linked by its e-mail"),
    ({"matched_by": "hand"}, "linked by hand"),
    ({"matched_by": "e-mail", "active": False}, "linked by its e-mail; it is disabled in Halo"),
    ({"matched_by": "e-mail", "is_gone": True}, "linked by its e-mail; Halo has it no more"),
    ({"matched_by": "e-mail", "email": "new@msp.example", "email_key": "new@msp.example"},
     "linked by its e-mail; its e-mail in Halo is new@msp.example"),
])  # fmt: skip
def test_who_is_linked_stays_linked_whatever_changes_in_halo(one, why):
    assert told(agent(user_id=1, **one), around(BOB)) == ("linked", why)


def test_what_a_person_left_out_stays_out():
    assert told(agent(left_out="left out by Ann"), around(BOB)) == ("left out", "left out by Ann")
