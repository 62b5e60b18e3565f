"""Halo misbehaves while a record is sent: nothing is there twice, and what is told is what Halo holds. Every test sees
that its fault happened.
"""

import pytest

from halo_admin.connecting.opening import connection_of
from halo_admin.crm.models import Company
from halo_admin.db import begin_write, db, now
from halo_admin.exporting import exports, jobs, picking
from halo_admin.exporting.models import Export

POST = {"method": "POST", "match": "/api/"}


@pytest.fixture
def linked(world):
    """The id of a company here that is linked to client Acme, with a phone and a city that Halo has not."""
    world.theirs("Acme", id=21)
    world.imported()
    acme = world.company(name="Acme").id
    world.edit(acme, phone="+49 30 5550100", website="acme.example")
    return acme


def test_an_answer_lost_after_a_create_makes_no_second_one(world):
    acme = world.ours("Acme", phone="+49 30 5550100")
    export = world.opened("company", acme)
    fault = world.fault("lost-answer", match="/api/Client", method="POST", times=1)
    done = world.send(export, "phone")
    assert fault.fired == 1
    assert (done.state, len(world.clients("Acme"))) == ("done", 1), done.said
    assert [(one.outcome, one.halo_id) for one in world.intents()] == [("made", done.halo_id)]


@pytest.mark.parametrize("search", ["on", "off"])
def test_a_timeout_after_a_create_is_looked_into_whether_or_not_halo_heeds_a_search(world, search):
    acme = world.ours("Acme")
    world.halo.switches.turn("search_honoured", search)
    export = world.opened("company", acme)
    world.app.config["HALO_TIMEOUT_SECONDS"] = 1.0
    fault = world.fault("slow", match="/api/Client", method="POST", seconds=4.0, times=1)
    done = world.send(export, "name")
    assert fault.fired == 1
    assert (done.state, len(world.clients("Acme"))) == ("done", 1), done.said


def test_what_cannot_be_told_is_told_and_settled_by_looking_again(world):
    acme = world.ours("Acme")
    export = world.opened("company", acme)
    lost = world.fault("lost-answer", match="/api/Client", method="POST", times=1)
    down = world.fault("server-error", match="/api/Client", method="GET")
    done = world.send(export, "name")
    assert lost.fired == 1
    assert down.fired > 0
    assert done.state == "unknown"
    assert world.opened("company", acme).id == done.id, "while it is in doubt nobody sends it once more"
    world.halo.app.book.clear()
    exports.look(done)
    done = world.worked(done)
    assert (done.state, len(world.clients("Acme"))) == ("done", 1)
    assert world.record(done.halo_id).ours_id == acme


def test_a_person_who_has_looked_may_say_that_halo_did_not_save_it(world):
    acme = world.ours("Acme")
    export = world.opened("company", acme)
    fault = world.fault("hang-up", match="/api/Client", method="POST", times=1)
    refused = world.fault("mandatory-field", match="/api/Client", times=1)  # so that nothing is made
    done = world.send(export, "name")
    assert (fault.fired, refused.fired) == (1, 1)
    assert (done.state, world.clients("Acme")) == ("unknown", [])
    assert exports.give_up(done)
    assert [one.outcome for one in world.intents()] == ["given up"]
    assert world.sent("company", acme, "name").state == "done"
    assert len(world.clients("Acme")) == 1


@pytest.mark.parametrize("shape", ["A", "B", "C", "D", "E"])
def test_a_refusal_is_told_in_halos_words_whatever_its_shape(world, shape):
    acme = world.ours("Acme")
    export = world.opened("company", acme)
    fault = world.fault("mandatory-field", field="CFSource", shape=shape, match="/api/Client")
    done = world.send(export, "name")
    assert fault.fired == 1
    assert (done.state, world.outcomes(done)) == ("refused", {"name": "refused"})
    words = "status 400" if shape == "E" else "The field 'CFSource' is mandatory and must be filled in."
    assert words in done.results[0]["words"]
    assert [one.outcome for one in world.intents()] == ["not made"]
    world.halo.app.book.clear()
    assert world.sent("company", acme, "name").state == "done", "once it is mended in Halo it can be sent"


def test_a_refused_change_leaves_what_both_agree_on_as_it_was(world, linked):
    before = world.record(21).base
    fault = world.fault("mandatory-field", match="/api/Client")
    done = world.sent("company", linked, "website")
    assert fault.fired == 1
    assert (done.state, world.record(21).base["name"]) == ("refused", before["name"])
    assert world.record(21).base.get("website") == before.get("website")


def test_what_is_partly_done_is_told_so_and_can_be_finished(world, linked):
    fault = world.fault("mandatory-field", match="/api/Site")
    done = world.sent("company", linked, "phone", "website")
    assert fault.fired == 1
    assert (done.state, world.outcomes(done)) == ("partly", {"phone": "refused", "website": "written"})
    world.halo.app.book.clear()
    rest = world.opened("company", linked)
    assert world.ticked(rest) == {"phone"}
    assert world.send(rest, "phone").state == "done"
    assert world.site(21)["phonenumber"] == "+49 30 5550100"


def test_a_new_client_whose_site_is_refused_is_partly_done_and_never_made_twice(world):
    acme = world.ours("Acme", country="Germany")
    export = world.opened("company", acme)
    fault = world.fault("mandatory-field", match="/api/Site")
    done = world.send(export, "country")
    assert fault.fired == 1
    assert (done.state, world.outcomes(done)) == ("partly", {"name": "written", "country": "refused"})
    world.halo.app.book.clear()
    assert world.sent("company", acme, "country").state == "done"
    assert len(world.clients("Acme")) == 1


def test_a_token_that_ends_in_the_middle_is_renewed(world, linked):
    export = world.opened("company", linked)
    fault = world.fault("token-expired", after=2)
    done = world.send(export, "phone", "website")
    assert fault.fired == 1
    assert (done.state, set(world.outcomes(done).values())) == ("done", {"written"})


def test_a_write_that_is_never_permitted_is_told_with_what_is_missing(world, linked):
    export = world.opened("company", linked)
    fault = world.fault("unauthorized", **POST | {"match": "/api/Client"})
    done = world.send(export, "website")
    assert fault.fired == 2, "once more with a new token"
    assert (done.state, world.outcomes(done)) == ("refused", {"website": "refused"})
    assert "“edit:customers”" in done.results[0]["words"]


def test_a_429_is_waited_for_and_told(world, linked):
    export = world.opened("company", linked)
    fault = world.fault("throttled", match="/api/Client", method="POST", times=1, retry_after="seconds", seconds=600)
    picking.start(world.picker(export), ["website"])
    jobs.work(export.id)
    db.session.rollback()
    waiting = db.session.get(Export, export.id, populate_existing=True)
    assert fault.fired == 1
    assert (waiting.state, waiting.waits) == ("sending", "Halo asks to wait")
    assert waiting.due_at > now()
    assert exports.queue_due() == 0, "not before it is due"
    begin_write()
    waiting.due_at = now()
    db.session.commit()
    done = world.worked(export)
    assert (done.state, world.outcomes(done)) == ("done", {"website": "written"})


def test_a_500_that_stays_makes_nothing_and_says_so(world):
    acme = world.ours("Acme")
    export = world.opened("company", acme)
    fault = world.fault("server-error", match="/api/Client", method="POST", body="json")
    done = world.send(export, "name")
    assert fault.fired == 1
    assert (done.state, world.clients("Acme")) == ("failed", [])
    assert "it was not made" in done.said
    assert [one.outcome for one in world.intents()] == ["not made"]


def test_a_500_on_a_change_is_read_back(world, linked):
    export = world.opened("company", linked)
    fault = world.fault("server-error", match="/api/Client", method="POST", body="json")
    done = world.send(export, "website", "phone")
    assert fault.fired == 1
    assert (done.state, world.outcomes(done)) == ("partly", {"website": "refused", "phone": "written"})


def test_a_field_that_is_silently_not_saved_is_told_as_halos_own(world, linked):
    export = world.opened("company", linked)
    fault = world.fault("field-not-saved", field="website")
    done = world.send(export, "website", "phone")
    assert fault.fired == 1
    assert (done.state, world.outcomes(done)) == ("partly", {"website": "kept", "phone": "written"})
    told = world.decision(world.imported(), 21)
    assert told["conflicts"] == []
    assert world.company(linked).website == "acme.example"


@pytest.mark.parametrize("shape", ["array", "actions", "empty"])
def test_every_shape_of_an_answer_is_understood(world, shape):
    acme = world.ours("Acme", phone="+49 30 5550100")
    export = world.opened("company", acme)
    fault = world.fault("write-shape", shape=shape)
    done = world.send(export, "phone")
    assert fault.fired > 0
    assert (done.state, len(world.clients("Acme"))) == ("done", 1), done.said


@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_2xx_is_success(world, linked, status):
    export = world.opened("company", linked)
    fault = world.fault("write-status", status=status)
    assert world.send(export, "website").state == "done"
    assert fault.fired == 1


def test_what_halo_changed_after_the_look_is_not_overwritten_unseen(world, linked):
    export = world.opened("company", linked)
    world.theirs("Acme", website="https://theirs.example", id=21)
    again = world.send(export, "website")
    assert again.state == "ready"
    assert "Halo changed Website meanwhile" in again.said
    assert world.rows(again)["website"].verdict == "both"
    assert world.rows(again)["website"].theirs == "https://theirs.example"
    assert world.halo.tenant.get("clients", 21)["website"] == "https://theirs.example"


def test_a_halo_that_is_out_of_reach_is_told_and_can_be_looked_into_again(world, linked):
    fault = world.fault("server-error", method="GET", match="/api/Client", status=503)
    export = world.opened("company", linked)
    assert fault.fired == 3
    assert (export.state, export.sent_at) == ("failed", None)
    assert "Try again later" in export.said
    world.halo.app.book.clear()
    exports.look(export)
    assert world.worked(export).state == "ready"


def test_a_client_that_halo_does_not_hold_any_more_is_told(world, linked):
    world.halo.change("Client", delete=21)
    export = world.opened("company", linked)
    assert (export.state, export.said) == (
        "failed", "Halo does not hold client 21 any more. Unlink it, or import once more, then send.",
    )  # fmt: skip


def test_another_halo_connected_meanwhile_gets_nothing(world, linked):
    export = world.opened("company", linked)
    begin_write()
    connection_of(world.account.id).connected_at = None
    db.session.commit()
    with pytest.raises(exports.NotNow, match="Halo is not connected yet"):
        world.send(export, "website")


def waiting(export):
    db.session.rollback()
    return db.session.get(Export, export.id, populate_existing=True)


def test_a_429_on_a_create_is_waited_for_and_one_record_is_made(world):
    export = world.opened("company", world.ours("Acme", phone="+49 30 5550100"))
    fault = world.fault("throttled", match="/api/Client", method="POST", times=1, retry_after="seconds", seconds=1)
    picking.start(world.picker(export), ["phone"])
    jobs.work(export.id)
    assert (fault.fired, waiting(export).state, waiting(export).waits) == (1, "sending", "Halo asks to wait")
    assert [one.outcome for one in world.intents()] == ["not made"]
    done = world.worked(export)
    assert (done.state, len(world.clients("Acme"))) == ("done", 1)
    assert [one.outcome for one in world.intents()] == ["not made", "made"]


def test_a_429_on_the_look_is_waited_for_and_told(world, linked):
    fault = world.fault("throttled", match="/api/Client", method="GET", times=1, retry_after="seconds", seconds=1)
    begin_write()
    export = exports.open_("company", db.session.get(Company, linked), world.ann)
    db.session.commit()
    jobs.work(export.id)
    assert (fault.fired, waiting(export).state, waiting(export).waits) == (1, "looking", "Halo asks to wait")
    assert world.worked(export).state == "ready"


def test_a_429_on_reading_back_is_waited_for_and_nothing_is_written_again(world, linked):
    export = world.opened("company", linked)
    fault = world.fault("throttled", match="/api/Client/", method="GET", after=1, times=1, retry_after="seconds",
                        seconds=1)  # fmt: skip
    picking.start(world.picker(export), ["website", "phone"])
    jobs.work(export.id)
    assert (fault.fired, waiting(export).state) == (1, "sending")
    written = world.fault("write-status", status=200)
    done = world.worked(export)
    assert (done.state, set(world.outcomes(done).values()), written.fired) == ("done", {"written"}, 0)


def test_a_create_that_is_not_permitted_is_told_and_leaves_no_doubt(world):
    export = world.opened("company", world.ours("Acme"))
    fault = world.fault("unauthorized", match="/api/Client", method="POST")
    done = world.send(export, "name")
    assert (fault.fired, done.state, "“edit:customers”" in done.said) == (2, "failed", True)
    assert [one.outcome for one in world.intents()] == ["not made"]
    world.halo.app.book.clear()
    assert world.sent("company", done.ours_id, "name").state == "done"
    assert len(world.clients("Acme")) == 1


@pytest.mark.parametrize("shape", ["A", "B", "C", "D", "E"])
def test_a_refused_contact_is_told_in_halos_words_whatever_their_shape(world, shape):
    world.theirs("Acme", id=21)
    world.imported()
    sam = world.our_contact("Sam", "Poole", company_id=world.company(name="Acme").id, title="CEO")
    words = "status 400" if shape == "E" else "The field 'CFSource' is mandatory and must be filled in."
    fault = world.fault("mandatory-field", shape=shape, match="/api/Users", times=1)
    made = world.sent("contact", sam, "title")
    assert (fault.fired, made.state, world.users("Sam Poole")) == (1, "refused", [])
    assert words in made.results[0]["words"]
    assert world.sent("contact", sam, "title").state == "done"
    world.edit_contact(sam, title="CTO")
    fault = world.fault("mandatory-field", shape=shape, match="/api/Users", times=1)
    changed = world.sent("contact", sam, "title")
    assert (fault.fired, changed.state, words in changed.results[0]["words"]) == (1, "refused", True)
    assert world.users("Sam Poole")[0]["title"] == "CEO"


@pytest.mark.parametrize("shape", ["A", "B", "C", "D", "E"])
def test_a_refused_site_is_told_in_halos_words_whatever_their_shape(world, linked, shape):
    fault = world.fault("mandatory-field", shape=shape, match="/api/Site")
    done = world.sent("company", linked, "phone")
    words = "status 400" if shape == "E" else "The field 'CFSource' is mandatory and must be filled in."
    assert (fault.fired, done.state, words in done.results[0]["words"]) == (1, "refused", True)
