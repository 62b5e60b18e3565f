"""Which words find what."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from halo_admin.crm.searchable import LONGEST, domain_words, email_words, name_words, phone_words, query_words


def finds(query, words):
    return all(any(word.startswith(asked) for word in words) for asked in query_words(query))


@pytest.mark.parametrize(
    "query", ["acme", "ACM", "labs acme", "Acmé", "acme-labs", "acme.io", "Acme.io Labs", "'acme'"]
)
def test_a_name_is_found_by_the_beginnings_of_its_words(query):
    assert finds(query, name_words("Acme.io Labs"))


@pytest.mark.parametrize("query", ["cme", "acme x", "labsy", "acme.com"])
def test_a_name_is_not_found_by_other_words(query):
    assert not finds(query, name_words("Acme.io Labs"))


@pytest.mark.parametrize(
    "query", ["acme", "acme.co", "acme.com", "www.acme.com", "https://www.acme.com/about?a=b", "ACME.COM"]
)
def test_a_website_is_found_by_the_beginning_of_its_domain(query):
    assert finds(query, domain_words("http://www.Acme.com/home"))


@pytest.mark.parametrize("query", ["@acme.com", "@acme", "<@Acme.com>", "sam@acme.com", "sam@", "acme.com"])
def test_an_e_mail_is_found_by_its_beginning_and_by_its_domain_with_or_without_the_sign(query):
    assert finds(query, email_words("Sam@acme.com"))


def test_a_name_with_the_sign_in_front_is_found_with_and_without_it():
    for query in ("@acme.io", "acme.io", "@acme"):
        assert finds(query, name_words("Labs @Acme.io"))
    assert query_words("@") == ["@"], "which nothing has"


def test_a_website_that_is_no_address_is_found_by_its_words():
    assert domain_words("Coming soon") == {"coming", "soon"}


@pytest.mark.parametrize(
    "query", ["4155552671", "415 555", "(415) 555-2671", "+1 415 555 2671", "0014155552671", "5552671", "2671"]
)
def test_a_phone_is_found_by_its_digits_from_any_group_on(query):
    assert finds(query, phone_words("+1 (415) 555-2671"))


def test_a_zero_dialled_in_front_does_not_count():
    assert finds("030 555 0100", phone_words("+49 30 5550100"))


def test_an_empty_query_asks_for_nothing_and_one_of_signs_alone_finds_nothing():
    assert query_words("  ") == []
    assert query_words("!!!") == ["!!!"]


@given(st.text(max_size=300))
def test_any_query_can_be_asked(text):
    words = query_words(text)
    assert all(0 < len(word) <= LONGEST and "\0" not in word for word in words)
    assert bool(words) == bool(text.replace("\0", " ").strip())


@given(st.text(max_size=100) | st.from_regex(r"[0-9A-C ./-]{1,30}", fullmatch=True))
@example("555 0012345")
@example("12345.0 A")
def test_any_name_is_found_by_its_own_folded_words(name):
    words = name_words(name)
    assert all(finds(word, words) for word in words if len(word) < LONGEST)


@given(st.text(max_size=100))
def test_any_value_has_words_that_can_be_stored(text):
    for words in (name_words(text), domain_words(text), phone_words(text)):
        assert all(word and len(word) <= LONGEST and "\0" not in word for word in words)


@pytest.mark.parametrize("query", ["+39", "+39 0", "+39 02", "+39 02 20", "(02"])
def test_a_phone_is_found_by_its_beginning_as_it_is_shown(query):
    assert finds(query, phone_words("+39 02 2031676"))


def test_a_few_digits_alone_are_a_word():
    assert query_words("24 7") == ["24", "7"]
