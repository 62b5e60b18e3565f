"""Halo misbehaves: nothing is lost silently, and what was read adds up to what was told."""

from datetime import timedelta

import pytest

from halo_admin.importing import legs, sentences
from halo_admin.importing.models import OUTCOMES
from halo_admin.importing.telling import decisions_of
from tests.importing.world import all_told, counts

# what a request of a list may do instead of answering, and be asked again for
PASSING = (
    ("server-error", {"status": 500}), ("server-error", {"status": 502}), ("server-error", {"status": 503}),
    ("server-error", {"status": 504}), ("reset", {}), ("hang-up", {}), ("cut-body", {}), ("truncated-json", {}),
    ("empty-body", {}), ("html-body", {}), ("broken-gzip", {}), ("token-expired", {}),
)  # fmt: skip

# what rows may look like
ODD_ROWS = (
    "absent-references", "blank-names", "booleans-as-numbers", "booleans-as-text",
    "control-characters", "ids-as-floats", "ids-as-text", "long-names", "missing-id", "missing-keys", "null-id",
    "nulls", "row-is-text", "strange-phones", "strange-text", "new-keys", "wrong-types", "wrong-content-type", "bom",
)  # fmt: skip
# what only rows of a certain stage may look like
ODD_OF = {
    "companies": ("arrays-for-objects",),
    "contacts": ("duplicate-emails", "several-emails", "invalid-emails"),
}


# each stage is put through all of this by its name here
STAGES = ("companies", "contacts")


@pytest.fixture(params=STAGES)
def two_pages(request, world):
    """A Halo with two pages of what a stage reads, imported once; the world's imports are of this stage."""
    world.left_out = world.fill(request.param, 130)
    world.imported()
    return world


@pytest.fixture(params=(*STAGES, "notes"))
def read_before(request, world):
    """The same for each stage, that of notes included, which reads no pages."""
    world.left_out = {"skipped": left_out} if (left_out := world.fill(request.param, 130)) else {}
    world.imported()
    return world


@pytest.mark.parametrize(("name", "settings"), PASSING, ids=[f"{name}{settings or ''}" for name, settings in PASSING])
def test_a_passing_trouble_costs_nothing_but_a_try(read_before, name, settings):
    fault = read_before.halo.set_fault(name, match=read_before.path, times=1, **settings)
    run = read_before.imported()
    assert fault.fired == 1
    assert (run.state, counts(run)) == ("done", {"unchanged": 130} | read_before.left_out)


@pytest.mark.parametrize(
    ("stage", "name"),
    [
        *((stage, name) for stage in STAGES for name in ODD_ROWS),
        *((stage, name) for stage in ODD_OF for name in ODD_OF[stage]),
    ],
)
def test_odd_rows_are_read_or_failed_with_a_reason_and_never_lost(world, name, stage):
    world.fill(stage, 30)
    fault = world.halo.set_fault(name, match=f"{world.path}|/api/Site")
    run = world.imported(full=True)  # what was read before the fault is read again
    assert fault.fired
    assert run.state in ("done", "problems")
    assert all_told(run)
    assert len(every_decision(run)) == run.facts["fetched"] >= 31


def every_decision(run):
    """A run's decisions: each has a reason and one of the outcomes."""
    told = decisions_of(run, everything=True)
    assert all(one["reason"] and one["action"] in OUTCOMES for one in told)
    return told


def test_a_row_that_cannot_be_read_keeps_its_last_good_values_and_is_failed(world):
    halo_id = world.theirs("Solid", phone="+49 30 5550100")
    world.imported()
    fault = world.halo.set_fault("arrays-for-objects", match="/api/Client", ids=[halo_id])
    run = world.imported()
    assert fault.fired
    assert world.company(name="Solid").phone == "+49 30 5550100"
    assert (run.state, counts(run)) == ("problems", {"skipped": 1, "failed": 1})
    world.halo.clear_faults()
    assert counts(world.imported())["unchanged"] == 1


@pytest.mark.parametrize("name", ["count-zero", "count-low", "count-changing", "page-size-lower"])
def test_a_count_that_lies_ends_no_sweep_early(two_pages, name):
    fault = two_pages.halo.set_fault(name, match=two_pages.path)
    run = two_pages.imported()
    assert fault.fired
    assert counts(run)["unchanged"] == 130


def test_a_sweep_that_saw_less_than_halo_claims_is_told_as_incomplete_and_proves_nothing(two_pages):
    fault = two_pages.halo.set_fault("count-high", match=two_pages.path)
    run = two_pages.imported()
    assert fault.fired
    assert {one["kind"]: one["state"] for one in run.facts["read"]}[two_pages.kind] == "incomplete"
    assert run.facts.get("gone", 0) == 0


def test_rows_missing_from_a_short_page_are_not_taken_for_gone(two_pages):
    fault = two_pages.halo.set_fault("short-page", match=two_pages.path, page=1)
    run = two_pages.imported()
    assert fault.fired
    assert run.facts.get("gone", 0) == 0
    assert all_told(run)


def test_linked_rows_that_a_lying_list_leaves_out_are_looked_for_one_by_one(two_pages):
    two_pages.halo.set_fault("count-zero", match=two_pages.path)
    fault = two_pages.halo.set_fault("short-page", match=two_pages.path, page=2)
    run = two_pages.imported()
    assert fault.fired
    assert run.facts["looked_for"] > 0
    assert run.facts.get("gone", 0) == 0


def test_a_list_that_repeats_a_page_for_ever_ends(two_pages):
    fault = two_pages.halo.set_fault("page-repeated", match=two_pages.path)
    run = two_pages.imported()
    assert fault.fired
    assert (run.state, run.facts["short"]) == ("problems", {two_pages.kind: [100, 130 + two_pages.left_out]})
    assert run.facts.get("gone", 0) == 0


def test_nothing_is_on_its_way_any_more_once_a_list_has_ended(two_pages, monkeypatch):
    on_its_way, close = [], legs.Leg.close

    def closed(leg):
        on_its_way.append(leg.ahead)
        close(leg)

    monkeypatch.setattr(legs.Leg, "close", closed)
    fault = two_pages.halo.set_fault("page-repeated", match=two_pages.path)
    two_pages.imported()
    assert fault.fired
    assert on_its_way
    assert set(on_its_way) == {None}


def test_an_empty_page_in_the_middle_ends_no_sweep(world):
    for number in range(230):
        world.theirs(f"Client {number}")
    world.map()
    world.read()
    fault = world.halo.set_fault("empty-page", match="/api/Client")
    run = world.run(options={"full": True})
    assert fault.fired
    assert (world.record(231).label, run.facts["short"]) == ("Client 229", {"client": [131, 231]})


def test_a_list_that_is_short_once_is_swept_once_more(two_pages):
    fault = two_pages.halo.set_fault("empty-page", match=two_pages.path, times=1)
    run = two_pages.imported()
    assert fault.fired == 1
    assert (run.state, counts(run)) == ("done", {"unchanged": 130, "skipped": two_pages.left_out})


def test_a_list_that_stays_short_is_told_and_never_green(two_pages):
    fault = two_pages.halo.set_fault("count-high", match=two_pages.path)
    run = two_pages.imported()
    assert fault.fired
    assert run.state == "problems"
    assert "could be read" in sentences.result(run, None)
    assert any("also when asked again" in sentence for sentence in sentences.touched(run))


def test_a_list_that_always_tells_of_too_many_costs_one_more_sweep_once(two_pages):
    two_pages.halo.set_fault("count-high", match=two_pages.path)
    first, second = two_pages.imported(), two_pages.imported()
    assert (first.state, second.state) == ("problems", "done")
    assert second.requests < first.requests
    assert second.facts.get("gone", 0) == 0


def test_a_row_deleted_while_it_is_swept_makes_the_sweep_start_once_more(two_pages):
    fault = two_pages.halo.set_fault("row-deleted", match=two_pages.path, times=1)
    run = two_pages.imported()
    assert fault.fired
    assert (sum(counts(run).values()), run.facts["gone"]) == (129 + two_pages.left_out, 1)


def test_a_row_inserted_while_it_is_swept_loses_none(two_pages):
    fault = two_pages.halo.set_fault("row-inserted", match=two_pages.path, times=1)
    run = two_pages.imported()
    assert fault.fired
    assert counts(run)["unchanged"] == 130
    assert all_told(run)


@pytest.mark.parametrize("answer", ["404", "400", "null"])
def test_a_client_deleted_between_its_list_and_its_detail_is_told(start_world, answer):
    world = start_world(switches={"website_in_list": "off"})
    world.ours("Somebody else", website="https://else.example")
    halo_id = world.theirs("Vanishes")
    world.map()
    fault = world.halo.set_fault("gone-in-detail", match=f"/api/Client/{halo_id}", answer=answer)
    run = world.imported()
    assert fault.fired
    assert world.record(halo_id).gone_at is not None
    assert run.state == "done"


def test_one_detail_that_halo_never_gives_out_stops_nothing(start_world):
    world = start_world(switches={"website_in_list": "off"})
    world.ours("Somebody else", website="https://else.example")
    halo_id, other = world.theirs("Stubborn"), world.theirs("Easy")
    world.map()
    fault = world.halo.set_fault("server-error", match=f"/api/Client/{halo_id}", body="json")
    run = world.imported()
    assert fault.fired
    assert {world.decision(run, one)["action"] for one in (halo_id, other)} == {"created"}
    assert any(f"Client {halo_id}" in problem for problem in run.problems)


def test_a_halo_that_is_away_while_details_are_asked_is_waited_for(start_world):
    world = start_world(switches={"website_in_list": "off"})
    company_id = world.ours("Known by its website", website="https://known.example")
    halo_id = world.theirs("Other name", website="https://known.example")
    world.map()
    fault = world.halo.set_fault("server-error", match="/api/", status=503, after=1, times=30)
    run = world.imported()
    assert fault.fired == 30
    assert (run.state, world.record(halo_id).ours_id, len(world.companies())) == ("done", company_id, 1)


def test_a_detail_that_is_always_garbled_holds_up_no_reading_of_websites(start_world):
    world = start_world(switches={"website_in_list": "off"})
    stubborn, other = world.theirs("Stubborn"), world.theirs("Easy", website="https://easy.example")
    world.map()
    fault = world.halo.set_fault("truncated-json", match=f"/api/Client/{stubborn}")
    run = world.run(purpose="websites")
    assert fault.fired
    assert run.state == "done"
    assert world.record(other).values["website"] == "https://easy.example"
    assert any(f"Client {stubborn}" in problem for problem in run.problems)


def test_the_detail_of_another_record_under_the_same_id_is_not_used(start_world):
    world = start_world(switches={"website_in_list": "off"})
    wrong = world.ours("Wrong", website="https://zed.example")
    acme = world.theirs("Acme")
    world.theirs("Zed", website="https://zed.example")
    world.map()
    fault = world.halo.set_fault("id-reused", match=f"/api/Client/{acme}")
    run = world.imported()
    assert fault.fired
    assert world.decision(run, acme)["action"] == "created"
    assert world.company(wrong).name in ("Wrong", "Zed")
    assert any("another record, Zed" in problem for problem in run.problems)


def test_a_record_that_is_merged_while_its_list_is_swept_is_told(two_pages):
    fault = two_pages.halo.set_fault("merged-on-the-way", match=two_pages.path, times=1)
    run = two_pages.imported()
    assert fault.fired == 1
    assert all_told(run)
    assert sum(counts(run).values()) + run.facts["gone"] == 130 + two_pages.left_out


def test_a_detail_that_is_forbidden_is_done_without(start_world):
    world = start_world(switches={"website_in_list": "off"})
    world.ours("Somebody else", website="https://else.example")
    halo_id = world.theirs("Shy")
    world.map()
    fault = world.halo.set_fault("forbidden-detail", match=f"/api/Client/{halo_id}")
    run = world.imported()
    assert fault.fired
    assert world.decision(run, halo_id)["action"] == "created"


@pytest.mark.parametrize("name", ["gone-in-detail", "forbidden-detail"])
def test_a_site_whose_time_cannot_be_had_leaves_ours_as_it_is(world, name):
    company_id = world.ours("Acme", city="Hamburg", edited=timedelta(hours=1))
    halo_id = world.theirs("Acme", site={"line3": "Berlin"})
    fault = world.halo.set_fault(name, match="/api/Site/")
    run = world.imported()
    assert fault.fired == 1
    assert (run.state, world.company(company_id).city) == ("done", "Hamburg")
    assert world.decision(run, halo_id)["conflicts"][0]["winner"] == "glasshive"


def test_a_record_that_can_be_neither_asked_nor_read_fails_alone(start_world):
    world = start_world(switches={"main_site_in_list": "off"})
    nameless, other = world.theirs(""), world.theirs("Other")
    for client in (nameless, other):
        world.halo.change("Site", record={"name": "Depot", "client_id": client})
    fault = world.halo.set_fault("forbidden-detail", match=f"/api/Client/{nameless}")
    run = world.imported()
    assert fault.fired
    assert [world.decision(run, one)["action"] for one in (nameless, other)] == ["failed", "created"]


def test_a_field_that_disappears_from_a_list_erases_nothing(world):
    world.theirs("Keeps", website="https://keeps.example")
    world.imported()
    fault = world.halo.set_fault("field-disappears", match="/api/Client", field="website")
    world.imported()
    assert fault.fired
    assert world.company(name="Keeps").website == "https://keeps.example"


def test_a_secret_that_is_no_good_any_more_stops_the_import_with_the_reason(two_pages):
    fault = two_pages.halo.set_fault("token-revoked")
    run = two_pages.imported()
    assert fault.fired
    assert run.state == "failed"
    assert "secret" in run.stopped or "credentials" in run.stopped
    assert len(two_pages.ours_of_the_stage()) == 130


@pytest.mark.parametrize("wait", ["none", "0", "1", "date", "86400"])
def test_a_429_is_waited_for_as_halo_says_within_reason(start_world, wait):
    world = start_world(HALO_WINDOW_REQUESTS=300, HALO_WINDOW_SECONDS=1.0)
    world.theirs("Acme")
    world.map()
    world.imported()
    fault = world.halo.set_fault("throttled", match="/api/Client", times=1, retry_after=wait, seconds=1)
    run = world.imported()
    assert fault.fired == 1
    assert (run.state, counts(run)["unchanged"]) == ("done", 1)


@pytest.mark.parametrize("name", ["slow", "trickle"])
def test_an_answer_that_takes_too_long_is_asked_for_again(start_world, name):
    world = start_world(HALO_TIMEOUT_SECONDS=1.0)
    world.theirs("Acme")
    world.map()
    world.imported()
    fault = world.halo.set_fault(name, match="/api/Client", times=1, seconds=3)
    run = world.imported()
    assert fault.fired == 1
    assert (run.state, counts(run)["unchanged"]) == ("done", 1)


@pytest.mark.parametrize(
    ("name", "words"),
    [("token-error", "agent to log in as"), ("token-html", "a web page"), ("token-redirect", "a login page")],
)
def test_a_sign_in_that_fails_stops_the_import_with_a_sentence(world, name, words):
    world.theirs("Acme")
    world.map()
    world.imported()
    expired = world.halo.set_fault("token-expired", match="/api/Client", times=1)
    fault = world.halo.set_fault(name, times=8)
    run = world.imported()
    assert (expired.fired, fault.fired > 0) == (1, True)
    assert run.state == "failed"
    assert words in run.stopped


def test_a_list_that_is_forbidden_stops_the_import_and_names_it(world):
    world.theirs("Acme")
    world.map()
    world.imported()
    fault = world.halo.set_fault("forbidden", match="/api/Site")
    run = world.imported()
    assert fault.fired
    assert run.state == "failed"
    assert "sites" in run.stopped.lower()


@pytest.mark.parametrize("body", ["text", "json", "html"])
def test_a_429_is_waited_for_whatever_its_body(start_world, body):
    world = start_world(HALO_WINDOW_REQUESTS=300, HALO_WINDOW_SECONDS=1.0)
    world.theirs("Acme")
    world.map()
    fault = world.halo.set_fault("throttled", times=1, retry_after="seconds", seconds=1, body=body)
    run = world.imported()
    assert fault.fired == 1
    assert (run.state, counts(run)["created"]) == ("done", 1)


def test_a_list_that_stays_401_after_a_fresh_token_stops_the_import_and_names_it(world):
    world.theirs("Acme")
    world.map()
    world.imported()
    fault = world.halo.set_fault("unauthorized", match="/api/Site")
    run = world.imported()
    assert fault.fired == 2
    assert run.state == "failed"
    assert "sites" in run.stopped


def test_a_token_without_an_end_is_used_all_the_same(world):
    world.theirs("Acme")
    world.map()
    expired = world.halo.set_fault("token-expired", match="/api/Client", times=1)
    fault = world.halo.set_fault("token-without-expiry")
    world.imported()
    run = world.imported()
    assert (expired.fired, fault.fired > 0) == (1, True)
    assert (run.state, counts(run)["unchanged"]) == ("done", 1)
