"""The users of an account: roles, disabling, handing over, links to Halo; always one admin who can sign in."""

import re
import threading

import pytest
from flask.testing import FlaskClient

from halo_admin.accounts import people
from halo_admin.accounts.models import User
from halo_admin.crm.models import Company
from halo_admin.db import begin_write, db
from halo_admin.people import managing
from tests.people.staff import PASSWORD
from tests.people.test_invitations import accept, invited, read
from tests.people.test_users_page import do

PAGE = "/settings/users"


@pytest.fixture
def ann(world):
    return world.visitor()


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def row_of(world, client, name):
    """What the page says of somebody."""
    user = world.users()[name].id
    page = client.get(PAGE).text
    return words(re.search(rf'<tr id="user-{user}">(.*?)</tr>', page, re.DOTALL)[1])


def press(client, user_id, what, **form):
    return client.post(f"{PAGE}/{user_id}/{what}", data=form, follow_redirects=True)


def test_each_user_has_a_line_with_roles_state_and_link(world, ann):
    invited(world, ann)
    bob = world.user("Bob", roles=["salesperson"])
    assert " Salesperson " in row_of(world, ann, "Bob")
    assert " Active " in row_of(world, ann, "Bob")
    assert " Not linked to Halo " in row_of(world, ann, "Bob")
    assert " Invited " in row_of(world, ann, "Jo Roth")
    assert re.search(r"Halo agent \d+, Jo Roth", row_of(world, ann, "Jo Roth"))
    press(ann, bob, "disable")
    assert " Disabled " in row_of(world, ann, "Bob")
    assert "1 person is disabled" in words(ann.get(PAGE).text)


def test_roles_are_changed_and_hold_from_the_next_page_on(world, ann):
    bob = world.user("Bob", roles=["salesperson"])
    visitor = world.visitor("bob@example.com")
    assert visitor.get(PAGE).status_code == 403
    assert "Bob: Salesperson, Admin." in press(ann, bob, "roles", roles=["admin", "salesperson"]).text
    assert visitor.get(PAGE).status_code == 200
    assert "Bob: No type." in press(ann, bob, "roles").text
    assert visitor.get(PAGE).status_code == 403


def test_a_role_there_is_not_is_a_sentence(world, ann):
    answer = press(ann, world.user("Bob"), "roles", roles=["boss"])
    assert answer.status_code == 422
    assert "boss is no role" in answer.text


def test_a_disabled_user_is_out_at_once_and_comes_in_again_once_enabled(world, ann):
    bob = world.user("Bob", roles=["salesperson"])
    visitor = world.visitor("bob@example.com")
    assert "Bob is signed out at once" in ann.get(f"{PAGE}/{bob}/disable").text
    assert "Bob is disabled and signed out." in press(ann, bob, "disable").text
    assert visitor.get("/companies").status_code == 302
    assert "Bob is enabled." in press(ann, bob, "enable").text
    assert visitor.get("/companies").status_code == 302, "old sessions stay ended"
    assert world.visitor("bob@example.com")


@pytest.mark.parametrize("press_it", [
    lambda client, ann_id: press(client, ann_id, "roles", roles=["salesperson"]),
    lambda client, ann_id: press(client, ann_id, "disable"),
])  # fmt: skip
def test_the_last_admin_who_can_sign_in_stays_one(world, ann, press_it):
    world.user("Ivy", roles=["admin"], password=None)
    off = world.user("Off", roles=["admin"])
    press(ann, off, "disable")
    answer = press_it(ann, world.ann.id)
    assert answer.status_code == 422
    assert "ann is the only admin who can sign in. Make somebody else an admin first." in answer.text
    assert (world.users()["ann"].roles, world.users()["ann"].active) == (["admin"], True)
    world.user("Bob", roles=["admin"])
    assert press_it(ann, world.ann.id).status_code in (200, 403), "with another admin Ann may go"
    assert not (world.users()["ann"].is_admin and world.users()["ann"].active)


def test_two_admins_who_demote_each_other_at_the_same_moment_do_not_both_succeed(world_on_each):
    world = world_on_each
    bob = world.user("Bob", roles=["admin"])
    pairs, happened, barrier = [(world.ann.id, bob), (bob, world.ann.id)], [], threading.Barrier(2)

    def demote(_actor, other):
        with world.app.app_context():
            begin_write()
            db.session.get(User, other)  # both have looked before either writes
            db.session.rollback()
            barrier.wait()
            begin_write()
            try:
                managing.lock(world.account.id)
                managing.change_roles(db.session.get(User, other), ["salesperson"])
                db.session.commit()
                happened.append("demoted")
            except managing.Refused as error:
                db.session.rollback()
                happened.append(str(error))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=demote, args=pair) for pair in pairs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    (refused,) = [one for one in happened if one != "demoted"]
    assert "is the only admin who can sign in. Make somebody else an admin first." in refused
    assert [user.name for user in world.users().values() if user.is_admin] == [refused.partition(" ")[0]]


def test_two_admins_who_press_at_the_same_moment_leave_one_who_reads_why(world_on_each):
    """The same through the site: each signed in, each press sent while the other's is under way."""
    world = world_on_each
    bob = world.user("Bob", roles=["admin"])
    ann_client, bob_client = world.visitor(), world.visitor("bob@example.com")
    answers, barrier = {}, threading.Barrier(2)

    def press_it(name, client, other):
        barrier.wait()
        answers[name] = client.post(f"{PAGE}/{other}/roles", data={"roles": []})

    threads = [
        threading.Thread(target=press_it, args=("ann", _other_thread(ann_client), bob)),
        threading.Thread(target=press_it, args=("Bob", _other_thread(bob_client), world.ann.id)),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answer.status_code for answer in answers.values()) == [303, 403]
    (refused,) = [answer for answer in answers.values() if answer.status_code == 403]
    assert "You may not do this. Ask an admin of your account." in refused.text
    assert len([user for user in world.users().values() if user.is_admin]) == 1


def _other_thread(client):
    """The same cookies, for a thread that has no application context of the test's."""
    fresh = FlaskClient(client.application, client.application.response_class)
    fresh.set_cookie("session", client.get_cookie("session").value)
    return fresh


def held_by(world, name):
    user = world.users()[name].id
    return [one.name for one in db.session.query(Company).filter_by(salesperson_id=user).order_by(Company.name)]


def test_what_a_user_holds_is_shown_and_handed_over_as_they_are_disabled(world, ann):
    bob, eve = (world.user(name, roles=["salesperson"]) for name in ("Bob", "Eve"))
    for name in ("Acme", "Bolt"):
        world.ours(name, salesperson_id=bob)
    world.our_contact("Sam", salesperson_id=bob)
    page = words(ann.get(f"{PAGE}/{bob}/disable").text)
    assert "Bob holds 1 contact and 2 companies." in page
    assert "Eve" in page
    said = press(ann, bob, "disable", to=str(eve)).text
    assert "Bob is disabled and signed out. Handed over: 1 contact and 2 companies." in said
    assert (held_by(world, "Bob"), held_by(world, "Eve")) == ([], ["Acme", "Bolt"])
    company = db.session.query(Company).filter_by(name="Acme").one()
    assert "Handed over by Bob" in ann.get(f"/companies/{company.id}?tab=history").text


def test_what_was_left_with_a_disabled_user_is_handed_over_later_or_to_nobody(world, ann):
    bob = world.user("Bob", roles=["salesperson"])
    world.ours("Acme", salesperson_id=bob)
    press(ann, bob, "disable")
    assert held_by(world, "Bob") == ["Acme"]
    assert "Still holds 1 company." in row_of(world, ann, "Bob")
    assert "Handed over: 1 company." in press(ann, bob, "disable", to="nobody").text
    assert held_by(world, "Bob") == []


@pytest.mark.parametrize("to", ["987654", "x", "\0"])
def test_nothing_is_handed_to_who_cannot_have_it_and_nobody_is_disabled_then(world, ann, to):
    bob = world.user("Bob", roles=["salesperson"])
    world.ours("Acme", salesperson_id=bob)
    answer = press(ann, bob, "disable", to=to)
    assert answer.status_code == 422
    assert "This person can no longer be chosen." in answer.text
    assert world.users()["Bob"].active


def test_a_link_to_halo_is_removed_and_stays_so(world, ann):
    world.user("Bob", email="jo.roth@msp.example")
    jo = world.agent()
    world.run()
    assert world.linked() == {jo: "Bob"}
    bob = world.users()["Bob"].id
    assert "Bob is no longer linked to a Halo agent." in press(ann, bob, "unlink").text
    world.run()
    assert world.linked() == {}


def test_a_linked_agent_who_is_disabled_or_renamed_in_halo_stays_linked_and_its_new_e_mail_is_told(world, ann):
    world.user("Bob", email="jo.roth@msp.example")
    jo = world.agent()
    world.run()
    world.agent(id=jo, email="jo.stone@msp.example", active=False)
    world.run()
    assert world.linked() == {jo: "Bob"}
    page = words(ann.get("/settings/halo/users").text)
    assert "Linked by its e-mail; it is disabled in Halo; its e-mail in Halo is jo.stone@msp.example." in page
    assert world.visitor("jo.roth@msp.example"), "who signs in, and as whom, is not Halo's to change"


def test_a_former_agent_is_folded_and_added_without_sign_in(world, ann):
    max_old = world.agent("Max Old", active=False)
    read(world)
    page = ann.get("/settings/halo/users").text
    assert "1 former agent, disabled in Halo" in words(page)
    assert "They cannot sign in" in do(world, ann, max_old, "add").text
    assert world.linked() == {max_old: "Max Old"}
    assert " Cannot sign in " in row_of(world, ann, "Max Old")


def test_somebody_disabled_gets_no_link_and_an_invited_one_no_second_password(world, ann):
    bob = world.user("Bob")
    press(ann, bob, "disable")
    assert "Bob is disabled: enable them first." in press(ann, bob, "password-link").text
    path = invited(world, ann)
    jo = world.users()["Jo Roth"].id
    assert "Jo Roth has no password yet: invite them." in press(ann, jo, "password-link").text
    accept(world, path)
    assert world.visitor("jo.roth@msp.example", "something long enough")


def test_another_accounts_users_are_not_there(world, ann):
    _, cleo = world.new_account("Cleo's MSP", "cleo@example.com")
    for what in ("roles", "disable", "enable", "unlink", "password-link", "invite", "revoke", "mail"):
        assert press(ann, cleo.id, what).status_code == 404
    begin_write()
    assert people.by_password("cleo@example.com", PASSWORD) is not None


def test_a_name_from_halo_is_shown_and_never_run(world, ann):
    world.agent("<script>alert(1)</script>", email="x@msp.example")
    read(world)
    page = ann.get("/settings/halo/users").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
