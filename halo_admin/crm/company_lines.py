"""What the lines of a file of companies mean."""

from collections import defaultdict
from itertools import chain

from .. import normal
from ..bulk import update_rows
from . import naming
from .before import Before
from .lines import Line, Lines
from .models import Company
from .types import LONGEST_NAME, NO_TYPE, company_types, folded, get_or_create


class CompanyLines(Lines):
    """A line is about the one company with the same website, else the same name; of several its number may choose."""

    model, noun, nouns = Company, "company", "companies"
    COLUMNS = ("name", "phone", "website", "type", "street", "city", "state", "postal_code", "country")
    NEEDED = ("name",)
    STANDS_FOR = {"type": "type_id"}

    def __init__(self, account, given, before_id=None, press=None, is_dump=False):
        super().__init__(account, given, before_id, press, is_dump)
        self.before = Before(Company, account.id, ("name_sort", "name_key", "website_key", "number_in_file"), before_id)
        self.held = set()
        self.fields = ["type_id" if name == "type" else name for name in given]
        types = company_types(account.id)
        self.type_ids, self.type_names = (
            {kind.name_key: kind.id for kind in types} | {folded(NO_TYPE): None},
            {kind.id: kind.name for kind in types},
        )

    def fault(self, row):
        if not (row["name"] or "").strip():
            return "the name is blank"
        if row.get("type") and (not row["type"].strip() or len(row["type"].strip()) > LONGEST_NAME):
            return f"the type is blank or longer than {LONGEST_NAME} characters"
        return None

    def prepare(self, row):
        normal.phone_key(row.get("phone"), self.account.default_country)

    def read(self, rows, make=False):
        for name in dict.fromkeys(row["type"] for row in rows if row.get("type")):
            if folded(name) not in self.type_ids:
                self._hear_of(name, make)
        return [
            Line(dict(zip(self.fields, self._given(row), strict=True)), number=naming.number(row.get("id") or ""))
            for row in rows
        ]

    def _hear_of(self, name, make):
        """A type that is not made yet has an id below zero: no company has it."""
        kind = get_or_create(self.account.id, name) if make else None
        type_id = kind.id if kind else -len(self.type_names) - 1
        self.type_ids[folded(name)], self.type_names[type_id] = type_id, kind.name if kind else name.strip()

    def makes(self, line):
        type_id = line.values.get("type_id")
        return {"types": [self.type_names[type_id]]} if type_id is not None and type_id < 0 else {}

    def _given(self, row):
        for name in self.given:
            is_type = name == "type" and row["type"] is not None
            yield self.type_ids[folded(row["type"])] if is_type else row[name]

    def holding(self, lines):
        sorts = {normal.sort_key(line.values["name"]) for line in lines}
        here = defaultdict(list)
        for company in chain.from_iterable(self.before.grouped(Company.name_sort, sorts).values()):
            here[tuple(getattr(company, name) for name in self.fields)].append(company)
        return [self._held(line, here[tuple(line.values.values())]) for line in lines]

    def _held(self, line, alike):
        """Of several companies that are alike: the one with the line's number, else one that no line is about yet."""
        if not alike:
            return None
        one = min(alike, key=lambda one: (not _has_number(one, line.number), one.id in self.held))
        self.held.add(one.id)
        return one.id

    def meant_by(self, lines):
        """The first key with any company counts; the name may only choose among several with the same website, and the
        line's number among those that are left.
        """
        sites = [normal.website_key(line.values.get("website")) for line in lines]
        names = [normal.name_key(line.values["name"]) for line in lines]
        by_site = self.before.grouped(Company.website_key, sites, self.locks)
        by_name = self.before.grouped(Company.name_key, names, self.locks)
        return [
            _numbered(_meant(by_site.get(site, []), by_name.get(name, [])), line.number)
            for line, site, name in zip(lines, sites, names, strict=True)
        ]

    def by_id(self, ids):
        return self.before.by_id(ids, self.locks)

    def remember(self, numbers):
        """Of two companies with one number, each from another file, the later one keeps it."""
        others = naming.numbered_in_files(self.account.id, set(numbers.values())).values()
        here = self.before.by_id({*numbers, *(company.id for company in others)}, locked=True)
        update_rows(Company, [
            {"id": one.id, "number_in_file": numbers.get(one.id)}
            for one in here.values() if not _has_number(one, numbers.get(one.id))
        ])  # fmt: skip

    def reads(self, field, value):
        return self.type_names.get(value) if field == "type_id" else super().reads(field, value)


def _numbered(companies, number):
    return [one for one in companies if _has_number(one, number)] or companies


def _has_number(company, number):
    """Whether a file's number means this company already: as its number in a file before, or as ours."""
    return number is not None and number in (company.number_in_file, company.id)


def _meant(sited, named):
    if len(sited) < 2:
        return sited or named
    ids = {company.id for company in named}
    return [company for company in sited if company.id in ids] or sited
