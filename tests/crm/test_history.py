"""A record's history and where its values come from, as a person gets them on a profile."""

import re

import pytest

from halo_admin.crm import changes, history, lists
from halo_admin.crm.history import Change, Entry, Link
from halo_admin.crm.load_models import FileLoad
from halo_admin.db import begin_write, db, now
from halo_admin.web.words import day
from tests.crm.conftest import NOON, company, listed, make_user, ours, people_of


def noted(user, kind, record_id, what, fields=None, **more):
    begin_write()
    changes.note(kind, record_id, user.account_id, user, what, fields, **more)
    db.session.commit()


def file_of(user, name):
    begin_write()
    file = FileLoad(account_id=user.account_id, kind="companies", name=name, path="x", by=user.name, state="done",
                    encoding="utf-8", delimiter=",", header=[], first_rows=[], created_at=now())  # fmt: skip
    db.session.add(file)
    db.session.commit()
    return file.id


def text(html):
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def acme(ann):
    return ours(ann, "Acme", phone="030 2", city="Rome")[0]


def test_the_history_tells_who_did_what_and_when_before_and_after(ann, bob, get, acme):
    noted(ann, "company", acme, "created", {"name": [None, "Acme"], "phone": [None, "030 1"]}, at=NOON)
    noted(bob, "company", acme, "edited", {"phone": ["030 1", "030 2 <b>"]}, at=NOON)
    noted(bob, "company", acme, "unlinked", note="Halo client 214", at=NOON)
    told = text(get(ann, f"/companies/{acme}?tab=history"))
    assert "Unlinked from Halo · 3 May 2025 12:00 · Bob Halo client 214" in told
    assert "Edited · 3 May 2025 12:00 · Bob Phone: 030 1 became 030 2 &lt;b&gt;" in told
    assert "Created · 3 May 2025 12:00 · ann Company name: nothing became Acme" in told
    assert told.index("Unlinked from Halo ·") < told.index("Edited ·") < told.index("Created ·")


def test_many_fields_are_folded(ann, get, acme):
    fields = {field: [None, "x"] for field in ("phone", "website", "street", "city", "state")}
    noted(ann, "company", acme, "edited", fields)
    assert "<summary>5 fields</summary>" in get(ann, f"/companies/{acme}?tab=history")


def test_a_record_without_a_history_says_so(ann, get, acme):
    assert "Nothing has been done here yet." in get(ann, f"/companies/{acme}?tab=history")


def test_lists_are_told_in_the_history_of_a_contact(ann, get):
    (sam,) = people_of(ann, "Sam Poole")
    listed(ann, "News", sam)
    begin_write()
    lists.take_off(lists.get_or_create(ann.account_id, "News"), [sam], ann)
    db.session.commit()
    told = text(get(ann, f"/contacts/{sam}?tab=history"))
    assert re.search(r"Taken off a list · [^·]+ · ann Lists: News became nothing", told)
    assert re.search(r"Put on a list · [^·]+ · ann Lists: nothing became News", told)


def test_files_are_named(ann, get, acme):
    noted(ann, "company", acme, "loaded", {"city": ["Bonn", "Rome"]}, load_id=file_of(ann, "fair.csv"), at=NOON)
    assert "From the file fair.csv City: Bonn became Rome" in text(get(ann, f"/companies/{acme}?tab=history"))
    assert "From the file fair.csv, loaded by ann on 3 May" in get(ann, f"/companies/{acme}")


def test_a_company_and_a_contact_with_the_same_number_have_histories_of_their_own(ann, get, acme):
    (sam,) = people_of(ann, "Sam Poole")
    assert sam == acme
    noted(ann, "contact", sam, "edited", {"title": [None, "Boss"]})
    assert "Nothing has been done here yet." in get(ann, f"/companies/{acme}?tab=history")


@pytest.fixture
def two_sources(monkeypatch):
    """Lines of another room between those of people: at the even seconds, and people's at the odd ones."""

    def others(record, before, most):
        here = [one for one in range(10, 0, -1) if one < before][:most]
        link = Link("Companies, 3 May", "crm.all_lists", {})
        return [Entry(one, NOON.replace(second=2 * one), f"Import {one}", "Ann", [], link=link) for one in here]

    monkeypatch.setitem(history.SOURCES["company"], "imports", others)


def test_sources_are_merged_by_time_and_paged_without_losing_or_doubling(ann, acme, two_sources):
    for number in range(10):
        noted(ann, "company", acme, "edited", note=f"Edit {number}", at=NOON.replace(second=2 * number + 1))
    expected = [one for number in range(9, -1, -1) for one in (f"Import {number + 1}", f"Edit {number}")]
    found, place = [], ""
    while place is not None:
        page = history.page("company", company(acme), place, rows=3)
        found += [entry.note or entry.what for entry in page.entries]
        place = page.older
    assert found == expected


def test_older_lines_are_a_page_away(ann, get, acme, two_sources, monkeypatch):
    monkeypatch.setattr(history.page, "__defaults__", ("", 6))
    html = get(ann, f"/companies/{acme}?tab=history")
    assert "Import 5" in html
    assert "Import 4" not in html
    assert '<a href="/lists">Companies, 3 May</a>' in html
    older = re.search(r'rel="next" href="([^"]+)#tabs"', html)[1].replace("&amp;", "&")
    html = get(ann, older)
    assert "Import 4" in html
    assert "Import 5" not in html
    assert "Newest" in html


@pytest.mark.parametrize(
    "place", ["x", "edits-", "edits-x_imports", "imports-99999999999999999999999", "%00", "edits-²"]
)
def test_a_place_that_makes_no_sense_shows_a_history(ann, get, acme, place):
    assert 'id="tab-history"' in get(ann, f"/companies/{acme}?tab=history&before={place}")


def test_each_field_tells_where_its_value_comes_from(ann, bob, get, acme, monkeypatch):
    def imports(record, before, most):
        took, stayed = Change("website", "Website", "", "acme.com"), Change("city", "City", "Rome", "Rome", took=False)
        return [Entry(1, NOON.replace(hour=13), "Updated", "Ann", [took, stayed], origin="From Halo, read 3 May 13:00")]

    monkeypatch.setitem(history.SOURCES["company"], "imports", imports)
    noted(ann, "company", acme, "created", {"name": [None, "Acme"], "city": [None, "Bonn"]}, at=NOON)
    noted(bob, "company", acme, "edited", {"city": ["Bonn", "Rome"]}, at=NOON)
    since = f"Here since {day(company(acme).created_at)}"
    assert {field: told for field, told in history.origins("company", company(acme)).items() if told != since} == {
        "website": "From Halo, read 3 May 13:00",
        "city": "Typed by Bob on 3 May 2025",
        "name": "Typed by ann on 3 May 2025",
    }
    told = text(get(ann, f"/companies/{acme}"))
    assert "City Rome Where City comes from Typed by Bob on 3 May" in told
    assert f"Where Phone comes from {since}" in told  # nothing else tells


def test_tabs_have_addresses_and_come_alone_when_a_tab_asks(ann, get, acme):
    html = get(ann, f"/companies/{acme}")
    assert re.findall(r'id="tab-(\w+)"', html) == ["activity", "contacts", "opportunities", "history"]
    assert re.search(r'id="tab-activity"[^>]*aria-current="page"', html)
    assert "No notes yet." in html
    assert "No contacts here yet." in get(ann, f"/companies/{acme}?tab=contacts")
    html = get(ann, f"/companies/{acme}?tab=history", **{"HX-Target": "tabs"})
    assert html.count("<html") == 0
    assert re.search(r'id="tab-history"[^>]*aria-current="page"', html)
    assert 'aria-current="page"' in get(ann, f"/companies/{acme}?tab=nonsense")


def test_who_only_looks_is_offered_nothing_to_change(ann, signed_in):
    (sam,) = people_of(ann, "Sam Poole")
    news = listed(ann, "News", sam)
    dan = signed_in(make_user("Dan", "dan@example.com", ann.account, []))
    for address in (f"/contacts/{sam}", f"/lists/{news}", "/lists"):
        answer = dan.get(address)
        assert answer.status_code == 200
        assert "Take off" not in answer.text
        assert "Make list" not in answer.text
        assert 'value="Save"' not in answer.text
