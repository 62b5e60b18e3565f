"""From the body of an answer to records: quick where Halo is regular, patient where a row is not.

A listing's rows are found by their key. A whole page is decoded at once into typed rows; only when that fails
row by row, and a row that fails value by value. What cannot be read even so is told as Unreadable, alone.
"""

import hashlib
import typing
from collections.abc import Callable

import msgspec

from ..records import Page, Unreadable
from . import mending, values

_envelope = msgspec.json.Decoder(dict[str, msgspec.Raw])
_array = msgspec.json.Decoder(list[msgspec.Raw])
_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class NotThatShape(ValueError):
    """The body is no JSON, or not of the shape the listing has."""


class Reader:
    """Reads rows of one kind.

    row_type is a msgspec struct that says Halo's names and types; a field annotated with one of values' functions
    can be read from other types too. record makes ours of such a row and may raise values.Wrong.
    """

    def __init__(self, row_type: type[msgspec.Struct], record: Callable):
        self._record = record
        self.row_type = row_type
        self._rows = msgspec.json.Decoder(list[row_type])
        self._row = msgspec.json.Decoder(row_type)
        self._patient = tuple(_patient_readers(row_type))

    def many(self, body: bytes) -> tuple:
        """The records of a JSON array; raises NotThatShape when it is none."""
        try:
            return tuple(map(self._record, self._rows.decode(body)))
        except (*_BROKEN, values.Wrong):
            return tuple(map(self.one, _array_of(body)))

    def one(self, body) -> object:
        """The record of one JSON object, or Unreadable with the reason."""
        try:
            return self._record(self._row.decode(body))
        except (*_BROKEN, values.Wrong):
            return self._patiently(bytes(body))

    def _patiently(self, body):
        halo_id = label = None
        try:
            said = mending.read(body)
            if not isinstance(said, dict):
                raise values.Wrong("is not an object")
            label = _name_in(said)
            halo_id = values.own_id(said.get("id"))
            return self._record(self.row_type(**dict(self._mended_fields(said))))
        except (ValueError, RecursionError) as error:
            reason = str(error) if isinstance(error, values.Wrong) else "is not readable as JSON"
            return Unreadable(halo_id, f"This record {reason}.", _fingerprint(body), label)

    def _mended_fields(self, said):
        for name, theirs, read in self._patient:
            if theirs in said:
                try:
                    yield name, read(said[theirs])
                except values.Wrong as wrong:
                    raise values.Wrong(f"cannot be read: its {theirs} {wrong}") from wrong


def page(body: bytes, keys: tuple[str, ...], reader: Reader, digest: str = "") -> Page:
    """The page in an answer: an object that holds the rows under one of keys, or a bare array (halo-api.md 2.4).

    Raises NotThatShape when it is neither.
    """
    try:
        rows, record_count = _page(body, keys, reader)
    except _BROKEN:
        rows, record_count = _page_of_mended(body, keys, reader)
    return Page(rows, record_count, digest)


def single(body: bytes, reader: Reader) -> object | None:
    """The record in the answer to a GET of one; None where Halo says null. Raises NotThatShape when it is no object."""
    if body.strip() == b"null":
        return None
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except _BROKEN:
        body = _mended(body)
    if body.lstrip().startswith(b"["):
        rows = _array_of(body)
        if len(rows) != 1:
            raise NotThatShape("a list instead of one record")
        body = bytes(rows[0])
    if not body.lstrip().startswith(b"{"):
        raise NotThatShape("no record")
    return reader.one(body)


def saved(body: bytes, keys: tuple[str, ...], reader: Reader) -> object:
    """The record in the answer to a write: an object, an array of one, or {key: [object]} (halo-api.md 2.6).

    Raises NotThatShape where there is none.
    """
    try:
        said = msgspec.json.decode(body) if body.strip() else None
    except _BROKEN as error:
        raise NotThatShape("not JSON") from error
    if isinstance(said, dict) and "id" not in said:
        said = next((said[key] for key in keys if key in said), None)
    if isinstance(said, list):
        said = said[0] if len(said) == 1 else None
    if not isinstance(said, dict):
        raise NotThatShape("no record")
    return reader.one(msgspec.json.encode(said))


def _page_of_mended(body, keys, reader):
    try:
        return _page(_mended(body), keys, reader)
    except _BROKEN as error:
        raise NotThatShape("not JSON") from error


def _page(body, keys, reader):
    if body.lstrip().startswith(b"["):
        return reader.many(body), None
    envelope = _envelope.decode(body)
    total = _count(envelope.get("record_count"))
    rows = next((envelope[key] for key in keys if key in envelope), None)
    if rows is None or bytes(rows) == b"null":
        if total == 0:
            return (), 0
        raise NotThatShape(f"no list “{keys[0]}” in it")
    return reader.many(rows), total


def _count(raw):
    try:
        return None if raw is None else values.count(msgspec.json.decode(raw))
    except _BROKEN:
        return None


def _array_of(body):
    try:
        return _array.decode(body)
    except msgspec.ValidationError as error:
        raise NotThatShape("an object where a list belongs") from error


def _mended(body):
    try:
        return mending.mended(body)
    except (ValueError, RecursionError) as error:
        raise NotThatShape("not JSON") from error


def _patient_readers(row_type):
    hints = typing.get_type_hints(row_type, include_extras=True)
    for field in msgspec.structs.fields(row_type):
        for told in getattr(hints[field.name], "__metadata__", ()):
            if callable(told):
                yield field.name, field.encode_name, told


def _name_in(said):
    try:
        return values.text(said.get("name"))
    except values.Wrong:
        return None


def _fingerprint(body):
    return hashlib.blake2b(body, digest_size=16).hexdigest()
