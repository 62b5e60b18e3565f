from hypothesis import given
from hypothesis import strategies as st

from halo_admin.normal import words
from tests.normal.anything import anything, patiently


def test_words_are_lower_case_without_accents_and_punctuation():
    assert words("Müller & Söhne (Berlin), Straße 9") == ["muller", "sohne", "berlin", "strasse", "9"]


def test_the_parts_of_addresses_and_numbers_are_words():
    assert words("Sam.Poole@delta.example", "+49 30 5550100") == [
        "sam",
        "poole",
        "delta",
        "example",
        "49",
        "30",
        "5550100",
    ]


def test_each_word_comes_once_however_many_texts_have_it():
    assert words("Acme", None, "ACME acme", "", "x") == ["acme", "x"]


def test_an_apostrophe_parts_no_word():
    assert words("O'Brien", "l’Oréal") == ["obrien", "loreal"]


def test_words_of_any_script_are_kept():
    assert words("ООО Ромашка", "東京 ガス", "दिल्ली") == ["ооо", "ромашка", "東京", "ガス", "दिल्ली"]


def test_words_are_cut_and_counted():
    assert words("x" * 1000) == ["x" * 64]
    assert len(words(" ".join(map(str, range(1000))))) == 48


@patiently
@given(st.lists(anything))
def test_words_of_any_texts_are_their_own_words(texts):
    found = words(*texts)
    assert words(" ".join(found)[:500]) == found or len(" ".join(found)) > 500
