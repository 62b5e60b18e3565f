"""When it is not certain what became of a create: what was there before is never taken for it, nothing is made twice,
and what may have been made stays in somebody's sight until it is settled.
"""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from halo_admin.audit import Somebody
from halo_admin.connecting.opening import connection_of
from halo_admin.crm import changes, lacks
from halo_admin.crm.models import Company
from halo_admin.db import begin_write, db, now
from halo_admin.exporting import creating, exports, jobs, picking, sending
from halo_admin.exporting import mirror as our_mirror
from halo_admin.exporting.models import Export, Intent
from halo_admin.mirror.models import HaloRecord
from tests.exporting.test_crashes import after_its_lease, killed, sent

__all__ = ["killed"]


def never_made(world, path="/api/Client"):
    """A create is refused, and its answer lost: nothing is made, and nobody knows."""
    lost = world.fault("hang-up", match=path, method="POST", times=1)
    return lost, world.fault("mandatory-field", match=path, times=1)


def as_it_is(export):
    db.session.rollback()
    return db.session.get(Export, export.id, populate_existing=True)


@pytest.mark.parametrize("is_chosen_at_once", [True, False])
def test_one_that_the_person_did_not_choose_is_never_taken_for_what_was_made(world, is_chosen_at_once):
    acme = world.ours("Acme")
    other = world.theirs("Acme")  # no import has brought it yet
    if is_chosen_at_once:
        export = world.opened("company", acme, to="new")
    else:
        exports.look(world.opened("company", acme), to="new")
        export = world.worked(db.session.scalars(sa.select(Export)).one())
    lost, _refused = never_made(world)
    done = world.send(export, "name")
    assert lost.fired == 1
    assert (done.state, done.halo_id) == ("unknown", None), done.said
    assert [one.halo_id for one in world.intents()] == [None]
    exports.look(done)
    done = world.worked(done)
    assert (done.state, len(world.clients("Acme"))) == ("unknown", 1)
    assert other not in [one["halo_id"] for one in (done.results or ())]


def test_a_namesake_without_an_e_mail_is_never_taken_for_the_contact_that_was_made(world):
    client_id = world.theirs("Acme")
    world.imported()
    world.person("Sam", "Poole", at=client_id, email=None)
    sam = world.our_contact("Sam", "Poole", company_id=world.company(name="Acme").id)
    export = world.opened("contact", sam)
    lost, _refused = never_made(world, "/api/Users")
    done = world.send(export, "last_name")
    assert (lost.fired, done.state, done.halo_id) == (1, "unknown", None), done.said


def test_one_that_came_up_since_with_another_phone_is_not_taken_for_what_was_made(world):
    acme = world.ours("Acme", phone="+49 30 5550100", website="acme.example")
    export = world.opened("company", acme)
    other = world.theirs("Acme", phone="+49 89 7770000")
    lost, _refused = never_made(world)
    done = world.send(export, "phone")
    assert (lost.fired, done.state, done.halo_id) == (1, "unknown", None), done.said
    assert f"client {other}" in done.said


def test_a_contact_that_came_up_since_at_another_site_is_not_taken_for_what_was_made(world):
    client_id, other = world.theirs("Acme"), world.theirs("Zoo")
    world.imported()
    acme = world.company(name="Acme").id
    sam = world.our_contact("Sam", "Poole", email="sam@acme.example", company_id=acme)
    export = world.opened("contact", sam)
    assert client_id != other
    world.person("Sam", "Poole", at=other, email="sam@acme.example")
    lost, _refused = never_made(world, "/api/Users")
    done = world.send(export, "email")
    assert (lost.fired, done.state, done.halo_id) == (1, "unknown", None), done.said


def test_several_that_came_up_since_are_told_and_none_is_taken(world):
    export = world.opened("company", world.ours("Acme"))
    first, second = world.theirs("Acme"), world.theirs("Acme")
    fault = world.fault("server-error", match="/api/Client", method="POST", body="json")
    done = world.send(export, "name")
    assert (fault.fired, done.state, done.halo_id) == (1, "unknown", None)
    assert str(first) in done.said
    assert str(second) in done.said
    assert [one.outcome for one in world.intents()] == [None]


def test_a_500_while_something_else_came_up_proves_nothing(world):
    export = world.opened("company", world.ours("Acme"))
    world.theirs("Acme, as a rule of Halo's calls it")
    fault = world.fault("server-error", match="/api/Client", method="POST", body="json")
    done = world.send(export, "name")
    assert (fault.fired, done.state) == (1, "unknown"), done.said
    assert [one.outcome for one in world.intents()] == [None]


def test_a_500_with_a_list_that_shows_nothing_proves_nothing(world):
    export = world.opened("company", world.ours("Acme"))
    fault = world.fault("server-error", match="/api/Client", method="POST", body="json")
    empty = world.fault("field-disappears", match="/api/Client", method="GET", field="id")
    done = world.send(export, "name")
    assert (fault.fired, empty.fired > 0, done.state) == (1, True, "unknown"), done.said


def test_what_was_made_and_does_not_show_is_in_doubt_and_found_by_looking_again(world):
    export = world.opened("company", world.ours("Acme"))
    gone = world.fault("gone-in-detail", match="/api/Client/", times=1)
    done = world.send(export, "name")
    assert gone.fired == 1
    assert (done.state, [one.outcome for one in world.intents()]) == ("unknown", [None]), done.said
    exports.look(done)
    done = world.worked(done)
    assert (done.state, len(world.clients("Acme")), world.record(done.halo_id).ours_id) == ("done", 1, done.ours_id)


def test_what_was_made_and_cannot_be_linked_is_shown_among_those_to_choose_from(world, monkeypatch):
    acme = world.ours("Acme", city="Berlin")
    export = world.opened("company", acme)

    def taken(*_arguments):
        raise our_mirror.Taken

    with monkeypatch.context() as patch:
        patch.setattr(our_mirror, "link", taken)
        again = world.send(export, "name")
    (made,) = world.clients("Acme")
    assert (again.state, again.is_new, "to" in again.chosen) == ("where", False, False)
    assert [one["halo_id"] for one in again.found["candidates"]] == [made["id"]]
    assert again.sent_at is not None
    assert str(made["id"]) in again.said
    exports.look(again, to=made["id"])
    done = world.send(world.worked(again), "city")
    assert (done.state, len(world.clients("Acme"))) == ("done", 1)


def test_what_was_made_is_told_also_where_it_cannot_be_linked_and_halo_is_out_of_reach_then(world, monkeypatch):
    export = world.opened("company", world.ours("Acme"))

    def taken(*_arguments):
        world.fault("server-error", match="/api/Client", method="GET", status=503)
        raise our_mirror.Taken

    with monkeypatch.context() as patch:
        patch.setattr(our_mirror, "link", taken)
        done = world.send(export, "name")
    assert (done.state, done.is_new, done.halo_id) == ("partly", True, world.clients("Acme")[0]["id"]), done.said


def test_a_forgotten_dialog_that_an_intent_points_at_stays(world):
    old = world.opened("company", world.ours("Acme"))
    begin_write()
    intent = Intent(account_id=world.account.id, tenant_id=world.tenant().id, export_id=old.id, kind="client",
                    ours_id=old.ours_id, name="Acme", values={}, known=[], opened_at=now(), closed_at=now(),
                    outcome="made")  # fmt: skip
    db.session.add(intent)
    long_ago = sa.update(Export).where(Export.id == old.id)
    db.session.execute(long_ago.values(opened_at=now() - timedelta(days=2)))
    db.session.commit()
    assert world.opened("company", world.ours("Zoo")).state == "ready"
    assert as_it_is(old) is not None


def test_a_halo_that_is_connected_no_more_leaves_in_doubt_what_may_have_been_made(world, killed):
    export = sent(world, world.ours("Acme"), "name")
    killed(world, export, creating, "_keep")
    begin_write()
    db.session.delete(connection_of(world.account.id))
    db.session.commit()
    after_its_lease(export)
    done = world.worked(export)
    assert (done.state, [one.outcome for one in world.intents()]) == ("unknown", [None]), done.said
    assert exports.give_up(done)
    assert [one.outcome for one in world.intents()] == ["given up"]


def test_what_was_made_for_a_company_that_is_deleted_meanwhile_comes_in_by_no_import(world, killed):
    acme = world.ours("Acme")
    export = sent(world, acme, "name")
    killed(world, export, creating, "_keep")
    begin_write()
    lacks.forget(Company, world.account.id, [acme])
    db.session.execute(sa.delete(Company).where(Company.id == acme))
    changes.note("company", acme, world.account.id, Somebody("Bob"), "deleted")
    db.session.commit()
    after_its_lease(export)
    done = world.worked(export)
    (made,) = world.clients("Acme")
    assert (done.state, done.said) == ("partly", "It is not here any more."), "Halo has it"
    assert [(one.outcome, one.halo_id) for one in world.intents()] == [("made", made["id"])]
    told = world.decision(world.imported(), made["id"])
    assert (told["action"], "deleted here by Bob" in told["reason"]) == ("skipped", True)
    assert [one.name for one in world.companies()] == ["Somebody else"]


def test_what_may_have_been_made_for_a_company_that_is_deleted_stays_in_doubt(world, killed, monkeypatch):
    acme = world.ours("Acme")
    export = sent(world, acme, "name")
    killed(world, export, creating, "_keep")
    begin_write()
    lacks.forget(Company, world.account.id, [acme])
    db.session.execute(sa.delete(Company).where(Company.id == acme))
    db.session.commit()
    monkeypatch.setattr(sending, "send", gone)
    after_its_lease(export)
    done = world.worked(export)
    assert (done.state, [one.outcome for one in world.intents()]) == ("unknown", [None]), done.said
    client = world.app.test_client()
    client.post("/sign-in", data={"email": "ann@example.com", "password": "a long password"})
    assert "Halo did not save it" in client.get(f"/exports/{export.id}").text


def gone(_labour):
    raise jobs.NoRecord


def test_looking_for_it_counts_what_halo_held_before_the_create(world):
    export = world.opened("company", world.ours("Acme"))
    assert picking.start(world.picker(export), ["name"])
    assert world.fault("lost-answer", match="/api/Client", method="POST", times=1)
    assert world.worked(export).state == "done"
    newest = db.session.scalar(sa.select(sa.func.max(HaloRecord.halo_id)).where(HaloRecord.kind == "client"))
    assert as_it_is(export).found["newest"] < newest
