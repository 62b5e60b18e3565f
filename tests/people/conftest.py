"""Ann's account with a practice Halo that has staff, and the few words tests of people are written in."""

import pytest

from tests.people.staff import Staff


@pytest.fixture
def world(sqlite_url, tmp_path):
    with Staff(sqlite_url, tmp_path) as world:
        yield world


@pytest.fixture
def world_on_each(database_url, tmp_path):
    with Staff(database_url, tmp_path) as world:
        yield world
