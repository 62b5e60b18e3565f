"""Notes that people write, and the Activity tab that shows them."""

import csv
import re
from datetime import UTC, datetime, timedelta

import pytest

from halo_admin.crm import dumping, notes, writing
from halo_admin.crm.note_models import Note
from halo_admin.db import begin_write, db, now, owned
from halo_admin.mirror.models import HaloRecord
from halo_admin.mirror.reading_models import NoteReading
from tests.crm.conftest import NOON, history, linked, make_user, ours, people_of, tenant
from tests.crm.test_history import text


@pytest.fixture
def acme(ann):
    return ours(ann, "Acme")[0]


@pytest.fixture
def sam(ann, acme):
    return people_of(ann, "Sam Poole", company_id=acme)[0]


def put(user, words="Called", at=NOON, **values):
    """A note of this user's in the database; its id."""
    begin_write()
    blank = {"contact_id": None, "company_id": None, "subject": None, "author_id": user.id, "author": user.name}
    (note_id,) = writing.insert(Note, user.account, [blank | {"text": words, "at": at} | values])
    db.session.commit()
    return note_id


def all_notes(user):
    db.session.rollback()
    chosen = owned(Note, user.account_id).order_by(Note.id).execution_options(populate_existing=True)
    return list(db.session.scalars(chosen))


def test_a_note_is_added_and_the_history_tells_it(ann, bob, sam, get, signed_in):
    client = signed_in(bob)
    assert (
        client.post(f"/contacts/{sam}/notes", data={"text": " Called <b>Sam</b>\r\nwants a quote "}).status_code == 303
    )
    (note,) = all_notes(ann)
    assert (note.contact_id, note.company_id, note.author_id, note.author) == (sam, None, bob.id, "Bob")
    assert note.text == "Called &lt;b&gt;Sam&lt;/b&gt;<br>wants a quote"
    assert (note.name, note.from_halo) == ("Called <b>Sam</b> wants a quote", False)
    html = get(bob, f"/contacts/{sam}")
    assert "Called &lt;b&gt;Sam&lt;/b&gt;<br>wants a quote" in html
    assert f"/notes/{note.id}/edit" in html
    assert f"/notes/{note.id}/edit" not in get(ann, f"/contacts/{sam}"), "only who wrote it changes it"
    assert [line.what for line in history("contact", sam)] == ["note added"]
    assert "Note added" in text(get(ann, f"/contacts/{sam}?tab=history"))


def test_a_company_shows_the_notes_of_its_contacts_too(ann, acme, sam, get):
    put(ann, "On the company", company_id=acme)
    put(ann, "On Sam", contact_id=sam, at=NOON + timedelta(hours=1))
    html = text(get(ann, f"/companies/{acme}"))
    assert html.index("On Sam") < html.index("On the company"), "the newest comes first"
    assert "on Sam Poole" in html
    assert "On the company" not in get(ann, f"/contacts/{sam}")


@pytest.mark.parametrize(("typed", "said"), [("  ", notes.BLANK), ("x" * 20_001, notes.TOO_LONG)])
def test_a_note_that_cannot_be_saved_is_said_beside_it_and_nothing_typed_is_lost(ann, sam, signed_in, typed, said):
    answer = signed_in(ann).post(f"/contacts/{sam}/notes", data={"text": typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert f">{typed}</textarea>" in answer.text
    assert all_notes(ann) == []


def test_the_same_form_sent_twice_makes_one_note(ann, sam, signed_in):
    data = {"text": "Called", "opened": now().isoformat()}
    client = signed_in(ann)
    assert [client.post(f"/contacts/{sam}/notes", data=data).status_code for _ in range(2)] == [303, 303]
    assert len(all_notes(ann)) == 1


def test_a_note_is_changed_and_deleted_by_who_wrote_it(ann, bob, acme, signed_in):
    note_id = put(bob, "Caled", company_id=acme)
    client = signed_in(bob)
    assert ">Caled</textarea>" in client.get(f"/notes/{note_id}/edit").text
    stale = client.post(f"/notes/{note_id}/edit", data={"text": "Called", "version": "7"})
    assert stale.status_code == 422
    assert ">Called</textarea>" in stale.text
    assert client.post(f"/notes/{note_id}/edit", data={"text": "Called", "version": "1"}).status_code == 303
    (note,) = all_notes(ann)
    assert (note.plain, note.version, note.edited_at is not None) == ("Called", 2, True)
    assert signed_in(ann).post(f"/notes/{note_id}/edit", data={"text": "x", "version": "2"}).status_code == 403
    assert signed_in(ann).post(f"/notes/{note_id}/delete").status_code == 403
    assert signed_in(bob).post(f"/notes/{note_id}/delete").status_code == 303
    assert all_notes(ann) == []
    assert [line.what for line in history("company", acme)] == ["note changed", "note deleted"]


def test_what_came_from_halo_is_not_changed_here(ann, sam, signed_in):
    note_id = put(ann, "From Halo", contact_id=sam, from_halo=True)
    assert signed_in(ann).post(f"/notes/{note_id}/edit", data={"text": "x", "version": "1"}).status_code == 403
    assert signed_in(ann).post(f"/notes/{note_id}/delete").status_code == 403


def test_marks_tell_what_halo_did_with_a_note(ann, sam, get):
    note_id = put(ann, "From Halo", contact_id=sam, from_halo=True, changed_in_halo_at=NOON)
    linked(tenant(ann), 5531, note_id, "note", gone_at=NOON)
    told = text(get(ann, f"/contacts/{sam}"))
    assert "from Halo" in told
    assert "changed in Halo, read 3 May" in told
    assert "Deleted in Halo, seen 3 May" in told


def test_a_huge_note_is_cut_and_the_whole_is_behind_a_click(ann, sam, get):
    note_id = put(ann, "<p>" + "wordy " * 2000 + "THE END</p>", contact_id=sam)
    html = get(ann, f"/contacts/{sam}")
    assert "THE END" not in html
    assert "12,007 characters" in html
    assert "THE END" in get(ann, f"/notes/{note_id}")
    alone = get(ann, f"/notes/{note_id}", **{"HX-Request": "true"})
    assert "THE END" in alone
    assert "<html" not in alone


def test_notes_are_paged_without_losing_one_of_the_same_time(ann, sam, get):
    for number in range(45):
        put(ann, f"Note {number:02}.", contact_id=sam, at=NOON + timedelta(minutes=number // 9))
    seen, address = [], f"/contacts/{sam}"
    while address:
        html = get(ann, address)
        seen += re.findall(r"Note (\d\d)\.", html)
        older = re.search(r'rel="next" href="([^"]+)"', html)
        address = older and older[1].replace("&amp;", "&")
    assert sorted(seen) == [f"{number:02}" for number in range(45)]
    assert len(seen) == 45
    for place in ("x", "9" * 40, "1-", "-1", "99999999999999999-1"):
        get(ann, f"/contacts/{sam}?tab=activity&before={place}")


def test_a_profile_says_when_its_notes_were_last_read(ann, acme, sam, get):
    halo = tenant(ann)
    linked(halo, 21, acme)
    linked(halo, 812, sam, "user", listed={"client_id": 21})
    assert "Notes read" not in get(ann, f"/companies/{acme}")
    begin_write()
    db.session.add(NoteReading(account_id=ann.account_id, tenant_id=halo.id, kind="client", halo_id=21, read_at=NOON))
    db.session.commit()
    assert "Notes read from Halo 3 May" in text(get(ann, f"/companies/{acme}"))
    assert "Notes read" not in get(ann, f"/contacts/{sam}"), "whether the client's list has hers, nobody knows yet"
    begin_write()
    halo.learned = {"client_lists_users_notes": True}
    db.session.commit()
    assert "Notes read from Halo 3 May" in text(get(ann, f"/contacts/{sam}"))


def test_notes_go_along_with_their_record_and_come_back_with_it(ann, sam, get, signed_in):
    note_id = put(ann, "Called", contact_id=sam)
    row = linked(tenant(ann), 5531, note_id, "note").id
    assert "1 note on Sam Poole is deleted along with it." in text(get(ann, f"/contacts/{sam}/delete"))
    assert signed_in(ann).post(f"/contacts/{sam}/delete", data={"version": "1"}).status_code == 303
    assert all_notes(ann) == []
    kept = db.session.get(HaloRecord, row, populate_existing=True)
    assert (kept.ours_id, kept.answer) == (None, None), "it comes again, should the contact do"


def test_a_deleted_note_of_ours_is_not_made_again_from_halo(ann, sam, signed_in):
    note_id = put(ann, "Called", contact_id=sam, send_state="sent")
    row = linked(tenant(ann), 5531, note_id, "note").id
    assert signed_in(ann).post(f"/notes/{note_id}/delete").status_code == 303
    assert db.session.get(HaloRecord, row, populate_existing=True).answer["how"] == "deleted"


def test_a_dump_has_the_notes(ann, acme, sam, tmp_path):
    at = datetime(2026, 5, 3, 12, 0, 5, tzinfo=UTC)
    first = put(ann, "Called<br>twice", company_id=acme, at=at)
    second = put(ann, "<p>Visit</p>", contact_id=sam, at=at, author_id=None, author="Ada Roth")
    linked(tenant(ann), 5531, second, "note")
    dumping.dump(ann.account_id, tmp_path)
    with (tmp_path / "notes.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["id", "halo_id", "contact_id", "company_id", "author", "at", "text"],
            [str(first), "", "", str(acme), "ann@example.com", "2026-05-03T12:00:05Z", "Called\ntwice"],
            [str(second), "5531", str(sam), str(acme), "Ada Roth", "2026-05-03T12:00:05Z", "Visit"],
        ]


def test_cleo_gets_a_404_for_notes_of_anns(ann, cleo, acme, sam, get, signed_in):
    note_id = put(ann, "Called", contact_id=sam)
    get(cleo, f"/notes/{note_id}", 404)
    client = signed_in(cleo)
    for address in (f"/notes/{note_id}/edit", f"/notes/{note_id}/delete", f"/contacts/{sam}/notes",
                    f"/companies/{acme}/notes"):  # fmt: skip
        assert client.post(address, data={"text": "x"}).status_code == 404
    assert [note.plain for note in all_notes(ann)] == ["Called"]


def test_who_only_looks_reads_notes_and_adds_none(ann, sam, get, signed_in):
    dan = make_user("Dan", "dan@example.com", ann.account, [])
    put(ann, "Called", contact_id=sam)
    html = get(dan, f"/contacts/{sam}")
    assert "Called" in html
    assert "Add note" not in html
    assert signed_in(dan).post(f"/contacts/{sam}/notes", data={"text": "x"}).status_code == 403
