"""What a list grew by, and taking that off again; deleting a list, and what imports do then."""

import re

import pytest
import sqlalchemy as sa

from halo_admin.crm import list_growth, list_stops, lists
from halo_admin.crm.change_models import RecordChange
from halo_admin.crm.contact_models import Contact, ContactList, ListMember
from halo_admin.crm.list_growth import Press
from halo_admin.crm.load_models import FileLoad
from halo_admin.db import begin_write, db, now, owned
from halo_admin.importing.models import ImportRun
from tests.crm.conftest import contact, listed, people_of, shown, tenant

NAMES = {"no company": "Halo: No company", "no type": "Halo: No type"}


@pytest.fixture
def client(ann, signed_in):
    return signed_in(ann)


def one(list_id):
    return db.session.get(ContactList, list_id, populate_existing=True)


def import_of(user, state="done"):
    """The id of an import of contacts."""
    begin_write()
    tenant_id = db.session.scalar(sa.text("SELECT id FROM halo_tenants LIMIT 1"))
    run = ImportRun(account_id=user.account_id, tenant_id=tenant_id, stage="contacts", state=state, by_name="Ann",
                    started_at=now())  # fmt: skip
    db.session.add(run)
    db.session.flush()
    run_id = run.id
    db.session.commit()
    return run_id


def moved(user, run_id, joining=(), leaving=(), purpose="no company"):
    """An import puts contacts on the list for a purpose and takes others off; the list."""
    begin_write()
    lists.move(user.account_id, run_id, {purpose: list(leaving)}, {purpose: list(joining)}, lambda: NAMES)
    db.session.commit()
    return next((of for of in lists.lists_of(user.account_id) if of.made_for == purpose), None)


def by_person(do, list_id, contact_ids, user):
    begin_write()
    done = do(one(list_id), contact_ids, user)
    db.session.commit()
    return done


def told(of, older=None):
    return [(line.key[0], line.joined, line.left, line.by, line.file) for line in list_growth.page(of, older).lines]


def on(list_id):
    rows = sa.select(ListMember.contact_id).where(ListMember.list_id == list_id, ListMember.left_at.is_(None))
    return sorted(db.session.scalars(rows))


@pytest.fixture
def grown(ann, bob):
    """A list that an import put four on; Bob took one off, took one off and put it back, and put another one on."""
    tenant(ann)
    people = people_of(ann, "Sam Poole", "Ada Bee", "Zoe Zed", "Kim Kay", "Own Hand")
    run_id = import_of(ann)
    of = moved(ann, run_id, people[:4]).id
    by_person(lists.take_off, of, people[:2], bob)
    by_person(lists.put_on, of, [people[1], people[4]], bob)
    return of, people, run_id


def test_a_list_tells_what_grew_it_newest_first(ann, grown):
    of, _, _ = grown
    assert told(one(of)) == [
        ("press", 2, 0, "Bob", None), ("press", 0, 2, "Bob", None), ("import", 4, 0, "Ann", None),
    ]  # fmt: skip


def test_a_file_is_one_line_however_many_transactions_it_takes(ann, app):
    people = people_of(ann, "Sam Poole", "Ada Bee", "Zoe Zed")
    news = listed(ann, "News", people[0])
    begin_write()
    file = FileLoad(account_id=ann.account_id, kind="contacts", name="fair.csv", path="x", by="Ann", state="loading",
                    encoding="utf-8", delimiter=",", header=[], first_rows=[], created_at=now())  # fmt: skip
    db.session.add(file)
    db.session.flush()
    press = Press(ann, now(), file.id)
    db.session.commit()
    for person in people[1:]:
        begin_write()
        lists.put_each_on([(one(news), [person])], press)
        db.session.commit()
        listed(ann, "Other", person)
    assert told(one(news)) == [("press", 2, 0, "ann", "fair.csv"), ("press", 1, 0, "ann", None)]
    assert list_growth.number_still_on(one(news), list_growth.page(one(news)).lines[0].key) == 2


def test_the_command_that_loads_a_file_is_one_line(ann, load_file, client):
    lines = [f"Person {number:03},{number}@acme.example,News" for number in range(250)]
    load_file("contacts", "first_name,email,lists", *lines)
    (news,) = lists.lists_of(ann.account_id)
    assert told(news) == [("press", 250, 0, "The command line", "contacts.csv")]
    assert "by the command line on" in client.get(f"/lists/{news.id}").text


def test_older_lines_are_a_page_away(ann, client, monkeypatch):
    monkeypatch.setattr(list_growth, "ROWS", 2)
    tenant(ann)
    people = people_of(ann, *(f"Person {number}" for number in range(5)))
    of = moved(ann, import_of(ann), people[:1]).id
    by_person(lists.put_on, of, people[1:2], ann)
    moved(ann, import_of(ann), people[2:4])
    by_person(lists.put_on, of, people[4:], ann)
    first = list_growth.page(one(of))
    second = list_growth.page(one(of), first.older)
    kinds = [[line.key[0] for line in page.lines] for page in (first, second)]
    assert (kinds, second.older) == ([["press", "import"], ["press", "import"]], None)
    html = client.get(f"/lists/{of}").text
    older = re.search(r'rel="next" href="([^"]+)#growth"', html)[1].replace("&amp;", "&")
    assert "Newest" in client.get(older).text


@pytest.mark.parametrize("query", ["from=x", "from=import-99", "from=press-0", "older=1", "older=x-y", "after=%00"])
def test_an_address_that_makes_no_sense_shows_the_list(ann, client, query):
    assert client.get(f"/lists/{listed(ann, 'News')}?{query}").status_code == 200


def test_the_contacts_are_narrowed_to_what_a_line_put_there(client, grown):
    of, _, run_id = grown
    html = client.get(f"/lists/{of}").text
    assert f'href="/lists/{of}?from=import-{run_id}#members"' in html
    assert shown(html, "contacts") == ["Ada Bee", "Kim Kay", "Own Hand", "Zoe Zed"]
    assert shown(client.get(f"/lists/{of}?from=import-{run_id}").text, "contacts") == ["Kim Kay", "Zoe Zed"]
    (press,) = re.findall(rf'href="/lists/{of}\?from=(press-\d+)#members"', html)
    assert shown(client.get(f"/lists/{of}?from={press}").text, "contacts") == ["Ada Bee", "Own Hand"]


def test_what_an_import_put_on_is_taken_off_again_for_good(ann, client, grown):
    of, (sam, ada, zoe, kim, own), run_id = grown
    html = client.get(f"/lists/{of}?from=import-{run_id}").text
    assert "2 of 4 contacts are on the list by that alone. The others have left it since" in html
    assert "They stay contacts, and no import puts them on the list again." in html
    assert "Take 2 contacts off again" in html
    answer = client.post(f"/lists/{of}/take-off", data={"from": f"import-{run_id}"}, follow_redirects=True)
    assert "2 contacts taken off." in answer.text
    assert "Taken off again: what was put on by the import of " in answer.text
    db.session.rollback()
    assert (on(of), one(of).contacts) == ([ada, own], 2)
    assert told(one(of))[0] == ("press", 0, 2, "ann", None)
    moved(ann, import_of(ann), [sam, zoe, kim])
    assert on(of) == [ada, own]
    line = db.session.scalar(owned(RecordChange, ann.account_id).where(
        RecordChange.kind == "contact", RecordChange.record_id == zoe))  # fmt: skip
    assert (line.what, line.by, line.changes) == ("lists", "ann", {"lists": ["Halo: No company", None]})


def test_whom_a_person_puts_on_a_list_although_an_import_did_is_theirs(ann):
    tenant(ann)
    people = people_of(ann, "Sam Poole", "Ada Bee")
    run_id = import_of(ann)
    of = moved(ann, run_id, people).id
    assert by_person(lists.put_on, of, people[:1], ann) == 0
    assert list_growth.number_still_on(one(of), ("import", run_id)) == 1
    moved(ann, import_of(ann), leaving=people)
    assert on(of) == people[:1]


def test_contacts_are_searched_for_and_put_on_and_taken_off(ann, client):
    sam, ada = people_of(ann, "Sam Poole", "Sam Bee", email="sam@acme.example")
    news = listed(ann, "News", ada)
    html = client.get(f"/lists/{news}?add=sam").text
    assert 'aria-label="Add Sam Poole"' in html
    assert html.count("On the list") == 1
    answer = client.post(f"/lists/{news}/contacts", data={"put_on": sam, "add": "sam"})
    assert (answer.status_code, answer.location) == (303, f"/lists/{news}?add=sam")
    db.session.rollback()
    assert on(news) == [sam, ada]
    assert "Sam Poole was taken off the list." in client.post(
        f"/lists/{news}/contacts", data={"take_off": sam}, follow_redirects=True).text  # fmt: skip
    db.session.rollback()
    assert on(news) == [ada]
    assert "No contact is like this." in client.get(f"/lists/{news}?add=nobody").text


def test_a_list_is_deleted_and_its_contacts_stay(ann, client):
    sam, ada = people_of(ann, "Sam Poole", "Ada Bee")
    news, other = listed(ann, "News", sam, ada), listed(ann, "Other", sam)
    html = client.get(f"/lists/{news}/delete").text
    assert "2 contacts are taken off it. They stay here as contacts." in html
    assert "No import makes it again" not in html
    answer = client.post(f"/lists/{news}/delete", follow_redirects=True)
    assert "“News” was deleted. Its contacts stay." in answer.text
    db.session.rollback()
    assert one(news) is None
    assert [of.name for of in lists.standing(contact(sam)).on] == ["Other"]
    assert on(other) == [sam]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 2
    lines = owned(RecordChange, ann.account_id).where(RecordChange.kind == "contact", RecordChange.record_id == ada)
    assert db.session.scalars(lines.order_by(RecordChange.id.desc())).first().note == "The list was deleted"


def test_no_import_makes_a_deleted_list_again_until_it_is_brought_back(ann, client):
    tenant(ann)
    sam, ada, zoe = people_of(ann, "Sam Poole", "Ada Bee", "Zoe Zed")
    of = moved(ann, import_of(ann), [sam, ada]).id
    assert "No import makes it again" in client.get(f"/lists/{of}/delete").text
    client.post(f"/lists/{of}/delete")
    html = client.get("/lists").text
    assert "Imports put nobody on a list for No company: “Halo: No company” was deleted by ann on" in html
    db.session.rollback()
    held = lists.held(ann.account_id, [sam, zoe])
    assert (held.moves(sam, "no company"), held.moves(None, "no company")) == (([], False), ([], False))
    assert held.moves(sam, "no type") == ([], True)
    assert moved(ann, import_of(ann), [zoe]) is None  # decided before it was deleted
    assert "Imports fill a list again" in client.post(
        "/lists/fill-again", data={"purpose": "no company"}, follow_redirects=True).text  # fmt: skip
    db.session.rollback()
    assert list_stops.stopped(ann.account_id) == {}
    assert on(moved(ann, import_of(ann), [zoe]).id) == [zoe]


def test_what_was_stopped_with_practice_data_is_forgotten_with_it(ann):
    tenant(ann)
    run_id = import_of(ann)
    begin_write()
    list_stops.stop(ann.account_id, "type:5", "Halo: Client", ann)
    assert set(list_stops.stopped(ann.account_id)) == {"type:5"}
    list_stops.forget(ann.account_id, sa.select(ImportRun.id).where(ImportRun.id == run_id))
    assert list_stops.stopped(ann.account_id) == {}


def test_a_list_is_not_deleted_while_an_import_is_running(ann, client):
    tenant(ann)
    news = listed(ann, "News")
    import_of(ann, "running")
    answer = client.post(f"/lists/{news}/delete")
    assert (answer.status_code, "An import is running." in answer.text) == (409, True)
    db.session.rollback()
    assert one(news) is not None


def test_cleo_gets_a_404_for_what_is_anns(ann, cleo, signed_in):
    (sam,) = people_of(ann, "Sam Poole")
    news = listed(ann, "News", sam)
    hers, her_list = people_of(cleo, "Hers")[0], listed(cleo, "Hers")
    client = signed_in(cleo)
    for address, data in (("delete", {}), ("take-off", {"from": "press-1"}), ("contacts", {"put_on": hers})):
        assert client.post(f"/lists/{news}/{address}", data=data).status_code == 404
    assert client.post(f"/lists/{her_list}/contacts", data={"put_on": sam}).status_code == 404
    db.session.rollback()
    assert on(news) == [sam]
    assert "Sam" not in client.get(f"/lists/{her_list}?add=sam").text.partition('id="offers"')[2]
