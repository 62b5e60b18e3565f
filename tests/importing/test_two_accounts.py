"""Two accounts on one site that share one Halo: neither sees, counts or touches anything of the other's."""

import copy
import io
import re
import zipfile

import click
import pytest
import sqlalchemy as sa

from halo_admin.accounts import people
from halo_admin.connecting.window import standing
from halo_admin.crm import companies, lists, loading, notes, writing
from halo_admin.crm.companies import Asked
from halo_admin.crm.contact_models import Contact, ContactList
from halo_admin.crm.load_models import FileLoad
from halo_admin.crm.models import OpportunityStatus
from halo_admin.crm.note_models import Note
from halo_admin.crm.opportunity_models import Opportunity
from halo_admin.db import begin_write, db, now, owned
from halo_admin.exporting.models import Export
from halo_admin.importing import note_fetching, orders
from halo_admin.importing.models import Decision
from halo_admin.importing.note_fetch_models import NoteFetch
from halo_admin.importing.order_models import ImportOrder
from halo_admin.mirror.models import HaloRecord
from tests.importing.world import World, all_told, counts, links

MARK = "Annamark"  # in the names of what is Ann's alone
# both accounts import each of these, by its name here
STAGES = ("companies", "contacts", "opportunities", "notes")


@pytest.fixture
def ann(database_url, tmp_path):
    """Ann's account, on SQLite and on PostgreSQL in turn."""
    with World(database_url, tmp_path, HALO_WINDOW_REQUESTS=300) as world:
        yield world


@pytest.fixture
def cleo(ann):
    """Cleo's account on the same site, connected to the same Halo."""
    world = copy.copy(ann)
    world.account, world.ann = ann.new_account("Cleo's MSP", "cleo@example.com")
    world.connect_to_halo(world.account)
    return world


@pytest.fixture
def imported(ann):
    """Ann has companies of her own and imported others: one was created, one linked, one is a review."""
    ann.ours(f"{MARK} typed", phone="+49 30 5550100", type=f"{MARK} type")
    typed_in(ann, ann.company(name=f"{MARK} typed").id)
    ann.ours("Two of them")
    ann.theirs("Linked", phone="+49 30 5550100")
    ann.theirs("Two of them")
    ann.theirs("Two of them GmbH")
    new = ann.theirs("New", phone="+49 30 5550111")
    ann.our_contact("Sam", email="sam@new.example", title=f"{MARK} title")
    ann.person("Samuel", at=new, email="sam@new.example")
    ann.person("Samantha", at=new, email="sam@new.example")
    kim = ann.person("Kim", at=new)
    agent = ann.halo.change("Agent", record={"name": "Ann", "email": "ann@example.com"})["id"]
    ann.their_note("On Kim", by=agent, user_id=kim)
    ann.our_opportunity(f"{MARK} opportunity")
    ann.sale("Backup", at=new)
    ann.run("users")
    export_of(ann, ann.company(name=f"{MARK} typed"))
    uploaded(ann)
    runs = every_stage(ann, newer="ours")
    orders.cancel(orders.start(ann.account.id, ann.ann))
    return runs["companies"]


def every_stage(world, **options):
    """Import each stage; {stage: its run}."""
    runs = {"companies": world.imported(**options), "contacts": world.imported_contacts(**options)}
    runs["opportunities"] = world.imported_sales(**options)
    return runs | {"notes": world.run("notes", options=options)}


def typed_in(world, company_id):
    """A contact of this company, on a list, with a note."""
    begin_write()
    ids = writing.insert(Contact, world.account, [{"first_name": f"{MARK} typed", "company_id": company_id}])
    lists.put_on(lists.get_or_create(world.account.id, f"{MARK} list"), ids, None)
    notes.add(db.session.get(Contact, ids[0]), world.ann, f"{MARK} note")
    db.session.commit()
    note_fetching.new(db.session.scalar(owned(Contact, world.account.id)), world.ann)


def uploaded(world):
    """A file whose lines are compared, and not saved."""
    rows = f"name,phone\n{MARK} of a file,1\n,2".encode()
    load = loading.look_at("companies", world.account.id, world.ann, f"{MARK}.csv", io.BytesIO(rows))
    loading.keep(load)
    loading.start_comparing(load, load.columns, "keep")


def everything_of(world):
    """Every row of the account, by table, whichever room keeps it."""
    db.session.rollback()
    tables = [table for table in db.metadata.sorted_tables if "account_id" in table.c]
    return {
        table.name: sorted(
            map(repr, db.session.execute(sa.select(table).where(table.c.account_id == world.account.id)))
        )
        for table in tables
    }


def visitor(world):
    db.session.rollback()
    client = world.app.test_client()
    signed_in = client.post("/sign-in", data={"email": world.ann.email, "password": "a long password"})
    assert signed_in.status_code == 302
    db.session.rollback()
    return client


def test_imports_of_one_halo_leave_each_others_rows_alone(ann, imported, cleo):
    before = everything_of(ann)
    assert before["companies"]
    assert before["decisions"]
    assert before["quota_windows"]
    cleo.ours("New", phone="+49 30 5550111")
    cleo.map(Customer="don't import")
    every_stage(cleo)
    cleo.map(Customer="Prospect")
    runs = every_stage(cleo, newer="ours")
    run = runs["companies"]
    assert everything_of(ann) == before
    assert all(all_told(one) for one in runs.values())
    assert runs["contacts"].counts["created"] == 2, "Ann's contact with the same e-mail is no candidate"
    # Ann's companies are no candidates of Cleo's import, nor do hers count for it
    assert counts(run) == {"created": 3, "linked": 1, "skipped": 1}
    assert {one.account_id for one in cleo.companies()} == {cleo.account.id}
    assert not set(links(ann.account.id).values()) & set(links(cleo.account.id).values())
    assert set(links(ann.account.id)) < set(links(cleo.account.id))
    after = everything_of(cleo)
    assert [one.counts["unchanged"] for one in every_stage(ann).values()] == [2, 3, 1, 1]
    assert everything_of(cleo) == after


def test_requests_of_one_account_fill_no_window_of_the_other(ann, imported, cleo):
    used = standing(ann.tenant().id).used
    assert used > 0
    assert standing(cleo.tenant().id).used == 0
    every_stage(cleo)
    assert standing(cleo.tenant().id).used > 0
    assert standing(ann.tenant().id).used == used


def test_both_may_import_at_once(ann, imported, cleo):
    cleo.map()
    anns, cleos = ann.start(), cleo.start()
    assert (anns.account_id, cleos.account_id) == (ann.account.id, cleo.account.id)
    assert anns.id != cleos.id
    assert {ann.finish(anns).state, cleo.finish(cleos).state} == {"done"}


def test_neither_finds_or_downloads_what_is_the_others(ann, imported, cleo):
    cleo.ours("Cleomark")
    found = [companies.find(one.account.id, Asked(q=MARK)).total for one in (ann, cleo)]
    assert found == [1, 0]
    for world, own, others in ((ann, MARK, "Cleomark"), (cleo, "Cleomark", MARK)):
        dump = downloaded(visitor(world))
        assert own in dump
        assert others not in dump
        assert ("ann@example.com" in dump, "cleo@example.com" in dump) == (world is ann, world is cleo)


def downloaded(client):
    with zipfile.ZipFile(io.BytesIO(client.get("/download").data)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def export_of(ann, company):
    """A dialog that is open, of a company of Ann's."""
    begin_write()
    export = Export(account_id=ann.account.id, tenant_id=ann.tenant().id, kind="company", ours_id=company.id,
                    ours_name=company.name, by_name="Ann", state="failed", opened_at=now())  # fmt: skip
    db.session.add(export)
    db.session.commit()


# what the ids in addresses stand for, all of them Ann's
def anns_ids(ann, run):
    review = db.session.scalar(sa.select(Decision.id).where(Decision.run_id == run.id, Decision.action == "review"))
    typed = ann.company(name=f"{MARK} typed")
    models = (Contact, ContactList, Note, NoteFetch, ImportOrder, Opportunity)
    rows = (db.session.scalar(owned(model, ann.account.id)) for model in models)
    contact, named, note, fetch, order, sale = rows
    agent = db.session.scalar(owned(HaloRecord, ann.account.id).where(HaloRecord.kind == "agent").limit(1)).id
    status = db.session.scalar(owned(OpportunityStatus, ann.account.id).limit(1))
    file = db.session.scalar(owned(FileLoad, ann.account.id).limit(1))
    return {"company_id": typed.id, "type_id": typed.type_id, "status_id": status.id, "contact_id": contact.id,
            "list_id": named.id, "note_id": note.id, "fetch_id": fetch.id, "file_id": file.id,
            "order_id": order.id, "opportunity_id": sale.id,
             "export_id": db.session.scalar(owned(Export, ann.account.id)).id,
            "run_id": run.id, "decision_id": review, "key": "companies", "record_id": agent,
            "user_id": ann.ann.id, "token": "nothing"}  # fmt: skip


def addresses(app, ids):
    """[(method, address, whether an id of Ann's is in it)], of every route there is; one with a new id fails here."""
    urls = app.url_map.bind("localhost")
    return [
        (method, urls.build(rule.endpoint, {name: ids[name] for name in rule.arguments}, method=method),
         bool(rule.arguments - {"key", "token"}))
        for rule in app.url_map.iter_rules() if rule.endpoint != "static"
        for method in sorted(rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]  # fmt: skip


def test_no_settings_are_open_to_people_who_are_no_admins(ann, imported):
    begin_write()
    people.add_user(ann.account, "bob@example.com", "Bob", ["salesperson"], "a long password")
    db.session.commit()
    bob = ann.app.test_client()
    bob.post("/sign-in", data={"email": "bob@example.com", "password": "a long password"})
    routes = [one[:2] for one in addresses(ann.app, anns_ids(ann, imported))]
    settings = [one for one in routes if one[1].startswith("/settings/") and one[1] != "/settings/"] + [
        ("GET", "/download")
    ]
    assert len(settings) > 15
    before = everything_of(ann)
    answers = {(method, address): bob.open(address, method=method).status_code for method, address in settings}
    assert answers == dict.fromkeys(settings, 403)
    assert everything_of(ann) == before


def test_every_address_with_an_id_of_anns_is_a_404_for_cleo_and_changes_nothing(ann, imported, cleo):
    every_stage(cleo)
    with_id = [one[:2] for one in addresses(ann.app, anns_ids(ann, imported)) if one[2]]
    assert len(with_id) > 8
    client, before = visitor(cleo), everything_of(ann)
    answers = {one: client.open(one[1], method=one[0], data={"choice": "ours"}).status_code for one in with_id}
    assert answers == dict.fromkeys(with_id, 404)
    assert everything_of(ann) == before
    for method, address in with_id:
        if method == "GET":
            assert visitor(ann).get(address).status_code == 200, address


def test_no_page_of_cleos_tells_anything_of_anns(ann, imported, cleo):
    every_stage(cleo)
    client = visitor(cleo)
    ids = anns_ids(ann, imported)
    anns = {f"/companies/{one.id}" for one in ann.companies()} | {f"/settings/halo/runs/{imported.id}"}
    anns |= {f"/contacts/{ids['contact_id']}", f"/lists/{ids['list_id']}", f"/opportunities/{ids['opportunity_id']}"}
    pages = [one[1] for one in addresses(ann.app, anns_ids(ann, imported)) if one[0] == "GET" and not one[2]]
    for page in pages:
        html = client.get(page).data.decode(errors="replace")  # the download is no text; its own test opens it
        assert MARK not in html, page
        assert "ann@example.com" not in html, page
        assert not anns & set(
            re.findall(r"/(?:companies|contacts|lists|opportunities|settings/halo/runs)/\d+", html)
        ), page


def test_whatever_cleo_presses_changes_nothing_of_anns(ann, imported, cleo):
    every_stage(cleo)
    client, before = visitor(cleo), everything_of(ann)
    routes = addresses(ann.app, anns_ids(ann, imported))
    for method, address, _ in routes:
        if method == "POST" and address not in ("/sign-in", "/sign-out", "/profile/sign-out-everywhere"):
            assert client.post(address, data={"share": "0.5", "purpose": "read"}).status_code < 500, address
            db.session.rollback()
    assert everything_of(ann) == before


def commands(group, path=()):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def takes_an_id_for_an_account(command):
    numbers = [one for one in command.params if isinstance(one, click.Argument) and one.type is click.INT]
    return bool(numbers) and any("--account" in one.opts for one in command.params)


def test_every_command_refuses_an_id_of_another_account(ann, imported, cleo):
    run_id, other, before = str(imported.id), str(cleo.account.id), everything_of(ann)
    given = {("halo", "export"): ["company", str(ann.companies()[0].id), "--fields", "name"]}
    asked = [path for path, command in commands(ann.app.cli) if takes_an_id_for_an_account(command)]
    assert ("halo", "decisions") in asked
    for path in asked:
        done = ann.app.test_cli_runner().invoke(args=[*path, *given.get(path, [run_id]), "--account", other, "--json"])
        assert done.exit_code != 0, path
        assert MARK not in done.output
    assert everything_of(ann) == before
    own = ann.app.test_cli_runner().invoke(args=["halo", "decisions", run_id, "--account", str(ann.account.id)])
    assert own.exit_code == 0
