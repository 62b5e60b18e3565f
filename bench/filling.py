"""Fills a site's database as imports would have: companies, contacts, search words, lists and links, in batches.

The people and companies are those of a practice Halo of the same size, so that names are as common or rare there.
"""

from datetime import timedelta

import sqlalchemy as sa

from halo_admin.connecting.models import Connection, Mapping
from halo_admin.crm import linked, lists, types, writing
from halo_admin.crm.contact_models import Contact
from halo_admin.crm.models import Company
from halo_admin.crm.opportunity_models import Opportunity
from halo_admin.crm.statuses import STATUSES
from halo_admin.db import begin_write, db, now
from halo_admin.importing.models import ImportRun
from halo_admin.mirror.links import make_current
from halo_admin.mirror.models import HaloTenant
from halo_admin.practice.made_up import sales
from halo_admin.practice.made_up.world import World
from halo_admin.practice.size import Size

BATCH = 2000
TYPES = ("Client", "Client", "Client", "Prospect", "Prospect", "Partner", "Vendor", None)
RUN = 1  # the number of the import that "made" them
HALO_TYPES = 12  # of which the mapping answers for all but one
WITHOUT = 500  # one contact in so many is on no list, and one record is linked to nothing in Halo
TOLD = 10
RUNS = 40  # imports of each stage that the account has behind it

# what the mirror holds of a linked record: the columns a profile reads
LINK = """
INSERT INTO halo_records (account_id, tenant_id, kind, halo_id, label, active, "values", ours_id, outcome, run_id,
                          linked_at, changed_before, type_key)
SELECT account_id, :tenant, CAST(:kind AS varchar), id + 1000, name, {true}, '{{}}', id, 'created', 1,
       created_at, created_at,
       CASE CAST(:kind AS varchar) WHEN 'client' THEN 'relationship:' || (1 + id % {types}) END
FROM {table} WHERE account_id = :account AND id % {without} <> 1
"""

# what histories tell of one record in so many
DECISION = """
INSERT INTO decisions (account_id, run_id, record_id, state, action, reason, why, strength, ours_id, changes,
                       applied_at)
SELECT account_id, :run, id, 'applied', 'created', 'new in Halo', 'new in Halo', 0, ours_id,
       '{{"phone":[null,"+1 415 555 0100"]}}', linked_at
FROM halo_records WHERE tenant_id = :tenant AND kind = CAST(:kind AS varchar) AND ours_id % {told} = 0
"""
CHANGE = """
INSERT INTO record_changes (account_id, kind, record_id, at, "by", what, changes)
SELECT account_id, CAST(:noun AS varchar), id, created_at, 'Ann', 'edited',
       '{{"phone":["+1 415 555 0100","+1 415 555 0101"]}}'
FROM {table} WHERE account_id = :account AND id % {told} = 0
"""


def fill(account, companies: int, contacts: int, tell=lambda kind, done: None) -> None:
    """Put so many records into an account that has none. Commits."""
    world = World(1, Size(companies=companies, contacts=contacts, opportunities=companies // 2, notes=0))
    type_ids = {name: types.get_or_create(account.id, name).id if name else None for name in TYPES}
    db.session.commit()
    rows = (_company(world, client_id, type_ids) for client_id in world.plan.clients[1:])
    company_ids = [one for batch in _batches(rows) for one in _insert(Company, account, batch, tell)]
    _fill_contacts(account, world, company_ids, type_ids, contacts, tell)
    status_ids = [one.id for one in STATUSES.all(account.id)]
    rows = (_opportunity(world, ticket_id, company_ids, status_ids) for ticket_id in sales.ticket_ids(world.size))
    for batch in _batches(row for row in rows if row):
        _insert(Opportunity, account, batch, tell)
    _link(account)


def _fill_contacts(account, world, company_ids, type_ids, contacts, tell):
    people = (user_id for user_id in world.plan.users if not world.plan.is_general(user_id))
    rows = (_contact(world, user_id, company_ids) for user_id in people)
    type_of = {one: TYPES[number % len(TYPES)] for number, one in enumerate(company_ids)}
    for batch in _batches(rows):
        ids = _insert(Contact, account, batch, tell, commit=False)
        on_one = [pair for pair in zip(ids, batch, strict=True) if pair[0] % WITHOUT]
        _put_on_lists(account, on_one, type_of, type_ids, ids)
        db.session.commit()


def _batches(rows):
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _insert(model, account, batch, tell, commit=True):
    begin_write()
    ids = writing.insert(model, account, batch, lacking=())
    if commit:
        db.session.commit()
    tell(model.__tablename__, len(ids))
    return ids


def _put_on_lists(account, contacts, type_of, type_ids, new):
    """On the list of the company's type, as the import of contacts does it; new: the ids of all that were made."""
    names = {"no company": "No company", "no type": "No type"}
    joining = {}
    for contact_id, row in contacts:
        name = type_of.get(row["company_id"])
        purpose = "no company" if row["company_id"] is None else f"type:{type_ids[name]}" if name else "no type"
        names.setdefault(purpose, name)
        joining.setdefault(purpose, []).append(contact_id)
    lists.move(account.id, RUN, {}, joining, lambda: names, new)


def _company(world, client_id, type_ids):
    client = world.client(client_id)
    site = world.site(client["main_site_id"])
    number = world.plan.client_number(client_id) - 1
    return {
        "name": client["name"].strip(), "phone": site["phonenumber"] or None, "website": client["website"] or None,
        "type_id": type_ids[TYPES[number % len(TYPES)]], "street": site["line1"] or None, "city": site["line3"] or None,
        "state": site["line4"] or None, "postal_code": site["line5"] or None, "country": site["country"] or None,
        "inactive_in_halo": client["inactive"], "made_by_run": RUN,
    }  # fmt: skip


def _contact(world, user_id, company_ids):
    user = world.user(user_id)
    number = world.plan.client_number(world.plan.client_of(user["site_id"]))
    return {
        "first_name": user["firstname"] or user["name"], "last_name": user["surname"] or None,
        "email": user["emailaddress"].strip() or None, "phone": user["phonenumber"] or None,
        "mobile": user["mobilenumber"] or None, "title": user["title"] or None,
        "company_id": company_ids[number - 1] if number else None, "unsubscribed": user["neversendemails"],
        "bounced": user_id % 97 == 0, "inactive_in_halo": user["inactive"], "made_by_run": RUN,
    }  # fmt: skip


def _opportunity(world, ticket_id, company_ids, status_ids):
    """One in ten differs from what Halo holds; None for a ticket that is none."""
    ticket = world.ticket(ticket_id)
    if ticket["tickettype_id"] < 30:
        return None
    number = world.plan.client_number(ticket["client_id"])
    value = round(ticket["oppvalue"] * 100)
    return {
        "name": ticket["summary"].strip() or "No name", "status_id": status_ids[ticket_id % len(status_ids)],
        "company_id": company_ids[number - 1] if number else None, "value": value, "made_by_run": RUN,
        "probability": round(ticket["oppconversionprobability"]), "expected_close": f"2027-{ticket_id % 12 + 1:02}-01",
        "halo_value": value + 100 if ticket_id % 10 == 0 else value, "halo_agent_id": ticket["agent_id"],
        "prospect_name": ticket["oppcompanyname"] or None, "prospect_email": ticket["oppemailaddress"] or None,
    }  # fmt: skip


def _link(account):
    begin_write()
    tenant = HaloTenant(account_id=account.id, identity="https://practice", created_at=now() - timedelta(days=1))
    db.session.add(tenant)
    db.session.flush()
    make_current(tenant)
    true = "1" if db.engine.dialect.name == "sqlite" else "true"
    for model in (Company, Contact, Opportunity):
        link = LINK.format(table=model.__tablename__, true=true, types=HALO_TYPES, without=WITHOUT)
        about = {"tenant": tenant.id, "kind": model.HALO_KIND, "account": account.id}
        db.session.execute(sa.text(link), about)
    linked.settle_all(account.id)
    _connect(tenant)
    _tell(tenant)
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ANALYZE"))  # what its own daemon does a minute after an import


def _tell(tenant):
    for noun, model in (("company", Company), ("contact", Contact)):
        run = sa.select(sa.func.min(ImportRun.id)).where(ImportRun.stage == model.__tablename__)
        about = {"run": db.session.scalar(run), "tenant": tenant.id, "kind": model.HALO_KIND}
        db.session.execute(sa.text(DECISION.format(told=TOLD)), about)
        change = sa.text(CHANGE.format(table=model.__tablename__, told=TOLD))
        db.session.execute(change, {"noun": noun, "account": tenant.account_id})


def _connect(tenant):
    """What Home looks at: the connection, the mapping, and imports that have ended, some with questions."""
    mine = {"account_id": tenant.account_id, "tenant_id": tenant.id}
    url = {"url": tenant.identity, "client_id": "of measurements", "connected_at": now()}
    answers = [
        Mapping(**mine, kind="company_type", halo_key=f"relationship:{number}", halo_name=f"Type {number}",
                choice="import")
        for number in range(1, HALO_TYPES)
    ]  # fmt: skip
    runs = [
        ImportRun(**mine, stage=stage, state="done", by_name="Ann", started_at=now(), ended_at=now(),
                  counts={"created": 12, "unchanged": 9000, "review": 3}, facts={"fetched": 9015})
        for _ in range(RUNS) for stage in ("companies", "contacts")
    ]  # fmt: skip
    db.session.add_all([Connection(**mine, **url), *answers, *runs])
    db.session.flush()
