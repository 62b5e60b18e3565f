"""Pasted addresses are mended into the one that is meant, and told what was mended."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_admin.halo.addresses import default_auth, mend, mend_auth, token_url

ACME = "https://acme.halopsa.com"


@pytest.mark.parametrize(
    "pasted",
    [
        "acme.halopsa.com",
        "https://acme.halopsa.com/",
        "https://acme.halopsa.com/api",
        "https://acme.halopsa.com/api/",
        "https://acme.halopsa.com/API/Client?count=1",
        "https://acme.halopsa.com/auth",
        "https://acme.halopsa.com/auth/token?tenant=acme",
        "https://acme.halopsa.com/apidoc/info#top",
        "https://acme.halopsa.com/config/integrations/api",
        "HTTPS://ACME.HaloPSA.com",
        "  https://acme.halopsa.com \n",
        "https:// acme.halopsa.com",
        "acme.halopsa.com /api",
        "<https://acme.halopsa.com>",
        "“https://acme.halopsa.com”",
        "https://acme\u200b.halopsa.com",
        "http://acme.halopsa.com",
        "http://acme.halopsa.com:80",
        "https:/acme.halopsa.com",
        "//acme.halopsa.com",
        "https://acme.halopsa.com:443",
        "https://acme.halopsa.com.",
        "https://acme.halopsa.com//",
        "https:\\\\acme.halopsa.com\\api",
    ],
)
def test_what_people_paste_becomes_halos_address(pasted):
    assert mend(pasted).url == ACME


def test_an_address_that_is_right_is_left_alone_without_a_note():
    assert mend(ACME) == (ACME, [])


@pytest.mark.parametrize(
    ("pasted", "note"),
    [
        ("acme.halopsa.com", "https:// was added."),
        ("https://acme.halopsa.com/", "The slash at the end was removed."),
        ("https://acme.halopsa.com/api/client", "“/api/client” was left out."),
        ("https://acme.halopsa.com?x=1", "What followed the address after “?” or “#” was left out."),
        ("https://ACME.halopsa.com", "The host was written in small letters."),
        (" https://acme.halopsa.com", "Spaces and signs around the address were removed."),
        ("http://acme.halopsa.com", "http:// was made https://."),
    ],
)
def test_each_mending_is_told(pasted, note):
    assert mend(pasted).notes == [note]


def test_an_international_name_is_used_in_its_ascii_form():
    url, notes = mend("https://halo.bücher.example")
    assert url == "https://halo.xn--bcher-kva.example"
    assert notes == ["The host is used as halo.xn--bcher-kva.example."]


def test_an_own_port_and_path_are_kept():
    assert mend("halo.example.com:8443/psa/api/client").url == "https://halo.example.com:8443/psa"


def test_http_with_a_port_of_its_own_is_left_for_the_guard_to_judge():
    assert mend("http://127.0.0.1:9700/").url == "http://127.0.0.1:9700"
    assert mend("http://[::1]:9700").url == "http://[::1]:9700"


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        "   ",
        "https://",
        "https:///api",
        "acme",
        "ftp://acme.halopsa.com",
        "https://ann:pass@acme.halopsa.com",
        "ann@acme.halopsa.com",
        "https://acme.halopsa.com:99999",
        "https://acme.halopsa.com:0",
        "https://acme.halopsa.com:https",
        "our halo is at acme.halopsa.com",
        "https://acme..halopsa.com",
        "https://-acme-.halopsa.com",
        "https://[::1",
        "https://[fe80::zz]/",
        "https://a" + "a" * 300 + ".com",
        "https://ac%20me.com",
        "javascript:alert(1)",
    ],
)
def test_rubbish_is_refused_with_a_sentence(rubbish):
    with pytest.raises(ValueError, match=r"^[A-ZT“].*[.?]$"):
        mend(rubbish)


def test_a_bare_name_gets_a_suggestion():
    with pytest.raises(ValueError, match=r"Is it https://acme\.halopsa\.com\?"):
        mend("acme")


@pytest.mark.parametrize(
    "pasted",
    [
        "https://acme.halopsa.com",
        "acme.halopsa.com/auth",
        "https://acme.halopsa.com/auth/",
        "https://acme.halopsa.com/auth/token",
        "https://acme.halopsa.com/token",
        "https://acme.halopsa.com/auth/token?tenant=acme",
    ],
)
def test_an_authorisation_server_ends_in_auth_however_it_was_pasted(pasted):
    assert mend_auth(pasted).url == "https://acme.halopsa.com/auth"


def test_an_authorisation_server_as_halo_shows_it_needs_no_note():
    assert mend_auth("https://auth.halo.example/auth") == ("https://auth.halo.example/auth", [])


def test_the_tenant_is_a_query_parameter_only_where_one_is_given():
    assert token_url(default_auth(ACME)) == f"{ACME}/auth/token"
    assert token_url(f"{ACME}/auth", "a&b c") == f"{ACME}/auth/token?tenant=a%26b%20c"


@given(st.text(alphabet="acme.:/@?#[]% -_é点1\u202e") | st.text())
def test_any_text_is_mended_once_and_for_all_or_refused(text):
    try:
        url = mend(text).url
    except ValueError:
        return
    assert mend(url) == (url, [])
    assert mend_auth(mend_auth(url).url).url == mend_auth(url).url
