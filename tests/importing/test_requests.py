"""What imports ask of Halo: how many requests, and how long they take under the quota."""

from halo_admin.db import begin_write, db
from halo_admin.importing import answering
from halo_admin.importing.models import Decision


def test_a_request_that_got_no_place_in_the_window_is_not_counted(start_world):
    world = start_world(HALO_WINDOW_REQUESTS=12, HALO_WINDOW_SECONDS=2.0)
    for number in range(800):
        world.theirs(f"Client {number}")
    before = world.halo.stats()["requests"]
    run = world.finish(world.start_reading())
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
