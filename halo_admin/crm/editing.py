"""Changing a record by hand: what was typed is checked, and nothing is lost where the record changed meanwhile.

For any model that carries FIELDS and a version. A form works with texts: a blank is "", a type is its id, a tick "1".
"""

from typing import NamedTuple

from ..db import now
from ..normal import email_key, web_address
from . import writing

LONGEST = 500  # characters of a value that is typed in; what is here already may be longer
TICKS = {"": "No", "1": "Yes"}
WRONG = {
    "phone": "Type a phone number, such as +49 30 5550100.",
    "website": "Type a web address, such as acme.example.",
    "email": "Type an e-mail address, such as sam@acme.example.",
}


class Form:
    """How one record's fields are texts. A model's own form says what is special about its fields.

    options are {field: {text: what people read}} of the fields that are chosen, ticks the fields that are ticked.
    """

    inputs: dict[str, str] = {}  # {field: what kind of input it is}, where it is not one for plain text

    def __init__(self, account_id: int, options=None):
        self.account_id, self.options = account_id, options or {}

    def texts(self, record) -> dict[str, str]:
        """A record's fields as a form shows them."""
        return {field: self.text(record, field) for field in record.FIELDS}

    def text(self, record, field) -> str:
        value = getattr(record, field)
        if self.inputs.get(field) == "tick":
            return "1" if value else ""
        return "" if value is None else str(value)

    def told(self, field, text) -> str:
        """A field's text as a sentence quotes it."""
        if self.inputs.get(field) == "tick":
            return TICKS[text]
        return f"“{self.options.get(field, {}).get(text, text)}”" if text else "nothing"

    def value(self, field, text):
        """What a text stands for; it has no errors."""
        if self.inputs.get(field) == "tick":
            return bool(text)
        return int(text) if field in self.options and text else text or None

    def errors(self, record, changed: dict[str, str]) -> dict[str, str]:
        """{field: sentence} of what must be mended in the texts that changed."""
        found = {
            field: error for field, text in changed.items() if (error := self.error(record.FORMS.get(field), text))
        }
        gone = {field: text for field, text in changed.items() if text not in self.options.get(field, {text: ""})}
        found = {field: error for field, error in found.items() if error}
        return found | dict.fromkeys(gone, "This type is not there any more. Choose another one.")

    def error(self, form, text) -> str | None:
        """What is wrong with one text, which is an e-mail address, a phone, a website, or plain (None)."""
        if text and not _is_one(form, text):
            return WRONG[form]
        return f"This is too long: use at most {LONGEST} characters." if len(text) > LONGEST else None


def _is_one(form, text):
    match form:
        case "phone":
            return any(letter.isdigit() for letter in text)
        case "website":
            return web_address(text) is not None
        case "email":
            return email_key(text) is not None
    return True


class Typed(NamedTuple):
    """A form as it came back: the version it was opened at, the texts it was opened with and those it holds now."""

    version: str
    was: dict[str, str]
    values: dict[str, str]


class NotSaved(Exception):
    """Nothing was saved. What the form is to show: texts by field and, where there is more to tell, why.

    errors is {field: sentence}; meanwhile is {field: (the text saved meanwhile, the text typed)}, where nothing was
    typed into the field (its text was None); then the form takes the saved one over.
    """

    def __init__(self, values, errors=None, meanwhile=None):
        super().__init__()
        self.values, self.errors, self.meanwhile = values, errors or {}, meanwhile or {}


def read(sent, form: Form, fields) -> Typed:
    """What a form tells. A field that it does not have is left as it was; a tick that is not set is not sent at all."""
    was = {field: sent[f"was_{field}"] for field in fields if f"was_{field}" in sent}
    ticks = {field: "" for field in was if form.inputs.get(field) == "tick"}
    values = ticks | {field: sent[field].replace("\0", "") for field in fields if field in sent}
    return Typed(sent.get("version", ""), dict.fromkeys(values, "") | was, values)


def save(record, account, typed: Typed, form: Form) -> None:
    """Save what differs. The caller has locked the record in a writing transaction, and commits. Raises NotSaved."""
    held = form.texts(record)
    if typed.version != str(record.version) and (meanwhile := _meanwhile(held, typed)):
        raise NotSaved(_merged(held, typed), meanwhile=meanwhile)
    changed = {field: text.strip() for field, text in typed.values.items() if text != held[field]}
    if errors := form.errors(record, changed):
        raise NotSaved(held | typed.values, errors)
    if changed:
        row = {field: getattr(record, field) for field in record.FIELDS}
        row |= {field: form.value(field, text) for field, text in changed.items()}
        writing.update(type(record), account, [row | {"id": record.id, "edited_at": now()}])


def _meanwhile(held, typed):
    """What somebody else changed since the form was opened, where this person did not change it alike."""
    return {
        field: (held[field], text if text != was else None)
        for field, text in typed.values.items()
        if held[field] != (was := typed.was[field]) and held[field] != text
    }


def _merged(held, typed):
    return held | {field: text for field, text in typed.values.items() if text != typed.was[field]}
