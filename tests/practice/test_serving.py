"""`practice serve` as a process, and the server under load."""

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from click.testing import CliRunner

from halo_admin.practice.commands import practice
from tests.practice.asking import Asking
from tests.waiting import until

SERVE = "from halo_admin.practice.commands import practice; practice()"


@pytest.fixture
def serve(stack):
    """serve(*options) starts the command on a free port; gives the process and its address."""

    def serve(*options):
        command = [
            sys.executable,
            "-c",
            SERVE,
            "serve",
            "--port",
            "0",
            "--companies",
            "30",
            "--contacts",
            "60",
            *options,
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        stack.callback(process.stdout.close)
        stack.callback(process.wait)
        stack.callback(process.kill)
        line = process.stdout.readline()
        assert line.startswith("practice Halo ready at http://127.0.0.1:"), line
        return process, line.split()[-1]

    return serve


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_is_ready_and_ends_at_once_when_told(serve, ask, ending):
    process, url = serve("--fault", "slow:seconds=300,match=/Status")
    asking = Asking(url)
    asking.hold_token()
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(asking.get, "/Status")
        until(lambda: _is_held(url, "slow"))
        process.send_signal(ending)
        assert process.wait(60) == 0
        waiting.exception()
    asking.close()


def test_faults_switches_and_state_are_options(serve, tmp_path):
    state = tmp_path / "practice.json"
    options = (
        "--state",
        str(state),
        "--switch",
        "agent_envelope=array",
        "--fault",
        "server-error:match=/Status,times=2",
    )
    process, url = serve(*options)
    asking = Asking(url)
    assert [asking.get("/Status").status_code for _ in range(3)] == [500, 500, 200]
    assert isinstance(asking.get("/Agent").json(), list)
    made = asking.save("/Client", {"name": "Delta"}).json()["id"]
    asking.close()
    process.kill()
    process.wait()
    again = Asking(serve("--state", str(state))[1])
    assert again.get(f"/Client/{made}").json()["name"] == "Delta"
    again.close()


@pytest.mark.parametrize(
    ("option", "words"),
    [("--fault=nonsense", "no fault called"), ("--switch=nonsense=1", "no switch called"), ("--rate=x", "rate can be")],
)
def test_a_wrong_option_is_one_clear_sentence(option, words):
    result = CliRunner().invoke(practice, ["serve", "--port", "0", option])
    assert result.exit_code == 1
    assert words in result.output


def test_a_taken_port_is_one_clear_sentence(halo):
    result = CliRunner().invoke(practice, ["serve", "--port", halo.url.rsplit(":", 1)[1]])
    assert result.exit_code == 1
    assert "Address already in use" in result.output


def test_faults_and_switches_can_be_listed():
    output = CliRunner().invoke(practice, ["faults"]).output
    assert "truncated-json" in output
    assert "agent_envelope" in output


def test_one_connection_serves_many_requests(halo_says):
    halo_says.hold_token()
    network = [halo_says.get("/Status").extensions["network_stream"] for _ in range(3)]
    assert len({stream.get_extra_info("client_addr") for stream in network}) == 1


def test_a_large_tenant_starts_in_seconds_and_serves_pages_quickly(start, ask):
    began = time.process_time()
    asking = ask(start(companies=10_000, contacts=100_000))
    assert asking.page("/Users", includeinactive=True)["record_count"] > 110_000
    assert time.process_time() - began < 20
    began = time.process_time()
    for number in range(500, 520):
        assert len(asking.page("/Users", number, includeinactive=True)["users"]) == 100
    assert (time.process_time() - began) / 20 < 0.5  # generous: a few milliseconds on a machine of its own


def test_the_largest_tenant_is_possible(start, ask):
    asking = ask(start(companies=100_000, contacts=1_000_000))
    assert asking.page("/Client", 1000, includeinactive=True)["record_count"] == 100_001
    assert len(asking.page("/Users", 10_000, includeinactive=True)["users"]) == 100


def test_many_readers_and_writers_at_once_see_whole_records(start, ask):
    halo = start(companies=200, contacts=400)
    asking = ask(halo)
    asking.hold_token()
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda n: asking.save("/Client", {"name": f"New {n}"}).json()["id"], range(40)))
        pages = list(threads.map(lambda _: asking.page("/Client", includeinactive=True)["record_count"], range(16)))
    assert len(set(made)) == 40
    assert set(pages) == {241}


def _is_held(url, fault):
    """Whether a fault has a request in its hands."""
    return any(
        one["seen"] for one in httpx.get(f"{url}/practice/faults", timeout=60).json()["on"] if one["name"] == fault
    )
