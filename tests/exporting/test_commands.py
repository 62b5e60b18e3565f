"""`flask halo export`: the same sending from the shell."""

import json
from datetime import datetime

from halo_admin.accounts import people
from halo_admin.db import begin_write, db
from halo_admin.exporting import picking


def run(world, *arguments):
    given = ["halo", "export", *map(str, arguments), "--account", str(world.account.id), "--inline", "--json"]
    done = world.app.test_cli_runner().invoke(args=given)
    return done.exit_code, (json.loads(done.stdout) if done.stdout.strip() else done.stderr.strip())


def test_a_company_is_sent_and_told_as_data(world):
    acme = world.ours("Acme", phone="+49 30 5550100", city="Berlin")
    code, told = run(world, "company", acme, "--fields", "name,phone")
    (client,) = world.clients("Acme")
    assert (code, told["state"], told["halo_id"], told["created"]) == (0, "done", client["id"], True)
    assert [(one["field"], one["after"], one["outcome"]) for one in told["fields"]] == [
        ("name", "Acme", "written"), ("phone", "+49 30 5550100", "written"),
    ]  # fmt: skip
    assert told["requests"] > 3
    assert world.site(client["id"])["line3"] == ""
    code, told = run(world, "company", acme, "--fields", "name,phone")
    assert (code, told["state"], told["said"]) == (0, "done", "Halo already has all of this.")


def test_a_command_guesses_nothing(world):
    halo_id = world.theirs("Acme", phone="+49 30 5550100")
    acme = world.ours("Acme", phone="+49 30 5550100", city="Berlin")
    code, told = run(world, "company", acme, "--fields", "city")
    assert code == 1
    assert f"{halo_id}  Acme, by phone and name" in told
    code, told = run(world, "company", acme, "--fields", "city", "--to", halo_id)
    assert (code, told["halo_id"], len(world.clients("Acme"))) == (0, halo_id, 1)
    world.edit(acme, phone="+49 30 5550111")
    world.theirs("Acme", phone="+49 30 5550199", id=halo_id, site={"line3": "Berlin"})
    assert "Halo has changed Phone since" in str(run(world, "company", acme, "--fields", "phone")[1])
    assert run(world, "company", acme, "--fields", "phone", "--overwrite")[1]["state"] == "done"


def test_a_contact_needs_its_company_or_a_word_that_it_has_none(world):
    acme = world.ours("Acme")
    sam = world.our_contact("Sam", "Poole", company_id=acme)
    kim = world.our_contact("Kim", "Kay")
    assert run(world, "contact", sam, "--fields", "email") == (
        1, f"Its company, Acme, is not in Halo: send company {acme} first.",
    )  # fmt: skip
    assert "--no-client" in run(world, "contact", kim, "--fields", "email")[1]
    assert run(world, "contact", kim, "--fields", "first_name", "--no-client")[1]["state"] == "done"


def test_mistakes_are_one_sentence_and_refusals_no_success(world):
    acme = world.ours("Acme")
    assert run(world, "company", 987, "--fields", "name") == (1, "There is no company 987 in this account.")
    code, told = run(world, "company", acme, "--fields", "name,fax")
    assert (code, told.startswith("There is no field fax to send.")) == (2, True)
    fault = world.fault("mandatory-field", match="/api/Client")
    code, told = run(world, "company", acme, "--fields", "name")
    assert (code, told["state"], fault.fired) == (1, "refused", 1)


def test_a_command_acts_for_the_person_named_within_their_rights(world):
    begin_write()
    people.add_user(world.account, "bob@example.com", "Bob", ["salesperson"], "a long password")
    people.add_user(world.account, "nil@example.com", "Nil", [], "a long password")
    db.session.commit()
    acme = world.ours("Acme")
    code, told = run(world, "company", acme, "--fields", "name", "--as", "nil@example.com")
    assert (code, "may not do this" in told) == (1, True)
    code, told = run(world, "company", acme, "--fields", "name", "--as", "bob@example.com")
    assert code == 0


def test_what_halo_changed_meanwhile_is_no_success(world, monkeypatch):
    world.theirs("Acme", id=21)
    world.imported()
    acme = world.company(name="Acme").id
    world.edit(acme, website="acme.example")
    start = picking.start

    def start_late(*arguments):
        world.theirs("Acme", website="https://theirs.example", id=21)
        return start(*arguments)

    monkeypatch.setattr(picking, "start", start_late)
    code, told = run(world, "company", acme, "--fields", "website")
    assert (code, told["state"], "Halo changed Website meanwhile" in told["said"]) == (1, "ready", True)


def test_a_sending_as_data_says_by_whom_and_when(world):
    begin_write()
    people.add_user(world.account, "bob@example.com", "Bob", ["salesperson"], "a long password")
    db.session.commit()
    acme = world.ours("Acme", city="Berlin")
    _code, told = run(world, "company", acme, "--fields", "name", "--as", "bob@example.com")
    assert told["by"] == "Bob"
    times = [datetime.fromisoformat(told[name]) for name in ("opened_at", "sent_at", "ended_at")]
    assert times == sorted(times)
    _code, told = run(world, "company", acme, "--fields", "name")
    assert (told["by"], told["sent_at"]) == ("The command line", None), "nothing was to be sent"
