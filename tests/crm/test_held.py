"""What a user holds, and handing it over."""

import pytest

from halo_admin.accounts import people
from halo_admin.accounts.models import User
from halo_admin.crm import held
from halo_admin.crm.change_models import RecordChange
from halo_admin.crm.models import Company, Lack
from halo_admin.db import begin_write, db
from tests.importing.world import World


@pytest.fixture
def world(database_url, tmp_path):
    with World(database_url, tmp_path, connect=False) as world:
        begin_write()
        world.bob = people.add_user(world.account, "bob@example.com", "Bob", ["salesperson"], None)
        db.session.commit()
        yield world


def salesperson(name):
    db.session.rollback()
    return db.session.query(Company.salesperson_id).filter_by(name=name).scalar()


def hand_over(world, to):
    begin_write()
    held.hand_over(db.session.get(User, world.bob.id), to, world.ann)
    db.session.commit()


def test_what_a_user_holds_is_told_in_words_and_handed_over_with_a_line_in_each_history(world):
    assert held.told(world.bob) == ""
    world.ours("Acme", salesperson_id=world.bob.id)
    world.ours("Bolt", salesperson_id=world.ann.id)
    world.our_contact("Sam", salesperson_id=world.bob.id)
    assert held.told(world.bob) == "1 contact and 1 company"
    hand_over(world, world.ann)
    assert (salesperson("Acme"), held.told(world.bob)) == (world.ann.id, "")
    lines = db.session.query(RecordChange).filter_by(what="edited").order_by(RecordChange.kind).all()
    assert [line.kind for line in lines] == ["company", "contact"]
    assert {line.note for line in lines} == {"Handed over by Bob"}
    assert lines[0].changes == {"salesperson_id": ["Bob", "ann"]}


def test_nothing_of_another_account_is_handed_over(world):
    other, _cleo = world.new_account("Cleo's MSP", "cleo@example.com")
    world.ours("Acme", salesperson_id=world.bob.id)
    begin_write()
    for model in (Company, Lack):
        db.session.query(model).update({"account_id": other.id})
    db.session.commit()
    hand_over(world, None)
    assert salesperson("Acme") == world.bob.id
