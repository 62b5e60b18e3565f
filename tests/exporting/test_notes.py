"""One note sent to Halo: once, with its author, and known again by the next import."""

import pytest

from halo_admin.crm import notes as crm_notes
from halo_admin.crm.contact_models import Contact
from halo_admin.crm.note_models import Note
from halo_admin.db import begin_write, db, owned
from halo_admin.exporting import exports, notes


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
