"""Import all, in order: one press, each stage when the one before has ended well, and nothing that asks on the way."""

import pytest
import sqlalchemy as sa

from halo_admin.audit.models import AuditEntry
from halo_admin.connecting.models import Mapping
from halo_admin.db import begin_write, db, now
from halo_admin.importing import finishing, legs, orders, stages
from halo_admin.importing.models import ImportRun
from halo_admin.importing.order_models import ImportOrder
from tests.importing.world import counts

KEYS = [stage.key for stage in stages.STAGES if stage.key != "users"]


@pytest.fixture
def ready(world):
    """A Halo with a client, a contact and a note, and an account in which all that is done once is done."""
    client = world.theirs("Acme")
    sam = world.person("Sam", at=client)
    agent, _ = world.author()
    world.their_note("Called", by=agent, user_id=sam)
    set_up(world)
    return world


def set_up(world):
    world.map()
    for stage in stages.STAGES:
        if stage.mapping and stage.key != "companies":
            mapped(world, stage.key)


def mapped(world, key):
    """A stage whose mapping somebody has saved."""
    begin_write()
    finishing.state_of(world.account.id, world.tenant().id, key).mapped_at = now()
    db.session.commit()


def fresh(order):
    db.session.rollback()
    return db.session.get(ImportOrder, order.id, populate_existing=True)


def walked(world, order, until=None):
    """Work an order off as workers do, stage after stage, until its end or so many stages are through."""
    orders.read(order.id)
    while (order := fresh(order)).state == "running" and (until is None or len(order.runs) <= until):
        run = orders.go_on(world.account.id)
        if run is not None:
            legs.run_leg(run.id)
    return fresh(order)


def runs_of(order):
    return [db.session.get(ImportRun, run_id) for run_id in order.runs]


def test_one_press_walks_all_stages_to_a_note_on_a_contact(ready):
    assert orders.is_set_up(ready.account.id)
    order = walked(ready, orders.start(ready.account.id, ready.ann))
    assert order.state == "done"
    assert [run.stage for run in runs_of(order)] == KEYS
    assert {run.state for run in runs_of(order)} == {"done"}
    assert ready.notes()[0].contact_id == ready.contact(first_name="Sam").id


def test_each_import_of_an_order_is_noted_with_the_place_it_was_pressed_at(ready):
    known = db.session.scalar(sa.select(sa.func.max(AuditEntry.id)))
    with ready.app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.7"}):
        order = orders.start(ready.account.id, ready.ann)
    walked(ready, order)
    noted = db.session.execute(sa.select(AuditEntry.said, AuditEntry.place).where(AuditEntry.id > known))
    titles = [stages.stage(key).title.lower() for key in KEYS]
    assert [tuple(row) for row in noted] == [(f"Started an import of {title}", "192.0.2.7") for title in titles]


def test_pressing_twice_is_one_order(ready):
    first = orders.start(ready.account.id, ready.ann)
    assert orders.start(ready.account.id, ready.ann).id == first.id


def test_it_stops_at_the_first_stage_that_does_not_end_well(ready):
    ready.halo.set_fault("forbidden", match="/api/Users")
    order = walked(ready, orders.start(ready.account.id, ready.ann))
    assert order.state == "stopped"
    assert order.stopped.startswith("Contacts did not come to its end. Stopped ")
    assert "read:customers" in order.stopped
    assert [run.stage for run in runs_of(order)] == ["companies", "contacts"]


def test_cancelling_the_stage_at_work_ends_the_order(ready):
    order = orders.start(ready.account.id, ready.ann)
    orders.read(order.id)
    run = orders.go_on(ready.account.id)
    ready.cancel(run)
    assert orders.go_on(ready.account.id) is None
    assert fresh(order).state == "cancelled"


def test_cancel_all_cancels_the_stage_at_work_too(ready):
    order = orders.start(ready.account.id, ready.ann)
    orders.read(order.id)
    run = orders.go_on(ready.account.id)
    begin_write()
    orders.cancel(order)
    assert fresh(order).state == "cancelled"
    assert ready.fresh(run).state == "cancelled"


def test_what_is_not_mapped_is_asked_before_anything_starts_and_then_left_out(ready):
    ready.theirs("New kind", type="Partner")
    ready.run("companies", purpose="read")
    begin_write()
    db.session.execute(db.update(Mapping).where(Mapping.halo_name == "Partner").values(choice=None, ours_id=None))
    db.session.commit()
    order = orders.start(ready.account.id, ready.ann)
    orders.read(order.id)
    order = fresh(order)
    assert (order.state, order.runs) == ("asking", [])
    (asked,) = orders.unmapped(order)
    assert (asked.stage.key, asked.values) == ("companies", (("Partner", 1),))
    begin_write()
    orders.reply(order)
    order = walked(ready, order)
    assert order.state == "done"
    assert counts(runs_of(order)[0])["skipped"] == 2  # and Halo's own client for callers


def test_a_type_that_turns_up_on_the_way_is_left_out_and_stops_nothing(ready):
    order = orders.start(ready.account.id, ready.ann, {"full": True})
    orders.read(order.id)
    ready.halo.change("Lookup", record={"lookupid": 33, "id": 88, "name": "Brand new"})
    ready.theirs("Late", type=None, customertype=88)
    order = walked(ready, order)
    assert order.state == "done"
    assert counts(runs_of(order)[0])["skipped"] == 2


def test_a_crash_between_two_stages_starts_nothing_twice(ready):
    order = orders.start(ready.account.id, ready.ann)
    orders.read(order.id)
    first = orders.go_on(ready.account.id)
    begin_write()
    order = db.session.get(ImportOrder, order.id)
    order.runs = []  # as if the process had died right after the import was made
    db.session.commit()
    assert orders.go_on(ready.account.id).id == first.id
    assert fresh(order).runs == [first.id]


def test_whoever_looks_however_often_starts_a_stage_once(ready):
    order = orders.start(ready.account.id, ready.ann)
    orders.read(order.id)
    started = {orders.go_on(ready.account.id).id for _ in range(3)}
    orders.look()
    assert len(started) == len(fresh(order).runs) == 1


def test_an_import_of_somebody_else_is_waited_for(ready):
    other = ready.start("companies", full=True)
    order = orders.start(ready.account.id, ready.ann)
    orders.read(order.id)
    assert orders.go_on(ready.account.id).id == other.id
    assert fresh(order).runs == []
    ready.finish(other)
    assert walked(ready, order).state == "done"


def test_before_everything_is_set_up_it_is_locked(start_world):
    world = start_world(connect=False)
    with pytest.raises(orders.locks.Locked):
        orders.start(world.account.id, world.ann)
    assert not orders.is_set_up(world.account.id)


def test_the_command_walks_all_stages(ready):
    done = ready.app.test_cli_runner().invoke(
        args=["halo", "import", "all", "--account", str(ready.account.id), "--inline", "--json"]
    )
    assert done.exit_code == 0, done.output
    assert [f'"stage": "{key}"' in done.output for key in KEYS] == [True] * len(KEYS)


def test_a_job_that_was_queued_before_its_stage_was_locked_stops_with_the_reason(ready):
    ready.imported_contacts()
    run = ready.start("notes")
    begin_write()
    finishing.state_of(ready.account.id, ready.tenant().id, "contacts").done_at = None
    db.session.commit()
    run = ready.finish(run)
    assert (run.state, run.stopped) == ("failed", "Contacts must be imported first.")


def test_a_stage_whose_mapping_has_become_incomplete_asks_at_the_page_before_it_leaves_records_out(ready):
    ready.run("companies")
    new = ready.theirs("New kind", type="Partner")
    run = ready.run("companies", options={"asks": True, "full": True})
    assert run.is_live
    assert (run.question["records"], run.question["told"]) == (1, "Partner (1)")
    assert "New kind" not in [one.name for one in ready.companies()]
    run = ready.reply(run, "leave_out")
    assert run.state == "done"
    assert ready.decision(run, new)["reason"] == "its type, Partner, is not mapped yet"
    told = ready.app.test_cli_runner().invoke(
        args=["halo", "import", "companies", "--account", str(ready.account.id), "--inline"]
    )
    assert told.exit_code == 0
    assert "Companies: nobody has mapped Partner (1)." in told.stderr
