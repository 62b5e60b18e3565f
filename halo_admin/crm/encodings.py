"""Which encoding a file of text is in: what its first bytes tell, else what its letters look like."""

import codecs
from itertools import islice
from pathlib import Path

from charset_normalizer import from_bytes

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# what a person may choose, and, behind the first, what is guessed among
OFFERED = {
    "utf-8-sig": "Unicode (UTF-8)",
    "cp1252": "Western European (Windows)",
    "mac_roman": "Western European (Mac)",
    "cp850": "Western European (DOS)",
    "cp1250": "Central European (Windows)",
    "cp1251": "Cyrillic (Windows)",
    "koi8_r": "Cyrillic (KOI8-R)",
    "cp1253": "Greek (Windows)",
    "cp1254": "Turkish (Windows)",
    "cp1255": "Hebrew (Windows)",
    "cp1256": "Arabic (Windows)",
    "cp1257": "Baltic (Windows)",
    "cp932": "Japanese (Shift JIS)",
    "euc_jp": "Japanese (EUC)",
    "gb18030": "Chinese, simplified (GB 18030)",
    "big5": "Chinese, traditional (Big5)",
    "cp949": "Korean (Windows)",
    "utf-16-le": "Unicode (UTF-16, little endian)",
    "utf-16-be": "Unicode (UTF-16, big endian)",
}
LEGACY = [name for name in OFFERED if not name.startswith("utf")]
# what Windows programs write in these countries, where the letters do not tell; elsewhere it is cp1252
USUAL = (
    dict.fromkeys(("AL", "BA", "CZ", "HR", "HU", "ME", "PL", "RO", "RS", "SI", "SK"), "cp1250")
    | dict.fromkeys(("BG", "BY", "KZ", "MK", "RU", "UA"), "cp1251")
    | dict.fromkeys(("EE", "LT", "LV"), "cp1257")
    | {"GR": "cp1253", "CY": "cp1253", "TR": "cp1254", "IL": "cp1255"}
)
CLOSE = 0.05  # how much less orderly the text of what is usual may be than that of the best guess
SAMPLE, MOST_LINES = 1 << 16, 400
READ_AT_ONCE = 1 << 20


def guess(path: Path, country: str = "") -> str | None:
    """The encoding that the whole file can be read in; None where there is none. country: "DE"; where letters do not
    tell what they are, it is what programs write there.
    """
    return next((name for name in _candidates(path, country) if is_in(path, name)), None)


def is_in(path: Path, encoding: str) -> bool:
    """Whether all of the file can be read in this encoding."""
    try:
        with open(path, encoding=encoding, newline="") as file:
            while file.read(READ_AT_ONCE):
                pass
    except UnicodeError:
        return False
    return True


def _candidates(path, country):
    with open(path, "rb") as file:
        start = file.read(4)
    if marked := [encoding for mark, encoding in MARKS if start.startswith(mark)]:
        yield from marked
        return
    # text begins with a letter of the header: a zero beside it tells UTF-16 without a mark
    if unmarked := {b"\0": "utf-16-be"}.get(start[:1]) or {b"\0": "utf-16-le"}.get(start[1:2]):
        yield unmarked
    yield "utf-8"
    usual = USUAL.get(country, "cp1252")
    found = from_bytes(_telling(path), cp_isolation=LEGACY)
    best = found.best().chaos if found else 0
    orderly = {name: one.chaos - best for one in reversed(found) for name in one.could_be_from_charset}
    likely = ({} if usual == "cp1252" else {usual: CLOSE}) | {"cp1252": 0}
    yield from (name for name, most in likely.items() if orderly.get(name, 1) <= most)
    yield from (one.encoding for one in found)
    yield usual


def _telling(path):
    """Lines with letters beyond ASCII: the others tell nothing."""
    with open(path, "rb") as file:
        lines = (line for line in iter(lambda: file.readline(SAMPLE), b"") if not line.isascii())
        return b"".join(islice(lines, MOST_LINES))[:SAMPLE]
