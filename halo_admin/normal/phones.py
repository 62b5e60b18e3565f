"""The normal form of phone numbers."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    ValidationResult,
    is_possible_number_with_reason,
    is_valid_number,
    is_valid_number_for_region,
    national_significant_number,
    parse,
)

from halo_admin.normal.folding import plain

MAX_PHONE = 120  # characters looked at
FEWEST_DIGITS = 6  # below are emergency and other short numbers
MOST_DIGITS = 20  # E.164's 15, an international prefix and a (0)
FULL_LENGTH = 9  # a number of so many national digits can hardly lack its area code

_CHUNK = re.compile(
    r"""
    (?P<digits> [(\[]* \+? [ (]* \d [\d ()\[\]./·'’‐-―−-]* )
    (?: [,;\s]* (?: ext | x | \# | app | durchwahl | dw | nst | poste | int | доб ) [a-z]* [\s.:=]*
        (?P<extension> \d{1,7} ) )?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_EXCEL = re.compile(r"\d[eE]\+?\d")  # 4.93E+10: the digits are lost
_FLOAT = re.compile(r"^(\d{6,})\.0$")  # 49305550100.0: a number that went through a spreadsheet
_NEXT_NUMBER = re.compile(r"\s+[/‐-―−-]\s+(?=0)")  # 030 5550100 / 0171 1234567
_MAY_PART = re.compile(r"\s*/\s*|\s+[‐-―−-]\s+|\s{2,}")  # or may not: 030 / 5550100
_TRUNK_ZERO = re.compile(r"[(\[]\s*0\s*[)\]]")
_NOT_DIALLED = re.compile(r"[^\d+]")
_RUNS = "01234567890123456789 98765432109876543210"


class Number(NamedTuple):
    """A phone number of a field. Where number is no key (too short, not possible) it has no "+" in front."""

    number: str
    extension: str | None = None


def phone_key(text: str | None, country: str) -> str | None:
    """The first phone number of a text in E.164 ("+49305550100"); None where there is none.

    country is where numbers without an international prefix are dialled (ISO 3166, two letters). A number counts if
    the library knows it as valid, or as possible and FULL_LENGTH long (number plans change faster than libraries).
    Extensions are no part of the key: what tells a company is its switchboard. Short numbers, numbers a spreadsheet
    rounded and placeholders (0000000, 1234567) are no key.
    """
    return _first(text[:MAX_PHONE], country) if text else None


def numbers(text: str, country: str) -> Iterator[Number]:
    """All numbers of a text with their extensions, those that are no key too."""
    text = _FLOAT.sub(r"\1", _in_ascii_digits(plain(text[:MAX_PHONE])).strip())
    if not _EXCEL.search(text):
        for chunk in _CHUNK.finditer(text):
            yield from _read(chunk["digits"], chunk["extension"], country.upper())


def without_numbers(text: str) -> str:
    """What a text says beside its numbers."""
    return _CHUNK.sub(" ", text)


@lru_cache(maxsize=1 << 14)
def _first(text, country):
    return next((found.number for found in numbers(text, country) if found.number.startswith("+")), None)


def _read(digits, extension, country):
    """The numbers of one run of digits; an extension belongs to the last."""
    found = [number for part in _NEXT_NUMBER.split(digits) for number in _read_part(part, country)]
    yield from map(Number, found[:-1])
    yield Number(found[-1], extension)


def _read_part(digits, country):
    """One number if the digits can be one, else those between slashes, dashes or wide blanks."""
    whole = _e164(digits, country)
    if whole:
        return [whole]
    pieces = _MAY_PART.split(digits.strip())
    keys = [_e164(piece, country) for piece in pieces] if len(pieces) > 1 else [None]
    return [key or _NOT_DIALLED.sub("", piece).replace("+", "") for key, piece in zip(keys, pieces, strict=True)]


def _e164(digits, country):
    number = _best_number(digits, country)
    if number is None:
        return None
    national = national_significant_number(number)
    return None if _is_placeholder(national) else f"+{number.country_code}{national}"


def _best_number(digits, country):
    """The first way to read the digits that gives a valid number, else the first that gives a full-length one."""
    possible = None
    for way in _ways_to_dial(digits):
        number = _parsed(way, country) if FEWEST_DIGITS <= len(way) <= MOST_DIGITS else None
        if number and _is_valid(number, country):
            return number
        if number and not possible and _is_full_length(number):
            possible = number
    return possible


def _is_valid(number, country):
    # most numbers are of the country itself, and then the others of its code need no look
    return is_valid_number_for_region(number, country) or is_valid_number(number)


def _ways_to_dial(digits):
    """The digits as they may be meant, likeliest first: "+49 (0)30" is +4930, "00" is "+" nearly everywhere."""
    dialled = _NOT_DIALLED.sub("", digits)
    if dialled.startswith(("+", "00")):
        without_zero = _TRUNK_ZERO.sub("", digits, count=1)
        if without_zero != digits:
            yield from _ways_to_dial(without_zero)
    if dialled.startswith("00"):
        yield f"+{dialled[2:]}"
    yield dialled


def _parsed(digits, country) -> PhoneNumber | None:
    try:
        return parse(digits, country)
    except NumberParseException:
        return None


def _is_full_length(number):
    """Whether an invalid number is at least long enough to be a whole one, and is read from E.164 as it was here."""
    national = national_significant_number(number)
    if len(national) < FULL_LENGTH or national.startswith("0"):
        return False
    possible = is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    return possible and _parsed(f"+{number.country_code}{national}", None) == number


def _is_placeholder(national):
    """One digit throughout, digits in their order, or an area code with nothing but zeros."""
    digits = national.lstrip("0")
    return len(set(digits)) < 2 or digits in _RUNS or digits.endswith("0000000")


def _in_ascii_digits(text):
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
