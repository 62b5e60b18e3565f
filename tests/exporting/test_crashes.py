"""A worker that dies in the middle of sending: another one goes on, and writes nothing a second time."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from halo_admin.db import begin_write, db, now
from halo_admin.exporting import creating, exports, jobs, picking, sending
from halo_admin.exporting.models import Export


class Killed(BaseException):
    """As SIGKILL: nothing that stands behind it runs."""


def die(*_arguments, **_options):
    raise Killed


@pytest.fixture
def killed(monkeypatch):
    """killed(world, export, module, name): work on an export until that function is called, which kills the worker."""

    def kill(world, export, module, name):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, die)
            patch.setattr(jobs, "_let_go", lambda labour: None)
            with pytest.raises(Killed):
                jobs.work(export.id)
        db.session.rollback()

    return kill


def after_its_lease(export):
    begin_write()
    db.session.execute(sa.update(Export).where(Export.id == export.id).values(lease_until=now() - timedelta(seconds=1)))
    db.session.commit()


def sent(world, acme, *names):
    export = world.opened("company", acme)
    picking.start(world.picker(export), names)
    return export


def test_one_that_dies_right_after_the_create_is_followed_by_one_that_finds_it(world, killed):
    acme = world.ours("Acme", phone="+49 30 5550100")
    export = sent(world, acme, "phone")
    killed(world, export, creating, "_keep")
    assert len(world.clients("Acme")) == 1
    jobs.work(export.id)  # the dead one's lease still holds
    assert db.session.get(Export, export.id, populate_existing=True).state == "sending"
    assert [one.outcome for one in world.intents()] == [None]
    after_its_lease(export)
    assert exports.queue_due() == 1
    done = world.worked(export)
    assert (done.state, done.is_new, len(world.clients("Acme"))) == ("done", True, 1), done.said
    assert world.record(done.halo_id).ours_id == acme


def test_one_that_dies_before_it_reads_back_is_followed_by_one_that_writes_nothing_more(world, killed):
    world.theirs("Acme", id=21)
    world.imported()
    acme = world.company(name="Acme").id
    world.edit(acme, phone="+49 30 5550100", website="acme.example")
    export = sent(world, acme, "phone", "website")
    killed(world, export, sending, "_conclude")
    written = world.fault("write-status", status=200)
    after_its_lease(export)
    done = world.worked(export)
    assert (done.state, set(world.outcomes(done).values()), written.fired) == ("done", {"written"}, 0)


def test_what_a_worker_that_was_taken_for_dead_means_to_write_is_not_kept(world):
    export = sent(world, world.ours("Acme"), "name")
    begin_write()
    mine = sa.update(Export).where(Export.id == export.id)
    db.session.execute(mine.values(lease_token="mine", lease_until=now() + timedelta(seconds=60)))
    db.session.commit()
    labour = jobs.Labour(export.id, "another's")
    with pytest.raises(jobs.Lost), labour.writing() as row:
        row.state = "done"
    assert db.session.get(Export, export.id, populate_existing=True).state == "sending"


def test_a_fault_of_ours_ends_an_export_with_a_sentence_instead_of_trying_for_ever(world, monkeypatch):
    export = sent(world, world.ours("Acme", phone="+49 30 5550100"), "phone")
    monkeypatch.setattr(sending, "send", broken)
    jobs.work(export.id)
    done = db.session.get(Export, export.id, populate_existing=True)
    assert (done.state, done.said, exports.queue_due()) == ("failed", jobs.OUR_FAULT, 0)
    assert world.clients("Acme") == []


def broken(_labour):
    raise ZeroDivisionError
