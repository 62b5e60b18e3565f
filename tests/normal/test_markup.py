"""Notes as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_admin.normal import same
from halo_admin.normal.markup import clean, from_plain, plain

WORD = "<html><body><p class=MsoNormal style='x'>Renewal due<o:p></o:p></p><p>&nbsp;</p></body></html>"


@pytest.mark.parametrize(
    ("sent", "shown", "read"),
    [
        ("Called, wants a quote.", "Called, wants a quote.", "Called, wants a quote."),
        ("<p>Called</p>", "<p>Called</p>", "Called"),
        ("Line one\r\nLine two\r\n\r\nFour", "Line one<br>Line two<br><br>Four", "Line one\nLine two\n\nFour"),
        ("a < b & c <sam@acme.example>", "a &lt; b &amp; c &lt;sam@acme.example&gt;", "a < b & c <sam@acme.example>"),
        (WORD, "<p>Renewal due</p>", "Renewal due"),
        ("<h1>Visit</h1>went well", "<p>Visit</p>went well", "Visit\nwent well"),
        ("<b>bold</b>\nnext", "<b>bold</b><br>next", "bold\nnext"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", None, "1\t2"),
        ("x\x00y\u202ez", "xyz", "xyz"),
    ],
)
def test_a_note_is_cleaned_and_readable(sent, shown, read):
    cleaned = clean(sent)
    assert shown is None or cleaned == shown
    assert plain(cleaned) == read


@pytest.mark.parametrize("sent", ["", "  ", None, "<p>&nbsp;</p>", "<div><p> </p><br></div>", "<style>p {}</style>"])
def test_a_note_without_any_text_is_none(sent):
    assert clean(sent) is None


def test_an_inline_picture_is_a_word_however_large():
    sent = f"<p>Look: <img alt='a > b' src='data:image/png;base64,{'A' * 1_000_000}'></p>"
    assert clean(sent) == "<p>Look: <em>[image]</em></p>"


@pytest.mark.parametrize(
    "sent",
    [
        "<script>alert(1)</script><p onclick='alert(1)' style='color:red'>Hi</p>",
        "<p>Hi<iframe src='https://x.example'></iframe></p>",
        "<p>Hi<a href='javascript:alert(1)'></a></p>",
        "<p>Hi<svg onload=alert(1)><title>x</title></svg></p>",
    ],
)
def test_nothing_that_acts_is_left(sent):
    cleaned = clean(sent)
    assert plain(cleaned) == "Hi"
    assert not any(word in cleaned.lower() for word in ("script", "onclick", "onload", "style", "iframe", "svg"))


def test_links_open_elsewhere_and_tell_nothing_of_where_one_came_from():
    cleaned = clean('<p><a href="https://acme.example/x">there</a></p>')
    assert 'href="https://acme.example/x"' in cleaned
    assert 'target="_blank"' in cleaned
    assert 'rel="noopener noreferrer nofollow"' in cleaned


@given(st.text())
def test_what_is_clean_stays_as_it_is_and_whatever_is_typed_comes_back_as_it_was(text):
    cleaned = clean(text)
    assert cleaned is None or plain(cleaned)
    typed = from_plain(text)
    assert typed is None or "<" not in typed.replace("<br>", "")


def test_two_notes_are_the_same_when_their_texts_are():
    assert same("markup", "<p>Called <b>Sam</b></p>", "Called Sam", "US")
    assert not same("markup", "<p>Called</p>", "<p>Called Sam</p>", "US")
