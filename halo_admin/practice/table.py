"""One kind of record of a tenant: what was made up, with what has been changed since laid over it."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable


class Table:
    """Records by id. `make` gives the made-up record of an id, `is_off` tells cheaply whether it is switched off.

    `changed` holds whole records, new and altered ones; ids are kept sorted, all of them and the active ones.
    """

    def __init__(self, ids: Iterable[int], make: Callable[[int], dict], off_flag="inactive", is_off=None):
        self._made_ids, self._make, self._off_flag = ids, make, off_flag
        self._is_off = is_off or (lambda key: make(key).get(off_flag, False))
        self.version = 0  # another one after every change
        self.reset()

    def reset(self) -> None:
        """Forget all changes."""
        self.changed: dict[int, dict] = {}
        self.deleted: set[int] = set()
        self.version += 1
        self._ids = array("q", self._made_ids)
        self._known = set() if isinstance(self._made_ids, range) else set(self._made_ids)
        self._active = None
        self._results: dict = {}
        self._texts: dict[int, str] = {}

    def get(self, key: int) -> dict | None:
        """The record, not to be changed in place; None if there is none."""
        if key in self.changed:
            return self.changed[key]
        if key in self.deleted or not self._was_made(key):
            return None
        return self._make(key)

    def ids(self, which: str = "all") -> array:
        """Sorted ids of all records, of the "active" or of the "inactive" ones."""
        if which == "all":
            return self._ids
        if which == "active":
            return self._active_ids()
        return self.remembered("inactive", lambda: array("q", sorted(set(self._ids) - set(self._active_ids()))))

    def remembered(self, question, answer: Callable[[], array]) -> array:
        """The ids that answer a question, worked out once for each state of the table."""
        if len(self._results) > 50:
            self._results.clear()
        key = (self.version, question)
        if key not in self._results:
            self._results[key] = answer()
        return self._results[key]

    def search(self, words: str, text_of: Callable[[dict], str]) -> list[int]:
        """Ids of the records in whose text the words occur; the texts are made at the first search and kept."""
        for key in self._ids:
            if key not in self._texts:
                self._texts[key] = text_of(self.get(key)).casefold()
        wanted, texts = words.casefold(), self._texts
        return [key for key in self._ids if wanted in texts[key]]

    def put(self, key: int, record: dict) -> None:
        """Store a whole record, new or altered."""
        is_new = self.get(key) is None
        self.deleted.discard(key)
        self.changed[key] = record
        self._texts.pop(key, None)
        self.version += 1
        if is_new:
            _insert(self._ids, key)
        if self._active is not None:
            _remove(self._active, key)
            if not record.get(self._off_flag):
                _insert(self._active, key)

    def drop(self, key: int) -> dict | None:
        """Delete a record; nothing in the lists tells that it was there."""
        record = self.get(key)
        if record is not None:
            # worked out while the record is still known as a changed one: it may have never been made up
            for ids in (self._active_ids(), self._ids):
                _remove(ids, key)
            self.changed.pop(key, None)
            self.deleted.add(key)
            self.version += 1
        return record

    def next_id(self) -> int:
        return max(self._ids[-1] if self._ids else 0, max(self.deleted, default=0)) + 1

    def free_low_id(self) -> int | None:
        """An id before all made-up ones but the special ones, for a record that shifts all pages; None when used up."""
        start = next((key for key in self._ids if key > 1), 2)
        return start - 1 if start > 2 else None

    def _was_made(self, key: int) -> bool:
        return key in self._known or (isinstance(self._made_ids, range) and key in self._made_ids)

    def _active_ids(self) -> array:
        if self._active is None:
            made = (key for key in self._ids if key not in self.changed and not self._is_off(key))
            self._active = array("q", made)
            for key, record in self.changed.items():
                if not record.get(self._off_flag):
                    _insert(self._active, key)
        return self._active


def _insert(ids: array, key: int) -> None:
    ids.insert(bisect_left(ids, key), key)


def _remove(ids: array, key: int) -> None:
    place = bisect_left(ids, key)
    if place < len(ids) and ids[place] == key:
        ids.pop(place)
