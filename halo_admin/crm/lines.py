"""What the lines of a file may say, whatever kind of record they are about."""

from typing import NamedTuple

from ..db import now
from . import writing
from .sheets import Refused


class Line(NamedTuple):
    """What one line says: values by field, the lists that it names, and the fields of which it says nothing after all,
    for it ends before them; number: the id that it has in its file.
    """

    values: dict
    lists: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    number: int | None = None


class Lines:
    """The lines of one file, as many at a time as the caller hands in. A kind of record says what is special about it.

    To compare them, before_id tells the last record that was here: what the file itself brings is not compared. To save
    them, press tells who loads the file: then all records count, and those that are looked up are locked.
    """

    model, noun, nouns = None, "record", "records"
    KEEPS_HISTORY = True  # a line in the history of each record that is written
    COLUMNS: tuple[str, ...] = ()  # what a line may give
    NEEDED: tuple[str, ...] = ()  # one of these columns must be there
    STANDS_FOR: dict[str, str] = {}  # {column: the field it tells}, where that is called otherwise
    ASIDE: tuple[str, ...] = ("id", "halo_id")  # what a dump writes and nobody can choose

    def __init__(self, account, given: tuple[str, ...], before_id: int | None = None, press=None, is_dump=False):
        """is_dump: the file comes from such a site as this, and its numbers are ours, or were another one's."""
        self.account, self.given, self.before_id, self.press = account, given, before_id, press
        self.is_dump = is_dump

    @property
    def locks(self) -> bool:
        return self.press is not None

    def fault(self, row: dict) -> str | None:
        """Why a line cannot be taken in, whatever there is in the database."""

    def prepare(self, row: dict) -> None:
        """Work out before the transaction what takes long, where it is remembered."""

    def read(self, rows: list[dict], make: bool = False) -> list[Line | Refused]:
        """What the rows say; with `make`, in a writing transaction, what they name and nobody has heard of is made."""
        raise NotImplementedError

    def without(self, line: Line, missing) -> Line:
        """The line, where it ends before these columns."""
        told = {self.STANDS_FOR.get(name, name) for name in self.given if name not in missing}
        fields = {self.STANDS_FOR.get(name, name) for name in missing} - told
        return line._replace(missing=frozenset(fields)) if fields else line

    def alone(self, line: Line) -> Line | Refused:
        """The line, unless another one of the file excludes it."""
        return line

    def key(self, line: Line) -> str | None:
        """What tells whom a new line is about; no second one with it makes a record."""

    def says(self, line: Line) -> list:
        """All that a line with a key says: two lines with one key that say the same are one."""
        return [line.values, sorted(line.lists)]

    def holding(self, lines: list[Line]) -> list[int | None]:
        """For each line the id of a record that holds all it says already."""
        raise NotImplementedError

    def meant_by(self, lines: list[Line]) -> list[list]:
        """For each line the records it may be about."""
        raise NotImplementedError

    def by_id(self, ids) -> dict:
        """{id: the record} of those that are here."""
        raise NotImplementedError

    def look_at(self, pairs: list[tuple]) -> None:
        """Find out what adds() and reads() ask about these lines and their records (None: it is to be made)."""

    def adds(self, line: Line, record) -> bool:
        """Whether a line adds something to its record that is none of its values."""
        return False

    def makes(self, line: Line) -> dict[str, list[str]]:
        """What a line names that nobody has heard of, and that is made with it: {"types" or "lists": names}."""
        return {}

    def reads(self, field: str, value) -> str | None:
        """A field's value as people read it; None where there is nothing."""
        if isinstance(value, bool):
            return "Yes" if value else "No"
        return None if value is None else str(value)

    def remember(self, numbers: dict[int, int]) -> None:
        """Keep which number records have in the file, {the record's id: its number}, where other files tell by it."""

    def insert(self, lines: list[Line]) -> list[int]:
        """Make records; their ids."""
        at = {"edited_at": now()}
        return writing.insert(self.model, self.account, [line.values | at for line in lines])

    def update(self, changed: list[tuple]) -> None:
        """Give records new values: [(record, {field: value})]."""
        at = {"edited_at": now()}
        held = [{name: getattr(one, name) for name in ("id", *self.model.FIELDS)} for one, _ in changed]
        rows = [row | values | at for row, (_, values) in zip(held, changed, strict=True)]
        writing.update(self.model, self.account, rows)

    def add(self, adding: list[tuple[int, Line]]) -> None:
        """Add to the records with these ids what adds() told of, and what new ones bring beside their values."""
