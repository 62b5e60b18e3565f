"""Folds text to what is left when case, accents, punctuation and width do not count."""

import unicodedata

MAX_TEXT = 500  # characters looked at: Halo's longest name has 255
MAX_WORD = 64
MAX_WORDS = 48
KEY_LENGTH = 255
SORT_LENGTH = 80

_JOINED = "'’‘ʼ`´′"  # O'Brien is one word
# Letters that Unicode does not take apart into a letter and its accent.
_LETTERS = dict(zip("øłđðħıĸŋŧ", "olddhiknt", strict=True), æ="ae", œ="oe", þ="th")
_LAST_KEPT = 0xFFFF  # characters beyond are folded each time: remembering them all would take 100 MB


def _is_accent(char):
    """Accents are left out (Latin, Hebrew, Arabic, …), vowel signs of Indic and Thai and Japanese voicing are not."""
    combining = unicodedata.combining(char)
    if combining:
        return combining == 1 or 10 <= combining <= 36 or combining >= 200
    return unicodedata.category(char) == "Me" or 0xFE00 <= ord(char) <= 0xFE0F


def _folded(char):
    """What becomes of a character: nothing, a blank where it parts words, or one or more letters and digits."""
    if char in _JOINED or unicodedata.category(char) == "Cf":
        return ""
    if not char.isalnum():
        return _without_accent(char)
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(_LETTERS.get(part, part) if part.isalnum() else _without_accent(part) for part in parts)


def _without_accent(char):
    if not unicodedata.category(char).startswith("M"):
        return " "
    return "" if _is_accent(char) else char


class _Folding(dict):
    """A table for str.translate that fills itself."""

    def __missing__(self, code):
        folded = _folded(chr(code))
        if code <= _LAST_KEPT:
            self[code] = folded
        return folded


_FOLDING = _Folding()


def plain(text: str) -> str:
    """The text in its usual characters: full-width ones narrowed, invisible ones left out, at most MAX_TEXT long."""
    text = text[:MAX_TEXT]
    if text.isascii():
        return text
    shown = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", shown)


def folded_words(text: str) -> list[str]:
    """The words of a text in their order: lower case, no accents, letters and digits of any script."""
    text = text[:MAX_TEXT]
    if text.isascii():
        return text.translate(_FOLDING).split()
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).translate(_FOLDING))
    return [word for word in folded.split() if word.isascii() or any(map(str.isalnum, word))]


def words(*texts: str | None) -> list[str]:
    """The different words of some texts for a search index: at most MAX_WORDS, each cut at MAX_WORD characters."""
    found = {word[:MAX_WORD]: None for text in texts if text for word in folded_words(text)}
    return list(found)[:MAX_WORDS]


def sort_key(text: str) -> str:
    """Where a name stands in a sorted table: its folded words, without the signs around and between them."""
    return " ".join(folded_words(text))[:SORT_LENGTH]
