"""Notes ("Activities"): Halo's CRM notes come in with their contact and by their author, through the practice Halo."""

import re
from datetime import UTC, datetime

import pytest

from halo_admin.accounts.models import Account
from halo_admin.crm import writing
from halo_admin.crm.note_models import Note
from halo_admin.db import begin_write, db, now
from halo_admin.importing import sentences
from halo_admin.mirror.models import HaloRecord
from tests.importing.world import all_told, counts


@pytest.fixture
def acme(world):
    """A client with one contact, imported, and an agent who is a user: (client, contact, agent, user)."""
    return made(world)


def made(world):
    client = world.theirs("Acme")
    sam = world.person("Sam", at=client)
    agent, user = world.author()
    world.imported_contacts()
    world.stage = "notes"
    return client, sam, agent, user


def test_a_note_about_a_contact_comes_into_its_activity_with_author_and_time(world, acme):
    _client, sam, agent, user = acme
    world.their_note("<p>Called, wants a <b>quote</b>.</p>", by=agent, user_id=sam, subject="Phone call")
    run = world.run()
    (note,) = world.notes()
    assert counts(run) == {"created": 1}
    assert (note.contact_id, note.company_id) == (world.contact(first_name="Sam").id, None)
    assert (note.author_id, note.author, note.from_halo) == (user, "Ada Roth", True)
    assert note.at == datetime(2026, 5, 3, 12, tzinfo=UTC)
    assert (note.subject, note.text) == ("Phone call", "<p>Called, wants a <b>quote</b>.</p>")
    assert (note.name, note.made_by_run) == ("Phone call", run.id)


def test_a_note_about_a_client_or_nobody_in_particular_is_the_companys(world, acme):
    client, _, agent, _ = acme
    site = world.halo.tenant.get("clients", client)["main_site_id"]
    general = next(one["id"] for one in world.halo.tenant.users_of(site) if one["name"] == "General User")
    world.their_note("About the client", by=agent, client_id=client)
    world.their_note("About the site", by=agent, client_id=client, site_id=site)
    world.their_note("About its General User", by=agent, user_id=general)
    assert counts(world.run()) == {"created": 3}
    assert {(one.company_id, one.contact_id) for one in world.notes()} == {(world.company(name="Acme").id, None)}


def test_a_note_about_a_contact_that_is_not_here_is_left_out_and_comes_in_once_it_is(world, acme):
    client, _, agent, _ = acme
    kim = world.person("Kim", at=client)
    note = world.their_note("About Kim", by=agent, user_id=kim)
    run = world.run()
    assert counts(run) == {"skipped": 1}
    assert world.decision(run, note)["reason"] == "its contact has not been imported"
    world.run("contacts")
    assert counts(world.run()) == {"created": 1}


def test_a_note_by_an_agent_who_is_no_user_is_left_out_by_name_until_they_are_linked(world, acme):
    _client, sam, _, _ = acme
    agent = world.halo.change("Agent", record={"name": "Bo Ek", "email": "bo@acme-it.example"})["id"]
    note = world.their_note("By Bo", by=agent, user_id=sam)
    nobody = world.their_note("By nobody", user_id=sam)
    run = world.run()
    assert world.decision(run, note)["reason"] == "its author, Bo Ek, is not a GlassHive user"
    assert world.decision(run, nobody)["reason"] == "Halo names no author for it"
    world.author("Bo Ek", "bo.ek@acme-it.example")  # another one of that name changes nothing
    assert counts(world.run()) == {"skipped": 2}
    world.user("Bo Ek", "bo@acme-it.example")
    world.run("users")
    assert counts(world.run()) == {"created": 1, "skipped": 1}


def test_reasons_lead_to_what_would_change_them(world, acme):
    client, sam, agent, _ = acme
    world.their_note("About Kim", by=agent, user_id=world.person("Kim", at=client))
    other = world.halo.change("Agent", record={"name": "Bo Ek", "email": "bo@acme-it.example"})["id"]
    world.their_note("By Bo", by=other, user_id=sam)
    run = world.run()
    client = world.signed_in()
    html = client.get(f"/settings/halo/runs/{run.id}?action=skipped").text
    assert 'href="/settings/halo/contacts">Import contacts</a>' in html
    assert 'href="/settings/halo/users#agents">Invite or link Bo Ek</a>' in html


@pytest.mark.parametrize("text", ["", "  ", "<p>&nbsp;</p>", "<style>p {}</style>"])
def test_a_note_without_text_is_left_out_unless_its_subject_says_something(world, acme, text):
    _, sam, agent, _ = acme
    empty = world.their_note(text, by=agent, user_id=sam)
    world.their_note(text, by=agent, user_id=sam, subject="Visit")
    run = world.run()
    assert counts(run) == {"created": 1, "skipped": 1}
    assert world.decision(run, empty)["reason"] == "it has no text"
    assert [one.text for one in world.notes()] == ["Visit"]


def test_importing_again_changes_nothing(world, acme):
    client, sam, agent, _ = acme
    world.their_note("One", by=agent, user_id=sam)
    world.their_note("Two", by=agent, client_id=client)
    world.run()
    run = world.run()
    assert counts(run) == {"unchanged": 2}
    assert len(world.notes()) == 2


def test_a_note_changed_in_halo_updates_ours_and_is_marked(world, acme):
    _, sam, agent, _ = acme
    note = world.their_note("Called", by=agent, user_id=sam)
    world.run()
    assert world.notes()[0].changed_in_halo_at is None
    world.their_note("Called twice", id=note, by=agent, user_id=sam)
    run = world.run()
    (ours,) = world.notes()
    assert counts(run) == {"updated": 1}
    assert (ours.text, ours.plain, ours.changed_in_halo_at is not None) == ("Called twice", "Called twice", True)
    assert counts(world.run()) == {"unchanged": 1}


def test_a_note_that_is_about_another_contact_now_goes_there(world, acme):
    client, sam, agent, _ = acme
    note = world.their_note("Called", by=agent, user_id=sam)
    world.run()
    world.their_note("Called", id=note, by=agent, client_id=client, user_id=0)
    world.run()
    (ours,) = world.notes()
    assert (ours.contact_id, ours.company_id) == (None, world.company(name="Acme").id)


def test_a_note_deleted_in_halo_stays_and_is_marked(world, acme):
    _, sam, agent, _ = acme
    kept, gone = (world.their_note(text, by=agent, user_id=sam) for text in ("Kept", "Gone"))
    world.run()
    world.halo.change("CRMNote", delete=gone)
    run = world.run()
    assert counts(run) == {"unchanged": 1}
    assert len(world.notes()) == 2
    assert world.record(gone, "note").gone_at is not None
    assert world.record(kept, "note").gone_at is None
    assert "1 record no longer in Halo. What is here of them stays." in sentences.touched(run)


def test_notes_of_clients_that_are_not_linked_are_not_asked_for(world, acme):
    _client, _sam, agent, _ = acme
    other = world.theirs("Left out", type="Supplier")
    world.run("companies", purpose="read")
    world.save_mapping(Supplier="don't import")
    world.their_note("Not for us", by=agent, client_id=other)
    world.run("companies")
    run = world.run()
    assert counts(run) == {}
    assert all_told(run)
    assert "The notes of 1 client were read." in sentences.touched(run)


def requests_for_notes(world):
    """What was asked of /CRMNote since the practice Halo began to count, by what the requests were about."""
    return [entry.target.partition("?")[2] for entry in world.halo.log if "/crmnote" in entry.target.lower()]


@pytest.fixture
def many(start_world):
    """Linked clients of Halo's with a contact each, three of four with two notes; and who wrote them."""

    def make(number=40, **switches):
        world = start_world(switches=switches)
        clients = [world.theirs(f"Client {number}", id=100 + number) for number in range(number)]
        people = [world.person("Sam", f"Poole {at}", at=at) for at in clients]
        agent, _ = world.author()
        world.imported_contacts()
        for number, (client, person) in enumerate(zip(clients, people, strict=True)):
            if number % 4:
                world.their_note(f"On Sam {client}", by=agent, user_id=person)
                world.their_note(f"On client {client}", by=agent, client_id=client)
        world.stage = "notes"
        world.halo.app.stats.reset()
        return world, agent, clients, people

    return make


@pytest.mark.parametrize("envelope", ["actions", "array"])
def test_requests_for_linked_clients_are_one_each_where_lists_hold_contacts_notes(many, envelope):
    world, *_ = many(crm_envelope=envelope)
    run = world.run()
    assert counts(run) == {"created": 60}
    assert len(requests_for_notes(world)) == 40
    assert run.requests <= 40 * 1.05
    assert world.tenant().learned["client_lists_users_notes"] is True
    again = world.run()
    assert counts(again) == {"unchanged": 60}
    assert again.requests <= 40 * 1.05


def test_contacts_are_asked_one_by_one_only_where_lists_turn_out_not_to_hold_their_notes(many):
    world, *_ = many(crm_client_includes_users="off")
    run = world.run()
    assert counts(run) == {"created": 60}
    assert world.tenant().learned["client_lists_users_notes"] is False
    asked = requests_for_notes(world)
    assert len(asked) == 40 + 40 + 40, "clients, their contacts, their sites"
    assert len(set(asked)) == len(asked), "nobody is asked twice"
    assert "80 contacts and sites were asked for theirs one by one." in " ".join(sentences.touched(run))
    assert counts(world.run()) == {"unchanged": 60}


def test_a_tenant_without_any_note_about_a_contact_costs_a_few_requests_more_and_is_told_of(start_world):
    world = start_world()
    client = world.theirs("Acme")
    for number in range(9):
        world.person("Sam", f"Poole {number}", at=client)
    agent, _ = world.author()
    world.imported_contacts()
    world.their_note("About the client", by=agent, client_id=client)
    world.stage = "notes"
    world.halo.app.stats.reset()
    run = world.run()
    assert counts(run) == {"created": 1}
    assert len(requests_for_notes(world)) == 1 + 3
    assert "is not known yet" in " ".join(sentences.touched(run))
    world.choose("notes", whose={"way": "all", "types": [], "seller": None, "contacts": "each"})
    world.halo.app.stats.reset()
    world.run()
    assert len(requests_for_notes(world)) == 1 + 9 + 1


def test_a_filter_that_halo_ignores_brings_no_others_notes(world, acme):
    client, _, agent, _ = acme
    world.their_note("Of another client", by=agent, client_id=world.theirs("Other"))
    world.their_note("Of the client", by=agent, client_id=client)
    world.halo.switches.turn("crm_filter_honoured", "off")
    assert counts(world.run()) == {"created": 1, "skipped": 1}
    assert [one.text for one in world.notes()] == ["Of the client"]


def test_a_note_that_names_its_contact_alone_counts_for_the_contacts_client(world, acme):
    _, sam, agent, _ = acme
    world.halo.switches.turn("crm_names_client", "off")
    gone = world.their_note("Called", by=agent, user_id=sam)
    assert counts(world.run()) == {"created": 1}
    world.halo.change("CRMNote", delete=gone)
    world.run()
    assert world.record(gone, "note").gone_at is not None


def test_a_list_that_may_be_cut_proves_nothing_about_what_it_left_out(world, acme):
    _, sam, agent, _ = acme
    notes = [world.their_note(f"Note {number}", by=agent, user_id=sam) for number in range(3)]
    world.run()
    world.halo.set_fault("count-high", match="/api/CRMNote")
    world.halo.change("CRMNote", delete=notes[0])
    world.run()
    assert world.record(notes[0], "note").gone_at is None


def test_an_author_whom_lists_do_not_name_is_told_by_the_agents_name(world, acme):
    _, sam, _, _ = acme
    world.halo.switches.turn("crm_who_in_list", "off")
    note = world.their_note("By somebody of old", by=4711, user_id=sam)
    assert world.decision(world.run(), note)["reason"] == "its author, Halo agent 4711, is not a GlassHive user"


def test_one_client_whose_notes_cannot_be_had_holds_up_nobody(many):
    world, _, clients, _ = many()
    fault = world.halo.set_fault("server-error", match=f"client_id={clients[5]}&", status=500)
    run = world.run()
    assert fault.fired
    assert run.state == "done"
    assert counts(run) == {"created": 58}
    assert "1 request for notes gave nothing; see the last problems." in sentences.touched(run)
    assert any(f"Notes of client {clients[5]}:" in problem for problem in run.problems)
    world.halo.clear_faults()
    assert counts(world.run()) == {"created": 2, "unchanged": 58}


def test_a_list_of_notes_that_is_forbidden_stops_the_import_and_names_the_permission(world, acme):
    fault = world.halo.set_fault("forbidden", match="/api/CRMNote")
    run = world.run()
    assert fault.fired
    assert run.state == "failed"
    assert "read:crm" in run.stopped


def test_an_import_that_waited_for_its_quota_asks_nobody_twice(start_world):
    world = start_world(HALO_WINDOW_REQUESTS=40, HALO_WINDOW_SECONDS=1.0)
    for number in range(60):
        world.theirs(f"Client {number}")
    world.author()
    world.imported_contacts()
    world.stage = "notes"
    world.halo.app.stats.reset()
    run = world.run()
    assert run.state == "done"
    asked = [one for one in requests_for_notes(world) if "client_id" in one]
    assert len(asked) == len(set(asked)) == 60


def test_later_runs_read_first_what_was_never_read_and_what_has_changed(many):
    world, _, clients, people = many()
    world.run()
    world.person("Samuel", id=people[7], at=clients[7])
    new = world.theirs("New")
    world.run("companies")
    world.run("contacts")
    world.halo.app.stats.reset()
    world.run()
    asked = [int(one.partition("client_id=")[2].partition("&")[0]) for one in requests_for_notes(world)]
    assert asked[:2] == [new, clients[7]]
    assert len(asked) == 41


def test_only_the_chosen_are_read_and_the_rest_is_told(many):
    world, _, _clients, _ = many()
    world.run()
    kind = world.company(name="Client 1").type_id
    world.edit(world.company(name="Client 1").id, type_id=None)
    world.choose("notes", whose={"way": "types", "types": [0], "seller": None, "contacts": ""})
    world.halo.app.stats.reset()
    run = world.run()
    assert len(requests_for_notes(world)) == 1
    assert "Not read this time: 39 linked clients" in " ".join(sentences.touched(run))
    assert all_told(run)
    world.choose("notes", whose={"way": "types", "types": [kind], "seller": None, "contacts": ""})
    world.halo.app.stats.reset()
    world.run()
    assert len(requests_for_notes(world)) == 39


def test_notes_of_contacts_without_a_company_come_with_one_request_more(world, acme):
    _, _, agent, _ = acme
    stray = world.person("Stray", at=None)
    world.run("contacts")
    world.their_note("On a stray", by=agent, user_id=stray)
    assert counts(world.run()) == {"created": 1}
    assert world.notes()[0].contact_id == world.contact(first_name="Stray").id


def test_a_huge_note_with_pictures_comes_in_readable(world, acme):
    _, sam, agent, _ = acme
    world.their_note("x", by=agent, user_id=sam)
    fault = world.halo.set_fault("huge-notes", match="/api/CRMNote", every=1, megabytes=2)
    run = world.run()
    assert fault.fired
    assert counts(run) == {"created": 1}
    assert world.notes()[0].text == "<p>Hello</p><em>[image]</em>"


BROKEN = (
    "strange-text", "control-characters", "strange-dates", "ids-as-text", "ids-as-floats", "booleans-as-numbers",
    "booleans-as-text", "new-keys", "wrong-types", "missing-keys", "nulls", "null-id", "missing-id", "row-is-text",
    "bom", "wrong-content-type", "absent-references", "blank-names", "long-names",
)  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_rows_lose_no_note_silently(many, name):
    world, *_ = many(12)
    every = {} if name in ("bom", "wrong-content-type") else {"every": 1}
    fault = world.halo.set_fault(name, match="/api/CRMNote", **every)
    run = world.run()
    assert fault.fired
    assert run.state in ("done", "problems")
    assert all_told(run)
    # contacts without any readable note are asked to find out what lists hold: what has no id there is another one
    assert 18 <= sum(run.counts.values()) <= 18 + 3 * (name in ("null-id", "missing-id", "row-is-text"))
    world.halo.clear_faults()
    again = world.run()
    assert again.state in ("done", "problems")
    assert all_told(again)
    assert len(world.notes()) >= 18


def visitor(world):
    return world.signed_in()


def said(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_plan_tells_requests_and_minutes_before_the_start_and_a_choice_is_kept(many):
    world, *_ = many()
    world.edit(world.company(name="Client 1").id, type_id=None, salesperson_id=world.ann.id)
    ann = visitor(world)
    told = said(ann.get("/settings/halo/notes").text)
    assert "Next: 40 requests, about 1 min , for the notes of 40 companies." in told
    assert "No type – 1 company: 1 request, about 1 min" in told
    assert "ann – 1 company: 1 request" in told
    assert ann.post("/settings/halo/notes/whose", data={"way": "seller", "seller": world.ann.id}).status_code == 303
    assert "Next: 1 request, about 1 min" in said(ann.get("/settings/halo/notes").text)
    for wrong in ({"way": "types"}, {"way": "seller", "seller": "4711"}, {"way": "x"}, {}):
        answer = ann.post("/settings/halo/notes/whose", data=wrong, headers={"HX-Request": "true"})
        assert answer.status_code == 422
    world.halo.app.stats.reset()
    world.run()
    assert len(requests_for_notes(world)) == 1


def test_the_history_of_a_contact_tells_of_its_notes(world, acme):
    _, sam, agent, _ = acme
    world.their_note("Called", by=agent, user_id=sam)
    world.run()
    html = visitor(world).get(f"/contacts/{world.contact(first_name='Sam').id}?tab=history").text
    assert "Note came from Halo" in html


def test_a_note_sent_from_here_is_recognised_by_its_link_and_never_doubled(world, acme):
    _, sam, _, user = acme
    contact = world.contact(first_name="Sam").id
    ours = write(world, contact, user, "Called")
    there = world.their_note("Called", user_id=sam)  # by the agent of the connection, whoever that is
    begin_write()
    account, tenant = world.account.id, world.tenant().id
    link = {"kind": "note", "halo_id": there, "ours_id": ours, "base": {"text": ["Called", "Called"]}}
    db.session.add(HaloRecord(account_id=account, tenant_id=tenant, **link))
    db.session.commit()
    assert counts(world.run()) == {"unchanged": 1}
    (note,) = world.notes()
    assert (note.from_halo, note.author_id, note.contact_id) == (False, user, contact)
    world.their_note("Called twice", id=there, user_id=sam)
    world.run()
    assert [one.plain for one in world.notes()] == ["Called twice"]


def test_a_note_whose_sending_nobody_knows_the_end_of_is_recognised_by_its_marker(world, acme):
    _, sam, _, user = acme
    contact = world.contact(first_name="Sam").id
    ours = write(world, contact, user, "Called", marker="glasshive-4711", send_state="unknown")
    there = world.their_note("Ann, GlassHive: Called", user_id=sam, third_party_id="glasshive-4711")
    run = world.run()
    assert counts(run) == {"linked": 1}
    assert world.decision(run, there)["reason"] == "it was sent from here"
    assert world.record(there, "note").ours_id == ours
    (note,) = world.notes()
    assert (note.plain, note.from_halo) == ("Called", False)
    assert counts(world.run()) == {"unchanged": 1}


def write(world, contact_id, user_id, text, **more):
    """A note of a user's, written here; its id."""
    begin_write()
    row = {"contact_id": contact_id, "company_id": None, "author_id": user_id, "author": "Ada Roth", "subject": None,
           "text": text, "at": now(), "edited_at": now()}  # fmt: skip
    (note_id,) = writing.insert(Note, db.session.get(Account, world.account.id), [row | more])
    db.session.commit()
    return note_id
