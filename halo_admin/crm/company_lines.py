"""What the lines of a file of companies mean."""

from .. import normal
from .before import Before
from .lines import Line, Lines
from .models import Company
from .types import LONGEST_NAME, NO_TYPE, company_types, folded, get_or_create


class CompanyLines(Lines):
    """A line is about the one company with the same website, else the same name."""

    model, noun, nouns = Company, "company", "companies"
    COLUMNS = ("name", "phone", "website", "type", "street", "city", "state", "postal_code", "country")
    NEEDED = ("name",)
    STANDS_FOR = {"type": "type_id"}

    def __init__(self, account, given, before_id=None, press=None, is_dump=False):
        super().__init__(account, given, before_id, press, is_dump)
        self.before = Before(Company, account.id, ("name_sort", "name_key", "website_key"), before_id)
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
        return [Line(dict(zip(self.fields, self._given(row), strict=True))) for row in rows]

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
        here = {
            tuple(getattr(company, name) for name in self.fields): company.id
            for companies in self.before.grouped(Company.name_sort, sorts).values()
            for company in companies
        }
        return [here.get(tuple(line.values.values())) for line in lines]

    def meant_by(self, lines):
        """The first key with any company counts; the name may only choose among several with the same website."""
        sites = [normal.website_key(line.values.get("website")) for line in lines]
        names = [normal.name_key(line.values["name"]) for line in lines]
        by_site = self.before.grouped(Company.website_key, sites, self.locks)
        by_name = self.before.grouped(Company.name_key, names, self.locks)
        return [_meant(by_site.get(site, []), by_name.get(name, [])) for site, name in zip(sites, names, strict=True)]

    def by_id(self, ids):
        return self.before.by_id(ids, self.locks)

    def reads(self, field, value):
        return self.type_names.get(value) if field == "type_id" else super().reads(field, value)


def _meant(sited, named):
    if len(sited) < 2:
        return sited or named
    ids = {company.id for company in named}
    return [company for company in sited if company.id in ids] or sited
