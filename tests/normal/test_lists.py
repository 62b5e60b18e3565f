import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_admin.normal import name_key, website_key
from halo_admin.normal.lists import read_list
from tests.normal.anything import patiently

HOSTS, FORMS = read_list("hosts.ini"), read_list("legal_forms.ini")


@patiently
@given(st.sampled_from(HOSTS["nobody's own"]))
def test_every_host_of_the_list_is_nobodys(line):
    host = f"acme{line}" if line.startswith(".") else line.replace(".*", ".com")
    assert website_key(host) is website_key(f"https://www.{host}/acme") is None


@patiently
@given(st.sampled_from(HOSTS["somebody's below"]))
def test_below_every_shared_host_of_the_list_is_somebody(line):
    assert website_key(f"acme.{line}") == f"acme.{line}"
    assert website_key(line) is None


@pytest.mark.parametrize("form", FORMS["last words"])
def test_every_form_of_the_list_is_left_out_at_the_end(form):
    assert name_key(f"Acme 7 {form}") == "acme7"


@pytest.mark.parametrize("form", FORMS["first words"])
def test_every_form_of_the_list_is_left_out_at_the_start(form):
    assert name_key(f"{form} Acme 7") == "acme7"


@pytest.mark.parametrize("form", FORMS["only after an and"])
def test_these_words_are_left_out_behind_an_and(form):
    assert name_key(f"Acme 7 & {form}.") == "acme7"


@pytest.mark.parametrize("form", FORMS["written without a blank"])
def test_these_forms_are_left_out_without_a_blank(form):
    assert name_key(f"{form}東京7") == name_key(f"東京7{form}") == "東京7"


def test_every_line_of_the_hosts_is_in_lower_case():
    assert all(line == line.lower().strip(" /") for lines in HOSTS.values() for line in lines)
