"""Never twice: many processes at once, and an import that sweeps while a record is being made."""

import subprocess
import sys
import threading

import pytest
import sqlalchemy as sa

from halo_admin.crm import linked
from halo_admin.crm.models import Company
from halo_admin.db import begin_write, db
from halo_admin.exporting import creating, exports, jobs, picking
from halo_admin.exporting.models import Export, Intent
from halo_admin.importing import postponing
from halo_admin.mirror.models import HaloRecord
from tests.importing.test_meanwhile import until_saving
from tests.importing.world import counts
from tests.processes import ROOT
from tests.servers import KEYS

PROCESSES, PEOPLE = 20, 10


def environment(world):
    return {
        "PATH": "/usr/bin:/bin", "DATABASE_URL": world.app.config["SQLALCHEMY_DATABASE_URI"], "REDIS_URL": "",
        "INSTANCE_PATH": str(world.app.config["INSTANCE_PATH"]), "HALO_ALLOW_HOST": world.app.config["HALO_ALLOW_HOST"],
        "HALO_WINDOW_REQUESTS": "0", "SECRET_KEY": "of tests",
    } | KEYS | {"ENCRYPTION_KEYS": KEYS["ENCRYPTION_KEYS"]}  # fmt: skip


def test_twenty_processes_that_send_one_record_at_once_make_one(world):
    acme = world.ours("Acme", phone="+49 30 5550100")
    world.halo.switches.turn("latency", "50-200")
    account_id = world.account.id
    db.session.remove()
    command = [sys.executable, "-m", "flask", "--app", "app", "halo", "export", "company", str(acme), "--fields",
               "name,phone", "--create", "--account", str(account_id), "--inline", "--json"]  # fmt: skip
    started = [
        subprocess.Popen(command, cwd=ROOT, env=environment(world), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         text=True)
        for _ in range(PROCESSES)
    ]  # fmt: skip
    told = [one.communicate(timeout=280) for one in started]
    assert len(world.clients("Acme")) == 1, told
    (intent,) = world.intents()
    assert (intent.outcome, intent.halo_id) == ("made", world.clients("Acme")[0]["id"])
    assert [one.returncode for one in started].count(0) >= 1, told
    linked = sa.select(sa.func.count()).where(HaloRecord.ours_id == acme, HaloRecord.kind == "client")
    assert db.session.scalar(linked) == 1


def test_an_import_that_sweeps_while_a_create_is_under_way_makes_no_second_company(world_on_each):
    world = world_on_each
    acme = world.ours("Acme", phone="+49 30 5550100")
    export = world.opened("company", acme)
    world.halo.app.book.add("lost-answer", match="/api/Client", method="POST", times=1)
    down = world.fault("server-error", match="/api/Client", method="GET", status=503)
    done = world.send(export, "name")
    assert (done.state, len(world.clients("Acme")), down.fired > 0) == ("unknown", 1, True)
    world.halo.app.book.clear()
    halo_id = world.clients("Acme")[0]["id"]
    run = world.imported()
    told = world.decision(run, halo_id)
    assert (told["action"], "is being sent to Halo just now" in told["reason"]) == ("skipped", True)
    assert [one.name for one in world.companies()] == ["Somebody else", "Acme"]
    exports.look(done)
    done = world.worked(done)
    assert (done.state, done.halo_id) == ("done", halo_id)
    again = world.imported()
    assert world.decision(again, halo_id)["action"] == "unchanged"
    assert len(world.companies()) == 2
    assert counts(again)["unchanged"] == 2


def test_what_was_there_before_is_not_postponed(world):
    old = world.theirs("Acme")
    world.imported()
    tenant_id = world.tenant().id
    begin_write()
    db.session.execute(sa.update(HaloRecord).where(HaloRecord.halo_id == old).values(ours_id=None, fingerprint=None))
    linked.settle_all(world.account.id)
    db.session.commit()
    export = world.opened("company", world.ours("Acme"), to="new")
    begin_write()
    intent = Intent(account_id=world.account.id, tenant_id=tenant_id, export_id=export.id, kind="client",
                    ours_id=export.ours_id, name="Acme", name_key="acme", values={}, known=[],
                    opened_at=export.opened_at)  # fmt: skip
    db.session.add(intent)
    db.session.commit()
    told = world.decision(world.imported(), old)
    assert (told["action"], told["reason"] != postponing.WHY) == ("review", True), "two here have its name"


def test_the_database_holds_one_open_intent_and_one_sending_per_record(world):
    acme = world.ours("Acme")
    second = world.opened("company", acme)
    assert picking.start(world.picker(second), ["name"])
    begin_write()
    row = {name: getattr(db.session.get(Export, second.id), name) for name in ("account_id", "tenant_id", "kind")}
    twin = Export(**row, ours_id=acme, ours_name="Acme", by_name="Bob", state="sending", opened_at=second.opened_at)
    db.session.add(twin)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_create_that_waits_to_be_saved_is_decided_again_when_its_equal_is_being_sent(world):
    halo_id = world.theirs("Acme")
    run = until_saving(world)
    assert world.decision(run, halo_id)["action"] == "created"
    opened_at = world.fresh(run).started_at  # before the sweep: only its row came late
    export = world.opened("company", world.ours("Zoo"))
    begin_write()
    intent = Intent(account_id=world.account.id, tenant_id=world.tenant().id, export_id=export.id, kind="client",
                    ours_id=export.ours_id, name="Acme", name_key="acme", values={}, known=[],
                    opened_at=opened_at)  # fmt: skip
    db.session.add(intent)
    db.session.commit()
    told = world.decision(world.finish(run), halo_id)
    assert (told["action"], "is being sent to Halo just now" in told["reason"]) == ("skipped", True)
    assert [one.name for one in world.companies()] == ["Somebody else", "Zoo"]


def test_an_import_that_sweeps_between_a_create_and_its_link_makes_no_second_company(world_on_each, monkeypatch):
    world = world_on_each
    acme = world.ours("Acme", phone="+49 30 5550100")
    export = world.opened("company", acme)
    assert picking.start(world.picker(export), ["phone"])
    export_id, app = export.id, world.app
    made, go_on, keep = threading.Event(), threading.Event(), creating._keep

    def keep_later(labour, halo_id):
        made.set()
        assert go_on.wait(60)
        return keep(labour, halo_id)

    monkeypatch.setattr(creating, "_keep", keep_later)

    def sending():
        with app.app_context():
            jobs.work(export_id)

    db.session.rollback()
    worker = threading.Thread(target=sending)
    worker.start()
    try:
        assert made.wait(60)
        halo_id = world.clients("Acme")[0]["id"]
        told = world.decision(world.imported(), halo_id)
        assert (told["action"], "is being sent to Halo just now" in told["reason"]) == ("skipped", True)
    finally:
        go_on.set()
        worker.join(60)
    db.session.rollback()
    done = db.session.get(Export, export_id, populate_existing=True)
    assert (done.state, done.halo_id, world.record(halo_id).ours_id) == ("done", halo_id, acme)
    assert world.decision(world.imported(), halo_id)["action"] == "unchanged"
    assert [one.name for one in world.companies()] == ["Somebody else", "Acme"]


def test_ten_people_who_press_send_at_the_same_moment_make_one_record(world_on_each):
    world = world_on_each
    acme = world.ours("Acme", phone="+49 30 5550100")
    world.halo.switches.turn("latency", "50-200")
    app, together, ended = world.app, threading.Barrier(PEOPLE), []

    def press():
        with app.app_context():
            begin_write()
            export = exports.open_("company", db.session.get(Company, acme), chosen={"to": "new"})
            db.session.commit()
            export = jobs.work_inline(export.id)
            picker = picking.Picker(export, db.session.get(Company, acme))
            together.wait(60)
            try:
                picking.start(picker, ["phone"])
                ended.append(jobs.work_inline(export.id).state)
            except exports.Busy:
                ended.append("busy")
            finally:
                db.session.remove()

    db.session.rollback()
    people = [threading.Thread(target=press) for _ in range(PEOPLE)]
    for one in people:
        one.start()
    for one in people:
        one.join(280)
    assert (len(ended), ended.count("done") >= 1) == (PEOPLE, True), ended
    assert len(world.clients("Acme")) == 1
    assert [(one.outcome, one.halo_id) for one in world.intents()] == [("made", world.clients("Acme")[0]["id"])]
