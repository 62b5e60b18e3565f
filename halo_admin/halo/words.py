"""Reading Halo's own words out of an error's body, whichever of its shapes the body has."""

import json
import re

LONGEST = 300
_NOT_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]+")
_KEYS = ("error_description", "Message", "message", "errorMessage", "error", "title", "detail")


def halo_words(body: bytes, hidden: tuple[str, ...] = ()) -> str | None:
    """What Halo said in an error's body, cleaned and at most LONGEST characters; None where it said nothing readable.

    Shapes of halo-api.md 2.8: a serialised .NET exception, a bare JSON string, model binding errors by field,
    several objects around one message; HTML and empty bodies have no words. Plain text counts as words.
    Whatever is in hidden (a secret, a token) is left out, even if Halo repeats it.
    """
    return _cleaned(_found(_parsed(body[:65536])), hidden)


def shape(body: bytes) -> str:
    """The shape of halo-api.md 2.8 of a body: "A" exception, "B" string, "C" by field, "D" other object, "E" none."""
    said = _parsed(body[:65536])
    if isinstance(said, str):
        return "B" if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b'"') else "E"
    if not isinstance(said, dict):
        return "E"
    if "ClassName" in said:
        return "A"
    return "C" if said and all(isinstance(value, list) for value in said.values()) else "D"


def error_code(body: bytes) -> str:
    """The code in a sign-in error such as "invalid_client"; empty where there is none."""
    said = _parsed(body[:65536])
    code = said.get("error") if isinstance(said, dict) else None
    return code if isinstance(code, str) else ""


def is_web_page(body: bytes) -> bool:
    """Whether a body is HTML (or XML), told by its first character."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _parsed(body):
    text = body.decode("utf-8-sig", "replace").strip()
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None if is_web_page(body) else text


def _found(said):
    if isinstance(said, str):
        return said
    if isinstance(said, list):
        return " ".join(filter(None, (_found(one) for one in said[:5] if not isinstance(one, list))))
    if not isinstance(said, dict):
        return None
    for key in _KEYS:
        if words := _found(said.get(key)):
            return words
    return " ".join(_by_field(said)) or None


def _by_field(said):
    for field, complaints in said.items():
        if isinstance(complaints, list) and (words := _found(complaints)):
            yield f"{field}: {words}"


def _cleaned(words, hidden):
    for secret in filter(None, hidden):
        words = words and words.replace(secret, "…")
    words = " ".join(_NOT_TEXT.sub(" ", words or "").split())
    return (words if len(words) <= LONGEST else words[: LONGEST - 1] + "…") or None
