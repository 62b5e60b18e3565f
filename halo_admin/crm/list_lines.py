"""What the lines of a file of lists mean: names and Leads switches."""

from ..db import db
from . import cells, lists
from .contact_models import ContactList
from .lines import Line, Lines
from .sheets import Refused


class ListLines(Lines):
    """A line is about the list with the same name. Who is on it, the file of contacts says."""

    model, noun, nouns = ContactList, "list", "lists"
    KEEPS_HISTORY = False
    COLUMNS = ("name", "leads")
    NEEDED = ("name",)
    ASIDE = ("id", "contacts")

    def __init__(self, account, given, before_id=None, press=None, is_dump=False):
        super().__init__(account, given, before_id, press, is_dump)
        self.named = set()

    def fault(self, row):
        name = _tidy(row["name"])
        if not name or len(name) > lists.LONGEST_NAME:
            return f"the name is blank or longer than {lists.LONGEST_NAME} characters"
        return cells.wrong_flag(row, ("leads",))

    def read(self, rows, make=False):
        return list(map(_line, rows))

    def alone(self, line):
        """No two lists have one name: of several lines the first counts."""
        key = lists.folded(line.values["name"])
        if key in self.named:
            return Refused("a line above it is about the same list")
        self.named.add(key)
        return line

    def holding(self, lines):
        return [one.id if one and all(getattr(one, name) == value for name, value in line.values.items()) else None
                for line, one in zip(lines, self._called(lines), strict=True)]  # fmt: skip

    def meant_by(self, lines):
        return [[one] if one else [] for one in self._called(lines)]

    def _called(self, lines):
        here = {one.name_key: one for one in lists.lists_of(self.account.id)}
        return [here.get(lists.folded(line.values["name"])) for line in lines]

    def by_id(self, ids):
        return {one.id: one for one in lists.lists_of(self.account.id) if one.id in ids}

    def insert(self, lines):
        made = lists.called(self.account.id, [line.values["name"] for line in lines])
        chosen = [(made[lists.folded(line.values["name"])], line.values) for line in lines]
        self.update(chosen)
        return [one.id for one, _ in chosen]

    def update(self, changed):
        for one, values in changed:
            for name, value in values.items():
                setattr(one, name, value)
        db.session.flush()


def _tidy(name):
    return " ".join((name or "").split())


def _line(row):
    leads = cells.flag(row.get("leads"))
    return Line({"name": _tidy(row["name"])} | ({} if leads is None else {"leads": leads}))
