"""The normal form of company names: "Acme Ltd." and "ACME Limited" are one name."""

import unicodedata

from halo_admin.normal.folding import KEY_LENGTH, folded_words
from halo_admin.normal.lists import read_list

_ANDS = frozenset(("and", "und", "et", "en", "og", "och"))
_LISTS = read_list("legal_forms.ini")


def _forms(section):
    """Forms as their letters in a row, so that S.A., SA and S. A. are one."""
    return frozenset("".join(folded_words(line)) for line in _LISTS[section])


_LAST, _AFTER_AND, _FIRST = _forms("last words"), _forms("only after an and"), _forms("first words")
_GLUED = tuple(sorted(_forms("written without a blank"), key=len, reverse=True))
# What a form can end or begin with: a word that is none of these needs no longer look.
_TAILS = frozenset(form[at:] for form in _LAST | _AFTER_AND for at in range(len(form)))
_HEADS = frozenset(form[: at + 1] for form in _FIRST for at in range(len(form)))


def name_key(text: str | None) -> str | None:
    """The folded letters and digits of a name in a row, without its legal form; None where it has neither.

    Names that differ only in case, accents, blanks, punctuation, "&" for "and" or legal form have one key. The first
    word (after a form put before the name) is never taken for a legal form, so a name that is only one keeps itself.
    """
    if not text:
        return None
    words = folded_words(_with_ands(text))
    if len(words) > 1:
        words[1:-1] = ["and" if word in _ANDS else word for word in words[1:-1]]
        _drop_last_forms(words)
        _drop_first_form(words)
    key = "".join(words)
    if not key.isascii():
        key = unicodedata.normalize("NFC", _without_glued_forms(key))
    return key[:KEY_LENGTH] or None


def _with_ands(text):
    """ "&" said as "and", and "+" too where it stands alone; else it is a plus (A+ Computers is not A Computers)."""
    if "&" in text or "＆" in text:
        text = text.replace("&", " and ").replace("＆", " and ")
    if "+" in text:
        text = text.replace(" + ", " and ").replace("+", " plus ")
    return text


def _drop_last_forms(words):
    while length := _last_form_length(words):
        del words[-length:]
        if words[-1] in ("and", "plus") and len(words) > 1:
            del words[-1]


def _last_form_length(words):
    """How many of the last words are a legal form; the longest counts, 0 where they are none."""
    joined, length = "", 0
    for count in range(1, len(words)):
        joined = words[-count] + joined
        if joined not in _TAILS:
            break
        forms = _AFTER_AND if words[-count - 1] == "and" else _LAST
        if joined in forms:
            length = count
    return length


def _drop_first_form(words):
    joined, length = "", 0
    for count in range(1, len(words)):
        joined += words[count - 1]
        if joined not in _HEADS:
            break
        if joined in _FIRST:
            length = count
    del words[:length]


def _without_glued_forms(key):
    """The key without forms that are written together with the name, unless nothing else is there."""
    while True:
        rest = next((_cut(key, form) for form in _GLUED if key != form and _cut(key, form) != key), key)
        if rest == key:
            return key
        key = rest


def _cut(key, form):
    return key.removesuffix(form) if key.endswith(form) else key.removeprefix(form)
