"""Contacts of Halo's that share e-mails, changed at random on both sides: imports settle, consent never loosens."""

import random

import pytest
import sqlalchemy as sa

from halo_admin.db import db
from halo_admin.halo import paging
from halo_admin.importing import legs
from halo_admin.importing.situation import UP_TO
from halo_admin.mirror.models import HaloRecord
from tests.importing.world import all_told, counts

IDS = (5001, 5002, 5003)
MAILS = ("a@x.example", "b@x.example", None)
UNREADABLE = {"inactive": {"no": "flag"}}


@pytest.mark.parametrize("seed", range(6))
def test_an_import_leaves_nothing_to_do_and_nobody_is_subscribed_again(world, seed):
    chance = random.Random(seed)
    clients = [world.theirs("Acme", type="Customer"), world.theirs("Bee", type="Supplier"), None]
    world.map(Supplier="don't import")
    world.run()
    world.our_contact("Ours", email="a@x.example", unsubscribed=chance.random() < 0.2)
    persons = {}
    for step in range(8):
        for halo_id in chance.sample(IDS, 2):
            change(chance, persons.setdefault(halo_id, {"at": clients[0], "email": "a@x.example"}), clients, step)
            world.person(f"P{halo_id}", id=halo_id, **persons[halo_id])
        if chance.random() < 0.5:
            edit(chance, world)
        before = {one.id for one in world.contacts() if one.unsubscribed}
        run = world.imported_contacts()
        told = f"step {step} of {persons}"
        assert run.state in ("done", "problems"), told
        assert before <= {one.id for one in world.contacts() if one.unsubscribed}, told
        assert run.facts.get("opt_outs", {"loosened": 0})["loosened"] == 0
        assert_opt_outs_are_heeded(world, told)
        if not counts(run).get("review"):  # a question may be settled by what the same import did
            assert_settled(world, told)


def assert_settled(world, told):
    settled = state(world)
    again = world.imported_contacts()
    assert not {"created", "linked", "updated"} & counts(again).keys(), told
    assert state(world) == settled, told


def change(chance, person, clients, step):
    """Something about a person changes in Halo."""
    person.pop("raw", None)
    new = {
        "at": clients, "email": MAILS, "active": (True, False), "isserviceaccount": (False, False, True),
        "neversendemails": (True, True, False), "title": (f"Title {step}",), "raw": (UNREADABLE,),
    }  # fmt: skip
    name = chance.choice([*sorted(new), "at", "neversendemails", "neversendemails"])
    person[name] = chance.choice(new[name])
    person.setdefault("raw", {})


def edit(chance, world):
    """A person here changes something."""
    contact = chance.choice(world.contacts())
    what = chance.choice(("unsubscribed", "email", "company_id", "lists"))
    if what == "lists":
        for name in world.lists():
            world.take_off(name, contact.id)
        return
    companies = [None, *(one.id for one in world.companies())]
    new = {"unsubscribed": (True,), "email": MAILS, "company_id": companies}[what]
    world.edit_contact(contact.id, **{what: chance.choice(new)})


def state(world):
    """Our contacts with their lists."""
    fields = ("id", "version", "first_name", "title", "email", "company_id", "unsubscribed", "inactive_in_halo")
    return [[getattr(one, name) for name in fields] for one in world.contacts()], world.lists()


def assert_opt_outs_are_heeded(world, told):
    here = {one.id: one for one in world.contacts()}
    readable = (HaloRecord.kind == "user", HaloRecord.halo_id.in_(IDS), HaloRecord.error.is_(None))
    for row in db.session.scalars(sa.select(HaloRecord).where(*readable)):
        if row.values.get("unsubscribed"):
            same = [one for one in here.values() if row.email_key and one.email_key == row.email_key]
            mine = [here[row.ours_id]] if row.ours_id else same if row.type_key is None else []
            assert all(one.unsubscribed for one in mine), told


@pytest.mark.parametrize("seed", range(8))
def test_one_that_has_to_wait_between_pages_comes_to_the_same(world, seed, monkeypatch):
    """People edit while it waits, and Halo changes what it has read and what it has not."""
    monkeypatch.setattr(paging, "PAGE_SIZE", 2)
    monkeypatch.setattr(paging.paged, "__defaults__", (2,))
    chance = random.Random(seed)
    clients = [world.theirs("Acme", type="Customer"), world.theirs("Bee", type="Supplier"), None]
    world.map(Supplier="don't import")
    world.run()
    world.our_contact("Ours", email="a@x.example", unsubscribed=chance.random() < 0.2)
    persons = {halo_id: {"at": clients[0], "email": chance.choice(MAILS)} for halo_id in range(5001, 5011)}
    for step in range(4):
        for halo_id in [*persons] if step == 0 else chance.sample([*persons], 4):
            alter(chance, world, persons, halo_id, clients, step)
        before = {one.id for one in world.contacts() if one.unsubscribed}
        run, waits = import_with_waits(chance, world, persons, clients, step)
        told = f"step {step} of {persons}, after {waits} waits"
        assert run.state in ("done", "problems"), told
        assert waits > 0
        assert step > 0 or UP_TO in run.facts
        assert before <= {one.id for one in world.contacts() if one.unsubscribed}, told
        assert run.facts.get("opt_outs", {"loosened": 0})["loosened"] == 0
        assert all_told(run), told
        world.imported_contacts()  # what changed behind its back
        assert_opt_outs_are_heeded(world, told)
        assert_settled(world, told)


def import_with_waits(chance, world, persons, clients, step):
    """(the run, how often it had to wait)"""
    run, waits = world.start("contacts"), 0
    world.halo.clear_faults()
    world.halo.set_fault("throttled", match="/api/Users", after=chance.randint(1, 3), times=1, retry_after="seconds",
                         seconds=600)  # fmt: skip
    while world.fresh(run).is_live:
        legs._leg(run.id, 60)
        if world.fresh(run).state == "quota":
            waits += 1
            if chance.random() < 0.5:
                edit(chance, world)
            alter(chance, world, persons, chance.choice([*persons]), clients, step)
            world.may_go_on(run)
    return world.fresh(run), waits


def alter(chance, world, persons, halo_id, clients, step):
    change(chance, persons[halo_id], clients, step)
    world.person(f"P{halo_id}", id=halo_id, **persons[halo_id])
