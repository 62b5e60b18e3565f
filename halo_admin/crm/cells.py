"""Cells of a file that are more than a text: flags, several names in one, and texts that no spreadsheet calculates."""

import re

# as programs and people write them, in English, German and French
FLAGS = dict.fromkeys(("1", "true", "yes", "ja", "wahr", "oui", "vrai"), True)
FLAGS |= dict.fromkeys(("0", "false", "no", "nein", "falsch", "non", "faux"), False)
LONGEST_QUOTE = 60
# a name stands in quotes where it would not be read as one otherwise, and then holds its own quotes twice
NAME = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^;]*))\s*(?:;|$)')

# what a spreadsheet takes for a formula; a phone number it may take for one, nothing comes of that
FORMULA = re.compile(r"[=+\-@\t\r]")
PHONE = re.compile(r"\+?[0-9 ()\-.]*")
GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guarded(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula: with an apostrophe where it would.

    What looks guarded already gets another one, so that unguarded() gives every text back.
    """
    is_formula = FORMULA.match(text) and not PHONE.fullmatch(text)
    return f"'{text}" if is_formula or GUARDED.match(text) else text


def unguarded(cell: str) -> str:
    """The text that guarded() made a cell of."""
    return cell[1:] if GUARDED.match(cell) else cell


def join(names) -> str:
    """Several names in one cell: Zoo;News;"Berlin; 2025"."""
    return ";".join('"{}"'.format(name.replace('"', '""')) if ";" in name or name[0] == '"' else name for name in names)


def split(text: str | None) -> list[str]:
    """The names in a cell, without the blanks around them."""
    found = NAME.finditer(text or "")
    names = (match[1].replace('""', '"') if match[1] is not None else match[2] for match in found)
    return [name.strip() for name in names if name.strip()]


def flag(text: str | None) -> bool | None:
    """What a flag says; None where it is blank or none (see wrong_flag)."""
    return FLAGS.get(text.strip().casefold()) if text else None


def wrong_flag(row: dict, names) -> str | None:
    """What is wrong with the first of the row's flags that is none."""
    for name in names:
        if (row.get(name) or "").strip() and flag(row[name]) is None:
            return f"{name} is {quote(row[name])}, which is neither 1, true or yes nor 0, false or no"
    return None


def quote(text: str) -> str:
    """A cell as a sentence quotes it."""
    return f'"{text}"' if len(text) <= LONGEST_QUOTE else f'"{text[:LONGEST_QUOTE]}…"'
