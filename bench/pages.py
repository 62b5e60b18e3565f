"""How long the site takes to answer at a million contacts: `python -m bench.pages`, see docs/performance.md.

Requests go through Flask's test client in this process, so it is the server's time alone: no network, no browser. Each
request of a line is another one (another place in the table, another person), in turn over all lines.
"""

import json
import random
import re
import statistics
import time
from pathlib import Path

import click
from flask import g

from app import create_app
from bench import filling, rig
from bench.addresses import lines
from halo_admin.accounts import people
from halo_admin.accounts.models import Account
from halo_admin.db import begin_write, db
from tests.servers import KEYS, migrate

EMAIL, PASSWORD = "ann@example.com", "a long password"
AIM_MS = 50


@click.command()
@click.option("--companies", default=100_000, show_default=True)
@click.option("--contacts", default=1_000_000, show_default=True)
@click.option("--database", default="sqlite", show_default=True, type=click.Choice(["sqlite", "postgresql"]))
@click.option("--rounds", default=200, show_default=True, help="Requests of each line.")
@click.option("--only", default="", help="Lines whose title holds this (a regular expression).")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Keeps the filled SQLite database here.")
@click.option("--results", type=click.Path(file_okay=False, path_type=Path), default=rig.RESULTS)
def main(companies, contacts, database, rounds, only, keep, results):
    """Measure pages."""
    with rig.folder() as folder, rig.databases(database) as make:
        url, filled = _database(make, keep if database == "sqlite" else None, companies, contacts)
        app = create_app(**settings(url, folder))
        with app.app_context():
            account = db.session.get(Account, 1) if filled else fill(companies, contacts)
            told = measure(app, account.id, rounds, only)
            db.session.remove()
            db.engine.dispose()
    show(told, companies, contacts, database)
    results.mkdir(exist_ok=True)
    about = {"database": database, "companies": companies, "contacts": contacts, "rounds": rounds, "lines": told}
    (results / f"pages-{database}.json").write_text(json.dumps(about, indent=1) + "\n")


def _database(make, keep, companies, contacts):
    """(the address of the database, whether it is filled already)."""
    if keep is None:
        return make(), False
    keep.mkdir(parents=True, exist_ok=True)
    path = (keep / f"{companies}-{contacts}.db").resolve()
    filled = path.exists()
    if not filled:
        Path(make().removeprefix("sqlite:///")).rename(path)
    migrate(f"sqlite:///{path}")  # one that was kept may be older than the schema
    return f"sqlite:///{path}", filled


def settings(url, folder):
    return {"SECRET_KEY": "of measurements", "ENCRYPTION_KEYS": [KEYS["ENCRYPTION_KEYS"]], "INSTANCE_PATH": folder,
            "SQLALCHEMY_DATABASE_URI": url.replace("postgresql://", "postgresql+psycopg://"), "REDIS_URL": "",
            "WTF_CSRF_ENABLED": False}  # fmt: skip


def fill(companies, contacts):
    begin_write()
    account, _user = people.create_account("Acme IT", EMAIL, PASSWORD)
    db.session.commit()
    done, started = {}, time.monotonic()

    def tell(kind, number):
        done[kind] = done.get(kind, 0) + number
        if done[kind] % 100_000 == 0:
            click.echo(f"{done[kind]:,} {kind} after {time.monotonic() - started:.0f} s", err=True)

    filling.fill(account, companies, contacts, tell)
    return account


def measure(app, account_id, rounds, only="") -> list[dict]:
    """The lines with their times in milliseconds."""
    chosen = [line for line in lines(account_id, random.Random(1)) if re.search(only, line.title)]
    client, times, cpu = app.test_client(), {line.title: [] for line in chosen}, {line.title: [] for line in chosen}
    client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    addresses = {}
    unmeasured = min(2, rounds)  # templates are read, statements compiled
    for number in range(unmeasured + rounds):
        for line in chosen:
            address = addresses[line.title] = line.address()
            took, worked = _ask(client, address)
            if number >= unmeasured:
                times[line.title].append(took)
                cpu[line.title].append(worked)
    return [
        {"title": title, "address": addresses[title], "most": max(taken), "median": statistics.median(taken),
         "p99": _percentile(taken), "cpu": statistics.median(cpu[title]), "cpu_p99": _percentile(cpu[title])}
        for title, taken in times.items()
    ]  # fmt: skip


def _ask(client, address):
    """Milliseconds by the clock, and of this process's own work."""
    g.pop("_login_user", None)  # flask-login remembers who asked in the application context that is open here
    db.session.remove()
    started, worked = time.perf_counter(), time.process_time()
    answer = client.get(address)
    answer.get_data()
    took = 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - worked)
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    return took


def _percentile(taken):
    return sorted(taken)[max(0, -(-99 * len(taken) // 100) - 1)]


def show(told, companies, contacts, database):
    click.echo(f"\n{contacts:,} contacts, {companies:,} companies, {database}: milliseconds of the server")
    click.echo(f"{'':<52}{'median':>9}{'99 %':>9}{'most':>9}{'CPU':>9}{'99 %':>9}")
    for one in told:
        mark = " *" if one["p99"] > AIM_MS else ""
        numbers = (one[name] for name in ("median", "p99", "most", "cpu", "cpu_p99"))
        click.echo(f"{one['title']:<52}" + "".join(f"{number:>9.1f}" for number in numbers) + mark)
    slow = sum(one["p99"] > AIM_MS for one in told)
    click.echo(f"{len(told)} lines; {slow} of them above {AIM_MS} ms at the 99th percentile (*).")


if __name__ == "__main__":
    main()
