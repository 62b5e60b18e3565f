"""Invitations: whom they reach, what their links do, and the mail that carries them."""

import json
import re
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from halo_admin.accounts import invitations, mailing, one_time
from halo_admin.accounts.models import OneTimeLink, User
from halo_admin.db import begin_write, db, now
from tests.people.staff import Staff
from tests.people.test_users_page import PAGE, do, form
from tests.smtp import Mailbox

NEW_PASSWORD = "something long enough"


@pytest.fixture
def ann(world):
    return world.visitor()


@pytest.fixture
def mailbox():
    with Mailbox() as box:
        yield box


@pytest.fixture
def mailing_world(sqlite_url, tmp_path, mailbox):
    with Staff(sqlite_url, tmp_path, MAIL_URL=mailbox.url) as world:
        yield world


def read(world):
    world.run(purpose="read")


def ticked(world, client, *chosen, **types):
    """Tick agents, and look at what the page before the invitation says."""
    answer = client.post(PAGE, data=form(world, *chosen, **types) | {"do": "invite"}, follow_redirects=True)
    assert answer.status_code == 200
    return re.sub(r"<[^>]+>", "", answer.text)


def agree(world, client, *halo_ids):
    return client.post(f"{PAGE}/invite", data={"halo_id": list(halo_ids)}, follow_redirects=True)


def invited(world, client, name="Jo Roth", **more):
    """Somebody who is invited; the path of the link that Ann can copy."""
    jo = world.agent(name, **more)
    read(world)
    ticked(world, client, jo)
    agree(world, client, jo)
    return link_of(world, client, name)


def link_of(world, client, name):
    page = client.get("/settings/users").text
    found = re.search(rf'id="link-{world.users()[name].id}" value="([^"]+)"', page)
    return found and found[1].removeprefix("http://localhost")


def links():
    db.session.rollback()
    return db.session.scalars(sa.select(OneTimeLink).order_by(OneTimeLink.id)).all()


def accept(world, path, name="Jo Roth", password=NEW_PASSWORD):
    visitor = world.app.test_client()
    return visitor, visitor.post(path, data={"name": name, "password": password})


def test_before_anything_goes_out_a_sentence_says_how_many_and_who(mailing_world):
    world, ann = mailing_world, mailing_world.visitor()
    world.user("Bob", email="lee.moss@msp.example")
    jo, kim, lee = world.agent(), world.agent("Kim Park"), world.agent("Lee Moss")
    read(world)
    page = ticked(world, ann, jo, kim, lee)
    assert "2 people get an invitation by mail: Jo Roth (jo.roth@msp.example) and Kim Park" in page
    assert "1 agent is linked without mail, as a user here has the same e-mail: Lee Moss" in page
    assert links() == []
    assert "2 people invited. Linked: Lee Moss." in agree(world, ann, jo, kim).text
    assert world.linked() == {jo: "Jo Roth", kim: "Kim Park", lee: "Bob"}
    assert len(links()) == 2


def test_nobody_gets_mail_who_was_not_named_on_the_page_before(world, ann):
    jo, kim = world.agent(), world.agent("Kim Park")
    read(world)
    ticked(world, ann, jo, kim)
    agree(world, ann, jo)
    assert world.linked() == {jo: "Jo Roth"}


def test_a_second_press_sends_no_second_invitation(world, ann):
    jo = world.agent()
    read(world)
    ticked(world, ann, jo)
    agree(world, ann, jo)
    assert "Nobody was invited." in agree(world, ann, jo).text
    assert len(links()) == 1


def test_who_cannot_be_invited_any_more_is_told(world, ann):
    jo, kim = world.agent(), world.agent("Kim Park")
    read(world)
    ticked(world, ann, jo, kim)
    world.agent("Kim Park", id=kim, email=None)
    read(world)
    page = re.sub(r"<[^>]+>", "", ann.get(f"{PAGE}/invite").text)
    assert "Not invited: Kim Park: it has no e-mail in Halo." in page
    assert "1 person is invited: Jo Roth" in page


def test_an_invited_person_has_the_role_types_of_the_row_and_cannot_sign_in_yet(world, ann):
    jo = world.agent()
    read(world)
    ticked(world, ann, jo, Jo=["salesperson", "marketer"])
    agree(world, ann, jo)
    user = world.users()["Jo Roth"]
    assert (user.roles, user.email, user.password_hash) == (["marketer", "salesperson"], "jo.roth@msp.example", None)
    assert world.row(jo).plan.why == "linked by its invitation"


def test_the_link_sets_name_and_password_and_signs_in(world, ann):
    path = invited(world, ann)
    page = world.app.test_client().get(path)
    assert page.status_code == 200
    assert "ann invites you to Acme IT." in page.text
    visitor, answer = accept(world, path, name=" Joanna  Roth ")
    assert answer.status_code == 303
    assert visitor.get("/companies").status_code == 200
    assert "Joanna Roth" in world.users()
    assert world.visitor("jo.roth@msp.example", NEW_PASSWORD)


@pytest.mark.parametrize(("typed", "sentence"), [
    ({"name": " "}, "Type your name"),
    ({"password": "short"}, "This password is too short: use at least 10 characters."),
])  # fmt: skip
def test_what_cannot_be_used_is_told_beside_it_and_the_link_still_works(world, ann, typed, sentence):
    path = invited(world, ann)
    _, answer = accept(world, path, **{"name": "Joanna"} | typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert accept(world, path)[1].status_code == 303


def test_a_stolen_invitation_is_worth_nothing_after_its_use(world, ann):
    path = invited(world, ann)
    accept(world, path)
    for answer in (world.app.test_client().get(path), accept(world, path, password="the thief's own")[1]):
        assert answer.status_code == 410
        assert "This invitation has been used already." in answer.text
    assert world.visitor("jo.roth@msp.example", NEW_PASSWORD)


def test_two_who_use_a_link_at_the_same_moment_do_not_both_come_in(world_on_each):
    world = world_on_each
    path = invited(world, world.visitor())
    token, came_in, barrier = path.rpartition("/")[2], [], threading.Barrier(2)

    def try_it(password):
        with world.app.app_context():
            barrier.wait()
            begin_write()
            try:
                came_in.append(invitations.accept(token, "Jo", password) and password)
            except one_time.Unusable as error:
                came_in.append(error.why)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=try_it, args=(password,)) for password in (NEW_PASSWORD, "another long one")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert "used" in came_in
    (winner,) = set(came_in) - {"used"}
    assert world.visitor("jo.roth@msp.example", winner)


def test_an_expired_invitation_says_until_when_it_was_good(world, ann):
    path = invited(world, ann)
    begin_write()
    link = links()[0]
    begin_write()
    link = db.session.get(OneTimeLink, link.id)
    assert link.expires_at - link.made_at == timedelta(days=7)
    link.expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    for answer in (world.app.test_client().get(path), accept(world, path)[1]):
        assert answer.status_code == 410
        assert "This invitation was good until" in answer.text
        assert "Ask ann for a new one." in answer.text


def test_an_invitation_is_taken_back_and_sent_again(world, ann):
    old = invited(world, ann)
    user = world.users()["Jo Roth"].id
    ann.post(f"/settings/users/{user}/revoke")
    assert "This invitation was taken back." in world.app.test_client().get(old).text
    assert link_of(world, ann, "Jo Roth") is None
    ann.post(f"/settings/users/{user}/invite")
    new = link_of(world, ann, "Jo Roth")
    assert new != old
    assert "There is a newer invitation for you" in world.app.test_client().get(old).text
    assert accept(world, new)[1].status_code == 303


@pytest.mark.parametrize("token", ["x", "ä", "A" * 43, "%00", "a" * 5000])
def test_a_guessed_link_is_unknown(world, ann, token):
    invited(world, ann)
    answer = world.app.test_client().get(f"/invitation/{token}")
    assert answer.status_code == 404
    assert "This invitation is not known here." in answer.text


def test_the_database_holds_no_token(world, ann):
    token = invited(world, ann).rpartition("/")[2]
    (link,) = links()
    assert token not in repr(vars(link))
    assert len(token) == 43


def test_after_a_change_of_the_sites_key_sent_links_work_and_cannot_be_copied(world, ann):
    path = invited(world, ann)
    world.app.config["SECRET_KEY"] = "another"
    assert mailing.address_of(links()[0]) is None
    assert world.app.test_client().get(path).status_code == 200


def test_an_e_mail_that_signs_in_to_another_account_is_told(world, ann):
    world.new_account("Cleo's MSP", "jo.roth@msp.example")
    path = invited(world, ann)
    _, answer = accept(world, path)
    assert answer.status_code == 422
    assert "signs in to another account of this site already. Ask ann to invite another e-mail." in answer.text


def test_the_mail_carries_the_link_and_its_row_says_so(mailing_world, mailbox):
    world, ann = mailing_world, mailing_world.visitor()
    path = invited(world, ann)
    assert "The mail waits to be sent." in ann.get("/settings/users").text
    mailing.send(links()[0].id)
    mailing.send(links()[0].id)
    (mail,) = mailbox.mails
    assert mail["To"] == "jo.roth@msp.example"
    assert mail["Subject"] == "ann invites you to Acme IT on GlassHive"
    assert f"http://localhost{path}\n" in mail.get_content().replace("\r\n", "\n")
    assert "The mail went out." in ann.get("/settings/users").text
    assert accept(world, path)[1].status_code == 303


def test_a_mail_that_fails_is_told_beside_the_person_and_tried_again(mailing_world, mailbox):
    world, ann = mailing_world, mailing_world.visitor()
    mailbox.refuse = "550 No such person"
    invited(world, ann)
    mailing.send(links()[0].id)
    page = ann.get("/settings/users").text
    assert "The mail was not sent. The mail server refused the address: 550 No such person" in page
    mailbox.refuse = ""
    ann.post(f"/settings/users/{world.users()['Jo Roth'].id}/mail")
    mailing.send(links()[0].id)
    assert len(mailbox.mails) == 1
    assert len(links()) == 1


@pytest.mark.parametrize(("url", "sentence"), [
    ("smtp://127.0.0.1:1", "The mail server does not answer."),
    ("http://mail.example", "MAIL_URL cannot be used: write smtp://user:password@host:port."),
    ("smtp://mail.example:port", "MAIL_URL cannot be used: write smtp://user:password@host:port."),
])  # fmt: skip
def test_a_mail_server_that_is_not_there_is_told(mailing_world, url, sentence):
    world, ann = mailing_world, mailing_world.visitor()
    invited(world, ann)
    world.app.config["MAIL_URL"] = url
    mailing.send(links()[0].id)
    assert links()[0].mail_error == sentence


def test_a_password_is_not_sent_without_tls(mailing_world, mailbox):
    world, ann = mailing_world, mailing_world.visitor()
    invited(world, ann)
    world.app.config["MAIL_URL"] = mailbox.url.replace("//", "//user:secret@")
    mailing.send(links()[0].id)
    assert links()[0].mail_error == "The mail server offers no TLS, so the password of MAIL_URL was not sent to it."
    assert mailbox.mails == []


def test_a_mail_is_not_sent_for_an_invitation_that_was_taken_back(mailing_world, mailbox):
    world, ann = mailing_world, mailing_world.visitor()
    invited(world, ann)
    ann.post(f"/settings/users/{world.users()['Jo Roth'].id}/revoke")
    mailing.send(links()[0].id)
    assert mailbox.mails == []


def test_who_was_added_without_inviting_is_invited_later(world, ann):
    jo = world.agent()
    read(world)
    do(world, ann, jo, "add")
    user = world.users()["Jo Roth"].id
    ann.post(f"/settings/users/{user}/invite")
    accept(world, link_of(world, ann, "Jo Roth"))
    assert world.visitor("jo.roth@msp.example", NEW_PASSWORD)
    assert "can sign in already" in ann.post(f"/settings/users/{user}/invite", follow_redirects=True).text


def test_the_command_reads_and_links_and_invites_only_when_told(world):
    world.user("Bob", email="lee.moss@msp.example")
    jo, kim, lee = world.agent(roles=("Sales",)), world.agent("Kim Park"), world.agent("Lee Moss")
    run = world.app.test_cli_runner().invoke
    here = ["--account", str(world.account.id), "--json"]
    told = json.loads(run(args=["halo", "import", "users", "--inline", *here]).stdout)
    assert (told["state"], told["counts"]["linked"], "invited" in told) == ("done", 1, False)
    assert world.linked() == {lee: "Bob"}
    run(args=["halo", "map", "--kind", "role", "--all", *here])
    told = json.loads(run(args=["halo", "import", "users", "--invite", "--inline", *here]).stdout)
    assert [one["name"] for one in told["invited"]] == ["Jo Roth"]
    assert world.linked() == {lee: "Bob", jo: "Jo Roth"}
    assert kim not in world.linked()
    path = told["invited"][0]["link"].removeprefix("http://127.0.0.1:8000")
    assert accept(world, path)[1].status_code == 303
    again = json.loads(run(args=["halo", "import", "users", "--invite", "--inline", *here]).stdout)
    assert again["invited"] == []
    assert run(args=["halo", "import", "companies", "--invite", *here]).exit_code == 2


def test_the_invitation_of_somebody_disabled_lets_nobody_in(world, ann):
    path = invited(world, ann)
    begin_write()
    db.session.scalar(sa.select(User).where(User.name == "Jo Roth")).active = False
    db.session.commit()
    assert accept(world, path)[1].status_code == 410
