"""The Companies table: every combination of sort and filter by an index, paging by keyset, counts that stop."""

import itertools
import shutil

import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st

from halo_admin.crm import asking, companies, finding, tables
from halo_admin.crm.companies import Asked
from halo_admin.crm.models import Company
from halo_admin.crm.tables import Cursor, read_cursor, write_cursor
from halo_admin.crm.types import company_types
from halo_admin.db import db
from tests.crm.conftest import linked, ours, running, tenant


def names(user, **asked):
    return [one.name for one in companies.find(user.account_id, Asked(**asked)).page.rows]


def total(user, **asked):
    return companies.find(user.account_id, Asked(**asked)).total


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(tables, "PAGE_ROWS", 3)


@pytest.fixture
def types(ann):
    return {kind.name: kind.id for kind in company_types(ann.account_id)}


def walk(user, step, start=None, **asked):
    """All pages from one to the last in a direction ("after" or "before"), as lists of names."""
    pages, cursor = [], start
    while True:
        page = companies.find(user.account_id, Asked(cursor=cursor, **asked)).page
        pages.append([one.name for one in page.rows])
        place = getattr(page, step)
        if place is None:
            return pages
        cursor = read_cursor(place, backward=step == "before")


def test_companies_are_sorted_by_folded_name_or_by_when_they_came(ann):
    ours(ann, "zebra", "Éclair", '"Apple"', "eclair 2")
    assert names(ann, sort="name") == ['"Apple"', "Éclair", "eclair 2", "zebra"]
    assert names(ann, sort="-name") == ["zebra", "eclair 2", "Éclair", '"Apple"']
    assert names(ann, sort="newest") == ["eclair 2", '"Apple"', "Éclair", "zebra"]
    assert names(ann, sort="oldest") == ["zebra", "Éclair", '"Apple"', "eclair 2"]


def test_filters_and_search_narrow_together(ann, types):
    ours(ann, "Acme One", type_id=types["Client"])
    ours(ann, "Acme Two", type_id=types["Client"], inactive_in_halo=True)
    ours(ann, "Acme Three")
    ours(ann, "Bergmann", type_id=types["Prospect"])
    client = str(types["Client"])
    assert names(ann, type=client) == ["Acme One", "Acme Two"]
    assert names(ann, type=companies.NO_TYPE) == ["Acme Three"]
    assert names(ann, inactive="1") == ["Acme Two"]
    assert names(ann, q="acme", type=client, inactive="1") == ["Acme Two"]
    assert names(ann, q="acm t", sort="-name") == ["Acme Two", "Acme Three"]
    assert (total(ann), total(ann, q="acme"), total(ann, type=client), total(ann, q="xyz")) == (4, 3, 2, 0)


def test_companies_are_filtered_by_how_they_stand_to_halo(ann):
    halo, ids = tenant(ann), ours(ann, "None", "Phone", "Phone and name", "Website", "Name", "Person", "Made in Halo")
    ids += ours(ann, "New", made_by_run=7)
    by = ("phone", "phone and name", "website and name", "name", "a person", None, None)
    for halo_id, (company_id, matched_by) in enumerate(zip(ids[1:], by, strict=True), start=1):
        linked(halo, halo_id, company_id, matched_by=matched_by)
    assert names(ann, link="unlinked") == ["None"]
    assert total(ann, link="linked") == 7
    assert names(ann, link="phone") == ["Phone", "Phone and name"]
    assert [names(ann, link=one) for one in ("website", "name", "person", "new")] == [
        ["Website"], ["Name"], ["Person"], ["New"]]  # fmt: skip
    assert names(ann, link="phone", q="name") == ["Phone and name"]


def test_without_a_connection_nothing_is_linked(ann):
    linked(tenant(ann, current=False), 1, ours(ann, "Acme")[0])
    assert (total(ann, link="linked"), total(ann, link="unlinked")) == (0, 1)


def test_another_accounts_companies_are_neither_found_nor_counted(ann, cleo):
    ours(ann, "Acme")
    ours(cleo, "Acme of Cleo")
    assert names(cleo) == names(cleo, q="acme") == ["Acme of Cleo"]
    assert total(cleo) == total(cleo, q="acme") == 1


@pytest.mark.parametrize("sort", list(asking.ORDERS))
def test_pages_lead_forward_and_backward_over_equal_names(ann, small_pages, sort):
    ours(ann, "Same", "Same", "Same", "Same", "Other", "Zoo", "Zoo", "Ant")
    forward = walk(ann, "after", sort=sort)
    whole = [name for page in forward for name in page]
    assert [len(page) for page in forward] == [3, 3, 2]
    assert sorted(whole) == sorted(["Same"] * 4 + ["Other", "Zoo", "Zoo", "Ant"])
    last = companies.find(ann.account_id, Asked(sort=sort)).page
    while last.after:
        last = companies.find(ann.account_id, Asked(sort=sort, cursor=read_cursor(last.after))).page
    backward = walk(ann, "before", read_cursor(last.before, backward=True), sort=sort)
    assert list(reversed(backward)) == forward[:-1]


def test_paging_neither_repeats_nor_misses_what_stays_while_others_come_and_go(ann, small_pages):
    ours(ann, "b", "d", "f", "h")
    first = companies.find(ann.account_id, Asked()).page
    ours(ann, "a", "c", "g")
    second = companies.find(ann.account_id, Asked(cursor=read_cursor(first.after))).page
    assert [one.name for one in first.rows] == ["b", "d", "f"]
    assert [one.name for one in second.rows] == ["g", "h"]


def test_a_page_emptied_meanwhile_leads_back(ann, small_pages):
    ours(ann, "a", "b")
    page = companies.find(ann.account_id, Asked(cursor=Cursor("zzz", 99))).page
    assert (page.rows, page.before, page.after, page.first) == ([], None, None, False)


def test_counts_stop_at_ten_thousand(ann, monkeypatch):
    monkeypatch.setattr(tables, "MANY", 3)
    ours(ann, "a", "b", "c")
    assert tables.counted(total(ann)) == "3"
    ours(ann, "d", "e")
    assert tables.counted(total(ann)) == "more than 3"


def test_many_finds_are_walked_and_few_are_looked_up_with_the_same_result(ann, monkeypatch, types):
    ours(ann, *(f"Acme {number:02}" for number in range(20)), type_id=types["Client"])
    ours(ann, "Acme other", "Bergmann")
    questions = [
        {"q": q, "type": kind} for q in ("acme", "ac other", "acme 1", "b") for kind in ("", str(types["Client"]))
    ]
    few = [names(ann, **asked) for asked in questions]
    monkeypatch.setattr(finding, "FEW", 1)
    assert [names(ann, **asked) for asked in questions] == few
    assert len(few[0]) == 21


def test_an_address_keeps_what_was_asked_and_leaves_aside_what_means_nothing(sqlite_app):
    known = companies.choices(0) | {"type": {"7": "Client"}}
    args = {"q": " acme \0 ltd ", "type": "7", "link": "name", "inactive": "1", "sort": "-name"}
    asked = companies.read(args, known)
    assert asked == Asked(q="acme ltd", type="7", link="name", inactive="1", sort="-name")
    assert companies.read(asking.address(asked), known) == asked
    assert asking.address(Asked()) == {}
    hostile = {"type": "7 OR 1=1", "sort": "password", "inactive": "yes", "link": "x", "after": "%%%", "q": "x" * 5000}
    assert companies.read(hostile, companies.choices(0)) == Asked(q="x" * 200)


@given(st.text(max_size=80).filter(lambda text: "\0" not in text), st.integers(1, tables.LARGEST_ID))
def test_a_cursor_survives_the_address(value, record_id):
    assert read_cursor(write_cursor(value, record_id)) == Cursor(value, record_id)


@given(st.text(max_size=60))
@example("WyJhIiwgMTAwMDAwMDAwMDAwMDAwMDAwMDAwMF0")
@example("WyJcdWQ4MDAiLCAxXQ")
@example("WyJhXHUwMDAwIiwgMV0")
@example("W10")
def test_any_text_in_place_of_a_cursor_is_left_aside_or_usable(text):
    cursor = read_cursor(text)
    assert cursor is None or (1 <= cursor.id <= tables.LARGEST_ID and cursor.value.encode() is not None)


@pytest.fixture(scope="module")
def planner(tmp_path_factory, _sqlite_template):
    folder = tmp_path_factory.mktemp("plans")
    yield from running(f"sqlite:///{shutil.copy(_sqlite_template, folder / 'halo.db')}", folder)


KINDS = (companies.ANY_TYPE, companies.NO_TYPE, "1")
COMBINATIONS = list(itertools.product(asking.ORDERS, KINDS, ("", "1"), (None, "after", "before")))


def page_query(sort, kind, inactive, step):
    cursor = Cursor("m", 5, backward=step == "before") if step else None
    asked = Asked(sort=sort, type=kind, inactive=inactive, cursor=cursor)
    return finding.Finding(Company, 1, asked, companies.filters(1, asked)).walk()


def plan(query, explain):
    sql = query.compile(db.engine, compile_kwargs={"literal_binds": True})
    return [row[-1] for row in db.session.execute(sa.text(f"{explain} {sql}".replace(":", r"\:")))]


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_every_sort_and_filter_goes_along_an_index_of_sqlite(planner, combination):
    (only,) = plan(page_query(*combination), "EXPLAIN QUERY PLAN")  # a sort in memory would be a second step
    assert only.startswith("SEARCH companies USING INDEX"), only
    assert ("<" in only or ">" in only) == (combination[-1] is not None)


def test_every_sort_and_filter_goes_along_an_index_of_postgresql(postgres_app):
    # a planner that knows how small the table is would take neither index nor its order
    for way in ("seqscan", "bitmapscan"):
        db.session.execute(sa.text(f"SET enable_{way} = off"))
    for combination in COMBINATIONS:
        steps = plan(page_query(*combination), "EXPLAIN")
        assert "Sort" not in " ".join(steps), (combination, steps)
        assert "Index Scan" in steps[1], (combination, steps)
