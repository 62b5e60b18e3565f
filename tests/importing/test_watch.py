"""The watch process: what the database says is due is queued, whatever Redis remembers."""

import pytest
from redis import Redis
from rq import Queue

from halo_admin import queues
from halo_admin.importing import watch


@pytest.fixture
def due(start_world, redis_url):
    """A world with Redis, where an import has been started and waits to be worked on."""
    world = start_world(REDIS_URL=redis_url)
    world.theirs("Northwind")
    world.map()
    world.start()
    return world


@pytest.fixture
def imports(redis_url):
    return Queue(queues.IMPORTS, connection=Redis.from_url(redis_url))


def test_what_is_due_is_queued_once(due, imports):
    assert [watch.look(), watch.look()] == [1, 0]
    assert imports.count == 1


def test_what_an_emptied_redis_forgot_is_queued_again(due, imports):
    watch.look()
    imports.connection.flushall()
    assert watch.look() == 1


def test_what_a_worker_took_and_died_with_before_it_started_is_queued_again(due, imports):
    watch.look()
    imports.connection.lmove(imports.key, imports.intermediate_queue_key)
    assert imports.count == 0
    assert watch.look() == 1


def test_without_redis_the_next_look_tries_again(due, imports):
    due.app.config["REDIS_URL"] = "unix:///nowhere/redis.sock"
    assert watch.look() == 0
