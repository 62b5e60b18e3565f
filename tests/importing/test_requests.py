"""What imports ask of Halo: how many requests, and how long they take under the quota."""

from datetime import timedelta

import pytest

from halo_admin.connecting import opening
from halo_admin.db import begin_write, db
from halo_admin.importing import answering, card, legs, progress, stages
from halo_admin.importing.models import Decision


def test_a_request_that_got_no_place_in_the_window_is_not_counted(start_world):
    world = start_world(HALO_WINDOW_REQUESTS=12, HALO_WINDOW_SECONDS=600.0)
    for number in range(800):
        world.theirs(f"Client {number}")
    before = world.halo.stats()["requests"]
    run = world.start_reading()
    legs._leg(run.id, 60)
    world.app.config["HALO_WINDOW_SECONDS"] = 2.0
    world.may_go_on(run)
    run = world.finish(run)
    assert (run.state, run.leg_no > 1) == ("done", True)
    assert run.requests == world.halo.stats()["requests"] - before


def test_websites_are_read_only_of_clients_that_come_in(start_world):
    world = start_world(switches={"website_in_list": "off"})
    coming = world.theirs("Acme", type="Customer", website="acme.example")
    world.theirs("Cables", type="Supplier", website="cables.example")
    linked = world.theirs("Bergmann", type="Customer", website="bergmann.example")
    world.map(Supplier="don't import")
    world.run()
    world.theirs("Unmapped", type="Partner", website="unmapped.example")
    world.theirs("Closed", type="Customer", website="closed.example", active=False)
    world.theirs("Bergmann", id=linked, type="Customer", website="bergmann.example", active=False)
    assert world.run().facts["websites_unread"] == 2
    read = world.run(purpose="websites")
    assert (read.progress["reading"], read.requests) == ([2, 2], 2)
    assert [world.record(one).detail_at is not None for one in (1, coming, linked)] == [False, True, True]


def test_the_website_of_a_client_that_a_person_leaves_out_is_not_read(start_world):
    world = start_world(switches={"website_in_list": "off"})
    for _ in range(2):
        world.ours("Acme")
    world.theirs("Acme", website="acme.example")
    run = world.imported()
    assert run.facts["websites_unread"] == 1
    begin_write()
    decision = db.session.query(Decision).filter_by(run_id=run.id, action="review").one()
    answering.answer(decision, "ignore", None, world.ann)
    assert world.imported().facts["websites_unread"] == 0


def use_a_quarter(world):
    """Imports of this account may use a quarter of the limit: 25 of 100 requests, less 6 in reserve."""
    world.app.config.update(HALO_WINDOW_REQUESTS=100, HALO_WINDOW_SECONDS=300.0)
    begin_write()
    opening.connection_of(world.account.id).share = "quarter"
    db.session.commit()


def test_a_question_tells_the_time_that_the_share_of_the_account_allows(world):
    for number in range(30):
        world.ours(f"Firm {number}", city="Hamburg", edited=timedelta(hours=1))
        world.theirs(f"Firm {number}", site={"line3": "Berlin"})
    world.map()
    use_a_quarter(world)
    assert world.imported().question["seconds"] == pytest.approx(300, abs=20)


def test_the_card_tells_the_minutes_that_the_share_of_the_account_allows(start_world):
    world = start_world(switches={"website_in_list": "off"})
    for number in range(40):
        world.theirs(f"Client {number}")
    world.imported()
    use_a_quarter(world)
    shown = card.card_of(world.account.id, stages.stage("companies"))
    assert (shown.websites, shown.website_minutes) == (40, 10)


def test_the_time_left_is_what_the_share_of_the_account_allows(world):
    world.theirs("Acme")
    world.map()
    run = world.start()
    use_a_quarter(world)
    begin_write()
    run.movement, run.progress = "asking", {"asking": [10, 310]}
    db.session.commit()
    assert progress.standing(world.fresh(run)).seconds_left == pytest.approx(15 * 300, abs=20)
