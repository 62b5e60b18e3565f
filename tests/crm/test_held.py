"""What a user holds, and handing it over."""

import pytest

from halo_admin.accounts import people
from halo_admin.accounts.models import User
from halo_admin.crm import held
from halo_admin.crm.change_models import RecordChange
from halo_admin.crm.models import Company
from halo_admin.db import begin_write, db
from tests.importing.world import World


@pytest.fixture
def world(sqlite_url, tmp_path, monkeypatch):
    # any column with a user's id will do
    monkeypatch.setattr(held, "HOLDINGS", [])
    held.hang(Company, "made_by_run", "company", "companies", "company")
    with World(sqlite_url, tmp_path, connect=False) as world:
        begin_write()
        world.bob = people.add_user(world.account, "bob@example.com", "Bob", ["salesperson"], None)
        db.session.commit()
        yield world


def holder(name):
    db.session.rollback()
    return db.session.query(Company.made_by_run).filter_by(name=name).scalar()


def test_what_a_user_holds_is_told_in_words(world):
    assert held.told(world.bob) == ""
    world.ours("Acme", made_by_run=world.bob.id)
    assert held.told(world.bob) == "1 company"


def test_what_a_user_holds_is_handed_over_and_each_history_tells_it(world):
    world.ours("Acme", made_by_run=world.bob.id)
    world.ours("Bolt", made_by_run=world.ann.id)
    begin_write()
    held.hand_over(db.session.get(User, world.bob.id), world.ann, world.ann)
    db.session.commit()
    assert (holder("Acme"), held.told(world.bob)) == (world.ann.id, "")
    (line,) = db.session.query(RecordChange).filter_by(what="edited")
    assert (line.changes, line.note) == ({"made_by_run": ["Bob", "ann"]}, "Handed over by Bob")


def test_nothing_of_another_account_is_handed_over(world):
    other, _cleo = world.new_account("Cleo's MSP", "cleo@example.com")
    world.ours("Acme", made_by_run=world.bob.id)
    begin_write()
    db.session.query(Company).update({"account_id": other.id})
    held.hand_over(db.session.get(User, world.bob.id), None, world.ann)
    db.session.commit()
    assert holder("Acme") == world.bob.id
