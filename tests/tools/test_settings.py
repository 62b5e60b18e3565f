"""What `make run` hands to the processes of a site."""

import os
import socket

import pytest

from tools import settings, valkey


@pytest.fixture
def in_use():
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def given(monkeypatch):
    """The caller's environment: what is given here, and neither secrets nor servers beside it."""

    def give(**variables):
        for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "DATABASE_URL", "REDIS_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return give


def test_secrets_are_made_once_and_only_their_owner_may_read_them(given, tmp_path):
    given()
    first, second = settings.environment(tmp_path, 8000), settings.environment(tmp_path, 8001)
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert first["ENCRYPTION_KEYS"] == second["ENCRYPTION_KEYS"]
    assert {path.name: oct(path.stat().st_mode)[-3:] for path in tmp_path.iterdir()} == {
        "secret-key": "600", "encryption-keys": "600", "practice-port": "600",
    }  # fmt: skip


def test_a_site_of_its_own_keeps_everything_in_its_folder(given, tmp_path):
    given()
    environment = settings.environment(tmp_path, 8000)
    assert environment["DATABASE_URL"] == f"sqlite:///{tmp_path}/halo.db"
    assert environment["REDIS_URL"] == valkey.url(tmp_path)
    assert os.access(environment["VALKEY_SERVER"], os.X_OK)


def test_servers_that_are_given_are_used_and_the_embedded_ones_are_not_wanted(given, tmp_path):
    given(DATABASE_URL="postgresql://there/halo", REDIS_URL="redis://there")
    environment = settings.environment(tmp_path, 8000)
    assert (environment["DATABASE_URL"], environment["REDIS_URL"]) == ("postgresql://there/halo", "redis://there")
    assert "VALKEY_SERVER" not in environment


def test_only_the_practice_halos_own_port_is_let_through(given, tmp_path):
    given()
    environment = settings.environment(tmp_path, 8000)
    assert environment["PRACTICE_URL"] == f"http://127.0.0.1:{environment['PRACTICE_PORT']}"
    assert environment["HALO_ALLOW_HOST"] == f"127.0.0.1:{environment['PRACTICE_PORT']}"


def test_the_practice_halo_moves_away_from_a_busy_port_and_stays_there(in_use, tmp_path):
    (tmp_path / "practice-port").write_text(str(in_use))
    moved = settings.practice_port(tmp_path)
    assert moved != in_use
    assert settings.practice_port(tmp_path) == moved


def test_the_folder_of_a_sites_data_is_closed_to_others(given, tmp_path):
    given(INSTANCE_PATH=str(tmp_path / "new" / "instance"))
    assert settings.instance_folder().stat().st_mode & 0o777 == 0o700
