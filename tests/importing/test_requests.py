"""What imports ask of Halo: how many requests, and how long they take under the quota."""


def test_a_request_that_got_no_place_in_the_window_is_not_counted(start_world):
    world = start_world(HALO_WINDOW_REQUESTS=12, HALO_WINDOW_SECONDS=2.0)
    for number in range(800):
        world.theirs(f"Client {number}")
    before = world.halo.stats()["requests"]
    run = world.finish(world.start_reading())
    assert (run.state, run.leg_no > 1) == ("done", True)
    assert run.requests == world.halo.stats()["requests"] - before
