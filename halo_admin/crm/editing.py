"""Changing a record by hand: what was typed is checked, and nothing is lost where the record changed meanwhile.

For any model that carries FIELDS and a version. A form works with texts: a blank is "", a type is its id.
"""

from typing import NamedTuple

from ..db import now
from ..normal import web_address
from . import writing

LONGEST = 500  # characters of a value that is typed in; what is here already may be longer


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


def texts(record) -> dict[str, str]:
    """A record's fields as a form shows them."""
    held = {field: getattr(record, field) for field in record.FIELDS}
    return {field: "" if value is None else str(value) for field, value in held.items()}


def read(form, fields) -> Typed:
    """What a form tells. A field that it does not have is left as it was."""
    values = {field: form[field].replace("\0", "") for field in fields if field in form}
    was = {field: form.get(f"was_{field}", "") for field in values}
    return Typed(form.get("version", ""), was, values)


def save(record, account, typed: Typed, types) -> None:
    """Save what differs. The caller has locked the record in a writing transaction, and commits.

    types are the ids that type_id may have. Raises NotSaved.
    """
    held = texts(record)
    if typed.version != str(record.version) and (meanwhile := _meanwhile(held, typed)):
        raise NotSaved(_merged(held, typed), meanwhile=meanwhile)
    changed = {field: text.strip() for field, text in typed.values.items() if text != held[field]}
    if errors := _errors(changed, {str(known) for known in types}):
        raise NotSaved(held | typed.values, errors)
    if changed:
        row = {field: getattr(record, field) for field in record.FIELDS}
        row |= {field: _value(field, text) for field, text in changed.items()}
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


def _errors(changed, types):
    errors = {
        field: f"This is too long: use at most {LONGEST} characters."
        for field, text in changed.items()
        if len(text) > LONGEST
    }
    if changed.get("name") == "":
        errors["name"] = "Type a name."
    if (phone := changed.get("phone")) and not any(letter.isdigit() for letter in phone):
        errors["phone"] = "Type a phone number, such as +49 30 5550100."
    if (website := changed.get("website")) and web_address(website) is None:
        errors["website"] = "Type a web address, such as acme.example."
    if changed.get("type_id", "") not in types | {""}:
        errors["type_id"] = "This type is not there any more. Choose another one."
    return errors


def _value(field, text):
    return int(text) if field == "type_id" and text else text or None
