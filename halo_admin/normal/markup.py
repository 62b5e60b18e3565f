"""Notes as people read them: HTML with its simplest marks alone, and the text without any.

Nothing of a mail programme's or Word's markup is left, no script, no style, no picture: what stands for one is a word.
"""

import html
import re

import nh3

IMAGE = "<em>[image]</em>"  # pictures are left out, with this in their place

_TAGS = {
    "a", "b", "blockquote", "br", "code", "div", "em", "hr", "i", "img", "li", "ol", "p", "pre", "s", "strong",
    "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_BLOCKS = "p|div|br|hr|li|ul|ol|table|tr|blockquote|pre|h[1-6]"
_CLEAN = {
    "tags": _TAGS,
    "attributes": {"a": {"href"}},
    "url_schemes": {"http", "https", "mailto", "tel"},
    "link_rel": "noopener noreferrer nofollow",
    "set_tag_attribute_values": {"a": {"target": "_blank"}},
    "clean_content_tags": {"script", "style", "title", "svg", "math", "object", "iframe"},
}
# what begins like a tag that notes are written with; anything else in angle brackets is text
_IS_HTML = re.compile(rf"<(?:/?(?:{_BLOCKS}|span|b|i|u|s|em|strong|a|img|font|td|th|tbody|html|body|head|style|script"
                      r"|meta|title|code|sub|sup|o:p|svg|iframe)\b|!--|!doctype)", re.IGNORECASE)  # fmt: skip
_HAS_BLOCKS = re.compile(rf"<(?:{_BLOCKS})\b", re.IGNORECASE)
_HEADING = re.compile(r"<(/?)h[1-6]\b", re.IGNORECASE)
# control characters, half surrogates, and those that turn the direction of what follows
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufeff]")
_EMPTY = re.compile(r"<(p|div|li|b|i|u|em|strong|blockquote)>(?:\s|&nbsp;|<br>)*</\1>")
_MANY_BREAKS = re.compile(r"(?:<br>\s*){3,}")
_AT_THE_ENDS = re.compile(r"^(?:\s|&nbsp;|<br>)+|(?:\s|&nbsp;|<br>)+$")
_ENDS_A_LINE = re.compile(r"<(?:br|hr|/p|/div|/li|/tr|/blockquote|/pre|/table)>")
_ENDS_A_CELL = re.compile(r"</t[dh]>")
_TAG = re.compile(r"<[^>]*>")


def clean(text: str | None) -> str | None:
    """A note as Halo sends it, HTML or plain, as HTML that is safe to show as it is; None where nothing is left."""
    text = _UNSEEN.sub("", text or "")
    if not _IS_HTML.search(text):
        return from_plain(text)
    if not _HAS_BLOCKS.search(text):
        text = _broken(text)
    found = nh3.clean(_HEADING.sub(r"<\1p", text), **_CLEAN).replace("<img>", IMAGE)
    before = None
    while found != before:  # what held nothing but something empty is empty now
        before, found = found, _EMPTY.sub("", found)
    found = _AT_THE_ENDS.sub("", _MANY_BREAKS.sub("<br><br>", found))
    return found if plain(found) else None


def from_plain(text: str | None) -> str | None:
    """Text that a person typed, as such HTML."""
    text = _UNSEEN.sub("", text or "").strip()
    return _broken(html.escape(text, quote=False)) or None


def plain(markup: str | None) -> str:
    """The text of such HTML: a line for each of its lines, and a picture's word."""
    lined = _ENDS_A_CELL.sub("\t", _ENDS_A_LINE.sub("\n", (markup or "").replace("\n", " ")))
    text = html.unescape(_TAG.sub("", lined)).replace("\xa0", " ")
    lines = (re.sub(" +", " ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _broken(text):
    return re.sub(r"\r\n|\r|\n", "<br>", text)
