"""Servers, browsers and running sites for all tests; each pytest-xdist worker starts its own when first asked for."""

import gc
import os
import shutil
import threading

import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from werkzeug.serving import make_server

from halo_admin.accounts import people
from tests.browsing import DESKTOP, PATIENCE_MS, Browser, Complaints
from tests.lacks import assert_kept
from tests.memory import write_to_memory
from tests.postgres import Postgres
from tests.processes import Process
from tests.queries import compile_once
from tests.routes import CompiledOnce
from tests.servers import Redis, migrate
from tests.sites import Site

# the machine may be busy with other tests
settings.register_profile("patient", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# what starts processes, and then mostly waits for them
SLOW = {"start_site", "run_process", "browser"}


def pytest_configure():
    write_to_memory()


def pytest_xdist_auto_num_workers():
    """Tests wait for their servers more than half of the time."""
    return 5 * (os.cpu_count() or 1) // 2


def pytest_collection_finish():
    """What is imported stays: looking for garbage among it at Python's usual pace takes a tenth of the tests' time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items):
    """Slow modules first: one that begins last would keep a single worker busy while the others have nothing left."""
    slow = {item.path for item in items if SLOW & set(item.fixturenames)}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords():
    """Inside this process hashing a password takes no time to speak of; sites that tests start do it in earnest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def _compiled_once(tmp_path_factory):
    """Nearly every test makes an app: routes, templates and queries are compiled for the first one."""
    templates = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "url_rule_class", CompiledOnce)
        patch.setattr(Flask, "jinja_options", Flask.jinja_options | {"bytecode_cache": templates})
        compile_once(patch)
        yield


@pytest.fixture(scope="session")
def postgres():
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _postgres_template(postgres):
    name = postgres.create()
    migrate(postgres.url(name))
    return name


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "halo.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def make_sqlite(_sqlite_template):
    """make_sqlite(folder): the path of a fresh SQLite database with the schema."""
    return lambda folder: shutil.copy(_sqlite_template, folder / "halo.db")


@pytest.fixture
def sqlite_url(tmp_path, make_sqlite):
    """A fresh SQLite database with the schema."""
    url = f"sqlite:///{make_sqlite(tmp_path)}"
    yield url
    assert_kept(url)


@pytest.fixture
def postgres_url(postgres, _postgres_template):
    """A fresh PostgreSQL database with the schema."""
    name = postgres.create(_postgres_template)
    yield postgres.url(name)
    assert_kept(postgres.url(name))
    postgres.drop(name)


@pytest.fixture
def empty_postgres_url(postgres):
    """A fresh PostgreSQL database without any schema."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request):
    """Each database in turn, fresh and with the schema."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(scope="session")
def _redis():
    server = Redis()
    yield server
    server.stop()


@pytest.fixture
def redis_url(_redis):
    """An empty Redis."""
    _redis.client().flushall()
    return _redis.url


@pytest.fixture
def run_process(tmp_path):
    """Start a command (a list) as a Process; everything it started ends with the test."""
    started = []

    def run(*command, **popen):
        name = f"{len(started)}-{command[0].rpartition('/')[2]}"
        started.append(Process(name, command, tmp_path / f"{name}.log", **popen))
        return started[-1]

    yield run
    for process in started:
        process.end_at_once()


@pytest.fixture
def start_site(tmp_path):
    """Start a Site: start_site(database_url, settings={…}, practice=("--companies", "40"))."""
    started = []

    def start(database_url, **options):
        folder = tmp_path / f"site-{len(started)}"
        folder.mkdir()
        started.append(Site(folder, database_url, **options))
        return started[-1].__enter__()

    yield start
    for site in started:
        site.stop()


@pytest.fixture
def site(start_site, sqlite_url):
    """A whole running site on SQLite."""
    return start_site(sqlite_url)


@pytest.fixture
def serve():
    """serve(app): the address of an app of this process, served on a free port by threads."""
    running = []

    def start(app):
        server = make_server("127.0.0.1", 0, app, threaded=True)
        running.append((server, threading.Thread(target=server.serve_forever)))
        running[-1][1].start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser():
    running = Browser()
    yield running.chromium
    running.stop()


@pytest.fixture
def complaints():
    """What the test's pages complained of; a test that brings an error about may `forgive` it."""
    heard = Complaints()
    yield heard
    assert heard.that_count() == []


@pytest.fixture
def new_page(browser, complaints, serve, start_site):
    """Open a page of a new visitor, with cookies of its own. Pages close before the servers they ask end.

    Pages do not scroll smoothly: what moves while it is clicked is missed.
    """
    contexts = []

    def new(**options):
        contexts.append(browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce"} | options))
        contexts[-1].set_default_timeout(PATIENCE_MS)
        page = contexts[-1].new_page()
        complaints.watch(page)
        return page

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page):
    return new_page()
