"""What is asked of the site when its pages are measured: both tables in every order and filter, searches, profiles."""

import re
from collections.abc import Callable
from itertools import cycle
from typing import NamedTuple

import sqlalchemy as sa

from bench import filling
from halo_admin.crm import companies as companies_table
from halo_admin.crm import contacts as contacts_table
from halo_admin.crm import linked, salespeople, tables
from halo_admin.crm.contact_models import Contact, ContactList
from halo_admin.crm.models import Company, CompanyType, OpportunityStatus
from halo_admin.crm.opportunity_models import Opportunity
from halo_admin.db import db

SORTS = {"A to Z": "", "Z to A": "-name", "newest": "newest", "oldest": "oldest"}


class Line(NamedTuple):
    """A kind of request: what people call it, and what makes the address of the next one."""

    title: str
    address: Callable[[], str]


def lines(account_id, dice) -> list[Line]:
    """Everything that is measured, in the order of the report."""
    company, contact = Places(Company, account_id, dice), Places(Contact, account_id, dice)
    return [*company_lines(account_id, company, dice), *contact_lines(account_id, contact, company, dice),
            *list_lines(account_id), *opportunity_lines(account_id, company, dice),
            *top_lines(company, contact, dice)]  # fmt: skip


class Places:
    """Records of a table by chance."""

    def __init__(self, model, account_id, dice):
        ids = sa.select(sa.func.min(model.id), sa.func.max(model.id)).where(model.account_id == account_id)
        self.model, self.dice, self.range = model, dice, db.session.execute(ids).one()

    def any(self):
        """The id and name_sort of a record."""
        wanted = sa.select(self.model.id, self.model.name_sort, self.model.name).order_by(self.model.id).limit(1)
        return db.session.execute(wanted.where(self.model.id >= self.dice.randint(*self.range))).one()

    def told(self):
        """The id of one whose history has lines."""
        return self._with(self.model.id % filling.TOLD == 0)

    def unlinked(self):
        return self._with(self.model.id % filling.WITHOUT == 1)

    def _with(self, clause):
        wanted = sa.select(self.model.id).where(clause, self.model.id >= self.dice.randint(*self.range))
        found = db.session.scalar(wanted.order_by(self.model.id).limit(1))
        first = sa.select(sa.func.min(self.model.id)).where(clause, self.model.id >= self.range[0])
        return found or db.session.scalar(first)

    def cursor(self, sort):
        one = self.any()
        return tables.write_cursor("" if sort in ("newest", "oldest") else one.name_sort, one.id)


def address(path, **args):
    return f"/{path}?" + "&".join(f"{name}={value}" for name, value in args.items() if value != "")


def shared_lines(path, places) -> list[Line]:
    """What both tables have: the first page, pages deep inside, in every order, both ways; searches."""
    made = [Line(f"{path}: first page", lambda: f"/{path}")]
    for title, sort in SORTS.items():
        made += [
            Line(f"{path}: {title}, first page", lambda sort=sort: address(path, sort=sort)),
            Line(f"{path}: {title}, deep", lambda sort=sort: address(path, sort=sort, after=places.cursor(sort))),
            Line(f"{path}: {title}, deep, backward",
                 lambda sort=sort: address(path, sort=sort, before=places.cursor(sort))),
        ]  # fmt: skip
    return made + search_lines(path, places)


def search_lines(path, places) -> list[Line]:
    common, letter = ("gmbh", "s") if path == "companies" else ("anna", "m")
    searches = {
        "a common word": lambda: common, "one letter": lambda: letter, "nothing has it": lambda: "zzyqx",
        "a common word and a letter": lambda: f"{common} {letter}",
        "two letters": lambda: f"{letter} a", "a rare name": lambda: _words(places.any().name),
        "a country code": lambda: "%2B49",
        "a whole phone number": lambda: f"%2B1415{places.dice.randint(2_000_000, 9_999_999)}",
    }  # fmt: skip
    made = [Line(f"{path}: search, {title}", lambda word=word: address(path, q=word()))
            for title, word in searches.items()]  # fmt: skip
    return [
        *made,
        Line(f"{path}: search, a common word, newest", lambda: address(path, q=common, sort="newest")),
        Line(f"{path}: search, one letter, deep", lambda: address(path, q=letter, after=places.cursor(""))),
    ]


def _words(name):
    return "+".join(re.findall(r"\w+", name)[:3])


def company_lines(account_id, places, dice) -> list[Line]:
    types, people = [*_ids(CompanyType, account_id), "none"], list(salespeople.choices(account_id))
    filters = {"type": lambda: {"type": dice.choice(types)}, "inactive": lambda: {"inactive": "1"},
               "type and inactive": lambda: {"type": dice.choice(types), "inactive": "1"},
               "salesperson": lambda: {"salesperson": dice.choice(people)},
               **_link_filters(companies_table.KEYS)}  # fmt: skip
    return [
        *shared_lines("companies", places),
        *_filter_lines("companies", filters, places),
        Line("company: profile", lambda: f"/companies/{places.any().id}"),
        Line("company: edit", lambda: f"/companies/{places.any().id}/edit"),
        Line("company: its history", lambda: f"/companies/{places.told()}?tab=history"),
        Line("company: its contacts", lambda: f"/companies/{places.any().id}?tab=contacts"),
        Line("company: a new one", lambda: "/companies/new"),
        Line(
            "company: link, a search",
            lambda: address(f"companies/{places.unlinked()}/link", q=_words(places.any().name)),
        ),
    ]


def contact_lines(account_id, places, companies, dice) -> list[Line]:
    types, lists = _ids(CompanyType, account_id), _ids(ContactList, account_id)
    people = list(salespeople.choices(account_id))
    filters = {
        "type": lambda: {"type": dice.choice(types)}, "no type": lambda: {"type": "none"},
        "no company": lambda: {"type": "nocompany"}, "list": lambda: {"list": dice.choice(lists)},
        "company": lambda: {"company": companies.any().id}, "unsubscribed": lambda: {"only": "unsubscribed"},
        "bounced": lambda: {"only": "bounced"}, "inactive": lambda: {"only": "inactive"},
        "list and unsubscribed": lambda: {"list": dice.choice(lists), "only": "unsubscribed"},
        "type and list": lambda: {"type": dice.choice(types), "list": dice.choice(lists)},
        "type and bounced": lambda: {"type": dice.choice(types), "only": "bounced"},
        "no list": lambda: {"only": contacts_table.NO_LIST},
        "salesperson": lambda: {"salesperson": dice.choice(people)},
        **_link_filters(contacts_table.KEYS),
    }  # fmt: skip
    return [
        *shared_lines("contacts", places),
        *_filter_lines("contacts", filters, places),
        Line("contact: profile", lambda: f"/contacts/{places.any().id}"),
        Line("contact: edit", lambda: f"/contacts/{places.any().id}/edit"),
        Line("contact: its history", lambda: f"/contacts/{places.told()}?tab=history"),
        Line("contact: its lists", lambda: f"/contacts/{places.any().id}?tab=lists"),
        Line("contact: a new one", lambda: "/contacts/new"),
        Line("contact: link, a search",
             lambda: address(f"contacts/{places.unlinked()}/link", q=_words(places.any().name))),
        Line("contact: company names while typing",
             lambda: address("companies/names", company_id=_words(companies.any().name)[:4])),
    ]  # fmt: skip


def _link_filters(keys):
    """{title: filter} of everything that can be asked about a record's link."""
    return {label.lower(): lambda link=link: {"link": link} for link, label in linked.choices(keys).items()}


def _filter_lines(path, filters, places):
    """Each filter in every order, deep inside, and together with a search."""
    common = "gmbh" if path == "companies" else "anna"
    made = []
    for title, chosen in filters.items():
        made += [Line(f"{path}: {title}, {name}", lambda chosen=chosen, sort=sort: address(path, sort=sort, **chosen()))
                 for name, sort in SORTS.items()]  # fmt: skip
        made += [
            Line(f"{path}: {title}, deep", lambda chosen=chosen: address(path, after=places.cursor(""), **chosen())),
            Line(f"{path}: {title}, search", lambda chosen=chosen: address(path, q=common, **chosen())),
            Line(f"{path}: {title}, nothing has it", lambda chosen=chosen: address(path, q="zzyqx", **chosen())),
        ]  # fmt: skip
    return made


def list_lines(account_id) -> list[Line]:
    one = cycle(_ids(ContactList, account_id))
    return [Line("lists", lambda: "/lists"), Line("lists: search", lambda: "/lists?q=no"),
            Line("list: its page", lambda: f"/lists/{next(one)}"),
            Line("list: what an import put on it", lambda: f"/lists/{next(one)}?from=import-{filling.RUN}"),
            Line("list: delete", lambda: f"/lists/{next(one)}/delete")]  # fmt: skip


def opportunity_lines(account_id, companies, dice) -> list[Line]:
    """The table in every order, its filters, the board, profiles; and those of a company."""
    places = Places(Opportunity, account_id, dice)
    if places.range[0] is None:
        return []
    statuses = _ids(OpportunityStatus, account_id)
    made = [Line(f"opportunities: {name}", lambda sort=sort: address("opportunities", sort=sort))
            for name, sort in SORTS.items()]  # fmt: skip
    return [
        *made,
        Line("opportunities: deep", lambda: address("opportunities", after=places.cursor(""))),
        Line("opportunities: status", lambda: address("opportunities", status=dice.choice(statuses))),
        Line("opportunities: all open", lambda: address("opportunities", status="all-open")),
        Line("opportunities: no salesperson", lambda: address("opportunities", salesperson="none")),
        Line("opportunities: out of date", lambda: address("opportunities", differs="1")),
        Line("opportunities: search", lambda: address("opportunities", q="backup")),
        Line("opportunities: board", lambda: "/opportunities/board"),
        Line("opportunities: board, a search", lambda: address("opportunities/board", q="backup")),
        Line("opportunity: profile", lambda: f"/opportunities/{places.any().id}"),
        Line("opportunity: edit", lambda: f"/opportunities/{places.any().id}/edit"),
        Line("company: its opportunities", lambda: f"/companies/{companies.any().id}?tab=opportunities"),
    ]


def top_lines(companies, contacts, dice) -> list[Line]:
    """Home, what the search box on top finds, and the settings."""
    searches = {
        "one letter": lambda: "m", "a common word": lambda: "gmbh", "a common name": lambda: "anna",
        "a rare company": lambda: _words(companies.any().name), "a rare contact": lambda: _words(contacts.any().name),
        "a phone number": lambda: f"%2B1415{dice.randint(2_000_000, 9_999_999)}",
        "a Halo id": lambda: str(contacts.any().id + 1000), "nothing has it": lambda: "zzyqx",
    }  # fmt: skip
    found = [Line(f"search box: {title}", lambda word=word: address("search", q=word()))
             for title, word in searches.items()]  # fmt: skip
    ways = [Line(f"ways back: {way}", lambda way=way: f"/companies/{companies.any().id}/{way}")
            for way in ("unlink", "never-import", "delete", "link")]  # fmt: skip
    return [Line("home", lambda: "/"), *found, *ways, Line("left out", lambda: "/settings/halo/left-out"),
            Line("left out: a kind", lambda: "/settings/halo/left-out?kind=user"),
            Line("general settings", lambda: "/settings/account"), Line("files", lambda: "/files")]  # fmt: skip


def _ids(model, account_id):
    return list(db.session.scalars(sa.select(model.id).where(model.account_id == account_id).order_by(model.id)))
