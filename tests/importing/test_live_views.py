"""The rail, a stage's card and its buttons, as browsers with and without htmx see them."""

import re
import time
from datetime import timedelta

import pytest
from flask import g
from flask.testing import FlaskClient

from halo_admin.accounts import people
from halo_admin.connecting.models import Connection, Mapping
from halo_admin.db import begin_write, db, now, owned
from halo_admin.heartbeats import WorkerBeat
from halo_admin.importing import legs, runs, stages
from halo_admin.importing.models import ImportRun
from halo_admin.importing.sentences import TOLD_TO_WAIT, USED_UP
from halo_admin.web.words import clock
from tests.importing.world import counts

RAIL, STAGE, START = "/settings/halo", "/settings/halo/companies", "/settings/halo/companies/import"
HTMX = {"HX-Request": "true"}


class Browser(FlaskClient):
    """Each request asks anew who is signed in: the test's own context would remember the first one."""

    def open(self, *args, **options):
        g.pop("_login_user", None)
        return super().open(*args, **options)


@pytest.fixture
def browse(world):
    """browse(user) gives a browser in which that person is signed in."""
    world.app.test_client_class = Browser

    def sign_in(user):
        client = world.app.test_client()
        with client.session_transaction() as session:
            session |= {"_user_id": user.session_key, "_fresh": True, "since": time.time()}
        return client

    return sign_in


@pytest.fixture
def ann(world, browse):
    return browse(world.ann)


def filled(page):
    """How many filled buttons a page has."""
    return page.count("btn-primary")


def changed(run, **values):
    """The run after its row was changed, as another process would."""
    begin_write()
    run = db.session.get(ImportRun, run.id)
    for name, value in values.items():
        setattr(run, name, value)
    db.session.commit()
    return run


def progress(ann, run, mode="live"):
    return ann.get(f"{RAIL}/runs/{run.id}/progress?mode={mode}", headers=HTMX)


def alive():
    begin_write()
    db.session.add(WorkerBeat(name="w", queues="exports,imports", at=now()))
    db.session.commit()


def mapped(world):
    world.theirs("Bergmann", type="Customer")
    world.theirs("Cables", type="Supplier")
    world.map(Customer="Client", Supplier="don't import")


def test_before_a_connection_the_stage_is_locked_and_says_what_opens_it(world, ann):
    begin_write()
    db.session.scalar(owned(Connection, world.account.id)).connected_at = None
    db.session.commit()
    page = ann.get(RAIL).text
    assert "Locked" in page
    assert "Halo is not connected yet" in page
    assert "Connect Halo</a>" in page
    assert filled(page) == 1


def test_before_the_first_reading_the_one_filled_button_reads(world, ann):
    page = ann.get(RAIL).text
    assert "company types are not mapped yet" in page
    assert filled(page) == 1
    answer = ann.post(START, data={"purpose": "read"})
    assert answer.status_code == 303
    assert runs.live(world.account.id).purpose == "read"


def test_once_read_the_way_on_is_the_mapping(world, ann):
    world.theirs("Bergmann")
    world.read()
    page = ann.get(RAIL).text
    assert "Map company types</a>" in page
    assert "Halo data as of" in page
    assert filled(page) == 1
    alone = ann.get(STAGE).text
    assert "What Halo" in alone
    assert filled(alone) == 1


def test_a_mapped_stage_tells_what_an_import_will_do_before_it_is_pressed(world, ann):
    mapped(world)
    page = ann.get(RAIL).text
    assert '<section id="stage-companies"' in page
    assert "Nothing is written to Halo." in page
    assert "1 as Client, 1 left out." in page
    assert "Download everything" in page
    assert filled(page) == 1


def test_pressing_import_twice_shows_the_run_that_is_live(world, ann):
    mapped(world)
    first = ann.post(START, headers=HTMX)
    again = ann.post(START, headers=HTMX)
    assert first.status_code == again.status_code == 200
    run = runs.live(world.account.id)
    for answer in (first, again):
        assert answer.text.lstrip().startswith('<section id="stage-companies"')
        assert f'id="progress-{run.id}"' in answer.text
    assert db.session.query(ImportRun).filter_by(purpose="import").count() == 1


def test_a_locked_stage_does_not_start(world, ann):
    answer = ann.post(START, headers=HTMX)
    assert answer.status_code == 422
    assert "not mapped yet" in answer.text
    assert runs.live(world.account.id) is None
    assert ann.post(START).status_code == 303


def test_a_live_import_shows_three_bars_and_that_nobody_works_on_it(world, ann):
    mapped(world)
    run = world.start()
    page = progress(ann, run).text
    assert [f">{label}</label>" in page for label in ("Reading from Halo", "Comparing", "Saving")] == [True] * 3
    assert 'hx-trigger="every 1s"' in page
    assert "no worker is running" in page
    assert "Cancel" not in page
    alive()
    assert "no worker is running" not in progress(ann, run).text


def test_the_bars_count_asks_within_comparing(world, ann):
    mapped(world)
    run = changed(world.start(), movement="asking",
                  progress={"reading": [40, 40], "comparing": [28, 28], "asking": [12, 40]})  # fmt: skip
    page = progress(ann, run).text
    assert "asking Halo 12 of 40" in page
    assert 'value="58"' in page


def test_every_page_with_a_live_card_has_what_its_answers_bring_along(world, ann):
    mapped(world)
    run = world.start()
    brought = re.findall(r'id="([a-z-]+)" hx-swap-oob="true"', progress(ann, run).text)
    assert brought == ["halo-strip"]
    for path in ("", *(f"/{stage.key}" for stage in stages.STAGES), f"/runs/{run.id}"):
        assert ann.get(RAIL + path, follow_redirects=True).text.count('id="halo-strip"') == 1, path


def test_a_quota_wait_tells_the_clock_time(world, ann):
    mapped(world)
    at = now() + timedelta(seconds=40)
    run = changed(world.start(), state="quota", next_leg_at=at, waits_for=TOLD_TO_WAIT)
    page = progress(ann, run).text
    assert re.search(r"Halo asks to wait (40|3\d) s; goes on at " + f"{clock(at)}", page)


def test_the_time_left_counts_the_lists_to_come(world, ann):
    mapped(world)
    run = changed(world.start(), progress={"reading": [500, 600], "reading_later": 900})
    pace = f"reading.0.{int(now().timestamp()) - 10}"
    page = ann.get(f"{RAIL}/runs/{run.id}/progress?mode=live&pace={pace}", headers=HTMX).text
    assert re.search(r"Reading from Halo until about [0-9A-Za-z: ]+, (19|[23][0-9]) s", page)


def test_a_wait_by_our_own_count_is_not_blamed_on_halo(world, ann):
    mapped(world)
    at = now() + timedelta(seconds=40)
    page = progress(ann, changed(world.start(), state="quota", next_leg_at=at, waits_for=USED_UP)).text
    assert "Halo asks to wait" not in page
    assert f"goes on at {clock(at)}" in page


def test_a_cancelled_import_hides_nothing_of_the_one_before(world, ann):
    world.ours("Acme", phone="+49 30 5550100")
    world.ours("Acme Inc", phone="+49 30 5550100")
    world.theirs("Acme Worldwide", phone="+49 30 5550100")
    before = world.imported()
    world.cancel(world.start())
    page = ann.get(RAIL).text
    assert "Cancelled" in page
    assert "Before that, " in page
    assert f"/settings/halo/runs/{before.id}?action=review" in page


def test_a_silent_halo_is_told(world, ann):
    mapped(world)
    at = now()
    waiting = {"down_since": at, "next_leg_at": at + timedelta(seconds=90), "waits_for": "Halo does not answer."}
    run = changed(world.start(), **waiting)
    assert f"Halo has not answered since {clock(at)}" in progress(ann, run).text


def test_the_last_three_problems_are_shown(world, ann):
    mapped(world)
    run = changed(world.start(), problems=[f"Client {number} is odd" for number in range(1, 6)])
    page = progress(ann, run).text
    assert [f"Client {number} is odd" in page for number in range(1, 6)] == [False, False, True, True, True]


def test_a_question_comes_with_its_price_and_its_choices(world, ann):
    mapped(world)
    choices = [{"value": "read", "label": "Read the websites"}, {"value": "skip", "label": "Go on without websites"}]
    question = {"kind": "websites", "records": 300, "requests": 300, "seconds": 300, "choices": choices}
    run = changed(world.start(), movement="asking", state="waiting", question=question, next_leg_at=None)
    answer = progress(ann, run)
    assert answer.headers["HX-Retarget"] == "closest #stage-companies"
    assert "300 requests, about 5 min" in answer.text
    assert "Go on without websites" in answer.text
    assert filled(answer.text) == 1
    wrong = ann.post(f"{RAIL}/runs/{run.id}/reply", data={"choice": "nonsense"}, headers=HTMX)
    assert wrong.status_code == 422
    assert ann.post(f"{RAIL}/runs/{run.id}/reply", data={"choice": "skip"}, headers=HTMX).status_code == 200
    assert world.fresh(run).question is None
    assert world.fresh(run).options["websites"] == "skip"


def test_a_finished_import_takes_the_place_of_the_live_card_with_links_to_its_counts(world, ann):
    mapped(world)
    run = world.imported()
    answer = progress(ann, run)
    assert answer.headers["HX-Retarget"] == "closest #stage-companies"
    assert ": 1 new, 2 left out" in answer.text
    assert f"{RAIL}/runs/{run.id}?action=created" in answer.text
    assert "every 1s" not in answer.text
    assert "Import</button>" in answer.text


def test_nothing_new_is_a_success(world, ann):
    mapped(world)
    world.imported()
    world.imported()
    page = ann.get(RAIL).text
    assert "Nothing has changed in Halo since" in page
    assert "state-good" in page


def test_finished_with_problems_is_never_green(world, ann):
    mapped(world)
    changed(world.imported(), state="problems", counts={"created": 1, "failed": 2})
    page = ann.get(STAGE).text
    assert 'state-warn"' in page.partition('id="stage-companies"')[2]
    assert "Finished with problems" in page


def test_cancelling_keeps_what_is_saved_and_says_so(world, ann):
    mapped(world)
    run = world.start()
    answer = ann.post(f"{RAIL}/runs/{run.id}/cancel", headers=HTMX)
    assert "Cancelled" in answer.text
    assert world.fresh(run).state == "cancelled"


def test_a_reading_that_was_cancelled_is_told_by_the_card(world, ann):
    world.cancel(world.start_reading())
    assert ", ann: 0 records, then cancelled" in ann.get(STAGE).text


def test_a_stopped_import_says_why_and_goes_on_or_starts_again(world, ann):
    mapped(world)
    stopped = {
        "state": "failed",
        "next_leg_at": None,
        "ended_at": now(),
        "stopped": "Halo refuses the secret.",
    }
    run = changed(world.start(), **stopped)
    page = ann.get(RAIL).text
    assert f"Stopped {clock(stopped['ended_at'])}: Halo refuses the secret. No clients read, none saved." in page
    assert "Go on</button>" in page
    assert "Start again</button>" in page
    assert filled(page) == 1
    assert ann.post(f"{RAIL}/runs/{run.id}/go-on").status_code == 303
    assert world.fresh(run).is_live


def stopped_before_saving(world):
    """An import of two new companies, one left out, that stopped when all was compared."""
    world.theirs("Dunlop", type="Customer")
    mapped(world)
    run = world.start()
    leg = legs.Leg(*legs.take(run.id), 60)
    while leg.run.movement != "saving":
        legs.MOVEMENTS["import"][leg.run.movement](leg) and leg._next_movement()
    legs._stop(leg, "Halo refuses the secret.")
    leg.close()
    return world.fresh(run)


@pytest.mark.parametrize("address", [STAGE, RAIL + "/runs/{id}"])
def test_a_stopped_import_counts_only_what_was_saved(world, ann, address):
    run = stopped_before_saving(world)
    assert run.counts["created"] == 2
    page = ann.get(address.format(id=run.id)).text
    assert "none saved" in page
    assert "<strong>0</strong> New" in page
    assert "<strong>2</strong> New" not in page
    assert "<strong>2</strong> Left out" in page
    run = world.finish(runs.go_on(run))
    assert counts(run) == {"created": 2, "skipped": 2}
    assert "<strong>2</strong> New" in ann.get(address.format(id=run.id)).text


def test_a_live_import_counts_what_it_has_saved_until_now(world, ann):
    run = stopped_before_saving(world)
    changed(run, state="waiting", next_leg_at=now(), ended_at=None, stopped=None)
    assert "<strong>0</strong> New" in ann.get(f"{RAIL}/runs/{run.id}").text


def test_the_history_counts_only_what_a_stopped_import_has_saved(world, ann):
    stopped_before_saving(world)
    page = ann.get(f"{RAIL}/runs").text
    assert 'data-label="New" class="number nothing">0</td>' in page
    assert 'data-label="New" class="number">2</td>' not in page


def test_a_stopped_import_beside_a_newer_reading_is_told_as_stopped(world, ann):
    stopped_before_saving(world)
    world.read()
    page = ann.get(RAIL).text
    assert "Halo refuses the secret." in page
    assert "2 new" not in page


@pytest.mark.parametrize("purpose", ["read", "websites"])
def test_a_stopped_reading_goes_on_or_starts_again_and_keeps_no_import_away(world, ann, purpose):
    mapped(world)
    started = runs.start(world.account.id, "companies", world.ann, purpose=purpose)
    run = changed(started, state="failed", next_leg_at=None, ended_at=now(), stopped="Halo refuses the secret.")
    page = ann.get(RAIL).text
    assert [page.count(f"{label}</button>") for label in ("Go on", "Start again", "Import")] == [1, 1, 1]
    assert filled(page) == 1
    assert ann.post(START).status_code == 303
    assert runs.live(world.account.id).purpose == "import"
    assert world.fresh(run).state == "failed"


def test_a_stopped_reading_before_the_mapping_offers_no_import(world, ann):
    started = world.start_reading()
    changed(started, state="failed", next_leg_at=None, ended_at=now(), stopped="Halo refuses the secret.")
    page = ann.get(RAIL).text
    assert [page.count(f"{label}</button>") for label in ("Go on", "Start again", "Import")] == [1, 1, 0]
    assert filled(page) == 1


def test_a_new_type_unfolds_with_its_clients(world, ann):
    mapped(world)
    world.theirs("New one", type="Partner")
    begin_write()
    partner = db.session.query(Mapping).filter_by(halo_name="Partner").one()
    partner.choice = None
    db.session.commit()
    world.read()
    page = ann.get(RAIL).text
    assert "1 new type, 1 client" in page


def test_the_chip_is_on_every_page_while_an_import_is_live(world, ann):
    assert "live-chip" not in ann.get("/companies").text
    mapped(world)
    run = world.start()
    assert 'id="live-chip"' in ann.get("/companies").text
    assert "Companies 0 %" in ann.get(f"{RAIL}/chip").text
    world.finish(run)
    assert ann.get(f"{RAIL}/chip").text == ""


def test_another_account_gets_a_404_everywhere(world, browse):
    mapped(world)
    run = world.start()
    _, cleo = world.new_account("Cleo's", "cleo@example.com")
    browser = browse(cleo)
    assert browser.get(f"{RAIL}/runs/{run.id}/progress").status_code == 404
    for action in ("cancel", "reply", "go-on"):
        assert browser.post(f"{RAIL}/runs/{run.id}/{action}").status_code == 404
    assert world.fresh(run).is_live
    assert "live-chip" not in browser.get("/companies").text


def test_a_salesperson_sees_neither_the_pages_nor_the_chip(world, browse):
    mapped(world)
    world.start()
    begin_write()
    bob = people.add_user(world.account, "bob@example.com", "Bob", ["salesperson"], "a long password")
    db.session.commit()
    browser = browse(bob)
    assert browser.get(RAIL).status_code == 403
    assert "live-chip" not in browser.get("/companies").text


@pytest.mark.parametrize("address", [f"{RAIL}/contracts", f"{RAIL}/contracts/import"])
def test_a_stage_that_does_not_exist_is_a_404(ann, address):
    assert (ann.post(address) if address.endswith("import") else ann.get(address)).status_code == 404


def test_what_is_pressed_beside_another_run_says_what_is_running(world, ann):
    mapped(world)
    world.start_reading()
    answer = ann.post(f"{RAIL}/companies/import", headers=HTMX)
    assert answer.status_code == 422
    assert "is running. Press it again once that has ended." in answer.text
