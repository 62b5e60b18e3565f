"""What the lines of a file of contacts mean."""

from collections import defaultdict
from itertools import chain

from .. import normal
from . import cells, lists, naming
from .before import Before
from .contact_models import Contact, called
from .lines import Line, Lines
from .sheets import Refused

TEXTS = ("first_name", "last_name", "email", "phone", "mobile", "title")
WHO = TEXTS[:5]
FLAGS = ("unsubscribed", "bounced")
ASKED_AT_ONCE = 1000


class ContactLines(Lines):
    """A line is about the one contact with the same e-mail; one without, about one alike in name, company and phone.

    Consent only gets stricter, and a contact only gets on lists: what a file says to the contrary is left aside.
    """

    model, noun, nouns = Contact, "contact", "contacts"
    COLUMNS = (*TEXTS, "company", "company_id", "lists", *FLAGS)
    NEEDED = WHO
    STANDS_FOR = {"company": "company_id"}

    def __init__(self, account, given, before_id=None, press=None, is_dump=False):
        super().__init__(account, given, before_id, press, is_dump)
        self.before = Before(Contact, account.id, ("name", "name_sort", "email_key"), before_id)
        self.on, self.company_names = {}, {}
        self.known_lists = None
        self.names_company = "company" in given or "company_id" in given
        self.texts = [name for name in TEXTS if name in given]
        self.fields = [*self.texts, *(["company_id"] if self.names_company else [])]
        self.telling = [name for name in ("first_name", "last_name", "phone", "company_id") if name in self.fields]

    def fault(self, row):
        if not any((row.get(name) or "").strip() for name in WHO):
            return "nothing tells who it is: there is no name, no e-mail and no phone number"
        if any(len(name) > lists.LONGEST_NAME for name in cells.split(row.get("lists"))):
            return f"the name of a list is longer than {lists.LONGEST_NAME} characters"
        return cells.wrong_flag(row, FLAGS)

    def prepare(self, row):
        for name in ("phone", "mobile"):
            normal.phone_key(row.get(name), self.account.default_country)

    def read(self, rows, make=False):
        companies = [None] * len(rows)
        if self.names_company:
            companies = naming.of_lines(self.account.id, rows, self.is_dump, self._is_ours)
        return [self._line(row, company) for row, company in zip(rows, companies, strict=True)]

    def _is_ours(self, row):
        """Whether this account wrote the line itself: its number is that of a contact who is called so here."""
        number = naming.number(row.get("id") or "")
        here = self.before.by_id({number} - {None}).get(number)
        return here is not None and here.name_sort == _name_sort_of(row)

    def _line(self, row, company):
        if isinstance(company, Refused):
            return company
        values = {name: row[name] for name in self.texts} | ({"company_id": company} if self.names_company else {})
        set_flags = {name: True for name in FLAGS if cells.flag(row.get(name))}
        number = naming.number(row.get("id") or "")
        return Line(values | set_flags, tuple(cells.split(row.get("lists"))), number=number)

    def holding(self, lines):
        known = {tuple(line.values[name] for name in self.fields): [] for line in lines}
        for contact in chain.from_iterable(group for found in self._near(lines) for group in found.values()):
            known.get(tuple(getattr(contact, name) for name in self.fields), []).append(contact)
        on = self._on(chain.from_iterable(known.values())) if "lists" in self.given else {}
        return [self._held(line, known[tuple(line.values[name] for name in self.fields)], on) for line in lines]

    def key(self, line):
        """The e-mail; a file that numbers its lines may hold two contacts with one, as a dump does."""
        email = _email(line)
        return email and (f"{line.number} {email}" if line.number else email)

    def says(self, line):
        return [line.values, sorted(_keys(line.lists))]

    def _held(self, line, alike, on):
        named = _keys(line.lists)
        alike = (one.id for one in alike if all(getattr(one, name) for name in FLAGS if name in line.values))
        return next((one for one in alike if named <= on.get(one, set())), None)

    def _near(self, lines, locked=False):
        """The contacts with the lines' e-mails, by these, and those called as the lines without one, by that."""
        without = [line for line in lines if _email(line) is None]
        by_email = self.before.grouped(Contact.email_key, map(_email, lines), locked)
        return by_email, self.before.grouped(Contact.name_sort, map(_name_sort, without), locked)

    def meant_by(self, lines):
        """The name may only choose among several with the same e-mail."""
        by_email, by_name = self._near(lines, self.locks)
        alike = defaultdict(list)
        for contact in chain.from_iterable(by_name.values()):
            alike[tuple(getattr(contact, name) for name in self.telling)].append(contact)
        return [
            self._named(line, by_email.get(email, [])) if (email := _email(line))
            else self._without_email(line, alike.get(tuple(line.values[name] for name in self.telling), []))
            for line in lines
        ]  # fmt: skip

    def _without_email(self, line, contacts):
        """A line that gives a blank for the e-mail is about nobody who has one."""
        is_blank = "email" in self.texts and "email" not in line.missing
        return [one for one in contacts if one.email_key is None] if is_blank else contacts

    def by_id(self, ids):
        return self.before.by_id(ids, self.locks)

    def look_at(self, pairs):
        self.on = self._on(record for _, record in pairs if record is not None)
        if self.names_company:
            ids = {line.values["company_id"] for line, _ in pairs} | {one.company_id for _, one in pairs if one}
            companies = naming.numbered(self.account.id, ids - {None})
            self.company_names = {company.id: company.name for company in companies.values()}

    def reads(self, field, value):
        return self.company_names.get(value) if field == "company_id" else super().reads(field, value)

    def _named(self, line, contacts):
        tells = len(contacts) > 1 and ("first_name" in self.texts or "last_name" in self.texts)
        return [one for one in contacts if tells and one.name_sort == _name_sort(line)] or contacts

    def _on(self, contacts):
        """{contact id: the lists it is on}"""
        ids, on = [contact.id for contact in contacts], {}
        for start in range(0, len(ids), ASKED_AT_ONCE):
            on |= lists.names_on(ids[start : start + ASKED_AT_ONCE])
        return {contact_id: _keys(names) for contact_id, names in on.items()}

    def adds(self, line, contact):
        """Whether it puts the contact on a list."""
        return not _keys(line.lists) <= self.on.get(contact.id, set())

    def makes(self, line):
        if line.lists and self.known_lists is None:
            self.known_lists = {one.name_key for one in lists.lists_of(self.account.id)}
        return {"lists": [name for name in line.lists if lists.folded(name) not in self.known_lists]}

    def add(self, adding):
        """Put contacts on the lists that their lines name, also on those that a person took them off: a file is a
        person's doing. Lists that nobody has heard of are made.
        """
        chosen = lists.called(self.account.id, [name for _, line in adding for name in line.lists])
        members = defaultdict(list)
        for contact_id, line in adding:
            for name in line.lists:
                members[chosen[lists.folded(name)]].append(contact_id)
        lists.put_each_on(sorted(members.items(), key=_as_imports_do), self.press)


def _as_imports_do(pair):
    """The lists that imports fill too come first, in their order: whoever writes locks the lists so."""
    of, _ = pair
    return of.made_for is None, of.made_for or "", of.id


def _email(line):
    return normal.email_key(line.values.get("email"))


def _name_sort(line):
    return _name_sort_of(line.values)


def _name_sort_of(values):
    return normal.sort_key(called(values))


def _keys(names):
    return {lists.folded(name) for name in names}
