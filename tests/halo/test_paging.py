"""A list ends where its stop rule says (halo-api.md 2.1), however Halo misbehaves."""

from hypothesis import given
from hypothesis import strategies as st

from halo_admin.halo.paging import is_complete, is_last, paged


def test_a_page_asks_in_halos_spelling_and_sorted_by_id():
    asked = {"pageinate": True, "page_no": 3, "page_size": 100, "order": "id", "orderdesc": False}
    assert paged(3) == asked


def test_an_empty_page_is_the_last():
    assert is_last(received=0, new=0, seen=200, record_count=500)


def test_a_page_that_repeats_what_was_seen_is_the_last():
    assert is_last(received=100, new=0, seen=100, record_count=500)


def test_a_full_page_is_not_the_last_even_when_the_count_says_so():
    assert not is_last(received=100, new=100, seen=100, record_count=0)


def test_a_short_page_in_the_middle_is_not_the_last():
    assert not is_last(received=40, new=40, seen=140, record_count=500)


def test_a_short_page_at_the_end_is_the_last():
    assert is_last(received=17, new=17, seen=217, record_count=217)


def test_a_short_page_of_a_list_without_a_count_is_the_last():
    assert is_last(received=17, new=17, seen=17, record_count=None)


def test_a_larger_page_size_than_halo_gives_does_not_end_the_list_early():
    assert not is_last(received=100, new=100, seen=100, record_count=100, page_size=999)


def test_pages_smaller_than_asked_go_on_until_the_count_is_reached():
    assert not is_last(received=50, new=50, seen=50, record_count=130)


def test_a_sweep_that_saw_less_than_the_count_is_incomplete():
    assert not is_complete(seen=216, record_count=217)
    assert is_complete(seen=217, record_count=217)
    assert is_complete(seen=5, record_count=None)


@given(st.lists(st.integers(0, 400), max_size=400, unique=True), st.integers(1, 120), st.data())
def test_a_regular_list_is_read_to_its_end_whatever_size_its_pages_have(ids, cap, data):
    seen, page_no = set(), 0
    while True:
        page = ids[page_no * min(cap, 100) :][: min(cap, 100)]
        page_no += 1
        new = set(page) - seen
        seen |= new
        if is_last(len(page), len(new), len(seen), len(ids)):
            break
    assert seen == set(ids)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=1), st.none() | st.integers(0, 10**6))
def test_any_list_that_stops_bringing_new_rows_ends(pages, record_count):
    seen = 0
    for received, new in [*pages, (100, 0)]:
        new = min(received, new)
        seen += new
        if is_last(received, new, seen, record_count):
            return
    raise AssertionError("a page without anything new did not end the list")
