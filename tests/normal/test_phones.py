import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_admin.normal import phone_key
from tests.normal.anything import anything, made_of, patiently

BERLIN = "+49305550100"
LONDON = "+442079460000"
NEW_YORK = "+12125550100"

phone_like = made_of(
    "+", "00", "0", "(0)", "49", "030", "555", "0100", " ", "/", "-", "(", ")", "ext 4", "x", "E+", "."
)


@pytest.mark.parametrize(
    ("text", "country", "key"),
    [
        ("+49 30 5550100", "DE", BERLIN),
        ("+49305550100", "US", BERLIN),
        ("030 5550100", "DE", BERLIN),
        ("030/5550100", "DE", BERLIN),
        ("030 / 555 01-00", "DE", BERLIN),
        ("(030) 555 01 00", "DE", BERLIN),
        ("030-555-0100", "DE", BERLIN),
        ("030.555.0100", "DE", BERLIN),
        ("030 5550100", "de", BERLIN),
        ("0049 30 5550100", "DE", BERLIN),
        ("0049 30 5550100", "US", BERLIN),
        ("011 49 30 5550100", "US", BERLIN),
        ("+49 (0)30 5550100", "DE", BERLIN),
        ("+49(0)305550100", "GB", BERLIN),
        ("0049 (0) 30 5550100", "DE", BERLIN),
        ("+49 [0] 30 5550100", "DE", BERLIN),
        ("(+49) 30 5550100", "DE", BERLIN),
        ("+ 49 30 5550100", "DE", BERLIN),
        ("49 30 5550100", "DE", BERLIN),
        ("49305550100.0", "DE", BERLIN),
        ("  030 5550100\n", "DE", BERLIN),
        ("030\u00a0555\u00a001\u00a000", "DE", BERLIN),
        ("030–555–0100", "DE", BERLIN),
        ("+49 30 555 01’00", "DE", BERLIN),
        ("\u202a+49 30 5550100\u202c", "DE", BERLIN),
        ("０３０ ５５５０１００", "DE", BERLIN),
        ("＋４９ ３０ ５５５０１００", "US", BERLIN),
        ("٠٣٠٥٥٥٠١٠٠", "DE", BERLIN),
        ("020 7946 0000", "GB", LONDON),
        ("+44 (0)20 7946 0000", "US", LONDON),
        ("(020) 79460000", "GB", LONDON),
        ("(212) 555-0100", "US", NEW_YORK),
        ("1-212-555-0100", "US", NEW_YORK),
        ("+1.212.555.0100", "DE", NEW_YORK),
        ("001 212 555 0100", "DE", NEW_YORK),
        ("+39 06 698 1234", "DE", "+39066981234"),
        ("+39 (0)6 6988 1234", "DE", "+390669881234"),
        ("01 42 68 53 00", "FR", "+33142685300"),
        ("(02) 9876 5432", "AU", "+61298765432"),
        ("13 13 13", "AU", "+61131313"),
        ("8 (495) 123-45-67", "RU", "+74951234567"),
        ("03-1234-5678", "JP", "+81312345678"),
    ],
)
def test_one_number_written_in_many_ways_is_one_key(text, country, key):
    assert phone_key(text, country) == key


@pytest.mark.parametrize(
    "text",
    [
        "Tel. 030 5550100",
        "Tel.: +49 30 5550100 (Zentrale)",
        "phone:+49-30-5550100",
        "030 5550100 Frau Müller",
        "office 030 5550100, ask for Ann",
        "tel:+49305550100",
        "030 5550100 / 030 5550199",
        "030 5550100 - 0171 1234567",
        "030 5550100; 030 5550199",
        "030 5550100, 030 5550199",
        "030 5550100\n030 5550199",
        "030 5550100 or 030 5550199",
        "+49 30 5550100 +49 30 5550199",
        "112 / 030 5550100",
        "n/a, 030 5550100",
    ],
)
def test_the_first_number_in_a_text_is_its_key(text):
    assert phone_key(text, "DE") == BERLIN


@pytest.mark.parametrize(
    "extension", ["ext 4", "ext. 4", "Ext4", "extension 4", "x4", "x 4", "#4", ";ext=4", ", app. 4"]
)
def test_an_extension_is_no_part_of_the_key(extension):
    assert phone_key(f"030 5550100 {extension}", "DE") == BERLIN


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "   ", "-", "n/a", "unknown", "call Ann", "+", "(0)", "00"),
        *("4.93E+10", "4,93E+10", "4.93055501E+10", "4.93055501e10", "1E+10"),
        *("1", "110", "112", "911", "999", "12345", "+49", "+49 30"),
        *("0", "0000000", "000-000-0000", "+49 000 0000000", "030 0000000", "1111111", "(999) 999-9999"),
        *("1234567", "123456789", "0123456789", "1234567890", "+49 123456789", "9876543210"),
        *("+999 30 5550100", "+49 30 5550100 5550100 5550100", "1" * 40, "0000000100"),
    ],
)
@pytest.mark.parametrize("country", ["DE", "US", "GB"])
def test_what_is_no_number_is_no_key(text, country):
    assert phone_key(text, country) is None


def test_a_local_number_without_its_area_code_is_no_key_where_area_codes_are_dialled():
    assert phone_key("555-0100", "US") is None


def test_a_full_number_counts_though_its_area_is_not_in_the_number_plan():
    assert phone_key("(555) 123-4567", "US") == phone_key("+1 555 123 4567", "DE") == "+15551234567"


def test_the_country_decides_about_national_numbers_only():
    assert phone_key("020 7946 0000", "GB") != phone_key("020 7946 0000", "NL")
    assert phone_key("+44 20 7946 0000", "GB") == phone_key("+44 20 7946 0000", "NL")


@pytest.mark.parametrize("country", ["", "XX", "Germany", "😀"])
def test_in_an_unknown_country_only_international_numbers_are_keys(country):
    assert phone_key("030 5550100", country) is None
    assert phone_key("+49 30 5550100", country) == BERLIN


def test_a_very_long_text_is_read_at_its_beginning_only():
    assert phone_key("030 5550100 " + "x" * 1_000_000, "DE") == BERLIN
    assert phone_key("-" * 1_000_000 + "030 5550100", "DE") is None


@patiently
@given(anything | phone_like, st.sampled_from(["DE", "US", "GB", "IT", "RU", "AU", "SM", "", "??"]))
def test_any_text_gives_a_key_in_e164_that_is_its_own_key_or_none(text, country):
    key = phone_key(text, country)
    assert key is None or (key[0] == "+" and key[1:].isdecimal() and key.isascii() and len(key) <= 18)
    assert key is None or phone_key(key, country) == key


@patiently
@given(
    st.integers(2_000_000, 9_999_999),
    st.sampled_from(["030 {}", "030/{}", "+49 30 {}", "0049 (0)30-{}", "Tel. (030) {}"]),
)
def test_the_way_a_number_is_written_does_not_matter(number, way):
    assert phone_key(way.format(number), "DE") == phone_key(f"+4930{number}", "DE")
