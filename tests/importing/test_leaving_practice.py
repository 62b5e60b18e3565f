"""Leaving practice data after everything was imported: nothing of it is left, in whatever table."""

import pytest
import sqlalchemy as sa

from halo_admin.accounts import people
from halo_admin.accounts.models import User
from halo_admin.connecting import answering, mapping, practice
from halo_admin.crm import changes, lists, notes, parting
from halo_admin.crm.contact_models import Contact, ContactList
from halo_admin.crm.models import Company
from halo_admin.crm.note_models import Note
from halo_admin.crm.opportunity_models import Opportunity
from halo_admin.crm.statuses import STATUSES
from halo_admin.crm.types import TYPES, type_names
from halo_admin.db import begin_write, db, now, owned
from halo_admin.importing import finishing, stages
from halo_admin.mirror.models import HaloRecord
from halo_admin.people import agents, choosing, inviting
from tests.crm.conftest import history
from tests.importing.test_two_accounts import everything_of
from tests.importing.world import World

# what stays on purpose: who did what
STAYS = {"audit_entries"}


@pytest.fixture
def world(database_url, tmp_path):
    """Ann's account, connected to nothing, beside a practice Halo that holds something of everything."""
    size = {"companies": 8, "contacts": 20, "opportunities": 6, "notes": 10, "agents": 4}
    with World(database_url, tmp_path, practice=size, connect=False) as world:
        yield world


def practised(world):
    """Connect the practice Halo and import every stage, with its staff invited and added."""
    begin_write()
    connection = practice.connect(world.account.id)
    connection.connected_at = now()
    db.session.commit()
    world.run("users")
    invited(world)
    world.imported()
    world.run("contacts")
    world.imported_sales()
    world.run("notes")
    assert {stage.key for stage in stages.STAGES} == {"users", *practice.BROUGHT_IN}


def invited(world):
    begin_write()
    tenant = choosing.hold(world.account.id)
    first, second = [row for row in agents.rows(tenant) if row.plan.may_be_chosen and row.agent.email_key][:2]
    choosing.save(tenant, {first.agent.halo_id: ["salesperson"]}, {first.agent.halo_id})
    inviting.invite(tenant, world.ann)
    choosing.add_without_inviting(db.session.get(HaloRecord, second.agent.record_id), ["salesperson"])
    finishing.state_of(world.account.id, tenant.id, "users").done_at = now()
    db.session.commit()


def leave(world):
    begin_write()
    removed = practice.leave(world.account.id)
    db.session.commit()
    return removed


def all_of(world):
    return {table: rows for table, rows in everything_of(world).items() if rows and table not in STAYS}


def some(world, model, *where):
    db.session.rollback()
    return db.session.scalar(owned(model, world.account.id).where(*where).order_by(model.id).limit(1))


def test_nothing_is_left_of_an_account_that_only_tried(world):
    before = all_of(world)
    practised(world)
    for model in (Company, Contact, Note, Opportunity, ContactList, HaloRecord):
        assert some(world, model) is not None, model
    sam, company = some(world, Contact), some(world, Company)
    sam_id, company_id, version = sam.id, company.id, sam.version
    begin_write()
    made = lists.get_or_create(world.account.id, "By hand")
    lists.put_on(made, [sam_id], world.ann)
    lists.delete(made, world.ann)
    parting.unlink(world.account.id, Company, company_id, world.ann)
    parting.delete(world.account.id, Contact, sam_id, version, world.ann)
    db.session.commit()
    told = practice.to_be_removed(world.account.id)
    removed = leave(world)
    assert removed == {stage: number for stage, number in told.items() if stage != "users"}
    assert told["users"] == 2
    assert all(removed.values())
    assert all_of(world) == before
    assert practice.available(world.account.id)


def test_types_and_statuses_that_the_mapping_made_go_though_other_answers_followed(world):
    begin_write()
    for of, name in ((TYPES, "Supplier"), (STATUSES, "Negotiating")):
        of.add(world.account.id, name)
    db.session.commit()
    before = all_of(world)
    practised(world)
    assert set(all_of(world)["company_types"]) - set(before["company_types"])
    assert set(all_of(world)["opportunity_statuses"]) - set(before["opportunity_statuses"])
    begin_write()
    for kind in ("company_type", "opportunity_status"):
        keys = mapping.resolve(world.tenant().id, kind)
        assert answering.save(world.tenant(), kind, dict.fromkeys(keys, answering.LEAVE_OUT))
    db.session.commit()
    leave(world)
    assert all_of(world) == before


def test_what_people_edited_or_hung_something_on_stays_and_is_listed(world):
    practised(world)
    contact, other = list(db.session.scalars(owned(Contact, world.account.id).order_by(Contact.id).limit(2)))
    with_note = some(world, Company, Company.id != contact.company_id)
    contact_id, other_id, company_id = contact.id, other.id, with_note.id
    world.edit_contact(contact_id, title="Typed by a person")
    begin_write()
    changes.note("contact", contact_id, world.account.id, world.ann, "edited", {"title": [None, "Typed by a person"]})
    notes.add(db.session.get(Contact, other_id), world.ann, "Typed on a contact")
    notes.add(db.session.get(Company, company_id), world.ann, "Typed on a company")
    db.session.commit()
    invitee = some(world, User, User.password_hash.is_(None))
    begin_write()
    people.set_password(db.session.get(User, invitee.id), "a very long password")
    db.session.commit()
    listed = {stage: [one.id for one in records] for stage, records in practice.to_stay(world.account.id).items()}
    assert set(listed["contacts"]) == {contact_id, other_id}
    assert listed["companies"] == [company_id]
    assert listed["users"] == [invitee.id]
    client = world.signed_in()
    page = client.get("/settings/halo/connection/leave-practice").text
    assert "2 contacts edited by people, or with something of theirs" in page
    assert "1 person who signed in here" in page
    assert f'href="/companies/{company_id}"' in page
    assert client.post("/settings/halo/connection/leave-practice").status_code == 302
    db.session.rollback()
    assert set(db.session.scalars(sa.select(Contact.id))) == {contact_id, other_id}
    assert set(db.session.scalars(sa.select(Company.id))) == {company_id}
    assert {one.plain for one in db.session.scalars(sa.select(Note))} == {"Typed on a contact", "Typed on a company"}
    assert some(world, User, User.id == invitee.id) is not None
    assert all_of(world)["record_changes"]
    assert "halo_records" not in all_of(world)


def test_what_people_made_and_loses_its_company_is_listed_and_told_in_its_history(world):
    practised(world)
    company = some(world, Company)
    company_id, name = company.id, company.name
    mine = world.our_contact("My", "Own", company_id=company_id)
    sale = world.our_opportunity("My sale", company_id=company_id)
    client = world.signed_in()
    page = client.get("/settings/halo/connection/leave-practice").text
    assert "1 contact that stays loses a company from practice data" in page
    assert f'href="/contacts/{mine}">My Own' in page
    assert f'href="/opportunities/{sale}">My sale' in page
    client.post("/settings/halo/connection/leave-practice")
    for kind, record_id in (("contact", mine), ("opportunity", sale)):
        (line,) = history(kind, record_id)
        assert (line.what, line.by, line.note) == ("edited", "ann", "Practice data was left")
        assert line.changes == {"company_id": [name, None]}
    assert world.contact(mine).company_id is None
    assert "Practice data was left" in client.get(f"/contacts/{mine}?tab=history").text


def test_what_people_made_and_loses_its_salesperson_is_listed_and_told_in_its_history(world):
    practised(world)
    going = some(world, User, User.password_hash.is_(None))
    name, of = going.name, {"salesperson_id": going.id}
    mine = {
        "company": world.ours("My company", **of),
        "contact": world.our_contact("My", "Own", **of),
        "opportunity": world.our_opportunity("My sale", **of),
    }
    anns = world.ours("Ann's", salesperson_id=world.ann.id)
    client = world.signed_in()
    page = client.get("/settings/halo/connection/leave-practice").text
    assert "1 company that stays loses a salesperson from practice data" in page
    assert f'href="/companies/{mine["company"]}">My company' in page
    assert f'href="/contacts/{mine["contact"]}">My Own' in page
    assert f'href="/opportunities/{mine["opportunity"]}">My sale' in page
    assert "Ann&#39;s</a>" not in page
    client.post("/settings/halo/connection/leave-practice")
    for kind, record_id in mine.items():
        (line,) = history(kind, record_id)
        assert (line.what, line.by, line.note) == ("edited", "ann", "Practice data was left")
        assert line.changes == {"salesperson_id": [name, None]}
    assert world.company(mine["company"]).salesperson_id is None
    assert world.company(anns).salesperson_id == world.ann.id
    assert len(all_of(world)["record_changes"]) == 3


def test_who_was_unsubscribed_as_in_halo_gets_mail_again_unless_a_person_has_said_so_since(world):
    acme = world.theirs("Acme Metal Works")
    world.person("Una", "Off", at=acme, email="una@acme.example", neversendmarketingemails=True)
    practised(world)
    mine, back_on, said_twice, gone = (
        world.our_contact("Una", name, email="una@acme.example") for name in ("Mine", "On", "Twice", "Gone")
    )
    world.run("contacts")
    says(world, back_on, False)
    for flag in (False, True):
        says(world, said_twice, flag)
    begin_write()
    parting.delete(world.account.id, Contact, gone, world.contact(gone).version, world.ann)
    db.session.commit()
    assert [world.contact(one).unsubscribed for one in (mine, back_on, said_twice)] == [True, False, True]
    before = {one: lines_of(one) for one in (back_on, said_twice)}
    assert before[said_twice] == ["unsubscribed", "edited", "edited"]
    assert practice.to_be_put_back(world.account.id)["contacts"] == 1
    leave(world)
    assert [world.contact(one).unsubscribed for one in (mine, back_on, said_twice)] == [False, False, True]
    assert {one: lines_of(one) for one in (back_on, said_twice)} == before
    assert (lines_of(mine), lines_of(gone)) == ([], ["deleted"])


def test_who_was_unsubscribed_as_in_halo_once_more_is_again_as_a_person_said(world):
    acme = world.theirs("Acme Metal Works")
    world.person("Una", "Off", at=acme, email="una@acme.example", neversendmarketingemails=True)
    practised(world)
    mine = world.our_contact("Una", "Mine", email="una@acme.example")
    world.run("contacts")
    says(world, mine, False)
    world.run("contacts")
    assert lines_of(mine) == ["unsubscribed", "edited", "unsubscribed"]
    leave(world)
    assert not world.contact(mine).unsubscribed
    assert lines_of(mine) == ["unsubscribed", "edited"]


def says(world, contact_id, flag):
    """A person ticks "Unsubscribed" or takes the tick off."""
    world.edit_contact(contact_id, unsubscribed=flag)
    told = {"unsubscribed": ["No", "Yes"] if flag else ["Yes", "No"]}
    begin_write()
    changes.note("contact", contact_id, world.account.id, world.ann, "edited", told)
    db.session.commit()


def lines_of(contact_id):
    return [line.what for line in history("contact", contact_id)]


def test_what_people_said_of_the_practice_halos_values_goes_with_it(world):
    practised(world)
    sale = world.our_opportunity("My sale", kept_value=7, kept_expected_close="2026-05-03", kept_agent_id=3)
    leave(world)
    kept = world.opportunity(sale)
    assert (kept.kept_value, kept.kept_expected_close, kept.kept_agent_id) == (None, None, None)


def test_a_list_that_stays_is_no_longer_filled_for_a_type_that_went(world):
    practised(world)
    types = set(type_names(world.account.id))
    begin_write()
    filled = sa.update(ContactList).where(ContactList.made_for.like("type:%"))
    db.session.execute(filled.values(leads=True))  # what a person switched on stays
    db.session.commit()
    leave(world)
    gone = types - set(type_names(world.account.id))
    assert gone
    stay = {one.made_for for one in lists.lists_of(world.account.id)}
    assert stay
    assert not stay & {f"type:{type_id}" for type_id in gone}
