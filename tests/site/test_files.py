"""A long file on a running site: workers take it in beside everything else, and one that is killed loses nothing."""

import re
import sqlite3
from contextlib import closing

import httpx

from tests.site.accounts import EMAIL, PASSWORD
from tests.waiting import until

LINES = 5100


def signed_in(site):
    client = httpx.Client(base_url=site.url, follow_redirects=True, timeout=60)
    send(client, "/sign-in", {"email": EMAIL, "password": PASSWORD})
    return client


def send(client, address, data, page=None, **more):
    """Send a form of a page, with the token that the page holds."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page or address).text)[1]
    answer = client.post(address, data=data | {"csrf_token": token}, **more)
    assert answer.status_code == 200, answer.text
    return answer


def test_a_long_file_is_loaded_by_workers_that_are_killed(start_site, sqlite_url):
    site = start_site(sqlite_url, only=("web", "exports", "imports", "watch"), settings={"LEASE_SECONDS": "2"})
    site.flask("accounts", "create", "Acme IT", "--email", EMAIL, "--password-stdin", stdin=f"{PASSWORD}\n")
    client = signed_in(site)
    content = "\n".join(["email,last_name", *(f"p{number}@x.example,{number}" for number in range(LINES))]).encode()
    page = send(client, "/files/new", {"kind": "contacts"}, files={"file": ("long.csv", content)}).url.path
    send(client, f"{page}/columns", {"column-0": "email", "column-1": "last_name"}, page)
    until(lambda: told(site)[0] == "checked", 60, site.logs)
    send(client, f"{page}/save", {"takes": "all"}, page)
    until(lambda: told(site)[1] > 0, 60, site.logs)
    site.processes["imports"].kill_horses()
    site.redis.client().flushall()
    until(lambda: told(site)[0] == "done", 60, site.logs)
    assert told(site)[2] == LINES
    assert f"{LINES:,} new contacts." in client.get(page).text


def told(site):
    """(the state of the file, how many of its lines are dealt with, how many contacts there are)"""
    path = site.env["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=15)) as database:
        load = database.execute("SELECT state, cursor FROM file_loads").fetchone()
        return *load, database.execute("SELECT count(*) FROM contacts").fetchone()[0]
