"""How times and numbers read on screens."""

from datetime import UTC, datetime

import pytest

from halo_admin.web.words import capital, clock, day_time, duration, plural, taken


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3540, "59 min"), (3599, "1 h"), (9600, "2 h 40 min")],
)
def test_a_duration_is_as_exact_as_anybody_wants_to_know(seconds, words):
    assert duration(seconds) == words


def test_what_took_no_time_took_less_than_a_second():
    assert [taken(0.4), taken(1.2)] == ["less than a second", "1 s"]


def test_an_earlier_year_is_told_with_the_day():
    assert day_time(datetime(2020, 5, 3, 14, 5, tzinfo=UTC)) == "3 May 2020 14:05"


def test_a_clock_time_tells_its_day_when_that_is_not_today():
    assert clock(datetime(2020, 5, 3, 14, 5, tzinfo=UTC)) == "3 May 2020 14:05"
    at = datetime.now(UTC)
    assert clock(at) == f"{at:%H:%M}"


def test_one_of_something_is_no_plural():
    assert [plural(1, "company", "companies"), plural(12043, "record")] == ["1 company", "12,043 records"]


def test_a_sentence_keeps_its_names_when_it_gets_a_capital():
    assert capital("matched by phone with Acme IT") == "Matched by phone with Acme IT"
