"""The embedded Redis-compatible server keeps what it was told, finds a short socket and does not outlive its run."""

import shutil

import pytest

from tests.waiting import until
from tools import valkey


@pytest.fixture
def serve(run_process):
    def start(folder):
        server = run_process(valkey.binary(), str(valkey.write_config(folder)))
        until(lambda: _answers(folder), why=server.output)
        return server

    return start


def _answers(folder):
    try:
        return valkey.client(folder).ping()
    except valkey.redis.exceptions.RedisError:
        return False


def test_what_was_written_is_there_after_a_kill(serve, tmp_path):
    server = serve(tmp_path)
    valkey.client(tmp_path).set("a", "1")
    valkey.client(tmp_path).execute_command("WAITAOF", 1, 0, 5000)
    server.kill()
    serve(tmp_path)
    assert valkey.client(tmp_path).get("a") == b"1"


@pytest.fixture
def deep(tmp_path):
    """A folder whose path is longer than a socket's may be."""
    folder = tmp_path / ("deep and wide" * 9)
    folder.mkdir()
    yield folder
    shutil.rmtree(valkey.socket_path(folder).parent)


def test_a_folder_too_deep_for_a_socket_gets_a_private_one_elsewhere(serve, deep):
    assert len(str(valkey.socket_path(deep))) <= valkey.LONGEST_SOCKET_PATH
    assert valkey.socket_path(deep).parent.stat().st_mode & 0o777 == 0o700
    assert valkey.socket_path(deep) == valkey.socket_path(deep)
    assert serve(deep).is_alive()


def test_a_server_left_by_a_killed_run_is_ended(serve, tmp_path):
    left = serve(tmp_path)
    valkey.end_stale(tmp_path)
    assert left.popen.wait(60) == 0
    assert not (tmp_path / "valkey.pid").exists()


def test_a_socket_that_nobody_serves_is_no_obstacle(serve, tmp_path):
    serve(tmp_path).kill()
    assert valkey.socket_path(tmp_path).exists()
    valkey.end_stale(tmp_path)
    assert serve(tmp_path).is_alive()
