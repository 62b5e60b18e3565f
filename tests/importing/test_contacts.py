"""Contacts: matched by e-mail, with their company, on the list of its type."""

import pytest
import sqlalchemy as sa

from halo_admin import normal
from halo_admin.accounts.models import Account
from halo_admin.connecting import practice
from halo_admin.crm import lists as crm_lists
from halo_admin.crm import words
from halo_admin.crm.contact_models import Contact
from halo_admin.crm.models import Company
from halo_admin.db import begin_write, db, now
from halo_admin.exporting.models import Export, Intent
from halo_admin.importing import answering, runs
from halo_admin.importing.models import Decision
from halo_admin.importing.stages import surroundings
from halo_admin.settings import phone_keys
from tests.importing.world import all_told, counts


def test_contacts_come_in_with_their_company_and_list(world_on_each):
    world = world_on_each
    acme = world.theirs("Acme", type="Customer")
    world.person("Sam", "Poole", at=acme, phonenumber="+44 20 7946 0001", title="CEO")
    run = world.imported_contacts()
    assert run.state == "done"
    contact = world.contact(first_name="Sam")
    assert contact.name == "Sam Poole"
    assert contact.company.name == "Acme"
    assert contact.title == "CEO"
    assert world.lists() == {"Halo: Customer": ["Sam Poole"]}
    assert counts(run) == {"created": 1, "skipped": 2}  # two General Users
    assert all_told(run)


def test_a_second_import_changes_nothing(world, acme):
    world.person("Sam", at=acme)
    world.imported_contacts()
    run = world.imported_contacts()
    assert counts(run) == {"unchanged": 1, "skipped": 2}


def test_an_email_matches_whatever_its_case(world, acme):
    here = world.our_contact("Samuel", None, email="SAM@Acme.example")
    world.person("Sam", at=acme, email="sam@acme.EXAMPLE")
    run = world.imported_contacts()
    assert counts(run)["linked"] == 1
    assert [contact.id for contact in world.contacts()] == [here]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (
            {"first": "General", "last": "User"},
            "it is the General User that Halo keeps for each site, nobody in particular",
        ),
        ({"isserviceaccount": True}, "it is a service account, no person"),
        ({"linked_agent_id": 7}, "it is a Halo agent's own user: one of your staff"),
    ],
)
def test_who_is_no_contact_is_left_out_with_the_reason(world, acme, more, reason):
    halo_id = world.person(at=acme, **more)
    run = world.imported_contacts()
    told = world.decision(run, halo_id)
    assert (told["action"], told["reason"]) == ("skipped", reason)
    assert world.contacts() == []


def test_contacts_without_an_email_stay_out_until_somebody_chooses_otherwise(world, acme):
    halo_id = world.person("Sam", at=acme, email=None)
    odd = world.person("Kim", at=acme, email="n/a")
    run = world.imported_contacts()
    assert world.decision(run, halo_id)["reason"] == "it has no e-mail"
    assert world.decision(run, odd)["reason"] == "its e-mail, n/a, is no address"
    world.choose(without_email="import")
    assert counts(world.imported_contacts())["created"] == 2
    world.choose(without_email="")
    assert counts(world.imported_contacts())["unchanged"] == 2, "who is here stays linked"


def test_as_many_contacts_are_told_to_have_no_email_as_the_choice_is_about(world, acme):
    for email, more in ((None, {}), ("n/a", {}), ("sam@acme.example", {}), (None, {"active": False}),
                        (None, {"isserviceaccount": True}), (None, {"raw": {"inactive": {"no": "flag"}}})):  # fmt: skip
        world.person("Sam", at=acme, email=email, **more)
    gone = world.person("Kim", at=acme, email=None)
    world.imported_contacts()
    world.halo.change("Users", delete=gone)
    world.imported_contacts()
    assert surroundings.count_without_email(world.tenant().id) == 2


def test_contacts_without_an_email_are_counted_within_an_index(world):
    query = surroundings.number_without_email(1).compile(db.engine, compile_kwargs={"literal_binds": True})
    (only,) = db.session.execute(sa.text(f"EXPLAIN QUERY PLAN {query}"))
    assert "USING INDEX ix_halo_records_no_email" in only.detail


def test_contacts_without_an_email_are_never_matched_by_name(world, acme):
    world.our_contact("Sam", "Poole")
    world.person("Sam", "Poole", at=acme, email=None)
    world.choose(without_email="import")
    assert counts(world.imported_contacts())["created"] == 1
    assert len(world.contacts()) == 2


def test_neither_a_name_nor_an_email_is_a_failure_with_its_reason(world, acme):
    halo_id = world.person("", "", at=acme, email=None, raw={"name": ""})
    world.choose(without_email="import")
    run = world.imported_contacts()
    assert world.decision(run, halo_id)["reason"] == "Halo sends no name for it, and no e-mail"
    assert run.state == "problems"


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [("Sam Poole", "Sam", "Poole"), ("Poole, Sam", "Sam", "Poole"), ("Cher", "Cher", None)],
)
def test_a_full_name_alone_is_split(world, acme, written, first, last):
    world.person(at=acme, email="sam@acme.example", name=written, firstname="", surname="")
    world.imported_contacts()
    contact = world.contact(email="sam@acme.example")
    assert (contact.first_name, contact.last_name) == (first, last)


def test_an_inactive_contact_is_not_created_and_a_linked_one_is_marked(world, acme):
    off = world.person("Kim", at=acme, active=False)
    sam = world.person("Sam", at=acme)
    run = world.imported_contacts()
    assert world.decision(run, off)["reason"] == "it is inactive in Halo"
    world.person("Sam", at=acme, id=sam, active=False)
    run = world.imported_contacts()
    assert world.decision(run, sam)["reason"] == "is inactive in Halo now"
    assert world.contact(first_name="Sam").inactive_in_halo
    assert counts(world.imported_contacts())["unchanged"] == 1


# their companies


def test_only_who_has_no_real_client_in_halo_comes_in_without_a_company(world, acme):
    world.person("Nobody", "Known", at=None)
    world.person("Pia", "Prospect", at=acme, is_prospect=True)
    world.imported_contacts()
    assert {contact.company_id for contact in world.contacts()} == {None}
    assert world.lists() == {"Halo: No company": ["Nobody Known", "Pia Prospect"]}


def test_a_row_that_names_no_client_has_that_of_its_site(world, acme):
    world.person("Sam", at=acme, raw={"client_id": None})
    world.imported_contacts()
    assert world.contact(first_name="Sam").company.name == "Acme"


def test_a_row_without_a_client_whose_site_is_not_known_here_is_left_out(world, acme):
    world.imported()
    late = world.theirs("Late Ltd")
    sam = world.person("Sam", at=late, raw={"client_id": None})
    run = world.run("contacts")
    assert world.decision(run, sam)["reason"] == "its company is not known here"
    world.run()
    world.run("contacts")
    assert world.contact(first_name="Sam").company.name == "Late Ltd"


def test_a_row_without_a_client_whose_site_is_that_of_the_unknown_comes_in_without_a_company(world, acme):
    world.person("Sam", at=None, raw={"client_id": None})
    world.imported_contacts()
    assert world.contact(first_name="Sam").company_id is None
    assert world.lists() == {"Halo: No company": ["Sam Poole"]}


def test_contacts_of_a_client_that_failed_hear_why(world, acme):
    acme = world.theirs("", id=acme, phone="+49 30 5550100")
    sam = world.person("Sam", at=acme)
    failed = world.decision(world.imported(), acme)
    assert failed["action"] == "failed"
    told = world.decision(world.run("contacts"), sam)
    assert (told["action"], told["reason"].partition(": ")[2]) == ("skipped", failed["reason"])


def test_contacts_of_a_client_that_may_be_being_sent_hear_why(world, acme):
    world.imported()
    late = world.theirs("Late Ltd")
    sam = world.person("Sam", at=late)
    intent = open_intent(world, name="Late Ltd")
    sent = world.decision(world.run(), late)["reason"]
    assert sent.startswith("Late Ltd is being sent to Halo just now")
    told = world.decision(world.run("contacts"), sam)
    assert told["reason"] == f"its company, Late Ltd, did not come in: {sent}"
    close(intent)
    world.run()
    assert counts(world.run("contacts"))["created"] == 1


def open_intent(world, name):
    """Somebody is sending a company of this name to Halo; the intent's id."""
    begin_write()
    here = {"account_id": world.account.id, "tenant_id": world.tenant().id, "ours_id": 1, "opened_at": now()}
    export = Export(**here, kind="company", ours_name=name, by_name="Ann", state="sending")
    db.session.add(export)
    db.session.flush()
    intent = Intent(**here, export_id=export.id, kind="client", name=name, name_key=normal.name_key(name),
                    values={}, known=[])  # fmt: skip
    db.session.add(intent)
    db.session.commit()
    return intent.id


def close(intent_id):
    begin_write()
    db.session.get(Intent, intent_id).closed_at = now()
    db.session.commit()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"active": False}, "its company, Acme, is inactive in Halo"),
        ({"raw": {"website": {"no": "text"}}}, "its company, Acme, cannot be read from Halo"),
    ],
)
def test_contacts_of_a_client_that_cannot_come_in_are_left_out_with_its_reason(world, acme, change, reason):
    world.read()
    world.theirs("Acme", id=acme, **change)
    sam = world.person("Sam", at=acme)
    world.imported()
    assert world.decision(world.run("contacts"), sam)["reason"] == reason


def test_contacts_of_a_client_whose_type_nobody_has_mapped_are_left_out_with_its_reason(world, acme):
    world.imported()
    late = world.theirs("Late Ltd", type="Partner")
    sam = world.person("Sam", at=late)
    world.run()
    assert world.decision(world.run("contacts"), sam)["reason"] == "its company's type, Partner, is not mapped yet"


def test_contacts_of_a_client_answered_to_be_one_here_come_in_with_that_one(world):
    one = world.ours("One", phone="+49 30 5550100")
    world.ours("Two", phone="+49 30 5550100")
    acme = world.theirs("Acme", phone="+49 30 5550100")
    world.person("Sam", at=acme)
    companies = world.imported()
    assert counts(world.imported_contacts()) == {"skipped": 3}
    answer(companies, "link", ours_id=one)
    assert counts(world.imported_contacts())["created"] == 1
    assert world.contact().company_id == one


def test_a_contact_whose_client_is_left_out_is_left_out_with_the_same_reason(world):
    supplier = world.theirs("Parts Ltd", type="Supplier")
    halo_id = world.person("Sam", at=supplier)
    world.map(Supplier="don't import")
    run = world.imported_contacts()
    told = world.decision(run, halo_id)
    assert (told["action"], told["reason"]) == ("skipped", "its company's type, Supplier, is not imported")


def test_a_contact_that_is_here_stays_when_its_type_is_left_out_later(world, acme):
    halo_id = world.person("Sam", at=acme)
    world.imported_contacts()
    world.save_mapping(Customer="don't import")
    world.run()
    run = world.imported_contacts()
    reason = "its company's type, Customer, is not imported; the contact here stays as it is"
    assert world.decision(run, halo_id)["reason"] == reason
    assert world.lists() == {"Halo: Customer": ["Sam Poole"]}


def test_a_contact_whose_company_arrives_later(world, acme):
    world.imported_contacts()
    late = world.theirs("Late Ltd", type="Customer")
    halo_id = world.person("Sam", at=late)
    run = world.imported_contacts()
    assert world.decision(run, halo_id)["reason"] == f"its company, Halo client {late}, is not known here"
    world.read()
    run = world.imported_contacts()
    assert world.decision(run, halo_id)["reason"] == "its company, Late Ltd, has not been imported yet"
    world.run()
    run = world.imported_contacts()
    assert counts(run)["created"] == 1
    assert world.contact(first_name="Sam").company.name == "Late Ltd"


def test_a_client_that_waits_for_an_answer_answered_its_contacts_follow(world):
    world.ours("One", phone="+49 30 5550100")
    world.ours("Two", phone="+49 30 5550100")
    acme = world.theirs("Acme", phone="+49 30 5550100")
    halo_id = world.person("Sam", at=acme)
    companies = world.imported()
    run = world.imported_contacts()
    told = world.decision(run, halo_id)
    assert (told["action"], told["reason"]) == ("skipped", "its company, Acme, waits for an answer")
    answer(companies, "create")
    run = world.imported_contacts()
    assert world.contact(first_name="Sam").company.made_by_run == companies.id


def test_a_client_answered_to_be_left_out_keeps_its_contacts_out(world):
    world.ours("One", phone="+49 30 5550100")
    world.ours("Two", phone="+49 30 5550100")
    acme = world.theirs("Acme", phone="+49 30 5550100")
    halo_id = world.person("Sam", at=acme)
    answer(world.imported(), "ignore", by_user=world.ann)
    run = world.imported_contacts()
    assert (
        world.decision(run, halo_id)["reason"] == f"its company, Acme, was left out by the answer of {world.ann.name}"
    )


def answer(run, do, **more):
    begin_write()
    answering.answer(db.session.query(Decision).filter_by(run_id=run.id, action="review").one(), do, **more)


def test_a_moved_contact_gets_its_new_company(world, acme):
    other = world.theirs("Other", type="Prospect")
    sam = world.person("Sam", at=acme, email="sam@x.example")
    world.imported_contacts()
    assert world.contact().company.name == "Acme"
    world.person("Sam", at=other, email="sam@x.example", id=sam)
    run = world.imported_contacts()
    assert world.decision(run, sam)["changes"] == {
        "company": ["Acme", "Other"],
        "lists": ["Halo: Customer", "Halo: Prospect"],
    }
    assert world.contact(first_name="Sam").company.name == "Other"


# lists


def retype(world, halo_id, kind):
    """Give a client of Halo's another type, map it under its own name, and import the companies."""
    world.theirs("Acme", id=halo_id, type=kind)
    world.read()
    world.save_mapping()
    world.run()


def test_a_changed_company_type_moves_its_contacts(world, acme):
    world.person("Sam", at=acme)
    world.imported_contacts()
    retype(world, acme, "Prospect")
    run = world.imported_contacts()
    assert counts(run)["updated"] == 1
    assert world.lists() == {"Halo: Customer": [], "Halo: Prospect": ["Sam Poole"]}
    assert counts(world.imported_contacts())["unchanged"] == 1


def test_a_type_changed_here_moves_its_contacts_too(world, acme):
    world.person("Sam", at=acme)
    world.imported_contacts()
    world.edit(world.company(name="Acme").id, type_id=None)
    world.imported_contacts()
    assert world.lists() == {"Halo: Customer": [], "Halo: No type": ["Sam Poole"]}


def test_an_import_takes_nobody_off_a_list_a_person_put_them_on(world, acme):
    world.our_contact("Sam", email="sam@acme.example", lists=["Halo: Customer"])
    world.person("Sam", at=acme, email="sam@acme.example")
    world.imported_contacts()
    retype(world, acme, "Prospect")
    world.imported_contacts()
    assert world.lists() == {"Halo: Customer": ["Sam Poole"], "Halo: Prospect": ["Sam Poole"]}


def test_a_contact_taken_off_a_list_stays_off(world, acme):
    sam = world.person("Sam", at=acme)
    world.imported_contacts()
    world.take_off("Halo: Customer", world.contact(first_name="Sam").id)
    world.imported_contacts()
    world.person("Sam", at=acme, id=sam, title="CEO")
    assert counts(world.imported_contacts())["updated"] == 1
    assert world.lists() == {"Halo: Customer": []}
    retype(world, acme, "Prospect")
    world.imported_contacts()
    retype(world, acme, "Customer")
    world.imported_contacts()
    assert world.lists() == {"Halo: Customer": [], "Halo: Prospect": []}


def test_an_import_brings_back_whom_an_import_took_off(world, acme):
    world.person("Sam", at=acme)
    world.imported_contacts()
    for kind in ("Prospect", "Customer"):
        retype(world, acme, kind)
        world.imported_contacts()
    assert world.lists() == {"Halo: Customer": ["Sam Poole"], "Halo: Prospect": []}


def test_a_renamed_list_with_leads_on_stays_as_it_is(world, acme):
    world.person("Sam", at=acme)
    world.imported_contacts()
    begin_write()
    (customers,) = crm_lists.lists_of(world.account.id)
    assert not customers.leads
    customers.name, customers.name_key, customers.leads = "Ours", "ours", True
    db.session.commit()
    world.person("Kim", at=acme)
    world.imported_contacts()
    assert world.lists() == {"Ours": ["Kim Poole", "Sam Poole"]}
    assert crm_lists.lists_of(world.account.id)[0].leads


def test_the_list_is_that_of_the_company_a_person_moved_the_contact_to(world, acme):
    other = world.ours("Other", type="Prospect")
    sam = world.person("Sam", at=acme)
    world.imported_contacts()
    world.edit_contact(world.contact(first_name="Sam").id, company_id=other)
    run = world.imported_contacts()
    assert world.decision(run, sam)["changes"] == {"lists": ["Halo: Customer", "Halo: Prospect"]}
    assert world.lists() == {"Halo: Customer": [], "Halo: Prospect": ["Sam Poole"]}
    assert counts(world.imported_contacts())["unchanged"] == 1
    world.edit(other, type_id=None)
    world.imported_contacts()
    assert world.lists() == {"Halo: Customer": [], "Halo: No type": ["Sam Poole"], "Halo: Prospect": []}
    assert counts(world.imported_contacts())["unchanged"] == 1


def test_a_contact_that_loses_its_client_in_halo_keeps_company_and_list(world, acme):
    sam = world.person("Sam", at=acme, email="sam@x.example")
    world.imported_contacts()
    world.person("Sam", at=None, email="sam@x.example", id=sam)
    world.imported_contacts()
    assert world.contact().company.name == "Acme"
    assert world.lists() == {"Halo: Customer": ["Sam Poole"]}


def test_a_contact_linked_for_the_first_time_is_on_the_list_of_the_company_it_has_then(world, acme):
    other = world.ours("Other", type="Prospect")
    world.our_contact("Sam", email="sam@x.example", company_id=other)
    world.our_contact("Kim", email="kim@x.example")
    world.person("Sam", at=None, email="sam@x.example")
    world.person("Kim", at=acme, email="kim@x.example")
    world.imported_contacts()
    assert world.lists() == {"Halo: Customer": ["Kim Poole"], "Halo: Prospect": ["Sam Poole"]}


# what else hangs on contacts


def test_leaving_practice_data_takes_contacts_and_lists_along(world, acme):
    here = world.our_contact("Kim", email="kim@acme.example", lists=["Friends"])
    begin_write()
    world.tenant().practice = True
    db.session.commit()
    world.person("Sam", at=acme)
    world.person("Kim", at=acme, email="kim@acme.example", title="CEO")
    world.imported_contacts()
    assert world.lists() == {"Friends": ["Kim Poole"], "Halo: Customer": ["Kim Poole", "Sam Poole"]}
    begin_write()
    gone = practice.leave(world.account.id)
    assert (gone["contacts"], gone["companies"]) == (1, 1)
    db.session.commit()
    (own,) = world.contacts()
    assert (own.id, own.title, own.company_id) == (here, None, None)
    assert world.lists() == {"Friends": ["Kim Poole"]}


def test_phone_keys_of_contacts_follow_the_country(world):
    contact_id = world.our_contact("Sam", phone="030 5550100", mobile="0170 5550100")
    world.set_country("de")
    phone_keys.follow(world.account.id)
    contact = world.contact(contact_id)
    assert (contact.phone_key, contact.mobile_key) == ("+49305550100", "+491705550100")


def test_who_is_merged_into_another_one_in_halo_stays_here_as_a_contact_of_their_own(world, acme):
    first = world.person("Sam", at=acme, email="sam@x.example")
    second = world.person("Samuel", at=acme, email="samuel@x.example")
    world.imported_contacts()
    world.halo.change("Users", merge=second, into=first)
    run = world.imported_contacts()
    assert run.facts["gone"] == 1
    assert len(world.contacts()) == 2, "nothing is deleted here"


def command(world, *args):
    return world.app.test_cli_runner().invoke(args=["halo", "import", "contacts", "--inline", *args,
                                                    "--account", str(world.account.id)])  # fmt: skip


def test_the_shell_can_choose_for_the_stage(world, acme):
    world.person("Sam", at=acme, email=None)
    world.imported()
    assert command(world, "--choose", "without_email=import").exit_code == 0
    assert len(world.contacts()) == 1
    refused = command(world, "--choose", "without_email=maybe")
    assert refused.exit_code != 0
    assert "It can be without_email= or without_email=import." in refused.output


def test_a_choice_is_saved_on_the_page_and_anything_else_is_refused(world, acme):
    world.imported()
    client = world.signed_in()
    address = "/settings/halo/contacts/choose"
    assert client.post(address, data={"without_email": "import"}).status_code == 303
    page = client.get("/settings/halo/contacts").text
    assert 'value="import" checked' in page
    assert client.post(address, data={"without_email": "maybe"}).status_code == 400
    assert client.post("/settings/halo/companies/choose", data={}).status_code == 400


def test_what_is_ticked_beside_import_holds_for_it(world, acme):
    world.person("Sam", at=acme, email=None)
    world.imported()
    client, start = world.signed_in(), "/settings/halo/contacts/import"
    assert client.post(start, data={"without_email": "maybe"}).status_code == 400
    assert client.post(start, data={"purpose": "import", "without_email": "import"}).status_code == 303
    world.finish(runs.live(world.account.id))
    assert [contact.first_name for contact in world.contacts()] == ["Sam"]
    assert 'value="import" checked' in client.get("/settings/halo/contacts").text


def test_the_report_tells_lists_and_opt_outs_and_every_reason_has_its_sentence(world, acme):
    supplier = world.theirs("Parts Ltd", type="Supplier")
    world.person("Sam", at=acme, neversendemails=True)
    world.person("Kim", at=supplier)
    world.person("Pat", at=acme, email=None)
    world.map(Supplier="don't import")
    run = world.imported_contacts()
    client = world.signed_in()
    page = client.get(f"/settings/halo/runs/{run.id}").text
    assert "0 opt-outs loosened, 1 added." in page
    assert ">Halo: Customer</a>: 1 joined, 0 left." in page
    left_out = client.get(f"/settings/halo/runs/{run.id}?action=skipped").text
    assert "The mapping of the companies leaves this type out." in left_out
    assert "Bring them in by the stage" in left_out
    again = client.get(f"/settings/halo/runs/{world.imported_contacts().id}").text
    assert "0 opt-outs loosened, 0 added." in again


def test_the_report_tells_of_a_list_that_shrank(world, acme):
    world.person("Sam", at=acme)
    world.person("Kim", at=acme)
    world.imported_contacts()
    retype(world, acme, "Prospect")
    run = world.imported_contacts()
    client = world.signed_in()
    page = client.get(f"/settings/halo/runs/{run.id}").text
    assert ">Halo: Customer</a>: 0 joined, 2 left." in page
    assert ">Halo: Prospect</a>: 2 joined, 0 left." in page


def test_what_an_import_made_has_the_normal_forms_and_the_words_of_its_values(start_world):
    world = start_world(practice={"companies": 60, "contacts": 150})
    world.imported()
    world.imported_contacts()
    for model in (Company, Contact):
        account, made = db.session.get(Account, world.account.id), db.session.scalars(sa.select(model)).all()
        assert len(made) > 40
        assert any(one.phone_key for one in made)
        for one in made:
            derived = model.derived({field: getattr(one, field) for field in model.FIELDS}, account.default_country)
            assert {name: getattr(one, name) for name in derived} == derived
        before = words.stored(model, account, [one.id for one in made])
        begin_write()
        words.replace(model, account, [{name: getattr(one, name) for name in ("id", *model.WORDS)} for one in made])
        assert words.stored(model, account, [one.id for one in made]) == before
        assert len(before) > 2 * len(made)
