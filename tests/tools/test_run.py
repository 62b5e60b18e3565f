"""`make run`: one block to start with, and nothing left behind however it ends."""

import os
import re
import signal
import socket
import sys

import httpx
import pytest

from tests.servers import free_port
from tests.waiting import until
from tools import sessions

BLOCK = re.compile(r"Address +(?P<url>\S+)\s+E-mail +(?P<email>\S+)\s+Password +(?P<password>\S+)\s+To stop +Ctrl-C")


@pytest.fixture
def run(run_process, tmp_path):
    """Start a site with its data in this test's own folder, as `make run` does."""

    def start(port=None, **settings):
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        own = {"INSTANCE_PATH": str(tmp_path / "instance"), "PORT": str(port or free_port())}
        return run_process(sys.executable, "-m", "tools.run", env=kept | own | settings)

    return start


def started(site):
    """The sessions of its processes, as the supervisor tells them."""
    return [int(pid) for pid in re.findall(r"started \(pid=(\d+)\)", site.output())]


def alive(site):
    return [pid for session in started(site) for pid in sessions.members(session)]


def block(site):
    """What the block says, once it is there."""
    return BLOCK.search(site.wait_for("To stop", seconds=120)).groupdict()


def signs_in(told):
    with httpx.Client(base_url=told["url"], follow_redirects=True, timeout=60) as visitor:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', visitor.get("/sign-in").text)[1]
        form = {"email": told["email"], "password": told["password"], "csrf_token": token}
        return "/sign-in" not in str(visitor.post("/sign-in", data=form).url)


def test_one_block_tells_the_address_and_an_account_that_can_sign_in(run):
    site = run()
    assert signs_in(block(site))
    assert len(BLOCK.findall(site.output())) == 1
    assert len(started(site)) == 6


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_every_process(run, sent):
    site = run()
    assert block(site)
    assert len(alive(site)) > 6
    site.popen.send_signal(sent)
    assert site.popen.wait(60) == 0, site.output()
    assert alive(site) == []


def test_a_killed_supervisor_leaves_no_process_behind_and_the_next_start_has_the_same_account(run):
    site = run()
    first = block(site)
    site.kill()
    again = run(port=first["url"].rpartition(":")[2])
    assert block(again) == first
    assert signs_in(first)
    until(lambda: alive(site) == [], why=site.output)


def test_a_second_site_on_the_same_data_is_refused_in_one_sentence(run, tmp_path):
    block(run())
    second = run()
    assert second.popen.wait(60) == 1
    assert second.output() == f"A site runs already on the data in {tmp_path / 'instance'}: stop it first.\n"


def test_a_busy_port_is_told_in_one_sentence(run):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        site = run(port)
        assert site.popen.wait(60) == 1
    assert site.output() == f"Port {port} is taken or not allowed: choose another one, as in make run PORT={port + 1}\n"


@pytest.mark.parametrize("port", ["eight", "70000", "-1"])
def test_a_port_that_is_none_is_told_in_one_sentence(run, port):
    site = run(port)
    assert site.popen.wait(60) == 1
    assert site.output() == f"PORT={port} is not a port: give a number, as in make run PORT=8001\n"


def test_servers_that_are_given_are_used_instead_of_the_embedded_ones(run, redis_url, postgres_url, tmp_path):
    site = run(DATABASE_URL=postgres_url, REDIS_URL=redis_url)
    assert signs_in(block(site))
    assert "redis" not in site.output()
    assert not (tmp_path / "instance" / "halo.db").exists()
    site.end(seconds=60)  # its workers take no jobs of other tests from this Redis
