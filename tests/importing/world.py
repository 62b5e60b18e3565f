"""What tests of imports are written in: `theirs` puts a client into Halo, `ours` a company here, `imported` imports."""

from datetime import timedelta

import sqlalchemy as sa
from flask import g
from flask.testing import FlaskClient

from app import create_app
from halo_admin.accounts import people
from halo_admin.accounts.models import Account
from halo_admin.connecting import answering, credentials
from halo_admin.connecting.models import Connection, StageState
from halo_admin.crm import lists as crm_lists
from halo_admin.crm import types, writing
from halo_admin.crm.contact_models import Contact, ContactList, ListMember
from halo_admin.crm.models import Company
from halo_admin.crm.note_models import Note
from halo_admin.crm.opportunity_models import Opportunity
from halo_admin.crm.statuses import STATUSES
from halo_admin.db import begin_write, db, now, owned
from halo_admin.importing import finishing, legs, runs, stages
from halo_admin.importing.models import OUTCOMES, ImportRun
from halo_admin.importing.telling import decisions_of
from halo_admin.mirror.models import HaloRecord, HaloTenant
from halo_admin.practice.credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET
from halo_admin.practice.server import PracticeHalo
from tests.servers import KEYS

UNKNOWN_CLIENT = 1
RELATIONSHIPS = {"Customer": 1, "Prospect": 2, "Supplier": 3, "Partner": 4}
NOTHING = {"companies": 0, "contacts": 0, "opportunities": 0, "notes": 0, "agents": 2}


class Visitor(FlaskClient):
    """A browser without a browser. The test holds an application context, in which flask-login would remember who
    asked the time before.
    """

    def open(self, *args, **options):
        g.pop("_login_user", None)
        return super().open(*args, **options)


class World:
    """One account and its Halo. Everything runs in this process, legs inline; Halo is real HTTP on a free port.

    stage is what imports are of where a test does not say.
    """

    stage = "companies"

    def __init__(self, database_url, folder, practice=None, switches=None, rate="off", connect=True,
                 make_account=True, **settings):  # fmt: skip
        self.halo = PracticeHalo(**NOTHING | (practice or {}), rate=rate, switches=switches)
        host = self.halo.url.removeprefix("http://")
        self.app = create_app(
            **{
                "SECRET_KEY": "of tests", "ENCRYPTION_KEYS": [KEYS["ENCRYPTION_KEYS"]], "INSTANCE_PATH": folder,
                "SQLALCHEMY_DATABASE_URI": database_url.replace("postgresql://", "postgresql+psycopg://"),
                "HALO_ALLOW_HOST": host, "PRACTICE_URL": self.halo.url, "REDIS_URL": "", "HALO_TIMEOUT_SECONDS": 30.0,
                "PAUSE_SECONDS": 0.05, "HALO_WINDOW_REQUESTS": 0, "LEASE_SECONDS": 30.0,
                "TESTING": True, "WTF_CSRF_ENABLED": False,
            } | settings
        )  # fmt: skip
        self.app.test_client_class = Visitor
        self.connect, self.make_account = connect, make_account

    def __enter__(self):
        self.halo.__enter__()
        self.context = self.app.app_context()
        self.context.push()
        if not self.make_account:
            return self
        self.account, self.ann = self.new_account("Acme IT", "ann@example.com")
        if self.connect:
            self.connect_to_halo(self.account)
        return self

    def __exit__(self, *_):
        db.session.remove()
        db.engine.dispose()
        self.context.pop()
        self.halo.stop()

    def signed_in(self):
        """A visitor who has signed in as Ann."""
        visitor = self.app.test_client()
        visitor.post("/sign-in", data={"email": self.ann.email, "password": "a long password"})
        return visitor

    def new_account(self, name, email):
        begin_write()
        account, user = people.create_account(name, email, "a long password")
        db.session.commit()
        return account, user

    def connect_to_halo(self, account):
        begin_write()
        typed = credentials.Typed(self.halo.url, PRACTICE_CLIENT_ID, secret=PRACTICE_CLIENT_SECRET)
        connection, _notes = credentials.save(account.id, typed, other_tenant_is_meant=True)
        connection.connected_at = now()
        finishing.state_of(account.id, connection.tenant_id, "users").done_at = now()  # tests/people begin before that
        db.session.commit()
        return connection

    # Halo's side

    def theirs(self, name="Acme", *, type="Customer", phone=None, website=None, active=True, id=None, **more):
        """A client of Halo's with its main site (created, or changed when it is there); its id."""
        names = [type] if isinstance(type, str) else type or []
        record = {"name": name, "inactive": not active, "customertype": 0, "website": website or "",
                  "customer_relationship": [RELATIONSHIPS[one] for one in names]}  # fmt: skip
        there = id is not None and self.halo.tenant.get("clients", id)
        site = {"phonenumber": phone or ""} | more.pop("site", {})
        if there:
            main = there["main_site_id"]
            self.halo.change("Site", record=site | {"id": main})
            return self.halo.change("Client", record=record | more | {"id": id})["id"]
        given = {"id": id} if id else {}
        return self.halo.change("Client", record=record | more | given, site=site)["id"]

    def person(self, first="Sam", last="Poole", *, at=None, email=..., active=True, id=None, **more):
        """A user of the client `at` (None: of nobody Halo knows), created or changed; its id."""
        at = at or UNKNOWN_CLIENT
        if email is ...:
            email = f"{first}.{last}@client{at}.example".lower()
        site = self.halo.tenant.get("clients", at)["main_site_id"]
        record = {"name": f"{first} {last}", "firstname": first, "surname": last, "emailaddress": email or "",
                  "inactive": not active, "site_id": site}  # fmt: skip
        return self.halo.change("Users", record=record | more | ({"id": id} if id else {}))["id"]

    def halo_id_of(self, first):
        """The Halo id of the user with this first name, as last read."""
        here = owned(HaloRecord, self.account.id).where(HaloRecord.kind == "user")
        return db.session.scalars(here.where(HaloRecord.label.startswith(f"{first} "))).one().halo_id

    def sale(self, name="Backup", *, at=None, contact=None, status=1, agent=1, value=12_000.0, id=None, **more):
        """An opportunity of the client `at` (None: of nobody Halo knows), created or changed; its id."""
        record = {"summary": name, "client_id": at or UNKNOWN_CLIENT, "user_id": contact or 0, "status_id": status,
                  "agent_id": agent, "oppvalue": value}  # fmt: skip
        return self.halo.change("Opportunities", record=record | more | ({"id": id} if id else {}))["id"]

    def sells(self, agent_id, name="Bob", roles=("salesperson",)):
        """A user here who is linked to this Halo agent, as the users stage does it; the user's id."""
        begin_write()
        account = db.session.get(Account, self.account.id)
        user = people.add_user(account, f"{name.lower()}{agent_id}@example.com", name, list(roles), "a long password")
        there = owned(HaloRecord, self.account.id).where(HaloRecord.kind == "agent", HaloRecord.halo_id == agent_id)
        record = db.session.scalar(there) or HaloRecord(
            account_id=self.account.id, tenant_id=self.tenant().id, kind="agent", halo_id=agent_id, label=name
        )
        record.ours_id = user.id
        db.session.add(record)
        db.session.commit()
        return user.id

    def author(self, name="Ada Roth", email="ada@acme-it.example"):
        """A Halo agent who is linked to a user here: (the agent's id, the user's)."""
        agent = self.halo.change("Agent", record={"name": name, "email": email})["id"]
        user_id = self.user(name, email)
        self.run("users")
        return agent, user_id

    def their_note(self, text="Called", *, by=-1, id=None, at="2026-05-03T12:00:00", **about):
        """A CRM note of Halo's about client_id=, user_id= or site_id= (with its client), created or changed; its id."""
        if user := about.get("user_id"):
            site = self.halo.tenant.get("users", user)["site_id"]
            about = {"client_id": self.halo.tenant.get("sites", site)["client_id"]} | about
        record = {"note": text, "who_agentid": by, "datetime": at} | about | ({"id": id} if id else {})
        return self.halo.change("CRMNote", record=record)["id"]

    # our side

    def user(self, name, email):
        """A salesperson here who cannot sign in yet; their id."""
        begin_write()
        user_id = people.add_user(db.session.get(Account, self.account.id), email, name, ["salesperson"], None).id
        db.session.commit()
        return user_id

    def our_contact(self, first="Sam", last="Poole", *, edited=None, lists=(), **values):
        """A contact here, typed in by a person (edited: how long ago; None: just now); its id."""
        begin_write()
        row = {"first_name": first, "last_name": last, "edited_at": now() - (edited or timedelta(0))} | values
        (contact_id,) = writing.insert(Contact, db.session.get(Account, self.account.id), [row])
        for name in lists:
            crm_lists.put_on(crm_lists.get_or_create(self.account.id, name), [contact_id], None)
        db.session.commit()
        return contact_id

    def ours(self, name="Acme", *, edited=None, type=None, **values):
        """A company here, typed in by a person (edited: how long ago; None: just now); its id."""
        begin_write()
        blank = dict.fromkeys(Company.FIELDS)
        at = now() - (edited or timedelta(0))
        type_id = types.get_or_create(self.account.id, type).id if type else None
        row = blank | {"name": name, "edited_at": at, "type_id": type_id} | values
        (company_id,) = writing.insert(Company, db.session.get(Account, self.account.id), [row])
        db.session.commit()
        return company_id

    def set_country(self, country):
        begin_write()
        db.session.get(Account, self.account.id).default_country = country
        db.session.commit()

    def edit(self, company_id, **values):
        """A person changes fields of a company."""
        self._edit(Company, company_id, values)

    def edit_contact(self, contact_id, **values):
        """A person changes fields of a contact."""
        self._edit(Contact, contact_id, values)

    def _edit(self, model, record_id, values):
        begin_write()
        record = db.session.get(model, record_id)
        row = {field: getattr(record, field) for field in model.FIELDS} | values
        writing.update(model, db.session.get(Account, self.account.id), [row | {"id": record_id, "edited_at": now()}])
        db.session.commit()

    def put_on(self, name, contact_id):
        """A person puts a contact on the list of this name."""
        begin_write()
        crm_lists.put_on(crm_lists.get_or_create(self.account.id, name), [contact_id], None)
        db.session.commit()

    def take_off(self, name, contact_id):
        """A person takes a contact off the list of this name."""
        begin_write()
        crm_lists.take_off(crm_lists.get_or_create(self.account.id, name), [contact_id], None)
        db.session.commit()

    def company(self, company_id=None, **which):
        """A company as it is in the database now: by id, or by some of its values."""
        db.session.rollback()
        query = owned(Company, self.account.id).execution_options(populate_existing=True)
        if company_id:
            query = query.where(Company.id == company_id)
        return db.session.scalars(query.filter_by(**which)).one()

    def contact(self, contact_id=None, **which):
        """A contact as it is in the database now: by id, or by some of its values."""
        db.session.rollback()
        query = owned(Contact, self.account.id).execution_options(populate_existing=True)
        if contact_id:
            query = query.where(Contact.id == contact_id)
        return db.session.scalars(query.filter_by(**which)).one()

    def contacts(self):
        db.session.rollback()
        query = owned(Contact, self.account.id).order_by(Contact.id).execution_options(populate_existing=True)
        return db.session.scalars(query).all()

    def lists(self):
        """{list name: the names of the contacts on it}, lists without any included; the lists' own numbers agree."""
        db.session.rollback()
        found = {one.name: [] for one in crm_lists.lists_of(self.account.id)}
        members = sa.select(ContactList.name, Contact.name).join(ListMember, ListMember.list_id == ContactList.id)
        members = members.join(Contact, Contact.id == ListMember.contact_id).where(ListMember.left_at.is_(None))
        for name, contact in db.session.execute(members.where(ContactList.account_id == self.account.id)):
            found[name].append(contact)
        for one in crm_lists.lists_of(self.account.id):
            assert one.contacts == len(found[one.name]), one.name
        return {name: sorted(contacts) for name, contacts in found.items()}

    def notes(self):
        db.session.rollback()
        query = owned(Note, self.account.id).order_by(Note.id).execution_options(populate_existing=True)
        return db.session.scalars(query).all()

    def companies(self):
        db.session.rollback()
        query = owned(Company, self.account.id).order_by(Company.id).execution_options(populate_existing=True)
        return db.session.scalars(query).all()

    def opportunity(self, opportunity_id=None, **which):
        """An opportunity as it is in the database now: by id, or by some of its values."""
        db.session.rollback()
        query = owned(Opportunity, self.account.id).execution_options(populate_existing=True)
        if opportunity_id:
            query = query.where(Opportunity.id == opportunity_id)
        return db.session.scalars(query.filter_by(**which)).one()

    def opportunities(self):
        db.session.rollback()
        query = owned(Opportunity, self.account.id).order_by(Opportunity.id)
        return db.session.scalars(query.execution_options(populate_existing=True)).all()

    def our_opportunity(self, name="Backup", status="New", **values):
        """An opportunity here, typed in by a person; its id."""
        begin_write()
        row = {"name": name, "status_id": STATUSES.called(self.account.id, status).id, "edited_at": now()} | values
        (opportunity_id,) = writing.insert(Opportunity, db.session.get(Account, self.account.id), [row])
        db.session.commit()
        return opportunity_id

    def edit_opportunity(self, opportunity_id, **values):
        """A person changes fields of an opportunity."""
        self._edit(Opportunity, opportunity_id, values)

    def status_id(self, name):
        return STATUSES.called(self.account.id, name).id

    # imports

    def read(self):
        return self.run(purpose="read")

    def map(self, **choices):
        """Map Halo's types by name: map(Customer="Client", Supplier="don't import"); the rest under its own name."""
        self.read()
        self.save_mapping(**choices)

    def save_mapping(self, **choices):
        begin_write()
        tenant = self.tenant()
        answers = answering.under_own_names(tenant, "company_type")
        answers |= answering.by_name(tenant, "company_type", list(choices.items()))
        answering.save(tenant, "company_type", answers)
        db.session.commit()

    def imported(self, **options):
        """Import the stage, mapping what is unmapped under its own name first; the run, ended."""
        if self.state("mapped_at") is None:
            self.map()
        return self.run(options=options)

    @property
    def path(self):
        """Of the list that the stage decides about, in Halo."""
        paths = {"companies": "Client", "contacts": "Users", "opportunities": "Opportunities", "notes": "CRMNote"}
        return f"/api/{paths[self.stage]}"

    @property
    def kind(self):
        return stages.stage(self.stage).kind

    def fill(self, stage, number):
        """So many records of a stage in Halo, mapped and never imported; how many others of theirs are left out."""
        if stage == "companies":
            for one in range(number):
                self.theirs(f"Client {one}", phone=f"+49 30 555{one:04}", id=50 + one)
            self.map()
            return 1  # Halo's own client for callers it cannot place
        acme = self.theirs("Acme")
        if stage == "opportunities":
            for one in range(number):
                self.sale(f"Sale {one}", at=acme, value=100.0 + one, id=5000 + one)
            self.map_sales()
            self.stage = stage
            return 0
        if stage == "notes":
            return self._fill_notes(acme, number)
        for one in range(number):
            self.person(
                "Sam", f"Poole {one}", at=acme, email=f"sam{one}@acme.example", phonenumber=f"+49 30 555{one:04}"
            )
        self.imported()
        self.stage = stage
        return 2  # the General User of each site

    def _fill_notes(self, acme, number):
        sam = self.person("Sam", at=acme)
        agent, _ = self.author()
        self.imported_contacts()
        for one in range(number):
            self.their_note(f"Note {one}", by=agent, user_id=sam)
        self.stage = "notes"
        return 0

    def ours_of_the_stage(self):
        """All records of ours of the kind that the stage brings in."""
        every = {"companies": self.companies, "contacts": self.contacts, "opportunities": self.opportunities,
                 "notes": self.notes}  # fmt: skip
        return every[self.stage]()

    def imported_contacts(self, **options):
        """Import the contacts; the companies before, where none have been imported yet."""
        if self.state("done_at") is None:
            self.imported()
        return self.run("contacts", options=options)

    def map_sales(self, types=(), statuses=(), rest=True):
        """Read and map opportunities by name, pairs of Halo's and ours; the rest under their own names (rest=False: not
        at all). The stages before are imported, where they are not yet.
        """
        if self.state("done_at", "contacts") is None:
            self.imported_contacts()
        self.run("opportunities", purpose="read")
        begin_write()
        tenant = self.tenant()
        for kind, pairs in (("opportunity_type", types), ("opportunity_status", statuses)):
            answers = answering.under_own_names(tenant, kind) if rest or kind == "opportunity_type" else {}
            answering.save(tenant, kind, answers | answering.by_name(tenant, kind, list(pairs)))
        db.session.commit()

    def imported_sales(self, **options):
        """Import the opportunities, mapping what is unmapped under its own name where nobody has mapped any."""
        if self.state("mapped_at", "opportunities") is None:
            self.map_sales()
        return self.run("opportunities", options=options)

    def choose(self, stage="contacts", **choices):
        """Choose how a stage imports."""
        begin_write()
        runs.choose(self.account.id, stage, choices)
        db.session.commit()

    def start(self, stage=None, **options):
        return runs.start(self.account.id, stage or self.stage, self.ann, options=options)

    def start_reading(self):
        return runs.start(self.account.id, self.stage, self.ann, purpose="read")

    def finish(self, run):
        legs.run_inline(run.id)
        return self.fresh(run)

    def may_go_on(self, run):
        """As if the time had come that the run waits for."""
        begin_write()
        db.session.get(ImportRun, run.id).next_leg_at = now()
        db.session.commit()

    def reply(self, run, choice):
        """Answer the run's question; the run, ended."""
        begin_write()
        runs.reply(db.session.get(ImportRun, run.id), choice)
        return self.finish(run)

    def cancel(self, run):
        begin_write()
        runs.cancel(db.session.get(ImportRun, run.id))

    def fresh(self, run):
        db.session.rollback()
        return db.session.get(ImportRun, run.id, populate_existing=True)

    def run(self, stage=None, **what):
        return self.finish(runs.start(self.account.id, stage or self.stage, self.ann, **what))

    def tenant(self):
        return db.session.get(HaloTenant, db.session.scalar(owned(Connection, self.account.id)).tenant_id)

    def state(self, name, stage="companies"):
        state = db.session.get(StageState, (self.tenant().id, stage))
        return state and getattr(state, name)

    def record(self, halo_id, kind="client"):
        db.session.rollback()
        query = owned(HaloRecord, self.account.id).where(HaloRecord.kind == kind, HaloRecord.halo_id == halo_id)
        return db.session.scalars(query.execution_options(populate_existing=True)).one()

    def decision(self, run, halo_id):
        """What a run decided about a client of Halo's, as commands tell it."""
        return next(one for one in decisions_of(run, everything=True) if one["halo_id"] == halo_id)


def counts(run):
    """A run's outcomes without zeros."""
    return {name: run.counts[name] for name in OUTCOMES if run.counts.get(name)}


def all_told(run):
    """Whether every record that was read has an outcome."""
    return sum(run.counts.values()) == run.facts["fetched"]


def links(account_id):
    """{halo_id: company id} as the mirror holds it."""
    rows = db.session.execute(
        sa.select(HaloRecord.halo_id, HaloRecord.ours_id).where(
            HaloRecord.account_id == account_id, HaloRecord.kind == "client", HaloRecord.ours_id.is_not(None)
        )
    )
    return {row.halo_id: row.ours_id for row in rows}
