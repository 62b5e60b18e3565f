"""Get notes from Halo on a profile: one request, saved at once, for whoever may send."""

import pytest

from halo_admin.accounts import people
from halo_admin.accounts.models import Account
from halo_admin.crm import activity
from halo_admin.db import begin_write, db
from halo_admin.importing import note_fetching
from halo_admin.importing.models import ImportRun
from tests.importing.test_notes import made, requests_for_notes
from tests.importing.world import counts


@pytest.fixture
def acme(world):
    client, sam, agent, _ = made(world)
    world.their_note("On the client", by=agent, client_id=client)
    world.their_note("On Sam", by=agent, user_id=sam)
    world.their_note("By nobody", user_id=sam)
    world.halo.app.stats.reset()
    return client, sam, agent


def fetched(world, record):
    fetch = note_fetching.new(record, world.ann)
    note_fetching.run(fetch.id)
    db.session.rollback()
    return db.session.get(note_fetching.NoteFetch, fetch.id, populate_existing=True)


def test_a_companys_notes_come_by_one_request(world, acme):
    fetch = fetched(world, world.company(name="Acme"))
    assert (fetch.state, fetch.counts) == ("done", {"created": 2, "skipped": 1})
    assert len(requests_for_notes(world)) == 1
    assert {one.plain for one in world.notes()} == {"On the client", "On Sam"}
    run = db.session.get(ImportRun, fetch.run_id)
    assert (run.purpose, run.state, run.requests) == ("profile", "done", 1)
    assert activity.read_at(world.company(name="Acme")) is not None
    assert fetched(world, world.company(name="Acme")).counts == {"unchanged": 2, "skipped": 1}


def test_a_contacts_notes_come_alone_and_the_import_finds_them_unchanged(world, acme):
    fetch = fetched(world, world.contact(first_name="Sam"))
    assert fetch.counts == {"created": 1, "skipped": 1}
    assert requests_for_notes(world) == ["user_id=814&count=1000"]
    assert counts(world.run()) == {"created": 1, "unchanged": 1, "skipped": 1}


def test_it_works_while_an_import_is_live(world, acme):
    run = world.start()
    assert fetched(world, world.contact(first_name="Sam")).state == "done"
    assert counts(world.finish(run)) == {"created": 1, "unchanged": 1, "skipped": 1}
    assert len(world.notes()) == 2


def test_it_marks_what_is_gone_in_halo(world, acme):
    _, sam, agent = acme
    gone = world.their_note("Gone soon", by=agent, user_id=sam)
    fetched(world, world.contact(first_name="Sam"))
    world.halo.change("CRMNote", delete=gone)
    fetched(world, world.contact(first_name="Sam"))
    assert world.record(gone, "note").gone_at is not None
    assert len(world.notes()) == 2


def test_a_halo_that_refuses_is_told_and_nothing_is_changed(world, acme):
    world.halo.set_fault("forbidden", match="/api/CRMNote")
    fetch = fetched(world, world.contact(first_name="Sam"))
    assert fetch.state == "failed"
    assert "read:crm" in fetch.stopped
    assert world.notes() == []


def test_a_quota_that_is_used_up_is_told_with_the_wait(start_world):
    world = start_world(HALO_WINDOW_REQUESTS=300, HALO_WINDOW_SECONDS=60.0)
    made(world)
    world.halo.set_fault("throttled", match="/api/CRMNote", retry_after="seconds", seconds=30)
    fetch = fetched(world, world.company(name="Acme"))
    assert fetch.state == "failed"
    assert "Try again in" in fetch.stopped


def visitor(world, email):
    client = world.app.test_client()
    client.post("/sign-in", data={"email": email, "password": "a long password"})
    db.session.rollback()
    return client


def test_the_button_is_for_those_who_may_send(world, acme):
    begin_write()
    account = db.session.get(Account, world.account.id)
    account.senders = ["salesperson"]
    for name, role in (("bob", "salesperson"), ("mia", "marketer")):
        people.add_user(account, f"{name}@example.com", name, [role], "a long password")
    db.session.commit()
    address = f"/contacts/{world.contact(first_name='Sam').id}"
    in_menu = f'href="{address}?tab=activity#get-notes"'
    assert in_menu in visitor(world, "bob@example.com").get(address).text
    assert in_menu not in visitor(world, "mia@example.com").get(address).text
    assert "Get notes from Halo</button>" in visitor(world, "bob@example.com").get(address).text
    mia = visitor(world, "mia@example.com")
    assert "Get notes from Halo</button>" not in mia.get(address).text
    assert mia.post(f"{address}/notes/get").status_code == 403
    # no worker can be told of it here: that is said
    answer = visitor(world, "bob@example.com").post(f"{address}/notes/get", headers={"HX-Request": "true"})
    assert "REDIS_URL is not set" in answer.text


def test_what_came_of_it_is_told_and_the_notes_come_along(world, acme):
    record = world.contact(first_name="Sam")
    fetch = note_fetching.new(record, world.ann)
    ann = visitor(world, world.ann.email)
    going = ann.get(f"/note-fetches/{fetch.id}").text
    assert 'hx-trigger="every 1s"' in going
    assert "On Sam" not in going
    note_fetching.run(fetch.id)
    told = ann.get(f"/note-fetches/{fetch.id}").text
    assert "2 notes read from Halo: 1 new, 1 left out." in told
    assert 'id="activity-list" hx-swap-oob="true"' in told
    assert "On Sam" in told
    assert "every 1s" not in told
