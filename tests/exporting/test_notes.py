"""One note sent to Halo: once, with its author, and known again by the next import."""

import contextlib

import pytest
import sqlalchemy as sa

from halo_admin.audit.models import AuditEntry
from halo_admin.connecting.opening import connection_of
from halo_admin.crm import notes as crm_notes
from halo_admin.crm.contact_models import Contact
from halo_admin.crm.note_models import Note
from halo_admin.db import begin_write, db, now, owned
from halo_admin.exporting import exports, notes
from halo_admin.exporting.jobs import OUR_FAULT
from halo_admin.halo.errors import HaloBusy
from halo_admin.records import Unreadable


@pytest.fixture
def sam(world):
    """A contact here that is linked to one of Halo's."""
    acme = world.theirs("Acme", id=21)
    world.person("Sam", "Poole", at=acme, id=812)
    world.imported()
    world.run("contacts")
    return world.contact(first_name="Sam")


@pytest.fixture
def note(world, sam):
    begin_write()
    note_id = crm_notes.add(db.session.get(Contact, sam.id), world.ann, "Wants a quote.\nCall in May.")
    db.session.commit()
    return note_id


def fresh(note_id):
    db.session.rollback()
    return db.session.get(Note, note_id, populate_existing=True)


def send(world, note_id):
    begin_write()
    assert notes.start(db.session.get(Note, note_id), world.ann)
    notes.work(note_id)
    return fresh(note_id)


def again(note_id):
    """The worker comes once more, as after the wait that Halo asked for."""
    begin_write()
    db.session.execute(sa.update(Note).where(Note.id == note_id).values(sent_at=None))
    db.session.commit()
    notes.work(note_id)
    return fresh(note_id)


def never_made(world):
    """A note is refused, and the answer lost: it is not there, and nobody knows."""
    world.fault("mandatory-field", match="/api/CRMNote", times=1)
    return world.fault("hang-up", match="/api/CRMNote", method="POST", times=1)


def theirs(world):
    table = world.halo.tenant.tables["notes"]
    return [dict(table.get(key)) for key in table.ids()]


def test_a_note_is_sent_once_with_its_authors_name_where_they_are_no_agent(world, note):
    done = send(world, note)
    (one,) = theirs(world)
    assert (done.send_state, done.send_error) == ("sent", None)
    assert (one["client_id"], one["user_id"], one["third_party_id"]) == (21, 812, done.marker)
    assert one["note"].startswith(f"<p>{world.ann.name}:</p>")
    begin_write()
    assert not notes.start(db.session.get(Note, note), world.ann), "it is there"
    assert len(theirs(world)) == 1
    assert world.record(one["id"], "note").ours_id == note


def test_its_author_is_the_agent_that_the_person_is(world, note):
    agent = world.halo.change("Agent", record={"name": "Ann", "email": "ann@example.com"})["id"]
    world.run("users")
    assert send(world, note).send_state == "sent"
    (one,) = theirs(world)
    assert (one["who_agentid"], one["note"]) == (agent, fresh(note).text)


def test_where_halo_keeps_its_own_author_the_text_names_ours(world, note):
    world.halo.change("Agent", record={"name": "Ann", "email": "ann@example.com"})
    world.run("users")
    fault = world.fault("field-not-saved", field="who_agentid")
    assert send(world, note).send_state == "sent"
    assert fault.fired == 1
    assert theirs(world)[0]["note"].startswith(f"<p>{world.ann.name}:</p>")


def test_a_lost_answer_makes_no_second_note(world, note):
    fault = world.fault("lost-answer", match="/api/CRMNote", method="POST", times=1)
    assert send(world, note).send_state == "sent"
    assert (fault.fired, len(theirs(world))) == (1, 1)


def test_what_cannot_be_told_is_looked_for_and_never_sent_again(world, note):
    lost = world.fault("lost-answer", match="/api/CRMNote", method="POST", times=1)
    down = world.fault("server-error", match="/api/CRMNote", method="GET", status=503)
    assert send(world, note).send_state == "unknown"
    assert lost.fired == 1
    assert down.fired > 0
    assert send(world, note).send_state == "unknown"
    world.halo.app.book.clear()
    assert send(world, note).send_state == "sent"
    assert len(theirs(world)) == 1


def test_a_refusal_is_told_in_halos_words_and_can_be_sent_again(world, note):
    fault = world.fault("mandatory-field", match="/api/CRMNote")
    done = send(world, note)
    assert (done.send_state, "is mandatory" in done.send_error, fault.fired) == ("failed", True, 1)
    world.halo.app.book.clear()
    assert send(world, note).send_state == "sent"


def test_a_429_is_waited_for_and_told(world, note):
    fault = world.fault("throttled", match="/api/CRMNote", method="POST", times=1, retry_after="seconds", seconds=60)
    done = send(world, note)
    assert (done.send_state, "Halo asks to wait" in done.send_error, fault.fired) == ("sending", True, 1)
    assert notes.queue_due() == 0, "not before it is due"


def test_an_import_knows_it_again_and_brings_no_second_one(world, note):
    send(world, note)
    world.run("notes")
    assert [one.id for one in db.session.scalars(owned(Note, world.account.id))] == [note]


def test_a_note_of_halos_is_never_sent_back_nor_one_of_somebody_who_is_not_there(world, sam, note):
    begin_write()
    db.session.get(Note, note).from_halo = True
    with pytest.raises(exports.NotNow, match="came from Halo"):
        notes.start(db.session.get(Note, note), world.ann)
    db.session.rollback()
    kim = world.our_contact("Kim", "Kay")
    begin_write()
    hers = crm_notes.add(db.session.get(Contact, kim), world.ann, "Hello.")
    db.session.commit()
    begin_write()
    with pytest.raises(exports.NotNow, match="send Kim Kay first"):
        notes.start(db.session.get(Note, hers), world.ann)


def test_it_is_sent_from_the_activity_line(world, sam, note):
    client = world.app.test_client()
    client.post("/sign-in", data={"email": "ann@example.com", "password": "a long password"})
    html = client.get(f"/contacts/{sam.id}?tab=activity").text
    assert f'action="/notes/{note}/send"' in html
    assert client.post(f"/notes/{note}/send").status_code == 303
    assert "Sending to Halo" in client.get(f"/notes/{note}").text
    db.session.rollback()
    notes.work(note)
    assert f"In Halo, note {theirs(world)[0]['id']}" in client.get(f"/contacts/{sam.id}?tab=activity").text


def test_a_429_while_a_note_in_doubt_is_looked_for_makes_no_second_one(world, note):
    lost = world.fault("lost-answer", match="/api/CRMNote", method="POST", times=1)
    busy = world.fault("throttled", match="/api/CRMNote", method="GET", times=2, retry_after="seconds", seconds=0)
    done = send(world, note)
    assert (lost.fired, busy.fired, done.send_state) == (1, 1, "sending"), done.send_error
    assert again(note).send_state == "sending"
    assert busy.fired == 2
    assert again(note).send_state == "sent"
    assert len(theirs(world)) == 1


@pytest.mark.parametrize("fault", ["unauthorized", "server-error", "mandatory-words"])
def test_an_error_while_a_note_in_doubt_is_looked_for_leaves_it_in_doubt(world, note, fault):
    lost = world.fault("lost-answer", match="/api/CRMNote", method="POST", times=1)
    settings = {"body": "json"} if fault == "mandatory-words" else {}
    name = "server-error" if settings else fault
    wrong = world.fault(name, match="/api/CRMNote", method="GET", **settings)
    assert send(world, note).send_state == "unknown"
    assert again_pressed(world, note).send_state == "unknown"
    assert (lost.fired, wrong.fired > 1) == (1, True)
    world.halo.app.book.clear()
    assert again_pressed(world, note).send_state == "sent"
    assert len(theirs(world)) == 1


def again_pressed(world, note_id):
    return send(world, note_id)


def test_a_note_in_doubt_whose_halo_is_connected_no_more_stays_in_doubt(world, note):
    never_made(world)
    assert send(world, note).send_state == "unknown"
    begin_write()
    assert notes.start(db.session.get(Note, note), world.ann)
    begin_write()
    db.session.delete(connection_of(world.account.id))
    db.session.commit()
    notes.work(note)
    assert fresh(note).send_state == "unknown"


def test_a_note_that_was_there_before_is_not_taken_for_one_whose_answer_was_lost(world, sam, note):
    world.their_note("<p>Wants a quote.<br>Call in May.</p>", user_id=812, at="2026-05-03T12:00:00")
    world.their_note("<p>Ann: Wants a quote. Call in May.</p>", user_id=812, at="2026-05-03T12:00:00")
    lost = never_made(world)
    assert send(world, note).send_state == "unknown"
    assert lost.fired == 1


def test_another_persons_note_is_not_taken_for_one_whose_answer_was_lost(world, note):
    agent, _user = world.author("Ada Roth")
    later = "2199-01-01T12:00:00"
    world.their_note("<p>Wants a quote.<br>Call in May.</p>", user_id=812, at=later, by=agent)
    world.their_note("<p>No quote. Wants a quote.<br>Call in May.</p>", user_id=812, at=later)
    lost = never_made(world)
    assert send(world, note).send_state == "unknown"
    assert lost.fired == 1


def test_where_halo_keeps_no_markers_a_note_is_found_by_its_words_time_and_author(world, note):
    unmarked = world.fault("field-not-saved", field="third_party_id")
    lost = world.fault("lost-answer", match="/api/CRMNote", method="POST", times=1)
    assert send(world, note).send_state == "sent"
    assert (unmarked.fired, lost.fired, len(theirs(world))) == (1, 1, 1)


def test_where_halo_takes_neither_the_author_nor_the_text_that_names_them_the_line_says_so(world, sam, note):
    world.halo.change("Agent", record={"name": "Ann", "email": "ann@example.com"})
    world.run("users")
    kept = world.fault("field-not-saved", field="who_agentid")
    refused = world.fault("mandatory-field", match="/api/CRMNote", after=1)
    done = send(world, note)
    assert (done.send_state, kept.fired, refused.fired) == ("sent", 1, 1)
    client = world.app.test_client()
    client.post("/sign-in", data={"email": "ann@example.com", "password": "a long password"})
    assert f"Halo does not say that it is by {world.ann.name}." in client.get(f"/contacts/{sam.id}?tab=activity").text


def test_a_fault_of_ours_ends_a_note_with_a_sentence_and_the_doubt_is_kept(world, note, monkeypatch):
    def broken(*_arguments):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(notes, "_values", broken)
        assert (send(world, note).send_state, fresh(note).send_error) == ("failed", OUR_FAULT)
    with monkeypatch.context() as patch:
        patch.setattr(notes, "_conclude", broken)
        assert (send(world, note).send_state, fresh(note).send_error) == ("unknown", OUR_FAULT)
    assert send(world, note).send_state == "sent"
    assert len(theirs(world)) == 1


class Unclear:
    """A Halo that saves a note, answers with what cannot be read, and asks to wait when it is looked into."""

    def write(self, _listing, _record):
        return Unreadable(None, "is no note", "x")

    def whole(self, *_listing, **_params):
        raise HaloBusy(now(), told=True)


def test_a_note_whose_answer_cannot_be_read_stays_in_doubt_while_halo_asks_to_wait(world, note, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(notes, "open_halo", lambda *_arguments: contextlib.nullcontext(Unclear()))
        assert send(world, note).send_state == "sending"
    assert fresh(note).send_in_doubt
    assert again(note).send_state == "unknown", "it is looked for, and not sent a second time"
    assert theirs(world) == []


def test_a_person_who_has_looked_may_say_that_halo_did_not_save_a_note_and_the_audit_has_it(world, note):
    never_made(world)
    assert send(world, note).send_state == "unknown"
    assert notes.give_up(db.session.get(Note, note))
    assert (fresh(note).send_state, fresh(note).send_in_doubt) == ("failed", False)
    entries = owned(AuditEntry, world.account.id).where(AuditEntry.kind == "export").order_by(AuditEntry.id)
    assert [one.said for one in db.session.scalars(entries)] == [
        "Sent a note on Sam Poole to Halo", "Said that Halo did not save a note on Sam Poole",
    ]  # fmt: skip
    assert send(world, note).send_state == "sent"
    assert len(theirs(world)) == 1
