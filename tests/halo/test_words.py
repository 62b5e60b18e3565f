"""Every shape of an error's body (halo-api.md 2.8) is read into Halo's words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_admin.halo.words import LONGEST, error_code, halo_words, is_web_page, shape

from .told import SECRET, exception

OUTCOME = "An Outcome must be entered for this Action"
DATABASE = "A database error occurred (515) - Cannot insert the value NULL into column 'Areaid'"
BINDING = {"[0].outcome_id": ["Could not convert string to integer: abc."]}
SHAPES = {
    "A": (exception(OUTCOME), OUTCOME),
    "A'": (exception(DATABASE), DATABASE),
    "B": ("lookupid must be specified", "lookupid must be specified"),
    "C": (BINDING, "[0].outcome_id: Could not convert string to integer: abc."),
    "D error": ({"error": "no such thing"}, "no such thing"),
    "D nested": ({"error": {"error_description": "not so"}}, "not so"),
    "D description": ({"error_description": "not so"}, "not so"),
    "D result code": ({"resultCode": 7, "errorMessage": "broken"}, "broken"),
    "D message": ({"Message": "Authorization denied"}, "Authorization denied"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_each_json_shape_gives_halos_words(name):
    said, words = SHAPES[name]
    assert halo_words(json.dumps(said).encode()) == words
    assert shape(json.dumps(said).encode()) == name[0]


@pytest.mark.parametrize(
    "body", [b"", b"  ", b"<html><h1>Error</h1></html>", b"\xef\xbb\xbf<!DOCTYPE html>", b"{}", b"[]", b"7"]
)
def test_html_and_empty_bodies_have_no_words(body):
    assert halo_words(body) is None


def test_plain_text_counts_as_words():
    text = b"Rate Limit Reached - 300 Requests per rolling 5 minute window"
    assert halo_words(text) == text.decode()
    assert shape(text) == "E"


def test_a_secret_that_halo_repeats_is_left_out():
    assert SECRET not in halo_words(json.dumps({"error": f"bad secret {SECRET}!"}).encode(), (SECRET, ""))


def test_words_are_cleaned_and_bounded():
    words = halo_words(json.dumps("a\x00\u202eb\n\n" + "x" * 10_000).encode())
    assert words.startswith("a b x")
    assert len(words) == LONGEST


def test_a_byte_order_mark_does_not_hide_the_words():
    assert halo_words(b'\xef\xbb\xbf"no"') == "no"
    assert shape(b'\xef\xbb\xbf"no"') == "B"


def test_the_code_of_a_sign_in_error_is_read_only_where_it_is_text():
    assert error_code(b'{"error":"invalid_client"}') == "invalid_client"
    assert error_code(b'{"error":{"a":1}}') == ""
    assert error_code(b"[1]") == ""


def test_a_web_page_is_told_by_its_beginning():
    assert is_web_page(b"\r\n <html>")
    assert not is_web_page(b'{"a":"<b>"}')


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["error", "Message", "a"]), inner),
)


@given(st.binary() | JSON.map(lambda said: json.dumps(said).encode()))
def test_no_body_breaks_the_reading_of_words(body):
    words = halo_words(body)
    assert words is None or 0 < len(words) <= LONGEST
    assert shape(body) in ("A", "B", "C", "D", "E")
