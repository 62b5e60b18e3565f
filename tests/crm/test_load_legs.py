"""Working through a file in legs: what dies goes on at its cursor, and who lost the lease writes nothing."""

import io
import os
from datetime import timedelta

import pytest

from halo_admin.crm import load_legs, loading, uploads
from halo_admin.crm.contact_models import Contact
from halo_admin.crm.load_models import FileLine, FileLoad
from halo_admin.db import begin_write, db, now, owned
from tests.crm.conftest import history, ours

LINES = [f"Person,{number},p{number}@x.example,News" for number in range(25)]


@pytest.fixture(autouse=True)
def few_lines(monkeypatch):
    monkeypatch.setattr(load_legs, "LINES_AT_A_TIME", 4)
    monkeypatch.setattr(load_legs, "AT_ONCE", 0)


@pytest.fixture
def waiting(ann):
    """A file of contacts whose comparing waits for a worker."""
    content = "\n".join(["first_name,last_name,email,lists", *LINES]).encode()
    load = loading.look_at("contacts", ann.account_id, ann, "fair.csv", io.BytesIO(content))
    loading.keep(load)
    loading.start_comparing(load, load.columns, "keep")
    return load.id


def held(load_id):
    db.session.rollback()
    return db.session.get(FileLoad, load_id, populate_existing=True)


def names(user):
    db.session.rollback()
    return [one.last_name for one in db.session.scalars(owned(Contact, user.account_id).order_by(Contact.id))]


class Killed(BaseException):
    """What ends a leg as a killed worker's ends."""


def dying(step, after):
    """A step that works `after` times, and then writes and dies before the transaction ends."""
    left = [after]

    def work(batch):
        step(batch)
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    return work


def lapse(load_id):
    begin_write()
    db.session.get(FileLoad, load_id).lease_until = now()
    db.session.commit()


def test_a_leg_ends_with_its_budget_and_the_next_one_goes_on(ann, waiting):
    legs = 0
    while held(waiting).is_live:
        assert load_legs.work(waiting, -1) is True  # not even one batch
        load_legs.work(waiting, 0.05)
        legs += 1
    assert held(waiting).state == "checked"
    assert held(waiting).counts["new"] == 25


@pytest.mark.parametrize("step", ["same", "rest", "save"])
def test_a_leg_that_dies_anywhere_leaves_what_goes_on_at_its_cursor(ann, waiting, monkeypatch, step):
    if step == "save":
        load_legs.run_inline(waiting)
        loading.start_saving(held(waiting), "all")
    with monkeypatch.context() as patch:
        patch.setitem(load_legs.STEPS, step, dying(load_legs.STEPS[step], 2))
        with pytest.raises(Killed):
            load_legs.run_inline(waiting)
    assert (held(waiting).step, held(waiting).cursor) == (step, 8)
    assert load_legs.work(waiting, 9) is False, "the lease has not run out"
    lapse(waiting)
    assert load_legs.queue_due() == 0  # there is no Redis here
    load_legs.run_inline(waiting)
    if step != "save":
        assert held(waiting).counts == {"new": 25, "filled": 0, "different": 0, "same": 0, "refused": 0}
        loading.start_saving(held(waiting), "all")
        load_legs.run_inline(waiting)
    assert held(waiting).state == "done"
    assert held(waiting).saved["new"] == 25
    assert names(ann) == [str(number) for number in range(25)]
    assert db.session.query(FileLine).count() == 0
    (press,) = history("list", db.session.execute(db.text("SELECT id FROM lists")).scalar())
    assert press.changes == {"joined": 25}


def test_who_lost_the_lease_writes_nothing(ann, waiting):
    load_legs.run_inline(waiting)
    loading.start_saving(held(waiting), "all")
    leg = load_legs.Leg(*load_legs.take(waiting), 60)
    lapse(waiting)
    load_legs.run_inline(waiting)
    with pytest.raises(load_legs.LostLease), leg:
        raise AssertionError("the other leg has the lease")
    assert len(names(ann)) == 25


def test_a_person_who_cancels_stops_it_and_what_is_in_stays(ann, waiting, monkeypatch):
    load_legs.run_inline(waiting)
    loading.start_saving(held(waiting), "all")
    save = load_legs.STEPS["save"]
    monkeypatch.setitem(load_legs.STEPS, "save", dying(save, 1))
    with pytest.raises(Killed):
        load_legs.run_inline(waiting)
    loading.cancel(held(waiting))
    lapse(waiting)
    assert load_legs.work(waiting, 9) is False
    assert (held(waiting).state, len(names(ann))) == ("cancelled", 4)
    assert db.session.query(FileLine).count() == 0


def test_what_came_here_since_it_was_compared_is_not_doubled(ann, waiting):
    load_legs.run_inline(waiting)
    other = loading.look_at("contacts", ann.account_id, ann, "other.csv", io.BytesIO(b"email\np3@x.example"))
    loading.keep(other)
    loading.start_comparing(other, other.columns, "keep")
    load_legs.run_inline(other.id)
    loading.start_saving(held(other.id), "all")
    load_legs.run_inline(other.id)
    loading.start_saving(held(waiting), "all")
    load_legs.run_inline(waiting)
    assert len(names(ann)) == 25
    (refused,) = db.session.scalars(loading.refused(held(waiting)))
    assert refused.line == 5
    assert refused.reason.startswith("since it was compared, this came here: p3@x.example")


def test_what_was_deleted_since_it_was_compared_does_not_come_back(ann):
    ours(ann, "Acme")
    load = loading.look_at("companies", ann.account_id, ann, "x.csv", io.BytesIO(b"name,phone\nAcme,1"))
    loading.keep(load)
    loading.start_comparing(load, load.columns, "keep")
    load_legs.run_inline(load.id)
    begin_write()
    for table in ("search_words", "lacks", "companies"):
        db.session.execute(db.text(f"DELETE FROM {table}"))
    db.session.commit()
    loading.start_saving(held(load.id), "all")
    load_legs.run_inline(load.id)
    (refused,) = db.session.scalars(loading.refused(held(load.id)))
    assert refused.reason == "the company was deleted here since it was compared"
    assert db.session.execute(db.text("SELECT count(*) FROM companies")).scalar() == 0


def test_a_file_that_is_gone_stops_with_a_sentence(waiting, tmp_path):
    for path in tmp_path.glob("uploads/*"):
        path.unlink()
    load_legs.run_inline(waiting)
    assert (held(waiting).state, held(waiting).why) == ("failed", "The file is not there any more, or has changed.")


def test_short_files_wait_with_what_people_wait_for_and_long_ones_among_imports():
    assert load_legs.queue_of(FileLoad(total=load_legs.SHORT)) == "exports"
    assert load_legs.queue_of(FileLoad(total=load_legs.SHORT + 1)) == "imports"


def test_of_two_who_press_compare_the_first_ones_columns_count(ann, waiting):
    load_legs.work(waiting, 0.01)
    load = held(waiting)
    loading.start_comparing(load, {"email": 0}, "empty")
    assert set(held(waiting).columns) == {"first_name", "last_name", "email", "lists"}
    load_legs.run_inline(waiting)
    load = held(waiting)
    assert (load.state, load.blanks, load.counts["new"]) == ("checked", "keep", 25)
    loading.start_comparing(load, load.columns | {}, "empty")
    load_legs.run_inline(waiting)
    assert (held(waiting).blanks, held(waiting).counts["new"]) == ("empty", 25)


def test_files_that_nothing_tells_of_and_forgotten_ones_are_removed(ann, waiting, tmp_path):
    folder = tmp_path / "uploads"
    lost, fresh = folder / "lost.csv", folder / "fresh.csv"
    for path in (lost, fresh):
        path.write_text("name")
    for path in (lost, *folder.glob("?" * 32 + ".csv")):
        os.utime(path, (1, 1))
    loading.forget_old()
    assert not lost.exists()
    assert fresh.exists()
    assert uploads.path_of(held(waiting)).exists(), "somebody works on it"
    load_legs.run_inline(waiting)
    begin_write()
    held_now = db.session.get(FileLoad, waiting)
    held_now.created_at = now() - timedelta(days=8)
    db.session.commit()
    loading.forget_old()
    assert held(waiting).state == "cancelled"
    assert not uploads.path_of(held(waiting)).exists()


def test_the_file_of_a_load_that_stopped_is_removed(ann, waiting, monkeypatch):
    path = uploads.path_of(held(waiting))
    path.write_bytes(b"first_name,last_name,email,lists\n\xff")
    load_legs.run_inline(waiting)
    assert held(waiting).state == "failed"
    assert not path.exists()
