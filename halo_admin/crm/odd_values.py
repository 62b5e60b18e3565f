"""Words of a file that stand where an e-mail, a phone number or a website should: they are kept as typed, and told."""

from .. import normal
from ..web.words import capital, plural

CALLED = {"email": "an e-mail", "phone": "a phone number", "mobile": "a mobile number", "website": "a website"}


def odd(model, values: dict) -> dict[str, str]:
    """{field: value} of the values from which no e-mail, phone number or website can be read."""
    forms = getattr(model, "FORMS", {})
    return {
        field: values[field] for field, form in forms.items() if values.get(field) and not READS[form](values[field])
    }


def sentence(lines: dict[str, int]) -> str:
    """What is told of so many lines by field; nothing where there are none."""
    told = [f"{plural(count, 'line has', 'lines have')} {CALLED[field]} that is none" for field, count in lines.items()]
    return capital(f"{', '.join(told)}: kept as typed, and no record is found by it.") if told else ""


def _is_phone(text):
    return any(letter.isdigit() for letter in text)


def _is_website(text):
    return normal.web_address(text) or normal.website_key(text)


READS = {"email": normal.email_key, "phone": _is_phone, "website": _is_website}
