"""Cells that no spreadsheet takes for a formula, and what loading makes of them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from halo_admin.crm.cells import guarded, unguarded
from tests.crm.conftest import company, ours

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
TEXTS = st.text() | st.builds(str.__add__, st.text("'=+-@\t\r 1.()", max_size=5), st.text())


@given(TEXTS)
@example("'=1")
@example("''+1")
@example("+49 (30) 555-01.00")
def test_what_goes_out_comes_in_again_as_it_was(text):
    assert unguarded(guarded(text)) == text


@given(TEXTS)
def test_no_cell_is_a_formula(text):
    cell = guarded(text)
    assert not cell.startswith(BEGINNINGS) or set(cell) <= set("+0123456789 ()-.")


@pytest.mark.parametrize(
    ("text", "cell"),
    [("=1+1", "'=1+1"), ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"), ("-x", "'-x"), ("@SUM(A1)", "'@SUM(A1)"),
     ("\t1", "'\t1"), ("\r1", "'\r1"), ("'=1", "''=1"), ("+49 (30) 555-01.00", "+49 (30) 555-01.00"), ("-1", "-1"),
     ("-1+1", "'-1+1"),
     ("'tis", "'tis"), ("O'Neill", "O'Neill"), ("", ""), ("1=1", "1=1")],
)  # fmt: skip
def test_an_apostrophe_stands_in_front_of_what_would_be_a_formula(text, cell):
    assert guarded(text) == cell


def test_loading_removes_the_apostrophe(ann, load_file):
    load_file("companies", "name,city,street", "'=Acme,'+1 x,'tis")
    (acme,) = ours_of(ann)
    assert (acme.name, acme.city, acme.street) == ("=Acme", "+1 x", "'tis")


def test_a_dump_is_taken_as_it_stands(ann, load_file):
    load_file("companies", "id,halo_id,name,city", "7,,'=Acme,=1")
    (acme,) = ours_of(ann)
    assert (acme.name, acme.city) == ("'=Acme", "=1")


def ours_of(user):
    """The companies that a file has made."""
    (last,) = ours(user, "After")
    return [one for number in range(1, last) if (one := company(number)) and one.account_id == user.account_id]
