"""Practice tenants for tests: small, on free ports, without a quota unless asked for, ended with the test."""

from contextlib import ExitStack

import pytest

from halo_admin.practice.server import PracticeHalo
from tests.practice.asking import Asking

SMALL = {"companies": 30, "contacts": 150, "opportunities": 12, "notes": 40, "agents": 15, "rate": "off"}


@pytest.fixture
def stack():
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def start(stack):
    """start(**options) gives a running PracticeHalo, small unless told otherwise."""
    return lambda **options: stack.enter_context(PracticeHalo(**(SMALL | options)))


@pytest.fixture
def ask(stack):
    """ask(halo) gives an Asking for it."""

    def ask(halo):
        asking = Asking(halo.url)
        stack.callback(asking.close)
        return asking

    return ask


@pytest.fixture
def halo(start):
    return start()


@pytest.fixture
def halo_says(halo, ask):
    """An Asking for the small practice tenant `halo`."""
    return ask(halo)


class Clock:
    """Seconds that pass when told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def advance(self, seconds):
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()
