"""The Contacts table: every way to find a page gives the same rows, and none walks further than it must."""

import itertools
import random
import shutil
from dataclasses import replace

import pytest
import sqlalchemy as sa

from halo_admin.crm import asking, contacts, finding, tables
from halo_admin.crm.contact_models import Contact, ContactList
from halo_admin.crm.contacts import NO_COMPANY, NO_TYPE, Asked
from halo_admin.crm.models import Company
from halo_admin.crm.tables import Cursor, read_cursor
from halo_admin.crm.types import company_types
from halo_admin.db import db, owned
from tests.crm.conftest import linked, listed, ours, people_of, running, tenant
from tests.crm.test_companies import plan

FIRST, LAST = ("Ada", "Adam", "Bea", "Zoe"), ("Poole", "Adams", "Zed")


@pytest.fixture
def many(ann):
    """Ann's contacts: of companies of several types and of none, on lists and off them, some marked."""
    dice, types = random.Random(5), {kind.name: kind.id for kind in company_types(ann.account_id)}
    companies = [
        ours(ann, name, type_id=types.get(kind))[0]
        for name, kind in (("Acme", "Client"), ("Bergmann", "Client"), ("Zoo", "Vendor"), ("Plain", None))
    ]
    ids = [
        people_of(ann, f"{dice.choice(FIRST)} {dice.choice(LAST)}", company_id=dice.choice([*companies, None]),
                  email=dice.choice([None, "ada@acme.example"]), unsubscribed=dice.random() < 0.3,
                  bounced=dice.random() < 0.2, inactive_in_halo=dice.random() < 0.2,
                  made_by_run=dice.choice((7, None)))[0]
        for _ in range(45)
    ]  # fmt: skip
    listed(ann, "Most", *dice.sample(ids, 30))
    listed(ann, "Few", *dice.sample(ids, 4))
    halo = tenant(ann)
    for halo_id, contact_id in enumerate(dice.sample(ids, 20), start=1):
        leader = linked(halo, halo_id, contact_id, "user", matched_by=dice.choice(["email", "a person", None]))
        linked(halo, 100 + halo_id, contact_id, "user", matched_by="email", follows_id=leader.id)
    linked(tenant(ann, "old|", current=False), 1, ids[0], "user", matched_by="email")
    return ann


def questions(user):
    """Every pair of filters, with and without words, each sorted in another way."""
    account_id = user.account_id
    ids = {one.name: str(one.id) for one in db.session.scalars(owned(Company, account_id))}
    lists = [str(one.id) for one in db.session.scalars(owned(ContactList, account_id))]
    types = [str(kind.id) for kind in company_types(account_id)[1:4]]
    choices = {
        "q": ["ada", "z", "ada adams", "acme", "nothing"],
        "list": lists,
        "type": [*types, NO_TYPE, NO_COMPANY],
        "company": [ids["Acme"]],
        "link": ["linked", "unlinked", "email", "person", "new"],
        "only": list(contacts.ONLY),
        "inactive": ["1"],
    }
    single = [{name: value} for name, values in choices.items() for value in values]
    pairs = [one | other for one, other in itertools.combinations(single, 2) if one.keys() != other.keys()]
    sorts = itertools.cycle(asking.ORDERS)
    return [Asked(sort=next(sorts), **filters) for filters in ({}, *single, *pairs)]


def expected(user, asked):
    """What a plain reading of the whole account gives."""
    rows = db.session.execute(
        sa.text(
            "SELECT contacts.*, companies.type_id FROM contacts LEFT JOIN companies ON companies.id = company_id"
            " WHERE contacts.account_id = :account"
        ),
        {"account": user.account_id},
    ).all()
    members = sa.text("SELECT contact_id FROM list_members WHERE list_id = :list AND left_at IS NULL")
    on_list = set(db.session.scalars(members, {"list": int(asked.list)})) if asked.list else None
    on_any = set(db.session.scalars(sa.text("SELECT contact_id FROM list_members WHERE left_at IS NULL")))
    halo = dict(db.session.execute(sa.text(
        "SELECT ours_id, matched_by FROM halo_records JOIN halo_tenants ON halo_tenants.id = tenant_id"
        " WHERE current AND follows_id IS NULL")).all())  # fmt: skip
    by_import = {row.id for row in rows if row.made_by_run is not None}
    stands = {
        "": lambda one: True, "linked": halo.__contains__, "unlinked": lambda one: one not in halo,
        "new": lambda one: one in halo and halo[one] is None and one in by_import,
        "email": lambda one: halo.get(one) == "email",
        "person": lambda one: halo.get(one) == "a person",
    }[asked.link]  # fmt: skip
    marked = {"unsubscribed": "unsubscribed", "bounced": "bounced", "inactive": "inactive_in_halo", "": "id"}
    of_type = {
        "": lambda row: True,
        NO_TYPE: lambda row: row.company_id and row.type_id is None,
        NO_COMPANY: lambda row: row.company_id is None,
    }.get(asked.type, lambda row: row.type_id == int(asked.type))
    found = [
        row for row in rows
        if (row.id not in on_any if asked.only == "nolist" else getattr(row, marked[asked.only]))
        and (not asked.inactive or row.inactive_in_halo)
        and stands(row.id)
        and of_type(row)
        and (on_list is None or row.id in on_list)
        and (not asked.company or row.company_id == int(asked.company))
        and all(any(has.startswith(word) for has in f"{row.name} {row.email or ''} acme".casefold().split()
                    if has != "acme" or row.email) for word in asked.q.split())
    ]  # fmt: skip
    key = (lambda row: (row.name_sort, row.id)) if asked.order.column else (lambda row: row.id)
    return [row.id for row in sorted(found, key=key, reverse=asked.order.descending)]


def walk(user, asked, step="after", cursor=None):
    """The ids on all pages in a direction, and what the first of them tells of how many there are."""
    ids, told = [], None
    while True:
        found = contacts.find(user.account_id, replace(asked, cursor=cursor))
        told = told or (found.total, found.more)
        page = [row.id for row in found.page.rows]
        ids = ids + page if step == "after" else page + ids
        if (place := getattr(found.page, step)) is None:
            return ids, told
        cursor = read_cursor(place, backward=step == "before")


@pytest.mark.parametrize(("few", "far"), [(10_000, 5_000), (2, 3), (2, 1000), (0, 0), (12, 20)])
def test_every_way_to_find_gives_the_rows_that_were_asked_for(many, monkeypatch, few, far):
    monkeypatch.setattr(finding, "FEW", few)
    monkeypatch.setattr(finding, "FAR", far)
    monkeypatch.setattr(tables, "PAGE_ROWS", 7)
    for asked in questions(many):
        wanted = expected(many, asked)
        ids, (total, more) = walk(many, asked)
        assert ids == wanted, asked
        assert total <= len(wanted) if more else total == len(wanted), asked
        if few == 10_000:
            assert not more
        if wanted:
            last = db.session.get(Contact, wanted[-1])
            value = getattr(last, asked.order.column) if asked.order.column else ""
            assert walk(many, asked, "before", Cursor(value, last.id, backward=True))[0] == wanted[:-1], asked


def test_another_accounts_contacts_are_neither_found_nor_counted(many, cleo):
    people_of(cleo, "Ada Adams", unsubscribed=True)
    for asked in (Asked(), Asked(q="ada"), Asked(type=NO_COMPANY), Asked(only="unsubscribed")):
        found = contacts.find(cleo.account_id, asked)
        assert ([one.name for one in found.page.rows], found.total) == (["Ada Adams"], 1)
    (acme,) = db.session.scalars(owned(Company, many.account_id).where(Company.name == "Acme"))
    assert contacts.find(cleo.account_id, Asked(company=str(acme.id))).total == 0
    assert contacts.find(cleo.account_id, Asked(type=str(acme.type_id))).total == 0


def test_what_was_not_counted_to_the_end_is_told_as_more(many, monkeypatch):
    monkeypatch.setattr(finding, "FEW", 3)
    monkeypatch.setattr(tables, "PAGE_ROWS", 3)
    found = contacts.find(many.account_id, Asked(q="ada"))
    assert found.more
    assert tables.counted(found.total, found.more).startswith("more than ")


@pytest.mark.parametrize(
    ("number", "more", "told"),
    [(0, False, "0"), (1204, False, "1,204"), (10_001, False, "more than 10,000"),
     (20_001, True, "more than 10,000"), (4321, True, "more than 4,000"), (57, True, "more than 50")],
)  # fmt: skip
def test_counts_in_words(number, more, told):
    assert tables.counted(number, more) == told


def test_an_address_keeps_what_was_asked_and_leaves_aside_what_means_nothing(sqlite_app):
    args = {"q": "sam", "list": "3", "type": NO_TYPE, "company": "9", "link": "email", "only": "bounced",
            "sort": "newest"}  # fmt: skip
    known = contacts.choices(0) | {"list": {"3": "News"}, "company": {"9": "Acme"}}
    asked = contacts.read(args, known)
    assert asking.address(asked) == args
    hostile = {"list": "4", "company": "8", "link": "phone", "only": "all", "sort": "x"}
    assert contacts.read(args | hostile, known) == Asked(q="sam", type=NO_TYPE)


def test_old_addresses_of_the_inactive_ones_still_lead_there(sqlite_app):
    assert contacts.read({"only": "inactive"}, contacts.choices(0)) == Asked(inactive="1")


@pytest.fixture(scope="module")
def planner(tmp_path_factory, _sqlite_template):
    folder = tmp_path_factory.mktemp("plans")
    yield from running(f"sqlite:///{shutil.copy(_sqlite_template, folder / 'halo.db')}", folder)


MARKS = [{"only": only} for only in contacts.MARKS]
WALKS = [{}, {"company": "7"}, {"type": NO_COMPANY}, *MARKS]
COMBINATIONS = list(itertools.product(asking.ORDERS, WALKS, (None, "after", "before")))


def page_query(sort, filters, step):
    cursor = Cursor("m", 5, backward=step == "before") if step else None
    asked = Asked(sort=sort, cursor=cursor, **filters)
    return finding.Finding(Contact, 1, asked, contacts.filters(1, asked)).walk()


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_every_walk_goes_along_an_index_of_sqlite(planner, combination):
    (only,) = plan(page_query(*combination), "EXPLAIN QUERY PLAN")  # a sort in memory would be a second step
    assert only.startswith("SEARCH contacts USING INDEX"), only
    assert ("<" in only or ">" in only) == (combination[-1] is not None)


def test_every_walk_goes_along_an_index_of_postgresql(postgres_app):
    # a planner that knows how small the table is would take neither index nor its order
    for way in ("seqscan", "bitmapscan"):
        db.session.execute(sa.text(f"SET enable_{way} = off"))
    for combination in COMBINATIONS:
        steps = plan(page_query(*combination), "EXPLAIN")
        assert "Sort" not in " ".join(steps), (combination, steps)
        assert "Index Scan" in steps[1], (combination, steps)
