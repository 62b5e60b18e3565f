"""Changing a record by hand: what was typed is checked, and nothing is lost where the record changed meanwhile.

For any model that carries FIELDS and a version. A form works with texts: a blank is "", a type is its id, a tick "1".
"""

import re
from datetime import date
from typing import NamedTuple

from ..db import now
from ..normal import email_key, sums, web_address
from . import changes, writing

LONGEST = 500  # characters of a value that is typed in; what is here already may be longer
LONGEST_MEMO = 20_000  # of one of several lines
TICKS = {"": "No", "1": "Yes"}
WRONG = {
    "phone": "Type a phone number, such as +49 30 5550100.",
    "website": "Type a web address, such as acme.example.",
    "email": "Type one e-mail address, such as sam@acme.example.",
    "money": "Type a sum, such as 14,000 or 12500.50.",
    "percent": "Type a percentage, from 0 to 100.",
    "day": "Type a day, such as 2026-09-30.",
}
UNSEEN = "There were characters in this that nobody can see. They are taken out: look at it, then save again."
GONE = "This type is not there any more. Choose another one."

_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
# control characters, those without width, and those that turn the direction of what follows
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u2069\ufeff]")
_ONE_ADDRESS = re.compile(r"[^\s,;:<>()\[\]\"|@]+@[^\s,;:<>()\[\]\"|@]+\.[^\s,;:<>()\[\]\"|@.]+")


class Form:
    """How one record's fields are texts. A model's own form says what is special about its fields.

    options are {field: {text: what people read}} of the fields that are chosen, ticks the fields that are ticked.
    """

    inputs: dict[str, str] = {}  # {field: what kind of input it is}, where it is not one for plain text
    needed: tuple[str, ...] = ()  # fields that must not be blank

    def __init__(self, account_id: int, options=None):
        self.account_id, self.options = account_id, options or {}

    def texts(self, record) -> dict[str, str]:
        """A record's fields as a form shows them."""
        return {field: shown(self.as_typed(field, self.text(record, field))) for field in record.FIELDS}

    def as_typed(self, field, text: str) -> str:
        """A text with the line breaks that its input can hold: \\n, or none."""
        lines = text.splitlines() if self.inputs.get(field) == "lines" else [text]
        return "\n".join(_BREAKS.sub(" ", line) for line in lines)

    def text(self, record, field) -> str:
        value = getattr(record, field)
        if self.inputs.get(field) == "tick":
            return "1" if value else ""
        return "" if value is None else str(value)

    def sent(self, sent, values: dict[str, str]) -> dict[str, str]:
        """The texts that a form's other inputs stand for, where a field has more than one."""
        return {}

    def reads(self, field, text) -> str | None:
        """A field's text as people read it; None where there is nothing."""
        if self.inputs.get(field) == "tick":
            return TICKS[text]
        return self.options.get(field, {}).get(text, text) if text else None

    def told(self, field, text) -> str:
        """A field's text as a sentence quotes it."""
        read = self.reads(field, text)
        return "nothing" if read is None else read if self.inputs.get(field) == "tick" else f"“{read}”"

    def value(self, field, text):
        """What a text stands for; it has no errors."""
        if self.inputs.get(field) == "tick":
            return bool(text)
        return int(text) if field in self.options and text else text or None

    def errors(self, record, changed: dict[str, str]) -> dict[str, str]:
        """{field: sentence} of what must be mended in the texts that changed."""
        found = {
            field: self.error(record.FORMS.get(field), text, self.inputs.get(field) == "lines")
            for field, text in changed.items()
        }
        gone = [field for field, text in changed.items() if text not in self.options.get(field, {text: ""})]
        return {field: error for field, error in found.items() if error} | dict.fromkeys(gone, GONE)

    def error(self, form, text, has_lines=False) -> str | None:
        """What is wrong with one text, which is an e-mail address, a phone, a website, or plain (None)."""
        if _UNSEEN.search(text):
            return UNSEEN
        if len(text) > (most := LONGEST_MEMO if has_lines else LONGEST):
            return f"This is too long: use at most {most:,} characters."
        return WRONG[form] if text and not _is_one(form, text) else None

    def beside(self, record, changed: dict[str, str]) -> dict:
        """Further columns that change along with these texts."""
        return {}

    def saving(self, record, changed: dict[str, str]) -> None:
        """Whatever else these texts change, right before they are saved."""

    def questions(self, record, changed: dict[str, str]) -> dict[str, str]:
        """{field: question} of the changes that are saved only once a person has said yes to them."""
        return {}


def shown(text: str) -> str:
    """A text as an input holds it, its line breaks aside."""
    return _UNSEEN.sub("", text)


def _is_one(form, text):
    match form:
        case "phone":
            return any(letter.isdigit() for letter in text)
        case "website":
            return web_address(text) is not None
        case "email":
            return _ONE_ADDRESS.fullmatch(text) is not None and email_key(text) is not None
        case "money":
            return sums.is_sum(text)
        case "percent":
            return text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= 100
        case "day":
            return is_day(text)
    return True


def is_day(text: str) -> bool:
    """Whether a text is a day as dates are kept, 2026-09-30."""
    try:
        return len(text) == 10 and date.fromisoformat(text).year >= 1900
    except ValueError:
        return False


class Typed(NamedTuple):
    """A form as it came back: the version it was opened at, the texts it was opened with and those it holds now.

    confirmed are the fields whose change a person was asked about, and wants.
    """

    version: str
    was: dict[str, str]
    values: dict[str, str]
    confirmed: frozenset[str]


class NotSaved(Exception):
    """Nothing was saved. What the form is to show: texts by field and, where there is more to tell, why.

    errors is {field: sentence}, questions {field: what to say yes to first}; meanwhile is {field: (the text saved
    meanwhile, the text typed)}, where nothing was typed into the field (its text was None); then the form takes the
    saved one over.
    """

    def __init__(self, values, errors=None, meanwhile=None, questions=None):
        super().__init__()
        self.values = {field: shown(text) for field, text in values.items()}
        self.errors, self.meanwhile, self.questions = errors or {}, meanwhile or {}, questions or {}


def read(sent, form: Form, fields) -> Typed:
    """What a form tells. A field that it does not have is left as it was; a tick that is not set is not sent at all.

    Who was shown what somebody else has saved meanwhile may have chosen that: it is what the form was opened with.
    """
    was = {field: form.as_typed(field, sent[f"was_{field}"]) for field in fields if f"was_{field}" in sent}
    values = {field: "" for field in was if form.inputs.get(field) == "tick"}
    values |= {field: form.as_typed(field, sent[field]) for field in fields if field in sent}
    values |= form.sent(sent, values)
    values |= {field: text for field, text in was.items() if sent.get(f"choose_{field}") == "saved"}
    confirmed = frozenset(field for field in values if f"confirm_{field}" in sent)
    return Typed(sent.get("version", ""), dict.fromkeys(values, "") | was, values, confirmed)


def save(record, noun: str, by, typed: Typed, form: Form) -> None:
    """Save what differs, with a line in the record's history; by: a User. Raises NotSaved.

    The caller has locked the record in a writing transaction, and commits.
    """
    held = form.texts(record)
    if typed.version != str(record.version) and (meanwhile := _meanwhile(held, typed)):
        raise NotSaved(_merged(held, typed), meanwhile=meanwhile)
    changed = {field: text.strip() for field, text in typed.values.items() if _differs(text, held[field])}
    check(record, form, changed, held, typed)
    if changed:
        form.saving(record, changed)
        row = {field: getattr(record, field) for field in record.FIELDS}
        row |= {field: form.value(field, text) for field, text in changed.items()} | form.beside(record, changed)
        # edited_at: what a person typed is as late as this, when an import asks which side is the later one
        writing.update(type(record), by.account, [row | {"id": record.id, "edited_at": now()}])
        told = {field: [form.reads(field, held[field]), form.reads(field, text)] for field, text in changed.items()}
        changes.note(noun, record.id, record.account_id, by, "edited", told)


def check(record, form: Form, changed: dict[str, str], held: dict[str, str], typed: Typed) -> None:
    """Raises NotSaved where the texts that changed cannot be saved, or not without a yes."""
    if errors := form.errors(record, changed):
        raise NotSaved(held | typed.values, errors)
    questions = form.questions(record, changed)
    if questions.keys() - typed.confirmed:
        raise NotSaved(held | typed.values, questions=questions)


def _differs(text, held):
    return text != held and shown(text).strip() != held.strip()


def _meanwhile(held, typed):
    """What somebody else changed since the form was opened, where this person did not change it alike."""
    return {
        field: (held[field], text if _differs(text, was) else None)
        for field, text in typed.values.items()
        if held[field] != (was := typed.was[field]) and _differs(text, held[field])
    }


def _merged(held, typed):
    return held | {field: text for field, text in typed.values.items() if _differs(text, typed.was[field])}
