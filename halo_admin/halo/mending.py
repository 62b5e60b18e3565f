"""Making broken JSON readable, where only single values in it are broken."""

import json
import math
import re

# Nothing we read lies as deep; what does is cut out, for decoders give up on a whole page at about a thousand.
DEEPEST = 40
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def mended(body: bytes) -> bytes:
    """The same JSON without bytes that are not UTF-8, half surrogates, bare control characters, NaN, endless numbers
    and bottomless nesting. Raises ValueError where it still is no JSON, as when its end is missing.
    """
    said = read(body)
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")


def read(body: bytes):
    """What JSON says, read as leniently as mended() tells; raises ValueError where it is no JSON."""
    text = _shallow(body.decode("utf-8-sig", "replace"))
    return json.loads(text, strict=False, parse_constant=_nothing, parse_float=_finite, parse_int=_bounded)


def _nothing(_name):
    return None


def _finite(digits):
    number = float(digits)
    return number if math.isfinite(number) else None


def _bounded(digits):
    return int(digits) if len(digits) <= 18 else None


def _shallow(text):
    """The text with every list and object deeper than DEEPEST replaced by null."""
    kept, depth, start = [], 0, 0
    for token in _TOKEN.finditer(text):
        sign = token.group()
        if sign in "[{":
            depth += 1
            if depth == DEEPEST + 1:
                kept.append(text[start : token.start()] + "null")
        elif sign in "]}":
            if depth == DEEPEST + 1:
                start = token.end()
            depth -= 1
    return "".join(kept) + text[start:] if kept else text
