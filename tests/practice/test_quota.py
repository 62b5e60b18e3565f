"""halo-api.md 5.1, point 15: the rolling window."""

from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_admin.practice.quota import Quota


@given(st.lists(st.floats(0, 3), max_size=80), st.integers(1, 6), st.floats(0.5, 5))
def test_no_window_ever_lets_more_in_than_the_limit(pauses, limit, window):
    quota, now, let_in = Quota(), 100.0, []
    for pause in pauses:
        now += pause
        if quota.arrive(now, (limit, window)) is None:
            let_in.append(now)
    for start in let_in:
        assert sum(start <= moment < start + window for moment in let_in) <= limit


@given(st.integers(1, 5), st.lists(st.floats(0.1, 2), min_size=6, max_size=20))
def test_who_waits_as_told_is_let_in(limit, pauses):
    quota, now = Quota(), 0.0
    for pause in pauses:
        now += pause
        wait = quota.arrive(now, (limit, 10.0))
        if wait is not None:
            now += wait
            assert quota.arrive(now, (limit, 10.0)) is None


def test_requests_past_the_limit_get_429_until_the_window_has_moved_on(start, ask, clock):
    asking = ask(halo := start(rate="5/60", clock=clock))
    answers = [asking.get("/Status") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429, 429]  # the token was the first
    assert answers[-1].text == "Rate Limit Reached - 5 Requests per rolling 1 minute window"
    assert "retry-after" not in answers[-1].headers
    clock.advance(60)
    assert asking.get("/Status").status_code == 200
    assert halo.stats()["refused"] == 2


def test_signing_in_counts_and_is_refused_too(start, ask, clock):
    asking = ask(start(rate="2/60", clock=clock))
    answers = [asking.sign_in(), asking.http.get("/api/authinfo"), asking.sign_in(), asking.http.get("/api/authinfo")]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]


@pytest.mark.parametrize("how", ["seconds", "date"])
def test_a_429_says_when_to_come_back_by_the_switch(start, ask, clock, how):
    asking = ask(start(rate="1/60", clock=clock, switches={"retry_after": how, "throttle_body": "json"}))
    asking.sign_in()
    clock.advance(20)
    answer = asking.sign_in()
    wait = answer.headers["retry-after"]
    assert wait == "40" if how == "seconds" else parsedate_to_datetime(wait)
    assert answer.json()["error"].startswith("Rate Limit Reached")


def test_the_peak_tells_the_most_requests_of_any_window(start, ask, clock):
    asking = ask(halo := start(rate="100/10", clock=clock))
    for pause in (0, 1, 1, 20, 1):
        clock.advance(pause)
        asking.get("/Status")
    assert halo.stats()["peak"] == 4  # the token and three


def test_many_at_once_are_counted_one_by_one(start, ask):
    halo = start(rate="20/300", latency="20-60")
    asking = ask(halo)
    asking.hold_token()
    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(lambda _: asking.get("/Status").status_code, range(40)))
    assert statuses.count(200) == 19
    assert (halo.stats()["refused"], halo.stats()["peak"]) == (21, 41)


def test_control_requests_count_nowhere(start, ask):
    asking = ask(halo := start(rate="1/300"))
    for _ in range(3):
        assert asking.http.get("/practice/stats").status_code == 200
    assert halo.stats()["peak"] == 0


def test_a_clock_that_stands_still_lets_nothing_out_of_the_window():
    quota = Quota()
    assert [quota.arrive(5.0, (3, 10)) for _ in range(5)] == [None, None, None, 10, 10]
