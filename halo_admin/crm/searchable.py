"""Which words a value is found by, and which beginnings of words a query asks for. Both sides fold alike."""

import re

from .. import normal

LONGEST = 64  # characters of a word that are kept
MOST_WORDS = 8  # of a query
FEWEST_DIGITS = 5  # in a query of only digits for it to be a phone number and not words

_DIGITS, _NO_DIGITS = re.compile(r"[0-9]+"), re.compile(r"[^0-9]+")
_PHONE_LIKE = re.compile(r"[0-9\s()+./–-]+")
_AROUND_A_SITE = re.compile(r"^(?:[a-z]+:/{0,2})?(?:www\.)?|[/?#:].*$")
_EDGES = "\"'‘’“”()[]<>,;.:!"


def name_words(text: str) -> set[str]:
    """The folded words of a text; "Acme.io Labs" is found by "acme.io" too, and long numbers as phones are."""
    found = set(normal.words(text))
    if _is_address(text):
        found.update(token for token in map(_token, text.split()) if _is_address(token))
    if _DIGITS.search(text):
        found.update(*(phone_words(run) for run in _PHONE_LIKE.findall(text) if _is_number(run)))
    return found


def domain_words(text: str) -> set[str]:
    """A website's host; its folded words where it is no address."""
    token = _token(text)
    return {token} if _is_address(token) else set(normal.words(text))


def email_words(text: str) -> set[str]:
    """An address as a whole, and its domain; the folded words of what is no address."""
    token = _token(text)
    name, _at, host = token.partition("@")
    return {token, host} if name and host else set(normal.words(text))


def phone_words(text: str) -> set[str]:
    """The digits from each group on: +1 415 555 2671 is found by 1415…, 415…, 555… and 2671."""
    found, rest = set(), ""
    for group in reversed(_DIGITS.findall(text)[:LONGEST]):
        rest = group + rest
        found.add(_dialled(rest))
    return {word for word in found if len(word) > 2}


def digits(text: str) -> set[str]:
    """The digits in a row, without the zeros that some dial in front."""
    word = _dialled(_NO_DIGITS.sub("", text))
    return {word} if word else set()


def _dialled(digits_alone):
    return digits_alone.lstrip("0")[:LONGEST]


def query_words(text: str) -> list[str]:
    """The beginnings of words that a record must have, all of them; empty for an empty query."""
    text = text.replace("\0", " ").strip()[:200]
    if _PHONE_LIKE.fullmatch(text) and (_is_number(text) or _begins_a_number(text)):
        return sorted(digits(text))
    words = [word for token in map(_token, text.split()) for word in _asked(token)]
    # a query of signs alone finds what has such a word, which is nothing
    return list(dict.fromkeys(words))[:MOST_WORDS] or ([text[:LONGEST]] if text else [])


def _is_number(text):
    return any(len(found) >= FEWEST_DIGITS for found in digits(text))


def _begins_a_number(text):
    """Whether so few digits are the beginning of a phone number all the same: nothing else begins like that."""
    return text.startswith(("+", "(")) and bool(digits(text))


def _asked(token):
    return [token] if _is_address(token) else normal.words(token)


def _token(text):
    return _bare(_AROUND_A_SITE.sub("", _bare(text.replace("\0", "").strip().casefold()))[:LONGEST])


def _bare(token):
    # with a sign in front people ask for a domain's addresses; at the end it belongs to an address begun
    return token.lstrip(_EDGES + "@").rstrip(_EDGES)


def _is_address(token):
    return "." in token or "@" in token
