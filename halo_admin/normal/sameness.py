"""Whether two values are the same but for their form: what merging asks before it speaks of a difference."""

import unicodedata
from collections.abc import Callable

from halo_admin.normal.emails import addresses
from halo_admin.normal.folding import folded_words
from halo_admin.normal.markup import plain
from halo_admin.normal.phones import numbers, without_numbers
from halo_admin.normal.websites import read_address


def same(kind: str, a: str | None, b: str | None, country: str) -> bool:
    """Whether two values of a field differ in form only; None, empty and blank are the same.

    kind is "phone" (all numbers and extensions count, and the words around them), "website" (host without "www.",
    path and query; not the scheme), "email" (all addresses), "markup" (its text), "name" or "text" (all but blanks
    counts: a new legal form or spelling of a name is a difference). country as in phone_key. Other kinds: KeyError.
    """
    reading = _READINGS[kind]
    return a == b or reading(a or "", country) == reading(b or "", country)


def _text(text, country):
    return " ".join(unicodedata.normalize("NFC", text).split())


def _phone(text, country):
    found = list(numbers(text, country))
    return (found, folded_words(without_numbers(text))) if found else _text(text, country)


def _website(text, country):
    pieces = text.split()
    return (read_address(pieces[0]) if len(pieces) == 1 else None) or _text(text, country)


def _email(text, country):
    return list(addresses(text)) or _text(text, country)


def _markup(text, country):
    return _text(plain(text), country)


_READINGS: dict[str, Callable] = {
    "phone": _phone, "website": _website, "email": _email, "markup": _markup, "name": _text, "text": _text,
}  # fmt: skip
