import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_admin.normal import same
from tests.normal.anything import anything, patiently

KINDS = ("phone", "website", "email", "name", "text")

SAME = {
    "phone": [
        ("030 5550100", "+49 (0)30 555 01-00"),
        ("0049 30 5550100", "+49305550100"),
        ("030 5550100 ext 4", "+49 30 5550100 x4"),
        ("030 5550100 / 030 5550199", "+49305550100; +49305550199"),
        ("112", " 1 12"),
        ("ask  Ann", "ask Ann "),
    ],
    "website": [
        ("acme.com", "https://www.acme.com/"),
        ("HTTP://ACME.com/Shop/", "acme.com/Shop"),
        ("bücher.de", "http://xn--bcher-kva.de:80"),
        ("facebook.com/acme", "https://www.facebook.com/acme/"),
        ("not yet", " not  yet"),
    ],
    "email": [
        ("Sam@x.com", "sam@X.com "),
        ("Sam <sam@x.com>", "mailto:sam@x.com"),
        ("a@x.com;b@x.com", "a@x.com, b@x.com"),
        ("?", " ?"),
    ],
    "name": [("Acme  Ltd", " Acme Ltd"), ("Acm\u00e9", "Acme\u0301")],
    "text": [("1 High St\nFloor 2", "1 High St Floor 2"), ("a\u00a0b", "a b")],
}
DIFFERENT = {
    "phone": [
        ("030 5550100", "030 5550199"),
        ("030 5550100 ext 4", "030 5550100 ext 5"),
        ("030 5550100 ext 4", "030 5550100"),
        ("030 5550100", "030 5550100 / 030 5550199"),
        ("030 5550100 / 12", "030 5550100 / 13"),
        ("030 5550100 (Ann)", "030 5550100 (Bob)"),
        ("112", "110"),
        ("4.93E+10", "4.94E+10"),
    ],
    "website": [
        ("acme.com", "acme.de"),
        ("acme.com", "shop.acme.com"),
        ("acme.com", "acme.com/shop"),
        ("acme.com/Shop", "acme.com/shop"),
        ("acme.com", "acme.com:8080"),
        ("acme.com/?id=1", "acme.com/?id=2"),
        ("facebook.com/acme", "facebook.com/bergmann"),
        ("acme.com", "acme.com acme.de"),
        ("intranet", "localhost"),
    ],
    "email": [("sam@x.com", "ann@x.com"), ("sam@x.com", "sam@x.com; ann@x.com"), ("sam@x.com", "sam"), ("sam", "ann")],
    "name": [("Acme Ltd", "Acme Inc"), ("Acme", "ACME"), ("Müller", "Muller"), ("Acme Ltd", "Acme Ltd.")],
    "text": [("a", "A"), ("a b", "ab"), ("0", ""), ("é", "e")],
}


def pairs(table):
    return [(kind, *pair) for kind, examples in table.items() for pair in examples]


@pytest.mark.parametrize(("kind", "a", "b"), pairs(SAME))
def test_values_that_differ_in_form_only_are_the_same(kind, a, b):
    assert same(kind, a, b, "DE")
    assert same(kind, b, a, "DE")


@pytest.mark.parametrize(("kind", "a", "b"), pairs(DIFFERENT))
def test_values_that_differ_in_more_than_form_are_not_the_same(kind, a, b):
    assert not same(kind, a, b, "DE")
    assert not same(kind, b, a, "DE")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_empty_and_blank_are_the_same_and_unlike_any_value(kind):
    assert same(kind, None, "", "DE")
    assert same(kind, " \n", None, "DE")
    assert not same(kind, None, "x", "DE")


def test_a_kind_nobody_defined_is_an_error():
    with pytest.raises(KeyError):
        same("colour", "red", "red", "DE")


@patiently
@given(st.sampled_from(KINDS), anything, anything)
def test_sameness_of_any_values_works_both_ways(kind, a, b):
    assert same(kind, a, a + " ", "DE")
    assert same(kind, a, b, "DE") == same(kind, b, a, "DE")
