"""The normal form of e-mail addresses."""

import re
import unicodedata
from collections.abc import Iterator

from halo_admin.normal.folding import plain

MAX_ADDRESS = 254  # RFC 5321

_SEPARATORS = re.compile(r"[\s,;:?<>()\[\]\"|]+")


def email_key(text: str | None) -> str | None:
    """The first address in a text, in lower case; None where there is none.

    An address has exactly one @ with something on both sides. "Sam <sam@x.com>", "mailto:sam@x.com" and several
    addresses in one field are understood. Sub-addresses (sam+news@) and dots are left as they are: whether they
    matter is up to each provider.
    """
    return next(addresses(text), None) if text else None


def addresses(text: str) -> Iterator[str]:
    """All addresses in a text, in lower case."""
    for piece in _SEPARATORS.split(_lower(plain(text))):
        address = piece.strip("'.")
        name, at, host = address.partition("@")
        if name and at and host and "@" not in host and len(address) <= MAX_ADDRESS and address.isprintable():
            yield address


def _lower(text):
    text = text.lower()
    return text if text.isascii() else unicodedata.normalize("NFKC", text)
