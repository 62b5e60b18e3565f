"""Which passwords may be chosen."""

import pytest

from halo_admin.accounts.passwords import COMMON, TOO_LONG, TOO_SHORT, problem

ANN = ["Ann Archer", "ann@example.com"]


@pytest.mark.parametrize(("password", "said"), [
    ("short", TOO_SHORT),
    ("x y z!?4711" * 20, TOO_LONG),
    ("1234567890", COMMON),
    ("qwertyuiop", COMMON),
    ("Password123!", COMMON),
    ("P4ssw0rd123", COMMON),
    ("passwordpassword", COMMON),
    ("aaaaaaaaaaaaaaaa", COMMON),
    ("ann@example.com", COMMON),
    ("Ann Archer 1", COMMON),
    ("glasshive2026", COMMON),
])  # fmt: skip
def test_a_password_that_is_tried_first_is_refused(password, said):
    assert problem(password, ANN) == said


@pytest.mark.parametrize("password", ["correct horse battery", "a long password", "Zwölf Boxkämpfer", "t7#kQ!x93b"])
def test_any_other_long_password_is_taken(password):
    assert problem(password, ANN) is None


def test_a_very_long_one_costs_no_time():
    assert problem("ab " * 66, ANN) in (None, COMMON)
