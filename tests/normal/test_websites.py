import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_admin.normal import web_address, website_key
from tests.normal.anything import anything, made_of, patiently

website_like = made_of(
    *(
        "http",
        "s",
        ":",
        "//",
        "www.",
        "acme",
        ".",
        "com",
        "co.uk",
        "example",
        "/",
        "?",
        "#",
        "@",
        "xn--",
        "bücher",
        " ",
    ),
    *("wixsite.com", "facebook.com", "10.0.0.1", "[::1]", ":8080", "ß", "。", "-", "_"),
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("acme.com", "acme.com"),
        ("ACME.com", "acme.com"),
        ("www.acme.com", "acme.com"),
        ("WWW.Acme.Com", "acme.com"),
        ("www2.acme.com", "acme.com"),
        ("http://acme.com", "acme.com"),
        ("https://www.acme.com/", "acme.com"),
        ("https://www.acme.com/about/us.html", "acme.com"),
        ("https://acme.com?ref=halo.example", "acme.com"),
        ("acme.com#contact", "acme.com"),
        ("acme.com:8080/shop", "acme.com"),
        ("https://acme.com:443", "acme.com"),
        ("https://sam:secret@acme.com/x", "acme.com"),
        ("acme.com.", "acme.com"),
        ("https://acme.com./", "acme.com"),
        ("//acme.com", "acme.com"),
        ("  acme.com\t", "acme.com"),
        ("shop.eu.acme.com", "acme.com"),
        ("http//acme.com", "acme.com"),
        ("http:/acme.com", "acme.com"),
        ("http:acme.com", "acme.com"),
        ("htpp://acme.com", "acme.com"),
        ("https;//acme.com", "acme.com"),
        ("http:\\\\www.acme.com\\about", "acme.com"),
        ("https://http://www.acme.com", "acme.com"),
        ("http:// www.acme.com", "acme.com"),
        ("Web: www.acme.com", "acme.com"),
        ("URL:www.acme.com", "acme.com"),
        ("(www.acme.com)", "acme.com"),
        ("<https://acme.com>", "acme.com"),
        ("acme.com, acme.de", "acme.com"),
        ("acme.com,acme.de", "acme.com"),
        ("acme.com | acme.de", "acme.com"),
        ("see acme.com for more", "acme.com"),
        ("info@acme.com", "acme.com"),
        ("mailto:info@acme.com", "acme.com"),
        ("acme.com/@team", "acme.com"),
        ("\u200bacme.com\ufeff", "acme.com"),
        ("ａｃｍｅ．ｃｏｍ", "acme.com"),
        ("acme。com", "acme.com"),
        ("acme.co.uk", "acme.co.uk"),
        ("https://www.acme.com.au/", "acme.com.au"),
        ("shop.acme.gmbh", "acme.gmbh"),
        ("bergmann.example", "bergmann.example"),
        ("https://www.bergmann.example/kontakt", "bergmann.example"),
        ("shop.bergmann.example", "bergmann.example"),
        ("apple.com", "apple.com"),
    ],
)
def test_a_website_is_known_by_its_registrable_domain(text, key):
    assert website_key(text) == key


@pytest.mark.parametrize(
    "text", ["bücher.de", "www.BÜCHER.de", "bu\u0308cher.de", "xn--bcher-kva.de", "https://XN--BCHER-KVA.de/"]
)
def test_unicode_and_punycode_are_one_key(text):
    assert website_key(text) == "xn--bcher-kva.de"


def test_a_domain_with_sharp_s_is_another_than_the_one_with_ss():
    assert website_key("straße.de") == "xn--strae-oqa.de" != website_key("strasse.de")


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", " ", "-", "n/a", "N.A.", "none", "http://", "https://www.", "www", "www.acme", "acme", "localhost"),
        *(
            "localhost:8080",
            "https://intranet/",
            "server.acme.local",
            "nas.fritz.lan",
            "co.uk",
            "com",
            ".com",
            "acme..com",
        ),
        *("10.0.0.1", "https://192.168.1.10:8443/", "http://[2001:db8::1]/", "::1", "1.2.3", "0x7f.1", "030 555.0100"),
        *("-acme-.c", "http://i❤.ws", "xn--\ud800.de", "a" * 64 + ".com", "Acme Inc.", "e.g."),
    ],
)
def test_what_names_no_domain_is_no_key(text):
    assert website_key(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("https://www.facebook.com/acme", "de-de.facebook.com/acme", "fb.com/acme", "linkedin.com/company/acme"),
        *("https://x.com/acme", "instagram.com/acme", "youtube.com/@acme", "xing.com/pages/acme", "https://wa.me/4930"),
        *("gmail.com", "sam@gmail.com", "hotmail.co.uk", "yahoo.de", "web.de", "outlook.com", "t-online.de"),
        *("https://sites.google.com/view/acme", "google.co.uk/maps/place/acme", "maps.app.goo.gl/x", "g.page/acme"),
        *(
            "https://maps.apple.com/?q=acme",
            "bit.ly/acme",
            "linktr.ee/acme",
            "amazon.de/shops/acme",
            "ebay.co.uk/usr/acme",
        ),
        *("etsy.com/shop/acme", "tripadvisor.com/acme", "yelp.ca/biz/acme", "yell.com/acme", "northdata.de/acme"),
        *("en.wikipedia.org/wiki/Acme", "github.com/acme"),
    ],
)
def test_a_page_on_a_host_that_is_nobodys_is_no_key(text):
    assert website_key(text) is None


@pytest.mark.parametrize(
    "host", ["wixsite.com", "weebly.com", "wordpress.com", "myshopify.com", "sharepoint.com", "github.io"]
)
def test_what_is_below_a_builder_or_tenant_host_is_somebodys_and_the_host_itself_nobodys(host):
    assert website_key(f"https://acme.{host}/home") == website_key(f"www.acme.{host}") == f"acme.{host}"
    assert website_key(host) is website_key(f"https://www.{host}/acme") is None


def test_the_first_website_that_tells_something_counts():
    assert website_key("https://facebook.com/acme www.acme.com") == "acme.com"


def test_a_very_long_text_is_read_at_its_beginning_only():
    assert website_key("acme.com/" + "x" * 1_000_000) == "acme.com"
    assert website_key("@" * 1_000_000) is website_key("/" * 1_000_000) is website_key("http:" * 1_000_000) is None


@patiently
@given(anything | website_like)
def test_any_text_gives_a_key_that_is_its_own_key_or_none(text):
    key = website_key(text)
    assert key is None or (key.isascii() and "." in key and key == key.lower() and len(key) <= 253)
    assert key is None or website_key(key) == key


@patiently
@given(
    st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True).filter(lambda name: name[2:4] != "--"),
    st.sampled_from(["{}", "www.{}", "http://{}/", "https://www.{}/a?b=c", "HTTPS://{}:443", "sam@{}", " {}. "]),
)
def test_the_way_a_website_is_written_does_not_matter(name, way):
    assert website_key(way.format(f"{name}-group.example")) == f"{name}-group.example"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://acme.example/a?b=1", "https://acme.example/a?b=1"), ("HTTP://Acme.example", "HTTP://Acme.example"),
        (" www.acme.example ", "https://www.acme.example"), ("javascript:alert(1)", None),
        ("javascript://acme.example/%0aalert(1)", None), ("data://acme.example", None), ("acme", None), (None, None),
        ("see acme.example", None), ("", None),
    ],
)  # fmt: skip
def test_only_the_web_is_linked_to(text, address):
    assert web_address(text) == address
