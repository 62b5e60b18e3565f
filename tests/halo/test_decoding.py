"""One bad record never costs its page, and no record is lost without a word (halo-api.md 2.4, 2.5, 5.2)."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halo_admin.halo import decoding, mending, values
from halo_admin.halo.companies import CLIENTS, SITES
from halo_admin.halo.decoding import NotThatShape
from halo_admin.records import Client, Site, Unreadable

from .told import client_row, site_row

BAD_ROWS = {
    "no object": "Bergmann",
    "null": None,
    "a list": [1, 2],
    "no id": {"name": "Bergmann"},
    "id null": client_row(id=None),
    "id zero": client_row(id=0),
    "id minus one": client_row(id=-1),
    "id text": client_row(id="abc"),
    "id too large": client_row(id=2**31),
    "id a fraction": client_row(id=21.5),
    "id a flag": client_row(id=True),
    "name a list": client_row(name=["Bergmann"]),
    "name an object": client_row(name={"de": "Bergmann"}),
    "inactive a word": client_row(inactive="perhaps"),
    "website an object": client_row(website={}),
    "type a list": client_row(customertype=[3]),
    "relationship id a list": client_row(customer_relationship=[{"id": [1]}]),
}


def read(*rows, listing=CLIENTS, raw=None):
    body = raw if raw is not None else json.dumps({"record_count": len(rows), listing.keys[0]: list(rows)}).encode()
    return decoding.page(body, listing.keys, listing.reader)


def read_one(row, listing=CLIENTS):
    return read(row, listing=listing).rows[0]


@pytest.mark.parametrize("what", BAD_ROWS)
def test_a_row_that_cannot_be_read_is_told_alone(what):
    page = read(client_row(id=1), BAD_ROWS[what], client_row(id=3))
    first, bad, last = page.rows
    assert (first.halo_id, last.halo_id) == (1, 3)
    assert isinstance(bad, Unreadable)
    assert bad.reason.startswith("This record ")
    assert bad.reason.endswith(".")


def test_a_bad_row_keeps_its_id_and_says_which_value_is_wrong():
    bad = read_one(client_row(name=["Bergmann"]))
    assert bad.label is None
    assert (bad.halo_id, bad.reason) == (21, "This record cannot be read: its name is no text (a list).")


def test_a_bad_row_has_the_same_fingerprint_every_time_and_another_one_another():
    one, same, other = (read_one({"name": name}) for name in ("a", "a", "b"))
    assert one.halo_id is None
    assert one.fingerprint == same.fingerprint != other.fingerprint


@pytest.mark.parametrize("key", ["clients", None])
def test_rows_are_found_by_their_key_or_in_a_bare_array(key):
    rows = [client_row(id=1), client_row(id=2)]
    said = {"columns": [{"id": 99}], "columns_id": 4, "clients": rows, "record_count": 2} if key else rows
    page = read(raw=json.dumps(said).encode())
    assert [row.halo_id for row in page.rows] == [1, 2]
    assert page.record_count == (2 if key else None)


@pytest.mark.parametrize(
    ("told", "count"), [(137, 137), ("137", 137), (137.0, 137), (None, None), (-1, None), ("many", None), ([], None)]
)
def test_the_count_is_read_from_any_type(told, count):
    assert read(raw=json.dumps({"clients": [], "record_count": told}).encode()).record_count == count


@pytest.mark.parametrize("halo_id", [21, 21.0, "21", "21.0", " 21 "])
def test_an_id_is_read_from_any_type(halo_id):
    assert read_one(client_row(id=halo_id)).halo_id == 21


@pytest.mark.parametrize("nothing", [None, "", 0, -1, 0.0, -1.0, "0", " "])
def test_a_reference_that_says_none_is_none(nothing):
    assert read_one(site_row(client_id=nothing), SITES).client_id is None


@pytest.mark.parametrize("said", [21, 21.0, "21", "21.0"])
def test_a_reference_is_read_from_any_type(said):
    assert read_one(site_row(client_id=said), SITES).client_id == 21


@pytest.mark.parametrize(
    ("said", "active"),
    [(False, True), (True, False), (0, True), (1, False), ("0", True), ("true", False), (None, True), ("", True)],
)
def test_a_flag_is_read_from_any_type(said, active):
    assert read_one(client_row(inactive=said)).active is active


def test_missing_keys_are_not_set():
    assert read_one({"id": 21}) == Client(21, None)
    assert read_one({"id": 34}, SITES) == Site(34, None, None)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("  Bergmann  ", "Bergmann"),
        ("Berg\x00mann", "Berg mann"),
        ("\x07Bergmann\x1f\r\n", "Bergmann"),
        ("\ufeffBergmann", "Bergmann"),
        ("\u00a0Bergmann\u3000", "Bergmann"),
        (" \t\n ", None),
        ("\x00", None),
        ("", None),
        (None, None),
        ("Zoë 🏔 שלום", "Zoë 🏔 שלום"),
        ("e\u0301", "e\u0301"),
        (4711, "4711"),
        (4711.0, "4711"),
        ("x" * 255, "x" * 255),
        ("x" * 1_000_000, "x" * 255),
    ],
)
def test_text_is_stripped_cleaned_and_bounded(said, name):
    assert read_one(client_row(name=said)).name == name


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2026-04-30T15:02:10", datetime(2026, 4, 30, 15, 2, 10, tzinfo=UTC)),
        ("2026-04-30T15:02:10Z", datetime(2026, 4, 30, 15, 2, 10, tzinfo=UTC)),
        ("2026-04-30T15:02:10.1", datetime(2026, 4, 30, 15, 2, 10, 100000, tzinfo=UTC)),
        ("2026-04-30T15:02:10.1234567Z", datetime(2026, 4, 30, 15, 2, 10, 123456, tzinfo=UTC)),
        ("2026-04-30T15:02:10+02:00", datetime(2026, 4, 30, 13, 2, 10, tzinfo=UTC)),
        ("2026-04-30", datetime(2026, 4, 30, tzinfo=UTC)),
        ("1900-01-01T00:00:00", None),
        ("1899-12-30T00:00:00", None),
        ("1901-01-01T00:00:00", None),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("9999-12-31T23:59:59", None),
        ("1980-12-31T23:59:59", None),
        ("1981-01-01T00:00:00", datetime(1981, 1, 1, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1777561330, None),
    ],
)
def test_times_are_read_as_utc_and_halos_empty_ones_as_none(said, at):
    assert read_one(client_row(alastupdate=said)).changed_at == at


def test_a_value_of_an_unknown_key_matters_to_nobody():
    odd = {"customfields": [{"id": 1, "value": {"deep": [1]}}], "new_key": 1e300}
    assert isinstance(read_one(client_row(**odd)), Client)


RAW_ROWS = {
    "half a surrogate": rb'{"id":2,"name":"Zo\ud83d"}',
    "bytes that are not UTF-8": b'{"id":2,"name":"Zo\xeb"}',
    "a bare control character": b'{"id":2,"name":"Zo\x01"}',
    "a bare line break": b'{"id":2,"name":"Zo\n"}',
    "not a number": b'{"id":2,"name":"Zo","x":NaN,"y":-Infinity}',
    "an endless number": b'{"id":2,"name":"Zo","x":1e999,"y":' + b"9" * 5000 + b"}",
    "a name that is no key": b'{"id":2,"name":"Zo","\xff":1}',
}


@pytest.mark.parametrize("what", RAW_ROWS)
def test_broken_json_inside_one_value_costs_neither_the_row_nor_the_page(what):
    page = read(raw=b'{"record_count":3,"clients":[{"id":1},' + RAW_ROWS[what] + b',{"id":3}]}')
    assert [row.halo_id for row in page.rows] == [1, 2, 3]
    assert page.rows[1].name.startswith("Zo")


@pytest.mark.parametrize("depth", [100, 1_500, 100_000])
def test_bottomless_nesting_in_a_value_nobody_reads_costs_nothing(depth):
    nested = b"[" * depth + b'"]"' + b"]" * depth
    page = read(raw=b'{"clients":[{"id":1},{"id":2,"name":"a","customfields":' + nested + b'},{"id":3}]}')
    assert [row.halo_id for row in page.rows] == [1, 2, 3]


def test_bottomless_nesting_in_a_value_that_is_read_costs_one_row():
    page = read(raw=b'{"clients":[{"id":1},{"id":2,"name":' + b"[" * 5000 + b"]" * 5000 + b'},{"id":3}]}')
    assert [type(row) for row in page.rows] == [Client, Unreadable, Client]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"7",
        b'"clients"',
        b"<html></html>",
        b'{"clients":[{"id":1}',
        b'{"clients":[{"id":1},',
        b'{"clients":{"id":1}}',
        b'{"clients":7,"record_count":0}',
        b'{"clients":null}',
        b'{"clients":null,"record_count":4}',
        b'{"record_count":4}',
        b'{"tickets":[]}',
        b"[" * 100_000,
        b'{"clients":[{"id":1}]}{"clients":[]}',
    ],
)
def test_a_body_without_the_list_is_told_and_never_taken_for_an_empty_page(body):
    with pytest.raises(NotThatShape):
        read(raw=body)


@pytest.mark.parametrize(("body", "found"), [(b"null", None), (b'{"id":21}', 21), (b'[{"id":21}]', 21)])
def test_a_single_record_is_an_object_or_null(body, found):
    record = decoding.single(body, CLIENTS.reader)
    assert getattr(record, "halo_id", None) == found


def test_a_single_record_with_broken_values_is_still_read():
    assert decoding.single(rb'{"id":"21","name":"Zo\ud83d"}', CLIENTS.reader).name == "Zo?"


@pytest.mark.parametrize("body", [b"", b"7", b"[]", b"[1,2]", b'{"id":', b"<html>"])
def test_what_is_no_single_record_is_told(body):
    with pytest.raises(NotThatShape):
        decoding.single(body, CLIENTS.reader)


def test_nesting_is_cut_but_brackets_in_text_do_not_count():
    deep = '{"a":' * 60 + "1" + "}" * 60
    said = mending.read(f'{{"x":{deep},"y":"[[[{{","z":[1,{deep}]}}'.encode())
    assert said["y"] == "[[[{"
    assert said["z"][0] == 1
    assert "null" in json.dumps(said)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = [field.encode_name for listing in (CLIENTS, SITES) for field in msgspec.structs.fields(listing.reader.row_type)]
HOSTILE_ROW = st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=8) | ANYTHING


@given(st.lists(HOSTILE_ROW, max_size=5), st.sampled_from([CLIENTS, SITES]))
@settings(deadline=None)
def test_whatever_the_rows_hold_each_becomes_a_record_or_is_told(rows, listing):
    good = client_row(id=7)
    page = read(good, *rows, good, listing=listing)
    assert len(page.rows) == len(rows) + 2
    assert isinstance(page.rows[0], Client | Site)
    for row in page.rows:
        if isinstance(row, Unreadable):
            assert row.reason
            assert row.fingerprint
        else:
            assert 0 < row.halo_id <= values.MOST_ID
            assert row.name is None or 0 < len(row.name) <= values.LONGEST_TEXT
            msgspec.json.encode(row)


@given(st.binary() | ANYTHING.map(lambda said: json.dumps(said).encode()))
@settings(deadline=None)
def test_whatever_the_body_is_it_is_a_page_or_told(body):
    try:
        page = read(raw=body)
    except NotThatShape:
        return
    assert isinstance(page.rows, tuple)


WHOLE = json.dumps({"record_count": 2, "clients": [client_row(id=1), client_row(id=2)]}).encode()


@given(st.integers(0, len(WHOLE) - 1))
def test_a_page_cut_anywhere_is_told(at):
    with pytest.raises(NotThatShape):
        read(raw=WHOLE[:at])


def test_what_cannot_be_read_keeps_its_name_where_that_can():
    (bad,) = decoding.page(
        b'{"clients": [{"id": 21, "name": "Acme", "inactive": "maybe"}]}', ("clients",), CLIENTS.reader
    ).rows
    assert (bad.halo_id, bad.label) == (21, "Acme")
    assert bad.reason == "This record cannot be read: its inactive is neither true nor false (“maybe”)."
