"""The rolling window never lets Halo see more than its limit, believes what Halo says, and lets everyone through."""

import heapq
import itertools
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halo_admin.halo.quota import (
    FEWEST,
    MARGIN,
    Window,
    allowed,
    answered,
    given_back,
    in_force,
    refused,
    refused_early,
    resized,
    take,
    used,
)

LENGTH = 300.0


def filled(count, limit=300, at=1000.0):
    """A window with so many requests, sent and answered at once."""
    window = Window(limit)
    for _ in range(count):
        window, slot, _until = take(window, at, length=LENGTH)
        window = answered(window, slot, at)
    return window


def test_a_place_is_given_while_the_limit_is_not_reached():
    window, slot, until = take(filled(299), 1000.0, length=LENGTH)
    assert (slot, until) == (300, None)
    assert used(window, 1000.0, length=LENGTH) == 300


def test_the_full_window_says_when_it_has_room_again():
    window, slot, until = take(filled(300), 1010.0, length=LENGTH)
    assert (slot, until) == (None, 1000.0 + LENGTH + MARGIN)
    assert take(window, until, length=LENGTH).slot == 301


def test_a_request_counts_from_its_sending_until_the_length_after_its_answer():
    window = answered(take(Window(1), 1000.0, length=LENGTH).window, 1, 1050.0)
    assert used(window, 1049.0 + LENGTH, length=LENGTH) == 1
    assert used(window, 1050.0 + LENGTH + MARGIN, length=LENGTH) == 0


def test_a_request_without_an_answer_counts_until_it_is_presumed_dead_and_the_length_after_that():
    window = take(Window(1), 1000.0, length=LENGTH, max_flight=60).window
    assert used(window, 1000 + 60 + LENGTH, length=LENGTH, max_flight=60) == 1
    assert used(window, 1000 + 60 + LENGTH + MARGIN, length=LENGTH, max_flight=60) == 0


def test_an_answer_that_comes_after_its_request_was_presumed_dead_counts_as_a_new_request():
    window = take(Window(5), 1000.0, length=LENGTH, max_flight=60).window
    window = take(window, 2000.0, length=LENGTH, max_flight=60).window
    window = answered(window, 1, 2001.0)
    assert used(window, 2002.0, length=LENGTH) == 2


def test_places_that_are_given_back_count_no_more():
    window = filled(2, limit=3)
    window, slot, _until = take(window, 1001.0, length=LENGTH)
    assert take(window, 1002.0, length=LENGTH).slot is None
    window = given_back(window, {slot})
    assert used(window, 1002.0, length=LENGTH) == 2
    assert take(window, 1002.0, length=LENGTH).slot not in (None, slot)


def test_imports_use_their_share_less_the_reserve_and_exports_all():
    window = filled(135)
    assert take(window, 1001.0, share=0.5, reserve=15, length=LENGTH).slot is None
    assert take(window, 1001.0, length=LENGTH).slot == 136
    assert allowed(window, 1001.0, share=1, reserve=15, length=LENGTH) == 285


def test_the_reserve_takes_at_most_a_quarter_of_a_small_limit_and_leaves_one_place():
    assert allowed(Window(40), 0, share=0.5, reserve=15, length=LENGTH) == 15
    assert allowed(Window(1), 0, share=0.25, reserve=15, length=LENGTH) == 1


def test_a_refusal_lowers_the_limit_to_what_got_through():
    window = refused(filled(121), 1001.0, 30, length=LENGTH)
    assert in_force(window, 1001.0, LENGTH) == 120
    assert take(window, 1002.0, length=LENGTH).wait_until == 1000 + LENGTH + MARGIN


def test_a_refusal_never_lowers_the_limit_under_ten():
    assert in_force(refused(filled(2), 1001.0, 1, length=LENGTH), 1001.0, LENGTH) == FEWEST


def test_the_limit_recovers_by_a_tenth_with_each_full_window_without_a_refusal():
    window = refused(filled(121), 1000.0, 1, length=LENGTH)
    limits = [in_force(window, 1000.0 + LENGTH * n, LENGTH) for n in (0.99, 1, 2, 6, 50)]
    assert limits == [120, 150, 180, 300, 300]


def test_what_halo_wants_to_be_waited_is_waited():
    window = refused(filled(5), 1000.0, 42, length=LENGTH)
    assert take(window, 1041.0, length=LENGTH).wait_until == 1042.0
    assert take(window, 1042.0, length=LENGTH).slot == 6


def test_an_absurdly_long_wait_is_believed_for_one_window():
    assert refused(filled(5), 1000.0, 86400, length=LENGTH).blocked_until == 1000 + LENGTH


@pytest.mark.parametrize("retry_after", [None, 0, -5])
def test_without_a_sensible_wait_the_pause_grows_from_5_to_60_seconds(retry_after):
    window, now, pauses = filled(20), 1000.0, []
    for _ in range(6):
        window = refused(window, now, retry_after, length=LENGTH)
        pauses.append(window.blocked_until - now)
        now = window.blocked_until
    assert pauses == [5, 10, 20, 40, 60, 60]


def test_refusals_of_requests_already_under_way_count_as_one():
    window = refused(filled(20), 1000.0, None, length=LENGTH)
    window = refused(window, 1000.1, None, length=LENGTH)
    assert window.blocked_until == pytest.approx(1005.1)


def test_the_pause_is_short_again_after_a_quiet_window():
    window = refused(refused(filled(20), 1000.0, None, length=LENGTH), 1005.0, None, length=LENGTH)
    later = 1006.0 + LENGTH
    assert refused(window, later, None, length=LENGTH).blocked_until == later + 5


def test_a_shorter_wait_does_not_undo_a_longer_one():
    window = refused(filled(20), 1000.0, 100, length=LENGTH)
    assert refused(window, 1001.0, 1, length=LENGTH).blocked_until == 1100


def test_it_can_tell_that_another_tool_shares_the_limit():
    window = refused(filled(120), 1000.0, 10, length=LENGTH)
    assert refused_early(window, 1001.0, LENGTH) == 120
    assert refused_early(window, 1000.0 + 10 * LENGTH, LENGTH) is None
    assert refused_early(filled(120), 1001.0, LENGTH) is None
    assert refused_early(refused(filled(300), 1000.0, 10, length=LENGTH), 1001.0, LENGTH) is None


def test_a_changed_limit_keeps_the_requests_that_count():
    window = resized(filled(300), 200)
    assert take(window, 1001.0, length=LENGTH).slot is None
    assert take(resized(window, 301), 1001.0, length=LENGTH).slot == 301


def test_a_clock_that_goes_back_forgets_nothing():
    assert used(filled(10), 500.0, length=LENGTH) == 10


def test_a_window_survives_being_written_as_json():
    window = refused(take(filled(3), 1001.0, length=LENGTH).window, 1002.0, 7, length=LENGTH)
    assert msgspec.json.decode(msgspec.json.encode(window), type=Window) == window


class Clockwork:
    """Processes that share a window, and a Halo that counts arrivals, on a clock that is only simulated."""

    def __init__(self, limit, halos_limit, length, processes, seed):
        self.window, self.length, self.halos_limit = Window(limit), length, halos_limit
        self.dice = random.Random(seed)
        self.arrivals, self.most, self.refusals = [], 0, 0
        self.served = [0] * processes
        self._order = itertools.count()
        self._due = []
        for process in range(processes):
            self._at(self.dice.uniform(0, length), self._ask, process)

    def _at(self, when, what, *args):
        heapq.heappush(self._due, (when, next(self._order), what, args))

    def run(self, events):
        for _ in range(events):
            now, _order, what, args = heapq.heappop(self._due)
            what(now, *args)

    def _ask(self, now, process):
        slots, until = self._take(now, process, self.dice.choice([1, 1, 4]))
        if not slots:
            assert until > now
            self._at(until, self._ask, process)
            return
        slot, *spare = slots
        if spare:  # of places taken together some are used a little later, and the rest is given back
            self._at(now + self.dice.uniform(0, self.length / 10), self._use_or_give_back, process, spare)
        self._send(now, process, slot)

    def _take(self, now, process, number):
        share, reserve = (1.0, 0) if process == 0 else (0.5, 2)
        slots = []
        for _ in range(number):
            self.window, slot, until = take(
                self.window, now, share=share, reserve=reserve, length=self.length, max_flight=self.length / 2
            )
            if slot is None:
                return slots, until
            slots.append(slot)
        return slots, None

    def _use_or_give_back(self, now, process, slots):
        used_now, rest = (slots[:1], slots[1:]) if self.dice.random() < 0.8 else ([], slots)
        self.window = given_back(self.window, set(rest))
        for slot in used_now:
            self._send(now, process, slot, goes_on=False)

    def _send(self, now, process, slot, goes_on=True):
        flight = self.dice.choice([0.02, 0.1, self.length / 3])
        arrives = now + self.dice.uniform(0, flight)
        self._at(arrives, self._arrive, process, slot, now + flight, goes_on)

    def _arrive(self, now, process, slot, back, goes_on):
        self.arrivals = [at for at in self.arrivals if at > now - self.length]
        let_in = len(self.arrivals) < self.halos_limit
        self.arrivals.append(now)
        self.most = max(self.most, len(self.arrivals))
        if self.dice.random() < 0.05:  # killed: the answer reaches nobody
            self._go_on(now, process, goes_on)
        else:
            self._at(max(now, back), self._answer, process, slot, let_in, goes_on)

    def _answer(self, now, process, slot, let_in, goes_on):
        self.window = answered(self.window, slot, now)
        if let_in:
            self.served[process] += 1
        else:
            self.refusals += 1
            self.window = refused(self.window, now, self.dice.choice([None, 0, 3, 1e6]), length=self.length)
        self._go_on(now + self.dice.choice([0, 0, 0.01, 1]), process, goes_on)

    def _go_on(self, when, process, goes_on):
        if goes_on:
            self._at(when, self._ask, process)


@given(st.integers(1, 40), st.integers(1, 5), st.floats(5, 100), st.integers())
@settings(deadline=None, max_examples=60)
def test_halo_never_sees_more_than_the_limit_whatever_the_latencies(limit, processes, length, seed):
    world = Clockwork(limit, limit, length, processes, seed)
    world.run(1500)
    assert world.most <= limit
    assert world.refusals == 0


@given(st.integers(4, 40), st.integers(1, 4), st.floats(5, 100), st.integers())
@settings(deadline=None, max_examples=40)
def test_whoever_waits_gets_through_even_when_halo_allows_less_than_thought(halos_limit, processes, length, seed):
    world = Clockwork(halos_limit * 3, halos_limit, length, processes, seed)
    world.run(4000)
    assert all(world.served)
