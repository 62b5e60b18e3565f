"""Work through the limiter of Halo's quota: `python -m bench.windows lists|imports --account N companies contacts`.

"lists" only turns the pages that a first import of these stages must read, "imports" runs the imports themselves.
"""

import json
import time

import click

from app import create_app
from bench.rig import map_types
from halo_admin.connecting.opening import connection_of, open_halo
from halo_admin.db import begin_write, db, now
from halo_admin.halo import paging
from halo_admin.halo.errors import HaloBusy
from halo_admin.importing import legs, runs, stages


@click.command()
@click.argument("what", type=click.Choice(["lists", "imports"]))
@click.argument("kinds", nargs=-1)
@click.option("--account", type=int, required=True)
def main(what, kinds, account):
    """Prints the seconds that it took as JSON."""
    with create_app().app_context():
        started = time.perf_counter()
        {"lists": turn_pages, "imports": import_all}[what](account, kinds)
        click.echo(json.dumps({"seconds": round(time.perf_counter() - started, 2)}))


def turn_pages(account_id, kinds):
    connection = connection_of(account_id)
    halo = open_halo(connection, "imports")
    db.session.rollback()
    for kind in kinds:
        for reading in stages.stage(kind).readings:
            _turn_pages_of(halo, reading.listing)


def _turn_pages_of(halo, listing):
    seen, page_no = 0, 1
    while True:
        page = _page(halo, listing, page_no)
        seen, page_no = seen + len(page.rows), page_no + 1
        if paging.is_last(len(page.rows), len(page.rows), seen, page.record_count):
            return


def _page(halo, listing, page_no):
    while True:
        try:
            return halo.page(listing, page_no)
        except HaloBusy as busy:
            wait = (busy.until - now()).total_seconds()
            db.session.rollback()
            time.sleep(max(0.0, wait))


def import_all(account_id, kinds):
    for kind in kinds:
        if kind == "companies":
            _run(account_id, kind, purpose="read")
            begin_write()
            map_types(account_id)
            db.session.commit()
        _run(account_id, kind)


def _run(account_id, kind, **what):
    run = runs.start(account_id, kind, **what)
    legs.run_inline(run.id)
    db.session.refresh(run)
    if run.state not in ("done", "problems"):
        raise SystemExit(f"the run of {kind} ended as {run.state}: {run.stopped}")


if __name__ == "__main__":
    main()
