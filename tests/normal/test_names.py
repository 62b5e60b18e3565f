import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_admin.normal import KEY_LENGTH, name_key
from tests.normal.anything import anything, made_of, patiently

name_like = made_of(
    "Acme",
    "Ltd",
    "GmbH",
    "&",
    "Co",
    "KG",
    "S",
    "A",
    ".",
    " ",
    "and",
    "en",
    "ü",
    "株式会社",
    "有限公司",
    "(주)",
    "OOO",
    "+",
)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Acme",
            "ACME",
            " acme ",
            "Acmé",
            "Ácme",
            "A.C.M.E.",
            "ac-me",
            "“Acme”",
            "Acme!",
            "Ａｃｍｅ",
            "Acme\u00a0",
            "Acme™",
        ),
        *(
            "Acme Ltd",
            "Acme Ltd.",
            "ACME LIMITED",
            "Acme, Inc.",
            "Acme Incorporated",
            "Acme LLC",
            "Acme L.L.C.",
            "Acme plc",
        ),
        *(
            "Acme Corp",
            "Acme Corporation",
            "Acme Co.",
            "Acme Company, LLC",
            "Acme Co., Ltd.",
            "Acme & Co",
            "Acme and Company",
        ),
        *(
            "Acme GmbH",
            "Acme gGmbH",
            "Acme G.m.b.H.",
            "Acme GmbH & Co. KG",
            "Acme GmbH&Co.KG",
            "Acme GmbH + Co KG",
            "Acme AG",
        ),
        *(
            "Acme GmbH und Co. KG",
            "Acme UG (haftungsbeschränkt)",
            "Acme AG & Co. KGaA",
            "Acme e.K.",
            "Acme e. V.",
            "Acme SE",
        ),
        *(
            "Acme Gesellschaft mit beschränkter Haftung",
            "Acme S.A.",
            "Acme SA",
            "Acme S. A.",
            "Acme S.à r.l.",
            "Acme SAS",
        ),
        *(
            "Acme B.V.",
            "Acme NV",
            "Acme Pty Ltd",
            "Acme (Pty) Ltd",
            "Acme Pte. Ltd.",
            "Acme Pvt Ltd",
            "Acme Private Limited",
        ),
        *(
            "Acme Oy",
            "Acme AB",
            "Acme A/S",
            "Acme AS",
            "Acme ApS",
            "Acme S.r.l.",
            "Acme SpA",
            "Acme S.p.A.",
            "Acme S.L.",
        ),
        *(
            "Acme SARL",
            "SARL Acme",
            "SAS Acme",
            "Acme Kft.",
            "Acme sp. z o.o.",
            "Acme Sp. z o. o.",
            "Acme Sp.zo.o.",
            "Acme s.r.o.",
        ),
        *(
            "Acme d.o.o.",
            "Acme a.s.",
            "Acme Ltda",
            "Acme S.A. de C.V.",
            "Acme S. de R.L. de C.V.",
            "Acme A.Ş.",
            "Acme Sdn Bhd",
        ),
        *(
            "Oy Acme Ab",
            "UAB Acme",
            "SIA Acme",
            "PT Acme Tbk",
            "Công ty TNHH Acme",
            "ООО Acme",
            "Acme ООД",
            "Acme & Cie",
            "Acme KK",
        ),
        *(
            "株式会社Acme",
            "Acme株式会社",
            "(株)Acme",
            "㈱Acme",
            "Acme 有限公司",
            "주식회사 Acme",
            "(주)Acme",
            "บริษัท Acme จำกัด (มหาชน)",
        ),
    ],
)
def test_names_that_differ_in_case_accents_punctuation_or_legal_form_are_one(name):
    assert name_key(name) == "acme"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Smith & Jones", "Smith and Jones Ltd"),
        ("Müller und Söhne", "Muller & Sohne GmbH"),
        ("Dupont et Fils", "DUPONT & FILS SARL"),
        ("Jansen en Zonen B.V.", "Jansen + Zonen"),
        ("O'Brien Systems", "OBrien Systems"),
        ("T-Systems", "T Systems"),
        ("DataCom", "Data Com"),
        ("A+ Computers", "A Plus Computers"),
        ("Straße 9", "STRASSE 9"),
        ("Ørsted A/S", "Orsted"),
        ("Łódź Soft", "Lodz Soft"),
        ("Æther Œuvre", "aether oeuvre"),
        ("İstanbul Yazılım", "ISTANBUL YAZILIM"),
        ("Ромашка", "ООО «РОМАШКА»"),
        ("Ёлка", "Елка"),
        ("Αθήνα ΑΕ", "ΑΘΗΝΑ"),
        ('שלום בע"מ', "שלום"),
        ("ガス", "カ\u3099ス"),
        ("ｶﾞｽ", "ガス"),
        ("한국전자", "주식회사 한국전자"),
        ("Studio ２", "Studio 2"),
        ("Rossi & C. S.n.c.", "Rossi"),
        ("AG Ltd", "AG Limited"),
    ],
)
def test_these_two_names_are_one(one, other):
    assert name_key(one) == name_key(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme UK Ltd", "Acme Ltd"),
        ("Acme (Berlin) GmbH", "Acme GmbH"),
        ("Acme Group", "Acme"),
        ("A+ Computers", "A Computers"),
        ("Hotel & Spa", "Hotel"),
        ("Limited Edition", "Edition"),
        ("Company Cars", "Cars"),
        ("दिल्ली", "दल"),
        ("カス", "ガス"),
        ("東京", "東京都"),
        ("Studio 1", "Studio 2"),
    ],
)
def test_these_two_names_are_two(one, other):
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("form", ["Ltd", "GmbH", "S.A.", "Inc.", "sp. z o.o.", "株式会社", "ООО", "Co", "AG"])
def test_a_name_that_is_only_a_legal_form_keeps_itself(form):
    assert name_key(form) == "".join(char for char in form.casefold() if char.isalnum())


@pytest.mark.parametrize("name", [None, "", "  ", "\t\n", "...", "-", "🚀", "❤️", "//", "™®", "\u0301", "\x00"])
def test_a_name_without_letters_and_digits_is_no_key(name):
    assert name_key(name) is None


def test_a_key_fits_its_column_however_long_the_name():
    assert len(name_key("ﷺ" * 500)) == len(name_key("Acme " * 100_000)) == KEY_LENGTH


@patiently
@given(anything | name_like)
def test_any_text_gives_a_key_of_letters_and_digits_that_is_its_own_key_or_none(text):
    key = name_key(text)
    assert key is None or (0 < len(key) <= KEY_LENGTH and key.split() == [key] and "\x00" not in key)
    assert key is None or name_key(key) == key


@patiently
@given(
    st.text("abcdefg hijkl", min_size=1),
    st.sampled_from(["Ltd", "GmbH & Co. KG", "Inc.", "S.p.A.", "Pty Ltd", "sp. z o.o."]),
)
def test_a_legal_form_behind_a_name_changes_nothing(name, form):
    plain = name_key(f"{name} x")
    assert name_key(f"{name} x {form}") == plain == name_key(f"{name.upper()}  X, {form.upper()}")
