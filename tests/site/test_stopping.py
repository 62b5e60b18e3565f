"""The processes of a running site end by themselves when they are told to."""

import signal

from rq import Worker

from tests.waiting import until


def test_every_process_ends_when_it_is_told_to(start_site, sqlite_url):
    site = start_site(sqlite_url)
    until(lambda: [one.get_state() for one in Worker.all(site.redis.client())] == ["idle", "idle"])
    until(lambda: site.processes["watch"].hears(signal.SIGTERM))
    for process in site.processes.values():
        process.popen.terminate()
    assert {name: process.popen.wait(60) for name, process in site.processes.items()} == dict.fromkeys(site.only, 0)
