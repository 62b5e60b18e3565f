"""An account, its Halo (a practice Halo over HTTP) and the few words tests of imports are written in."""

import pytest

from tests.importing.world import World


@pytest.fixture
def world(sqlite_url, tmp_path):
    """Ann's account on SQLite, connected to an empty Halo."""
    with World(sqlite_url, tmp_path) as world:
        yield world


@pytest.fixture
def world_on_each(database_url, tmp_path):
    """The same on SQLite and on PostgreSQL in turn."""
    with World(database_url, tmp_path) as world:
        yield world


@pytest.fixture
def start_world(sqlite_url, tmp_path):
    """Start a world with settings: start_world(HALO_WINDOW_REQUESTS=40), practice={"companies": 300}."""
    started = []

    def start(**options):
        started.append(World(sqlite_url, tmp_path, **options))
        return started[-1].__enter__()

    yield start
    for world in started:
        world.__exit__(None, None, None)


@pytest.fixture
def acme(world):
    """A customer of Halo's; its Halo id."""
    return world.theirs("Acme", type="Customer")
