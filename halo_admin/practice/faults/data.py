"""Rows that hold what no one would think of."""

from collections.abc import Callable

from ..listings import rows_in
from ..messages import LIST, Answer
from .choice import chosen
from .kind import READS, Firing, after

_STRANGE_TEXTS = (
    "Zoë 🏳️‍🌈 Müller",
    "שלום בע״מ",
    "شركة المثال",
    "e\u0301le\u0301gance",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "日本語\u3000株式会社",
    "\u202egnitalsim",
)
_CONTROLS = "Ad\x00a\x07 \x1b[31mRoth\r\n\x85"
_STRANGE_PHONES = (
    "4.93E+10",
    "call Ada",
    "+49 (0)30 / 555-01 00 ext. 4",
    "0049+30 5550100",
    "030 555 01 00 or 01",
    "++44",
    "١٢٣٤٥٦٧",
    "5550100;5550101",
)
_STRANGE_DATES = ("1900-01-01T00:00:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59.9999999", "2026-05-01T08:15:00",
                  "2026-05-01T08:15:00.5Z", "2026-05-01T08:15:00+02:00", "01/05/2026", "", None)  # fmt: skip
_INVALID_MAILS = (
    "no-at-sign",
    "@nowhere",
    "two@@ats.example",
    "blank in@mail.example",
    "mailto:ada@msp.example",
    "<ada@msp.example>",
)
_NAMES = ("name", "firstname", "surname", "summary", "note")
_PHONES = ("phonenumber", "mobilenumber", "homenumber", "main_phonenumber", "sitephonenumber")
_DATES = (
    "datecreated",
    "alastupdate",
    "ulastupdate",
    "slastupdate",
    "last_update",
    "last_modified",
    "datetime",
    "targetdate",
)
_MAILS = ("emailaddress", "email")


def rows(name: str, text: str, **params):
    """Register a fault that changes single records: a function of (record, a number that picks one of several ways)."""

    def register(function: Callable[..., bool | None]):
        @after(name, text, READS, **({"every": 10, "ids": []} | params))
        def act(firing: Firing, answer: Answer) -> Answer | None:
            changed = [function(firing, row, number) for number, row in enumerate(chosen(firing, answer))]
            return answer if any(one is not False for one in changed) else None

        return function

    return register


def put(row: dict, names: tuple[str, ...], value) -> bool:
    """Set those of the fields that the record has; False if it has none."""
    there = [name for name in names if name in row]
    row.update(dict.fromkeys(there, value))
    return bool(there)


@rows("strange-text", "names with emoji, right-to-left script, combining accents, rare letters")
def strange_text(firing, row, number):
    return put(row, _NAMES, _STRANGE_TEXTS[number % len(_STRANGE_TEXTS)])


@rows("control-characters", "names with NUL and control characters")
def control_characters(firing, row, number):
    return put(row, _NAMES, _CONTROLS)


@rows("long-names", "names of 255 characters")
def long_names(firing, row, number):
    return put(row, _NAMES, ("Ünïcode " * 40)[:255])


@rows("blank-names", "names of nothing but blanks")
def blank_names(firing, row, number):
    return put(row, _NAMES, " \t\u00a0 ")


@rows("huge-notes", "notes of several megabytes: inline images, scripts, Word markup", megabytes=3)
def huge_notes(firing, row, number):
    image = "A" * (firing["megabytes"] * 1_000_000)
    markup = (
        f"<script>alert(1)</script><p class=MsoNormal>Hello<o:p></o:p></p><img src='data:image/png;base64,{image}'>"
    )
    return put(row, ("note", "notes"), markup)


@rows("missing-keys", "records that lack every third key")
def missing_keys(firing, row, number):
    for name in [name for place, name in enumerate(sorted(row)) if place % 3 == number % 3 and name != "id"]:
        del row[name]


@rows("missing-id", "records without an id")
def missing_id(firing, row, number):
    del row["id"]


@rows("null-id", "records whose id is null")
def null_id(firing, row, number):
    row["id"] = None


@rows("ids-as-text", 'ids as "21"')
def ids_as_text(firing, row, number):
    row.update({name: str(value) for name, value in row.items() if _is_id(name, value)})


@rows("ids-as-floats", "ids as 21.0")
def ids_as_floats(firing, row, number):
    row.update({name: float(value) for name, value in row.items() if _is_id(name, value)})


@rows("nulls", "null in every field but the id")
def nulls(firing, row, number):
    row.update({name: None for name in row if name != "id"})


@rows("wrong-types", "texts as numbers, lists and objects, numbers as text")
def wrong_types(firing, row, number):
    strange = (4711, ["a", "b"], {"value": "x"}, True)
    texts = [name for name, value in row.items() if isinstance(value, str)]
    numbers = [name for name, value in row.items() if type(value) in (int, float) and name != "id"]
    row.update(dict.fromkeys(texts, strange[number % 4]) | dict.fromkeys(numbers, "many"))


@rows("booleans-as-numbers", "true and false as 1 and 0")
def booleans_as_numbers(firing, row, number):
    row.update({name: int(value) for name, value in row.items() if isinstance(value, bool)})


@rows("booleans-as-text", 'true and false as "True" and "False"')
def booleans_as_text(firing, row, number):
    row.update({name: str(value) for name, value in row.items() if isinstance(value, bool)})


@rows("arrays-for-objects", "an array where an object belongs and the other way round")
def arrays_for_objects(firing, row, number):
    nested = {name: value for name, value in row.items() if isinstance(value, list | dict)}
    row.update({name: {"0": value} if isinstance(value, list) else [value] for name, value in nested.items()})
    return bool(nested)


@rows("duplicate-emails", "e-mail addresses that several records have, in other cases")
def duplicate_emails(firing, row, number):
    return put(
        row, _MAILS, ("Ada.Roth@Delta.example", "ada.roth@delta.example", " ADA.ROTH@DELTA.EXAMPLE ")[number % 3]
    )


@rows("several-emails", "several addresses in one field")
def several_emails(firing, row, number):
    return put(row, _MAILS, ("ada@delta.example; bob@delta.example", "ada@delta.example,bob@delta.example")[number % 2])


@rows("invalid-emails", "addresses that are none")
def invalid_emails(firing, row, number):
    return put(row, _MAILS, _INVALID_MAILS[number % len(_INVALID_MAILS)])


@rows("strange-phones", "phones with text, extensions, 00 and + mixed, or as a spreadsheet wrote them")
def strange_phones(firing, row, number):
    return put(row, _PHONES, _STRANGE_PHONES[number % len(_STRANGE_PHONES)])


@rows("strange-dates", "dates of 1900, 0001 and 9999, with and without a zone, or none at all")
def strange_dates(firing, row, number):
    return put(row, _DATES, _STRANGE_DATES[number % len(_STRANGE_DATES)])


@rows("new-keys", "keys that no one has seen before, as a new release brings them", every=1)
def new_keys(firing, row, number):
    row.update({"ai_summary_state": 2, "x_new_object": {"a": [1, {"b": None}]}})


@rows("field-disappears", "a field is no longer sent, as after a new release", every=1, field="website")
def field_disappears(firing, row, number):
    return row.pop(firing["field"], None) is not None


@after("row-is-text", "rows of a list that are no objects", {LIST}, every=10, ids=[])
def row_is_text(firing: Firing, answer: Answer) -> Answer | None:
    picked = [id(row) for row in chosen(firing, answer)]
    every_row = rows_in(answer.data) or []
    every_row[:] = ["row could not be read" if id(row) in picked else row for row in every_row]
    return answer if picked else None


def _is_id(name: str, value) -> bool:
    return type(value) in (int, float) and (name == "id" or name.endswith(("_id", "_id_int")))
