"""Takes a CSV file of companies in: each line creates one, updates one, changes nothing, or is refused.

Lines are compared with the companies that were there before, never with each other: a file may hold twins on
purpose. Loading a file a second time changes nothing, so no two lines may write to one company.
"""

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from .. import normal
from ..db import begin_write, db, now
from . import writing
from .before import Before
from .models import Company
from .sheets import Refused, Sheet, open_sheet
from .types import LONGEST_NAME, company_types, folded, get_or_create

COLUMNS = ("name", "phone", "website", "type", "street", "city", "state", "postal_code", "country")
# so many lines are one transaction: well below the 0.25 s that people's edits may have to wait
LINES_AT_A_TIME = 300
UNHEARD_OF = -1  # the id of a type that does not exist yet


@dataclass
class Loaded:
    """What became of the lines of a file. `unknown` are columns that were left aside."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[dict] = field(default_factory=list)
    unknown: tuple[str, ...] = ()


def load_companies(account, path: Path) -> Loaded:
    """Load the file into the account, in many short transactions. Raises sheets.Unreadable and OSError."""
    sheet = open_sheet(path, COLUMNS, needed="name")
    return Load(account, sheet).run()


class Load:
    """One loading of one sheet."""

    def __init__(self, account, sheet: Sheet):
        self.account, self.sheet, self.loaded = account, sheet, Loaded(unknown=sheet.unknown)
        self.before = Before(account.id)
        self.type_ids = {kind.name_key: kind.id for kind in company_types(account.id)}
        self.fields = ["type_id" if name == "type" else name for name in sheet.given]
        self.taken = {}  # company id: the line that is about it

    def run(self) -> Loaded:
        alike = self._lines_that_are_here_already()
        db.session.rollback()
        rest = (row for row in self.sheet.rows() if row[0] not in alike)
        while batch := list(islice(rest, LINES_AT_A_TIME)):
            self._take_in(batch)
        self.loaded.unchanged += len(alike)
        return self.loaded

    def _lines_that_are_here_already(self):
        """Lines whose every given column some company holds already. No other line may change that company."""
        alike, rows = set(), ((line, row) for line, row in self.sheet.rows() if _is_named(row))
        while batch := list(islice(rows, LINES_AT_A_TIME)):
            companies = self.before.sorted_as([row["name"] for _, row in batch])
            here = {tuple(getattr(company, name) for name in self.fields): company.id for company in companies}
            for line, row in batch:
                if (company_id := here.get(tuple(self._given(row)))) is not None:
                    alike.add(line)
                    self.taken.setdefault(company_id, line)
        return alike

    def _given(self, row):
        """The row's values in the order of self.fields."""
        for name in self.sheet.given:
            is_type = name == "type" and row["type"] is not None
            yield self.type_ids.get(folded(row["type"]), UNHEARD_OF) if is_type else row[name]

    def _take_in(self, batch):
        usable = [(line, row) for line, row in batch if self._is_usable(line, row)]
        for _, row in usable:
            # reading phones takes longest: read before the transaction they are remembered for it
            normal.phone_key(row.get("phone"), self.account.default_country)
        begin_write()
        made, changed = [], []
        for (line, row), meant in zip(usable, self.before.meant_by([row for _, row in usable]), strict=True):
            self._sort(line, self._values(row), meant, made, changed)
        at = {"edited_at": now()}
        writing.insert(Company, self.account, [values | at for values in made])
        writing.update(Company, self.account, [values | at for values in changed])
        db.session.commit()

    def _is_usable(self, line, row):
        reason = str(row) if isinstance(row, Refused) else _fault(row)
        if reason:
            self._refuse(line, reason)
        return not reason

    def _refuse(self, line, reason):
        self.loaded.refused.append({"line": line, "reason": reason})

    def _values(self, row):
        """The row's values by field; a type nobody has heard of is made."""
        name = row.get("type")
        if name and folded(name) not in self.type_ids:
            self.type_ids[folded(name)] = get_or_create(self.account.id, name).id
        return dict(zip(self.fields, self._given(row), strict=True))

    def _sort(self, line, values, meant, made, changed):
        if not meant:
            made.append(values)
            self.loaded.created += 1
        elif len(meant) > 1:
            self._refuse(line, f"{len(meant)} companies here could be meant: {_told(meant)}")
        elif meant[0].id in self.taken:
            first = self.taken[meant[0].id]
            self._refuse(line, f"line {first} is about the same company, {meant[0].name}")
        else:
            self._update(line, values, meant[0], changed)

    def _update(self, line, values, company, changed):
        self.taken[company.id] = line
        before = {name: getattr(company, name) for name in Company.FIELDS}
        if before == before | values:
            self.loaded.unchanged += 1
            return
        changed.append(before | values | {"id": company.id})
        self.loaded.updated += 1


def _is_named(row):
    return not isinstance(row, Refused) and bool((row["name"] or "").strip())


def _fault(row):
    if not _is_named(row):
        return "the name is blank"
    if row.get("type") and (not row["type"].strip() or len(row["type"].strip()) > LONGEST_NAME):
        return f"the type is blank or longer than {LONGEST_NAME} characters"
    return None


def _told(companies):
    names = sorted(f"{company.name} ({company.id})" for company in companies)
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
