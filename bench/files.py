"""Measures loading a CSV file: `make bench`'s sister `python -m bench.files --lines 100000 [--postgres]`.

Contacts of whom nobody is here, then the same file again, then one with another title in every tenth line. Told are the
seconds, the longest transaction (people's edits wait for it on SQLite), and the memory of the process by thirds.
"""

import json
import resource
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from app import create_app
from bench.rig import RESULTS
from halo_admin.accounts import people
from halo_admin.crm import load_legs, loading, writing
from halo_admin.crm.models import Company
from halo_admin.db import begin_write, db
from tests.postgres import Postgres
from tests.servers import KEYS, migrate

COMPANIES = 500


@click.command()
@click.option("--lines", default=100_000, show_default=True)
@click.option("--postgres", is_flag=True, help="On PostgreSQL in place of SQLite.")
@click.option("--results", type=click.Path(path_type=Path), default=RESULTS)
def main(lines, postgres, results):
    """Prints what was measured, and keeps it as JSON."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        account = stack.enter_context(_account(stack, folder, postgres))
        file = folder / "contacts.csv"
        told = {"lines": lines, "database": "PostgreSQL" if postgres else "SQLite", "parts": {}}
        for part, titled in {
            "first": lambda n: "",
            "again": lambda n: "",
            "changed": lambda n: "CTO" * (n % 10 == 0),
        }.items():
            _write(file, lines, titled)
            told["parts"][part] = _timed(account, file)
            click.echo(_words(part, lines, told["parts"][part]))
    results.mkdir(exist_ok=True)
    (results / f"files-{told['database'].lower()}-{lines}.json").write_text(json.dumps(told, indent=1))


@contextmanager
def _account(stack, folder, postgres):
    url = f"sqlite:///{folder}/halo.db"
    if postgres:
        server = Postgres()
        stack.callback(server.stop)
        url = server.url(server.create())
    migrate(url)
    url = url.replace("postgresql://", "postgresql+psycopg://")
    app = create_app(SECRET_KEY="of a bench", ENCRYPTION_KEYS=[KEYS["ENCRYPTION_KEYS"]], INSTANCE_PATH=folder,
                     SQLALCHEMY_DATABASE_URI=url, REDIS_URL="")  # fmt: skip
    with app.app_context():
        begin_write()
        account, _ = people.create_account("Acme IT", "ann@example.com", "a long password")
        writing.insert(Company, account, [{"name": f"Company {number}"} for number in range(COMPANIES)])
        db.session.commit()
        yield account
        db.session.remove()
        db.engine.dispose()


def _write(file, lines, titled):
    with open(file, "w", encoding="utf-8") as out:
        out.write("First name,Last name,E-mail,Phone,Job title,Company,Lists\n")
        for number in range(lines):
            out.write(f"Sam,Poole {number},sam{number}@acme{number % COMPANIES}.example,+49 30 {5_000_000 + number},"
                      f"{titled(number)},Company {number % COMPANIES},Fair {number % 3}\n")  # fmt: skip


def _timed(account, file):
    """Load the file; what became of it, and what that took."""
    longest, memory = [0.0], []
    enter, leave = load_legs.Leg.__enter__, load_legs.Leg.__exit__

    def entering(leg):
        leg.began = time.perf_counter()
        return enter(leg)

    def leaving(leg, *error):
        done = leave(leg, *error)
        longest[0] = max(longest[0], time.perf_counter() - leg.began)
        memory.append(_resident_mb())
        return done

    load_legs.Leg.__enter__, load_legs.Leg.__exit__ = entering, leaving
    try:
        began, cpu = time.perf_counter(), time.process_time()
        loaded = loading.load("contacts", account, file)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    finally:
        load_legs.Leg.__enter__, load_legs.Leg.__exit__ = enter, leave
    third = max(len(memory) // 3, 1)
    counts = {name: getattr(loaded, name) for name in ("created", "updated", "unchanged")}
    return counts | {
            "refused": len(loaded.refused),
            "seconds": round(seconds, 2), "cpu": round(cpu, 2), "longest_ms": round(longest[0] * 1000),
            "memory_mb": [round(max(memory[at : at + third])) for at in (0, third, 2 * third)],
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}  # fmt: skip


def _resident_mb():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


def _words(part, lines, one):
    thirds = ", ".join(f"{mb:,} MB" for mb in one["memory_mb"])
    return (f"{part:<8} {one['seconds']:.1f} s ({one['cpu']:.1f} s of CPU), {lines / one['seconds']:,.0f} lines/s; "
            f"{one['created']:,} new, {one['updated']:,} changed, {one['unchanged']:,} as they were; "
            f"longest transaction {one['longest_ms']} ms; memory by thirds {thirds}")  # fmt: skip


if __name__ == "__main__":
    main()
