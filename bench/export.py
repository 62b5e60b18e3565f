"""How long sending a record takes while a large import runs, with the workers of `make run`: `python -m bench.export`.

A whole site runs: web, practice Halo, one worker for exports alone, one for both queues, the watch.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import click

from app import create_app
from bench import rig
from halo_admin.accounts.models import Account
from halo_admin.connecting import mapping, roles
from halo_admin.connecting.models import StageState
from halo_admin.connecting.opening import connection_of
from halo_admin.crm import writing
from halo_admin.crm.models import Company
from halo_admin.db import begin_write, db, now
from halo_admin.exporting import exports, picking
from halo_admin.exporting.models import Export
from halo_admin.importing.models import ImportRun
from halo_admin.practice.credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET
from tests.processes import ROOT
from tests.sites import Site

USUAL = {"LEG_SECONDS": "20", "LEASE_SECONDS": "90", "HALO_TIMEOUT_SECONDS": "30", "HALO_WINDOW_REQUESTS": "0"}
CALLERS = 1  # the client that every tenant has
LONGEST = 120  # seconds that one step is waited for


@click.command()
@click.option("--companies", default=10_000, show_default=True)
@click.option("--contacts", default=100_000, show_default=True)
@click.option("--exports", "number", default=10, show_default=True, help="So many records are made in Halo meanwhile.")
@click.option("--database", default="sqlite", show_default=True, type=click.Choice(["sqlite", "postgresql"]))
@click.option("--results", type=click.Path(file_okay=False, path_type=Path), default=rig.RESULTS)
def main(companies, contacts, number, database, results):
    """Measure exports beside an import."""
    practice = ("--companies", companies, "--contacts", contacts, "--opportunities", 0, "--notes", 0, "--rate", "off")
    with rig.folder() as folder, rig.databases(database) as make:
        url = make()
        with Site(folder, url, settings=USUAL, practice=tuple(map(str, practice))) as site:
            told = _measure(site, url, folder, number)
    told |= {"database": database, "companies": companies, "contacts": contacts, "cores": rig.cores()}
    click.echo(json.dumps(told, indent=1))
    results.mkdir(exist_ok=True)
    (results / f"export-{database}.json").write_text(json.dumps(told, indent=1) + "\n")


def _measure(site, url, folder, number):
    account = _with_companies(site)
    app = create_app(SECRET_KEY=site.env["SECRET_KEY"], ENCRYPTION_KEYS=[site.env["ENCRYPTION_KEYS"]],
                     INSTANCE_PATH=folder, SQLALCHEMY_DATABASE_URI=url, REDIS_URL=site.env["REDIS_URL"],
                     HALO_ALLOW_HOST=site.env["HALO_ALLOW_HOST"], PRACTICE_URL=site.practice_url,
                     HALO_WINDOW_REQUESTS=0)  # fmt: skip
    with app.app_context():
        ids = _prepare(account, number)
        with _importing_contacts(site, account):
            halo = rig.Bare(site.practice_url)
            sent = [_send(account, company_id) | {"one_answer_of_halos": _answer(halo)} for company_id in ids]
            run = _run(account)
            told = {"movement_at_the_end": run.movement, "import_was_running": run.is_live, "sent": sent}
    return told | _summed(sent)


def _with_companies(site):
    """The id of an account that is connected and has its users and companies."""
    account = site.flask("accounts", "create", "Acme IT", "--email", "ann@example.com", "--password-stdin",
                         stdin="a long password\n")["account"]  # fmt: skip
    site.flask("halo", "connect", "--account", account, "--url", site.practice_url, "--client-id", PRACTICE_CLIENT_ID,
               "--client-secret-stdin", stdin=f"{PRACTICE_CLIENT_SECRET}\n")  # fmt: skip
    for stage in ("users", "companies"):
        site.flask("halo", "read", stage, "--account", account)
    site.flask("halo", "map", "--all", "--account", account)
    for stage in ("users", "companies"):
        site.flask("halo", "import", stage, "--account", account)
    return account


@contextmanager
def _importing_contacts(site, account):
    """While an import of the contacts runs; what comes of it after the block is nobody's business here."""
    command = [sys.executable, "-m", "flask", "--app", "app", "halo", "import", "contacts", "--account", str(account)]
    running = subprocess.Popen(command, cwd=ROOT, env=os.environ | site.env, stdout=subprocess.DEVNULL)
    try:
        _until(lambda: _is_running(account))
        yield
    finally:
        running.terminate()
        running.wait()


def _summed(sent):
    seconds = [one["seconds"] for one in sent]
    own = [one["seconds"] - one["requests"] * one["one_answer_of_halos"] for one in sent]
    return {
        "longest_without_halo": round(max(own), 2),
        "median_seconds": statistics.median(seconds),
        "longest_seconds": max(seconds),
    }


def _prepare(account_id, number):
    """Every mapping counts as saved, and there are companies here that Halo has not."""
    begin_write()
    tenant = connection_of(account_id).tenant
    for stage in dict.fromkeys((roles.STAGE, *mapping.STAGES.values())):
        state = db.session.get(StageState, (tenant.id, stage))
        if state is None:
            state = StageState(account_id=account_id, tenant_id=tenant.id, stage=stage, mapping_revision=0)
            db.session.add(state)
        state.mapped_at = now()
    rows = [{"name": f"Zzyzx {one}", "phone": f"+49 30 99990{one:03}", "website": f"zzyzx{one}.example"}
            for one in range(number)]  # fmt: skip
    ids = writing.insert(Company, db.session.get(Account, account_id), rows)
    db.session.commit()
    return ids


def _send(account_id, company_id):
    """One record, from pressing the button to what Halo then holds; what a person needs in between is left out."""
    started = time.perf_counter()
    begin_write()
    export = exports.open_("company", db.session.get(Company, company_id), None)
    db.session.commit()
    exports.queue(export)
    export = _until(lambda: _ready(export.id, ("ready",)))
    looked = time.perf_counter()
    picking.start(picking.Picker(export, db.session.get(Company, company_id)), ["name", "phone", "website"])
    export = _until(lambda: _ready(export.id, ("done", "partly", "refused", "failed", "unknown")))
    done = time.perf_counter()
    return {"look_seconds": round(looked - started, 2), "send_seconds": round(done - looked, 2),
            "seconds": round(done - started, 2), "state": export.state, "requests": export.requests}  # fmt: skip


def _answer(halo):
    """How long Halo takes for one detail at this moment, asked by nobody but this."""
    started = time.perf_counter()
    halo.detail("Client", CALLERS)
    return round(time.perf_counter() - started, 3)


def _ready(export_id, states):
    db.session.rollback()
    export = db.session.get(Export, export_id, populate_existing=True)
    return export if export.state in states else None


def _run(account_id):
    db.session.rollback()
    mine = db.select(ImportRun).where(ImportRun.account_id == account_id, ImportRun.stage == "contacts")
    return db.session.scalars(mine.order_by(ImportRun.id.desc()).execution_options(populate_existing=True)).first()


def _is_running(account_id):
    run = _run(account_id)
    return run if run and run.state == "running" and run.progress else None


def _until(found):
    until = time.perf_counter() + LONGEST
    while time.perf_counter() < until:
        if (one := found()) is not None:
            return one
        time.sleep(0.02)
    raise RuntimeError("This took too long.")


if __name__ == "__main__":
    main()
