"""A new password by a link: sent by mail, or made by an admin and copied."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from halo_admin.accounts import mailing
from halo_admin.accounts.models import OneTimeLink
from halo_admin.db import begin_write, db, now
from tests.people.staff import PASSWORD, Staff
from tests.smtp import Mailbox

NEW = "something long enough"
SITE = "https://hive.example"


@pytest.fixture
def mailbox():
    with Mailbox() as box:
        yield box


@pytest.fixture
def world(sqlite_url, tmp_path, mailbox):
    with Staff(sqlite_url, tmp_path, connect=False, MAIL_URL=mailbox.url, SITE_URL=SITE) as world:
        yield world


def links():
    db.session.rollback()
    return db.session.scalars(sa.select(OneTimeLink).order_by(OneTimeLink.id)).all()


def forgot(world, email, **options):
    answer = world.app.test_client().post("/forgotten-password", data={"email": email}, **options)
    for link in links():
        mailing.send(link.id)
    return answer


def link_in(mail):
    return re.search(r"(\S+)(/password/\S+)", mail.get_content()).groups()


def choose(world, path, password=NEW):
    visitor = world.app.test_client()
    return visitor, visitor.post(path, data={"password": password})


def test_who_has_forgotten_the_password_gets_a_link_by_mail_that_lets_them_in_once(world, mailbox):
    ann = world.visitor()
    answer = forgot(world, "ANN@example.com ")
    assert "a mail with a link is on its way" in answer.text
    (mail,) = mailbox.mails
    assert (mail["To"], mail["Subject"]) == ("ann@example.com", "A new password for Acme IT on GlassHive")
    site, path = link_in(mail)
    assert site == SITE
    assert "You sign in as <strong>ann@example.com</strong>" in world.app.test_client().get(path).text
    visitor, answer = choose(world, path)
    assert answer.status_code == 303
    assert visitor.get("/companies").status_code == 200
    assert ann.get("/companies").status_code == 302, "every other session has ended"
    assert world.visitor(password=NEW)
    stolen = choose(world, path, "the thief's own")[1]
    assert stolen.status_code == 410
    assert "This link has been used already." in stolen.text


@pytest.mark.parametrize("who", ["nobody@example.com", "off@example.com", "invited@example.com"])
def test_the_answer_does_not_tell_who_is_here(world, mailbox, who):
    world.user("Off", email="off@example.com")
    world.user("Invited", email="invited@example.com", password=None)
    begin_write()
    world.users()["Off"].active = False
    db.session.commit()
    known, other = forgot(world, "ann@example.com"), forgot(world, who)
    assert other.text.replace(who, "ann@example.com") == known.text
    assert [mail["To"] for mail in mailbox.mails] == ["ann@example.com"]


def test_nobody_is_flooded_with_mail(world, mailbox):
    assert [forgot(world, "ann@example.com").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert len(mailbox.mails) == 3


def test_where_a_mailed_link_leads_is_not_for_the_asker_to_say(world, mailbox):
    forgot(world, "ann@example.com", headers={"Host": "evil.example"})
    assert link_in(mailbox.mails[0])[0] == SITE
    world.app.config["SITE_URL"] = ""
    answer = forgot(world, "ann@example.com", headers={"Host": "evil.example"})
    assert len(mailbox.mails) == 1
    assert "Ask an admin of your account" in answer.text


def test_a_site_without_mail_says_whom_to_ask(world):
    world.app.config["MAIL_URL"] = ""
    page = world.app.test_client().get("/forgotten-password").text
    assert "Ask an admin of your account: under Account Settings › Users" in page
    assert 'name="email"' not in page


def test_an_admin_makes_a_link_and_copies_it(world):
    world.app.config["MAIL_URL"] = ""
    ann, bob = world.visitor(), world.user("Bob")
    page = ann.post(f"/settings/users/{bob}/password-link", follow_redirects=True).text
    assert "Bob has a link to choose a new password." in page
    path = re.search(rf'id="link-{bob}" value="{SITE}(/password/[^"]+)"', page)[1]
    assert choose(world, path)[1].status_code == 303
    assert world.visitor("bob@example.com", NEW)
    assert f'id="link-{bob}"' not in ann.get("/settings/users").text


def test_a_shell_makes_a_link_for_the_last_admin_who_has_forgotten(world):
    run = world.app.test_cli_runner().invoke
    here = ["--account", str(world.account.id)]
    done = run(args=["accounts", "password-link", *here, "--email", "Ann@example.com"])
    assert done.exit_code == 0
    assert choose(world, done.output.split(SITE)[1].split()[0])[1].status_code == 303
    assert "Nobody of this account signs in as" in run(
        args=["accounts", "password-link", *here, "--email", "nobody@example.com"]
    ).output  # fmt: skip


@pytest.mark.parametrize(("password", "sentence"), [
    ("short", "This password is too short"), ("qwertyuiop", "This password is one of those that are tried first.")
])  # fmt: skip
def test_a_password_that_cannot_be_used_leaves_the_link_as_it_is(world, mailbox, password, sentence):
    forgot(world, "ann@example.com")
    _, path = link_in(mailbox.mails[0])
    answer = choose(world, path, password)[1]
    assert answer.status_code == 422
    assert sentence in answer.text
    assert choose(world, path)[1].status_code == 303


def test_links_that_no_longer_work_say_why(world, mailbox):
    forgot(world, "ann@example.com")
    forgot(world, "ann@example.com")
    first, second = (link_in(mail)[1] for mail in mailbox.mails)
    assert "There is a newer link for you" in choose(world, first)[1].text
    begin_write()
    link = db.session.get(OneTimeLink, links()[1].id)
    begin_write()
    link = db.session.get(OneTimeLink, link.id)
    assert link.expires_at - link.made_at == timedelta(days=1)
    link.expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    assert "This link was good until" in choose(world, second)[1].text
    assert "This link is not known here." in choose(world, "/password/guessed")[1].text
    assert "not known" in choose(world, second.replace("/password/", "/invitation/"))[1].text


def test_a_changed_password_ends_what_links_there_were(world, mailbox):
    forgot(world, "ann@example.com")
    world.visitor().post("/profile/password", data={"current": PASSWORD, "password": NEW})
    answer = choose(world, link_in(mailbox.mails[0])[1], "the thief's own")[1]
    assert "This link no longer works." in answer.text
