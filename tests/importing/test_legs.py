"""Legs: leases, cursors, waits and ends."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from halo_admin.connecting import opening
from halo_admin.db import begin_write, db, now
from halo_admin.importing import fetching, legs, runs
from halo_admin.importing.models import ImportRun, Sweep
from halo_admin.mirror.models import HaloTenant
from tests.importing.world import World, all_told, counts


@pytest.fixture
def started(world):
    """A run that has been started and is not worked on yet. (world, run)"""
    for number in range(250):
        world.theirs(f"Client {number}")
    world.map()
    begin_write()
    db.session.execute(sa.update(Sweep).values(spare=False))  # so that the import reads for itself
    db.session.commit()
    return world, world.start()


def leg_of(world, run, budget=60):
    taken = legs.take(run.id)
    return legs.Leg(*taken, budget)


def test_pressing_import_twice_returns_the_run_that_is_live(started):
    world, run = started
    assert world.start().id == run.id


def test_a_leg_whose_lease_was_taken_over_writes_nothing(started):
    world, run = started
    zombie = leg_of(world, run)
    expire(run)
    assert legs.take(run.id) is not None
    with pytest.raises(legs.LostLease), zombie.batch() as mine:
        mine.cursor = 99
    assert world.fresh(run).cursor == 0


def test_a_leg_whose_lease_was_taken_over_sends_no_request(started):
    world, run = started
    zombie = leg_of(world, run)
    expire(run)
    legs.take(run.id)
    before = world.halo.stats()["requests"]
    with pytest.raises(legs.LostLease):
        zombie.work()
    assert world.halo.stats()["requests"] == before


def expire(run):
    begin_write()
    db.session.get(ImportRun, run.id).lease_until = now() - timedelta(seconds=1)
    db.session.commit()


def test_a_lease_that_holds_is_given_to_nobody_else(started):
    _world, run = started
    assert legs.take(run.id) is not None
    assert legs.take(run.id) is None


def test_a_leg_ends_when_its_budget_is_used_and_the_next_goes_on_at_the_cursor(started):
    world, run = started
    positions = []
    while world.fresh(run).is_live:
        one_batch(world, run)
        run = world.fresh(run)
        positions.append((list(legs.MOVEMENTS["import"]).index(run.movement), run.step))
    assert run.state == "done"
    assert counts(run) == {"created": 250, "skipped": 1}
    assert len(positions) > 5
    assert positions == sorted(positions)


def one_batch(world, run):
    """A leg whose budget is used up as soon as it has done something."""
    leg = leg_of(world, run)
    legs.MOVEMENTS["import"][leg.run.movement](leg) and leg._next_movement()
    leg.give_back()
    leg.close()


def test_pages_on_their_way_when_a_leg_ends_are_taken_in(started, monkeypatch):
    world, run = started
    monkeypatch.setattr(fetching, "PAGES_AHEAD", 1)
    leg = leg_of(world, run)
    while leg.ahead is None:
        fetching.read(leg)
    leg.told_to_stop.set()
    leg.work()
    leg.give_back()
    leg.close()
    sweep = db.session.scalars(sa.select(Sweep).order_by(Sweep.id.desc())).first()
    assert (leg.ahead, sweep.state, sweep.page_no) == (None, "running", 3)


def test_many_short_legs_ask_halo_no_more_often_than_one(started, monkeypatch):
    world, run = started
    monkeypatch.setattr(fetching, "PAGES_AHEAD", 1)
    number = 0
    while world.fresh(run).is_live:
        leg = leg_of(world, run)
        monkeypatch.setattr(leg, "is_over", iter([False, *[True] * 100]).__next__)
        leg.work()
        leg.give_back()
        leg.close()
        number += 1
    assert number > 5
    assert world.fresh(run).requests == world.run(options={"full": True}).requests


def test_a_cancelled_run_counts_what_was_applied_and_unlocks_nothing(started):
    world, run = started
    begin_write()
    runs.cancel(db.session.get(ImportRun, run.id))
    run = world.fresh(run)
    assert (run.state, counts(run), world.state("done_at")) == ("cancelled", {}, None)


def test_cancel_stops_a_run_that_is_worked_on_after_its_batch(started):
    world, run = started
    leg = leg_of(world, run)
    begin_write()
    runs.cancel(db.session.get(ImportRun, run.id))
    assert world.fresh(run).state == "running"
    leg.run = world.fresh(run)
    leg.work()
    leg.give_back()
    assert world.fresh(run).state == "cancelled"


def test_a_halo_that_does_not_answer_is_waited_for_and_the_reason_is_told(started):
    world, run = started
    world.halo.set_fault("server-error", match="/api/Client", status=503, times=4)
    run = world.finish(run)
    assert run.state == "done"
    assert all_told(run)


def test_a_halo_that_never_answers_stops_the_run_after_hours_and_go_on_finishes_it(started, monkeypatch):
    world, run = started
    world.halo.set_fault("server-error", match="/api/Client", status=503)
    monkeypatch.setattr(legs, "PATIENCE", timedelta(0))
    stopped = world.finish(run)
    assert (stopped.state, stopped.ended_at is not None) == ("failed", True)
    assert stopped.stopped
    world.halo.clear_faults()
    seen = stopped.progress["reading"][0]
    again = world.finish(runs.go_on(stopped))
    assert (again.id, again.state, counts(again)["created"]) == (run.id, "done", 250)
    assert seen > 0


def test_going_on_after_a_day_reads_again(started, monkeypatch):
    world, run = started
    world.halo.set_fault("token-revoked", after=4)
    stopped = world.finish(run)
    assert stopped.state == "failed"
    world.halo.clear_faults()
    monkeypatch.setattr(fetching, "STALE", timedelta(0))
    resumed = runs.go_on(stopped)
    assert (resumed.step, resumed.facts) == (0, {})


def test_a_quota_wait_sets_when_it_goes_on_and_ends_the_leg(start_world):
    world = start_world(HALO_WINDOW_REQUESTS=12, HALO_WINDOW_SECONDS=600.0, rate="12/2")
    for number in range(500):
        world.theirs(f"Client {number}")
    run = world.start_reading()
    leg = legs._leg(run.id, 60)
    run = world.fresh(run)
    assert leg is not None
    assert (run.state, run.lease_token) == ("quota", None)
    assert run.next_leg_at > run.started_at
    world.app.config["HALO_WINDOW_SECONDS"] = 2.0
    world.may_go_on(run)
    run = world.finish(run)
    assert run.state == "done"
    assert world.halo.stats()["refused"] == 0


def test_the_locked_stage_tells_why(start_world):
    world = start_world(connect=False)
    with pytest.raises(runs.Locked, match="Halo is not connected yet"):
        world.start()


def test_companies_need_their_types_mapped(world):
    with pytest.raises(runs.Locked, match="not mapped yet"):
        world.start()


def test_reading_is_used_by_the_next_import_within_ten_minutes_and_only_once(world):
    world.theirs("Acme")
    world.map()
    first = world.imported()
    assert first.requests == 1
    assert world.imported().requests == 3


def test_what_was_saved_before_a_stop_counts_once_when_everything_is_read_again(started, monkeypatch):
    world, run = started
    monkeypatch.setattr("halo_admin.importing.batch_sizes.MOST", 100)
    while world.fresh(run).movement != "saving":
        one_batch(world, run)
    one_batch(world, run)
    leg = leg_of(world, run)
    legs._stop(leg, "Halo no longer accepts the client secret.")
    monkeypatch.setattr(fetching, "STALE", timedelta(0))
    resumed = runs.go_on(world.fresh(run))
    monkeypatch.setattr(fetching, "STALE", timedelta(days=1))
    run = world.finish(resumed)
    assert (run.state, counts(run), len(world.companies())) == ("done", {"created": 250, "skipped": 1}, 250)


def test_opt_outs_saved_before_a_stop_are_told_when_everything_is_read_again(world, monkeypatch):
    acme = world.theirs("Acme")
    world.person("Sam", at=acme, neversendemails=True)
    world.imported()
    run = world.start("contacts")
    while world.fresh(run).movement != "saving":
        one_batch(world, run)
    legs._stop(leg_of(world, run), "Halo no longer accepts the client secret.")
    monkeypatch.setattr(fetching, "STALE", timedelta(0))
    resumed = runs.go_on(world.fresh(run))
    monkeypatch.setattr(fetching, "STALE", timedelta(days=1))
    run = world.finish(resumed)
    assert (counts(run), run.facts["opt_outs"]) == ({"created": 1, "skipped": 2}, {"loosened": 0, "added": 1})


def test_no_transaction_is_open_while_halo_is_asked(started, monkeypatch):
    world, run = started
    about_to_ask, asked = legs.Leg.about_to_ask, []

    def watched(leg):
        about_to_ask(leg)
        asked.append(db.session.registry().in_transaction())

    monkeypatch.setattr(legs.Leg, "about_to_ask", watched)
    assert world.finish(run).state == "done"
    assert len(asked) > 5
    assert not any(asked)


def connect_elsewhere(world):
    begin_write()
    other = HaloTenant(account_id=world.account.id, identity="https://other.example", created_at=now())
    db.session.add(other)
    db.session.flush()
    opening.connection_of(world.account.id).tenant_id = other.id
    db.session.commit()


def test_a_stopped_run_of_another_halo_does_not_go_on(started):
    world, run = started
    world.halo.set_fault("token-revoked", after=4)
    stopped = world.finish(run)
    assert runs.can_go_on(stopped)
    connect_elsewhere(world)
    assert not runs.can_go_on(world.fresh(run))
    assert not runs.go_on(world.fresh(run)).is_live


def test_a_leg_asks_no_other_halo_than_its_runs(started):
    world, run = started
    connect_elsewhere(world)
    before = world.halo.stats()["requests"]
    run = world.finish(run)
    assert (run.state, world.halo.stats()["requests"]) == ("failed", before)
    assert "another Halo" in run.stopped


def test_cancel_is_carried_out_when_the_leg_waits_for_halo(started):
    world, run = started
    world.halo.set_fault("server-error", match="/api/", status=503)
    leg = leg_of(world, run)
    begin_write()
    runs.cancel(db.session.get(ImportRun, run.id))
    legs._work(leg)
    leg.close()
    assert world.fresh(run).state == "cancelled"


def test_a_client_deleted_before_everything_is_read_again_is_not_created(started, monkeypatch):
    world, run = started
    while world.fresh(run).movement != "saving":
        one_batch(world, run)
    leg = leg_of(world, run)
    legs._stop(leg, "Halo no longer accepts the client secret.")
    world.halo.change("Client", delete=5)
    monkeypatch.setattr(fetching, "STALE", timedelta(0))
    resumed = runs.go_on(world.fresh(run))
    monkeypatch.setattr(fetching, "STALE", timedelta(days=1))
    run = world.finish(resumed)
    assert (counts(run), len(world.companies())) == ({"created": 249, "skipped": 1}, 249)
    assert all_told(run)


def test_postgresql_knows_how_long_the_mirror_is_once_it_has_been_read(postgres_url, tmp_path):
    with World(postgres_url, tmp_path) as world:
        for number in range(60):
            world.theirs(f"Client {number}")
        run = world.run(purpose="read")
        known = sa.text("SELECT reltuples FROM pg_class WHERE oid = CAST('halo_records' AS regclass)")
        assert db.session.scalar(known) >= run.progress["reading"][0] > 60


def test_on_postgresql_importing_again_and_again_makes_the_mirror_no_larger(postgres_url, tmp_path):
    with World(postgres_url, tmp_path) as world:
        for number in range(60):
            world.theirs(f"Client {number}")
        world.map()
        sizes = []
        for _ in range(5):
            run = world.run()
            sizes.append(db.session.scalar(sa.text("SELECT pg_relation_size('halo_records')")))
    assert run.counts["unchanged"] >= 60
    assert sizes[-1] == sizes[1]
