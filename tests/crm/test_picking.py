"""Several contacts of the table at once: their lists, and nothing else."""

import html
import re

import pytest
import sqlalchemy as sa

from halo_admin.crm.contact_models import ContactList, ListMember
from halo_admin.db import begin_write, db
from tests.crm.conftest import listed, make_user, people_of

PAGE = "/contacts/lists"


@pytest.fixture
def three(ann):
    return people_of(ann, "Ada Bee", "Kim Low", "Sam Poole", email="x@acme.example")


@pytest.fixture
def press(ann, signed_in):
    def press_it(button="put_on", user=ann, follow=True, **data):
        answer = signed_in(user).post(PAGE, data=data | {button: "1"}, follow_redirects=follow)
        db.session.rollback()
        answer.words = " ".join(html.unescape(answer.text).split())
        return answer

    return press_it


def on(list_id):
    db.session.rollback()
    return db.session.get(ContactList, list_id, populate_existing=True).contacts


def test_those_selected_are_put_on_a_list_and_taken_off_it(ann, three, press):
    news = listed(ann, "News", three[0])
    told = press(contact=three[:2], of=news).words
    assert "1 contact put on “News”. 1 was on it already." in told
    assert on(news) == 2
    assert "2 contacts taken off “News”. 1 was not on it." in press("take_off", contact=three, of=news).words
    assert on(news) == 0


def test_the_list_tells_it_as_one_line(ann, three, press, get):
    news = listed(ann, "News")
    press(contact=three, of=news)
    assert re.search(r">\+3\b", get(ann, f"/lists/{news}"))


def test_one_comes_back_to_the_place_in_the_table(ann, three, press):
    news = listed(ann, "News")
    answer = press(follow=False, contact=three[0], of=news, q="ada", sort="-name", after="xyz", list="")
    assert answer.status_code == 303
    assert answer.location == "/contacts?q=ada&sort=-name&after=xyz"


@pytest.mark.parametrize(("nobody", "sentence"), [(True, "Select the contacts first"), (False, "Choose a list first.")])
def test_what_is_missing_is_said_and_what_was_selected_stays(ann, three, press, nobody, sentence):
    news = listed(ann, "News")
    answer = press(**({"of": news} if nobody else {"contact": three[:2]}))
    assert answer.status_code == 422
    assert sentence in answer.words
    assert len(re.findall(r'name="contact" value="\d+" autocomplete="off" checked', answer.text)) == (
        0 if nobody else 2
    )
    assert (f'value="{news}" selected' in answer.text) == nobody
    assert on(news) == 0


def test_those_of_another_account_are_not_there(ann, cleo, three, press):
    news, theirs = listed(ann, "News"), listed(cleo, "Theirs")
    (other,) = people_of(cleo, "Cora Other")
    assert "1 contact put on “News”. 1 not here any more." in press(contact=[three[0], other], of=news).words
    assert press(contact=three, of=theirs).status_code == 404
    assert (on(news), on(theirs)) == (1, 0)


def test_who_only_looks_sees_no_boxes(ann, three, get, signed_in):
    listed(ann, "News")
    eve = make_user("Eve", "eve@example.com", ann.account, [])
    assert 'id="picking"' in get(ann, "/contacts")
    assert 'id="picking"' not in get(eve, "/contacts")
    assert 'class="pick"' not in get(eve, "/contacts")


def test_without_lists_there_is_nothing_to_choose(ann, three, get):
    assert 'class="pick"' not in get(ann, "/contacts")


def test_who_was_put_there_by_an_import_stays_once_a_person_has_put_them_on(ann, three, press):
    news = listed(ann, "News", three[0])
    begin_write()
    by_import = sa.update(ListMember).where(ListMember.list_id == news)
    db.session.execute(by_import.values(joined_run=7))
    db.session.commit()
    assert "1 contact put on “News”. 1 was on it already." in press(contact=three[:2], of=news).words
    joined = sa.select(ListMember.joined_run).where(ListMember.list_id == news)
    assert set(db.session.scalars(joined)) == {None}
