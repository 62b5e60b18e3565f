"""The pages of lists, as a signed-in person gets them."""

import re
import threading
from html import unescape

import pytest
import sqlalchemy as sa

from halo_admin.audit.models import AuditEntry
from halo_admin.crm import list_growth, lists, profile
from halo_admin.crm.change_models import RecordChange
from halo_admin.crm.contact_models import ContactList, ListMember
from halo_admin.crm.types import company_types
from halo_admin.db import begin_write, db, owned
from tests.crm.conftest import listed, people_of


@pytest.fixture
def client(ann, signed_in):
    return signed_in(ann)


def one(list_id):
    return db.session.get(ContactList, list_id, populate_existing=True)


def test_an_account_without_lists_is_told_how_to_get_some(client):
    assert "No lists of your own yet" in client.get("/lists").text


def test_the_table_tells_of_each_list_what_it_is_for(ann, client):
    news = listed(ann, "News <b>", *people_of(ann, "Sam Poole", "Ada Bee"))
    kind = company_types(ann.account_id)[1]
    begin_write()
    lists.made_for(ann.account_id, {f"type:{kind.id}": "Clients", "no company": "Nowhere"})
    one(news).leads = True
    db.session.commit()
    html = " ".join(client.get("/lists").text.split())
    assert f'<a href="/lists/{news}">News &lt;b&gt;</a></td> <td data-label="Contacts" class="number">2</td>' in html
    assert '<td data-label="Leads">On</td>' in html
    assert f'<td data-label="Filled by">Imports: {kind.name}</td>' in html
    assert '<td data-label="Filled by">Imports: No company</td>' in html
    assert '<td data-label="Filled by"><span class="text-secondary">People and files</span></td>' in html


def test_each_default_view_tells_how_many_are_in_it(ann, client):
    listed(ann, "News", *people_of(ann, "Sam Poole", "Ada Bee"))
    people_of(ann, "Kim Li", "Zoe Zed", unsubscribed=True)
    people_of(ann, "Bo Unced", bounced=True)
    html = " ".join(client.get("/lists").text.split())
    for view, number in {"nolist": 3, "unsubscribed": 2, "bounced": 1}.items():
        found = re.search(rf'only={view}">[^<]+</a></td> <td data-label="Contacts" class="number">(\d*)</td>', html)
        assert found[1] == str(number), view


def names(html):
    return re.findall(r'href="/lists/\d+">([^<]+)</a>', html)


def test_lists_are_found_by_what_is_in_their_names(ann, cleo, client):
    for name in ("Spring news", "Autumn NEWS 100%", "Friends"):
        listed(ann, name)
    listed(cleo, "Her news")
    html = client.get("/lists?q=News").text
    assert names(html) == ["Autumn NEWS 100%", "Spring news"]
    assert "2 lists" in html
    assert "always there" not in html
    assert 'class="chip" href="/lists"' in html, "a way back to all of them"
    assert names(client.get("/lists?q=spr+ws").text) == ["Spring news"]
    assert names(client.get("/lists?q=0%25").text) == ["Autumn NEWS 100%"]
    assert names(client.get("/lists?q=_").text) == []
    assert "No list is called like this." in client.get("/lists?q=nobody").text


def test_lists_come_a_page_at_a_time_in_both_directions(ann, client):
    begin_write()
    lists.called(ann.account_id, [f"List {number:03}" for number in range(120)])
    db.session.commit()
    first = client.get("/lists").text
    assert (len(names(first)), "always there" in first, "120 lists" in first) == (50, True, True)
    second = client.get(link(first, "next")).text
    third = client.get(link(second, "next")).text
    assert names(first) + names(second) + names(third) == [f"List {number:03}" for number in range(120)]
    assert "always there" not in second
    assert link(third, "next") is None
    assert names(client.get(link(third, "prev")).text) == names(second)
    assert names(client.get("/lists?sort=-name&q=list").text)[0] == "List 119"
    assert names(client.get("/lists?after=nonsense&sort=wild").text) == names(first)
    assert "There are no lists on this page any more." in client.get(f"{link(second, 'next')}&q=x").text


def link(html, rel):
    found = re.search(rf'rel="{rel}" href="([^"]+)"', html)
    return found and unescape(found[1])


def test_the_search_swaps_the_table_alone(ann, client):
    listed(ann, "News")
    answer = client.get("/lists?q=new", headers={"HX-Target": "lists"})
    assert answer.text.lstrip().startswith('<section id="lists"')
    assert answer.headers["HX-Replace-Url"] == "/lists?q=new"


def test_a_list_is_made_with_leads_off(ann, client):
    answer = client.post("/lists", data={"name": "  My   news "})
    db.session.rollback()
    (made,) = lists.lists_of(ann.account_id)
    assert (answer.status_code, answer.location) == (303, f"/lists/{made.id}")
    assert (made.name, made.leads, made.contacts, made.made_for) == ("My news", False, 0, None)


@pytest.mark.parametrize(
    ("name", "told"),
    [("", "Type a name of 1 to 200"), ("x" * 201, "of 1 to 200"), ("NEWS ", "There is a list “News” already.")],
)
def test_a_name_that_cannot_be_is_told(ann, client, name, told):
    listed(ann, "News")
    other = listed(ann, "Other")
    for address in ("/lists", f"/lists/{other}"):
        answer = client.post(address, data={"name": name})
        assert answer.status_code == 422
        assert told in answer.text.partition('id="name-error"')[2][:1200]
    db.session.rollback()
    assert [one.name for one in lists.lists_of(ann.account_id)] == ["News", "Other"]


def test_a_list_is_renamed_and_its_leads_switched(ann, client):
    news = listed(ann, "News")
    assert client.post(f"/lists/{news}", data={"name": "NEWS", "leads": "1"}).status_code == 303
    assert (one(news).name, one(news).name_key, one(news).leads) == ("NEWS", "news", True)
    assert client.post(f"/lists/{news}", data={"name": "Letters"}).status_code == 303
    assert (one(news).name, one(news).name_key, one(news).leads) == ("Letters", "letters", False)


def test_each_account_has_its_own_names(ann, cleo, client):
    listed(cleo, "News")
    assert client.post("/lists", data={"name": "News"}).status_code == 303


def test_rooms_above_tell_more_of_a_list(ann, client, monkeypatch):
    monkeypatch.setattr(profile, "PANELS", {})

    @profile.panel("list")
    def more(of):
        return {"title": f"More of {of.name}", "template": "web/_error.html", "context": {"sentence": "Grew."}}

    assert "More of News" in client.get(f"/lists/{listed(ann, 'News')}").text


def test_the_default_lists_are_links_to_filtered_tables(client):
    html = client.get("/lists").text
    assert 'href="/contacts?only=unsubscribed"' in html
    assert 'href="/contacts?only=bounced"' in html


def form(client, address):
    """What the form of a list's settings sends as it opens."""
    html = client.get(address).text
    sent = dict(re.findall(r'<input type="hidden" name="((?:was|seen)_\w+)" value="([^"]*)"', html))
    name = re.search(r'id="name" name="name"[^>]* value="([^"]*)"', html)
    leads = {"leads": "1"} if re.search(r'name="leads"[^>]* checked', html) else {}
    return sent | leads | ({"name": name[1]} if name else {})


def test_what_an_old_page_left_alone_is_not_switched_back(ann, client):
    news = listed(ann, "News")
    old = form(client, f"/lists/{news}")
    client.post(f"/lists/{news}", data=old | {"leads": "1"})
    assert client.post(f"/lists/{news}", data=old | {"name": "Letters"}).status_code == 303
    assert (one(news).name, one(news).leads) == ("Letters", True)
    assert client.post(f"/lists/{news}", data=form(client, f"/lists/{news}")).status_code == 303
    answer = client.post(f"/lists/{news}", data=old | {"name": "Mail"})
    assert answer.status_code == 422
    assert "It was renamed to “Letters” meanwhile." in answer.text
    assert 'value="Mail"' in answer.text
    assert one(news).name == "Letters"


def test_a_list_that_grew_since_its_page_was_opened_is_not_deleted(ann, client):
    news = listed(ann, "News")
    old = form(client, f"/lists/{news}/delete")
    assert old == {"seen_name": "News", "seen_contacts": "0"}
    listed(ann, "News", *people_of(ann, "Sam Poole"))
    answer = client.post(f"/lists/{news}/delete", data=old)
    assert answer.status_code == 409
    assert "was changed since you opened this page" in answer.text
    assert "1 contact is taken off it." in answer.text
    client.post(f"/lists/{news}/delete", data=form(client, f"/lists/{news}/delete"))
    assert one(news) is None


def test_the_audit_tells_of_lists_and_of_what_is_deleted(ann, client):
    news = listed(ann, "News")
    (sam,) = people_of(ann, "Sam Poole")
    client.post(f"/lists/{news}", data={"name": "Letters", "leads": "1"})
    client.post(f"/lists/{news}/delete")
    client.post(f"/contacts/{sam}/delete", data={"version": 1})
    db.session.rollback()
    told = db.session.scalars(owned(AuditEntry, ann.account_id).order_by(AuditEntry.id)).all()
    assert [one.said for one in told if one.kind in ("list", "delete")] == [
        "Renamed the list “News” to “Letters”", "Switched Leads on of the list “Letters”",
        "Deleted the list “Letters”", "Deleted the contact “Sam Poole”",
    ]  # fmt: skip
    assert {one.by_name for one in told} == {"ann"}


@pytest.fixture
def long_list(ann, monkeypatch):
    """A list of more contacts than one transaction deals with, one of whom has left it."""
    monkeypatch.setattr(lists, "AT_ONCE", 2)
    people = people_of(ann, "Sam Poole", "Ada Bee", "Kim Low", "Eve Roe", "Dan Moe")
    news = listed(ann, "News", *people)
    begin_write()
    lists.take_off(one(news), people[:1], ann)
    db.session.commit()
    return news


def test_a_long_list_is_deleted_as_a_whole(ann, client, long_list):
    client.post(f"/lists/{long_list}/delete")
    db.session.rollback()
    assert one(long_list) is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ListMember)) == 0
    notes = db.session.scalars(owned(RecordChange, ann.account_id).where(RecordChange.kind == "contact"))
    assert [line.note for line in notes].count("The list was deleted") == 4


def test_what_a_press_put_on_a_long_list_is_taken_off_in_one_line(ann, client, long_list):
    grown = list_growth.page(one(long_list)).lines[-1]
    answer = client.post(f"/lists/{long_list}/take-off", data={"from": "-".join(map(str, grown.key))})
    assert answer.status_code == 303
    db.session.rollback()
    assert one(long_list).contacts == 0
    assert list_growth.page(one(long_list)).lines[0].left == 4


def test_of_two_who_make_a_list_of_one_name_at_once_the_second_is_told(ann, client, signed_in):
    clients, at_once, answers = (client, signed_in(ann)), threading.Barrier(2), []
    db.session.rollback()

    def press(client):
        at_once.wait(timeout=60)
        answers.append(client.post("/lists", data={"name": "News"}))

    pressing = [threading.Thread(target=press, args=(client,)) for client in clients]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join(timeout=120)
    assert sorted(answer.status_code for answer in answers) == [303, 422]
