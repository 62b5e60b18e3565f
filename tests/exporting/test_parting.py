"""What is on its way to Halo, or may have arrived there, is neither deleted nor parted from it."""

import html

import pytest
import sqlalchemy as sa

from halo_admin.crm import notes as crm_notes
from halo_admin.crm.note_models import Note
from halo_admin.db import begin_write, db
from halo_admin.exporting import picking
from halo_admin.exporting.models import Export


@pytest.fixture
def acme(world):
    """A company of ours that is linked to a client of Halo's."""
    world.theirs("Acme", id=21)
    world.imported()
    acme = world.company(name="Acme")
    world.edit(acme.id, phone="+49 30 5550100")
    return world.company(acme.id)


@pytest.fixture
def post(world):
    visitor = world.app.test_client()
    visitor.post("/sign-in", data={"email": "ann@example.com", "password": "a long password"})

    def send(address, code, **data):
        answer = visitor.post(address, data=data)
        db.session.rollback()
        assert answer.status_code == code
        return " ".join(html.unescape(answer.text).split())

    return send


def put(model, record_id, **values):
    begin_write()
    db.session.execute(sa.update(model).where(model.id == record_id).values(values))
    db.session.commit()


@pytest.mark.parametrize("way", ["delete", "unlink", "never-import"])
def test_a_record_that_is_being_sent_stays_until_it_is_known_what_came_of_it(world, acme, post, way):
    export = world.opened("company", acme.id)
    picking.start(world.picker(export), ["phone"])
    version = acme.version
    told = post(f"/companies/{acme.id}/{way}", 409, version=version)
    assert "ann is sending this to Halo just now." in told
    assert f'href="/exports/{export.id}">See how it stands' in told
    put(Export, export.id, state="unknown")
    told = post(f"/companies/{acme.id}/{way}", 409, version=version)
    assert "Nobody knows yet whether Halo saved what ann sent of this." in told
    assert world.record(21).ours_id == acme.id
    put(Export, export.id, state="given up")
    post(f"/companies/{acme.id}/{way}", 303, version=version)
    assert world.record(21).ours_id is None


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_a_note_on_its_way_stays_and_so_does_what_it_is_on(world, acme, post, state):
    begin_write()
    note_id = crm_notes.add(world.company(acme.id), world.ann, "Wants a quote.")
    db.session.commit()
    put(Note, note_id, send_state=state)
    told = post(f"/companies/{acme.id}/delete", 409, version=acme.version)
    assert "The note “Wants a quote.” is being sent" in told or "whether Halo has the note “Wants a quote.”" in told
    post(f"/notes/{note_id}/delete", 303)
    assert [one.id for one in world.notes()] == [note_id]
    put(Note, note_id, send_state="sent")
    post(f"/notes/{note_id}/delete", 303)
    assert world.notes() == []
