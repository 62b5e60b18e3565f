import pytest
from hypothesis import given

from halo_admin.normal import email_key
from tests.normal.anything import anything, made_of, patiently

email_like = made_of("sam", "@", "x.com", " ", "<", ">", ";", ",", "mailto:", "?", ".", "'", "Ü", "\x00")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "sam@x.com",
            " Sam@X.COM\n",
            "Sam Poole <sam@x.com>",
            '"Poole, Sam" <Sam@x.com>',
            "<sam@x.com>",
            "mailto:sam@x.com",
        ),
        *(
            "MAILTO:sam@x.com?subject=Hi",
            "sam@x.com; ann@x.com",
            "sam@x.com, ann@x.com",
            "sam@x.com ann@x.com",
            "sam@x.com.",
        ),
        *(
            "'sam@x.com'",
            "sam@x.com (private)",
            "n/a; sam@x.com",
            "sam@; sam@x.com",
            "sam\u200b@x.com",
            "ｓａｍ＠x.com",
            "e-mail: sam@x.com",
        ),
    ],
)
def test_the_first_address_of_a_text_is_its_key(text):
    assert email_key(text) == "sam@x.com"


@pytest.mark.parametrize(
    "text", ["sam+news@x.com", "s.a.m@x.com", "sam@localhost", "sam@bücher.de", "o'brien@x.com", "sam_1@x-y.z"]
)
def test_an_address_is_left_as_it_is_but_for_case(text):
    assert email_key(text.upper()) == text


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "sam",
        "sam@",
        "@x.com",
        "@",
        "sam @x.com",
        "sam@ x.com",
        "sam@y@x.com",
        "sam at x.com",
        "<>",
        "sam@\x00x",
        "a" * 250 + "@x.com",
    ],
)
def test_what_is_no_address_is_no_key(text):
    assert email_key(text) is None


@patiently
@given(anything | email_like)
def test_any_text_gives_a_key_that_is_its_own_key_or_none(text):
    key = email_key(text)
    assert key is None or (key.count("@") == 1 and key.split() == [key] and key.isprintable())
    assert key is None or email_key(key) == key
