"""An import as one writes it first: page by page, record by record, one commit each. What ours is compared with.

`python -m bench.plain companies|contacts --account N --url URL` on the site's database (the same environment as the
site's commands). It keeps the link from Halo's id to ours, looks unlinked records up by the same keys, sets the values
and commits; SQLAlchemy writes only what differs. It has no mirror, no decisions, no quota, no search words, and
nothing to go on with after a crash.
"""

import json
import time
from datetime import UTC, datetime

import click
import httpx
import sqlalchemy as sa

from app import create_app
from halo_admin import normal
from halo_admin.accounts.models import Account
from halo_admin.crm import lists, types
from halo_admin.crm.contact_models import Contact, ContactList, ListMember
from halo_admin.crm.models import Company
from halo_admin.db import BigId, db
from halo_admin.practice.credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET


class PlainLink(db.Model):
    """Which record of ours a Halo record is. Of several that are the same one here the first feeds its fields."""

    __tablename__ = "plain_links"
    kind = db.Column(db.String(20), primary_key=True)
    halo_id = db.Column(BigId, primary_key=True, autoincrement=False)
    ours_id = db.Column(BigId, nullable=False)
    feeds = db.Column(db.Boolean, nullable=False)
    __table_args__ = (db.Index("ix_plain_links_ours", "kind", "ours_id"),)


class Halo:
    """A kept-alive connection with one token; counts its requests."""

    def __init__(self, url):
        self.http, self.requests = httpx.Client(base_url=url, timeout=60), 0
        form = {"grant_type": "client_credentials", "scope": "all",
                "client_id": PRACTICE_CLIENT_ID, "client_secret": PRACTICE_CLIENT_SECRET}  # fmt: skip
        token = self._answer(self.http.post("/auth/token", data=form))["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path, **params):
        return self._answer(self.http.get(f"/api{path}", params=params))

    def rows(self, path, key, **params):
        page_no = 1
        while rows := self.get(path, pageinate=True, page_no=page_no, page_size=100, order="id", **params)[key]:
            yield from rows
            if len(rows) < 100:
                return
            page_no += 1

    def _answer(self, response):
        self.requests += 1
        return response.raise_for_status().json()


class Plain:
    """One account's imports."""

    def __init__(self, account, halo):
        self.account, self.halo, self.counts = account, halo, {}
        self.account_id, self.country = account.id, account.default_country

    def companies(self):
        sites = {site["id"]: site for site in self.halo.rows("/Site", "sites", includeinactive=True,
                                                            includeaddress=True)}  # fmt: skip
        named = {row["id"]: row["name"] for row in self.halo.get("/Lookup", lookupid=33, showallcodes=True)}
        self.types = {}
        for client in self.halo.rows("/Client", "clients", includeinactive=True):
            if client["id"] != 1:
                self.company(client, sites.get(client["main_site_id"], {}), self.type_id(client, named))

    def type_id(self, client, named):
        related = client["customer_relationship"]
        name = related[0]["name"] if related else named.get(client["customertype"]) if client["customertype"] else None
        if name and name not in self.types:
            self.types[name] = types.get_or_create(self.account_id, name).id
            db.session.commit()
        return self.types.get(name)

    def company(self, client, site, type_id):
        values = {
            "name": text(client["name"]), "website": text(client["website"]), "phone": text(site.get("phonenumber")),
            "street": ", ".join(filter(None, (text(site.get(f"delivery_address_line{n}")) for n in (1, 2)))) or None,
            "city": text(site.get("delivery_address_line3")), "state": text(site.get("delivery_address_line4")),
            "postal_code": text(site.get("delivery_address_line5")), "country": text(site.get("country_code_name")),
            "type_id": type_id,
        }  # fmt: skip
        self.record(Company, "client", client, values, ("phone_key", "website_key", "name_key"))

    def contacts(self):
        linked = sa.select(PlainLink.halo_id, PlainLink.ours_id, Company.type_id).join(
            Company, sa.and_(PlainLink.kind == "client", Company.id == PlainLink.ours_id)
        )
        self.company_of = {row.halo_id: row for row in db.session.execute(linked)}
        self.type_names, self.lists = types.type_names(self.account_id), {}
        for user in self.halo.rows("/Users", "users", includeinactive=True):
            if user["name"] != "General User" and not user["isserviceaccount"] and not user["linked_agent_id"]:
                self.contact(user)
        self.count_lists()

    def contact(self, user):
        has_company = user["client_id"] != 1 and not user["is_prospect"]
        company = self.company_of.get(user["client_id"]) if has_company else None
        if not normal.email_key(user["emailaddress"]) or (has_company and company is None):
            return self.count("skipped")
        first, last = text(user["firstname"]), text(user["surname"])
        if not (first or last):
            first, _, last = (text(user["name"]) or "").partition(" ")
        values = {
            "first_name": first or None, "last_name": last or None, "email": text(user["emailaddress"]),
            "phone": text(user["phonenumber"]), "mobile": text(user["mobilenumber"]), "title": text(user["title"]),
            "company_id": company and company.ours_id,
        }  # fmt: skip
        if user["neversendemails"] or user["neversendmarketingemails"]:
            values["unsubscribed"] = True
        return self.record(Contact, "user", user, values, ("email_key",), self.list_of(company))

    def list_of(self, company):
        name = "No company" if company is None else self.type_names.get(company.type_id, "No type")
        if name not in self.lists:
            self.lists[name] = lists.get_or_create(self.account_id, name).id
            db.session.commit()
        return self.lists[name]

    def record(self, model, kind, row, values, keys, list_id=None):
        """Bring one record in: by its link, else by a key, else as a new one."""
        link = db.session.get(PlainLink, (kind, row["id"]))
        if link is None and row["inactive"]:
            return self.count("skipped")
        ours = db.session.get(model, link.ours_id) if link else self.by_key(model, kind, values, keys)
        is_new = ours is None
        if is_new:
            ours = model(account_id=self.account_id, created_at=datetime.now(UTC), version=0)
            db.session.add(ours)
        feeds = link.feeds if link else is_new or not self.is_linked(kind, ours.id)
        changed = feeds and self.fill(ours, values)
        if link is None:
            db.session.flush()
            db.session.add(PlainLink(kind=kind, halo_id=row["id"], ours_id=ours.id, feeds=feeds))
        if feeds and list_id is not None:
            self.put_on(list_id, ours.id)
        db.session.commit()
        return self.count("created" if is_new else "linked" if link is None else "updated" if changed else "unchanged")

    def by_key(self, model, kind, values, keys):
        """The first record of ours with the first key that any has; a company takes one client only."""
        derived = model.derived(values, self.country)
        for key in keys:
            if derived[key]:
                query = sa.select(model).where(model.account_id == self.account_id, getattr(model, key) == derived[key])
                for ours in db.session.scalars(query.order_by(model.id)).all():
                    if model is Contact or not self.is_linked(kind, ours.id):
                        return ours
        return None

    def is_linked(self, kind, ours_id):
        here = (PlainLink.kind == kind, PlainLink.ours_id == ours_id)
        return db.session.scalar(sa.select(PlainLink.halo_id).where(*here).limit(1)) is not None

    def fill(self, ours, values):
        """Set what Halo says and the normal forms; its blanks erase nothing. Whether that changed anything."""
        for name, value in values.items():
            if value:
                setattr(ours, name, value)
        for name, value in ours.derived({field: getattr(ours, field) for field in ours.FIELDS}, self.country).items():
            setattr(ours, name, value)
        changed = db.session.is_modified(ours)
        ours.version += changed
        return changed

    def put_on(self, list_id, contact_id):
        if not db.session.get(ListMember, (list_id, contact_id)):
            db.session.add(ListMember(account_id=self.account_id, list_id=list_id, contact_id=contact_id,
                                      joined_at=datetime.now(UTC)))  # fmt: skip

    def count_lists(self):
        members = sa.select(sa.func.count()).where(ListMember.list_id == ContactList.id).scalar_subquery()
        db.session.execute(sa.update(ContactList).values(contacts=members))
        db.session.commit()

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1


def text(value):
    return value.strip() or None if value else None


@click.command()
@click.argument("kind", type=click.Choice(["companies", "contacts"]))
@click.option("--account", type=int, required=True)
@click.option("--url", required=True)
def main(kind, account, url):
    """Import from the practice Halo at URL; prints what happened as JSON."""
    with create_app().app_context():
        PlainLink.__table__.create(db.engine, checkfirst=True)
        started, halo = time.perf_counter(), Halo(url)
        plain = Plain(db.session.get(Account, account), halo)
        getattr(plain, kind)()
        seconds = round(time.perf_counter() - started, 2)
        click.echo(json.dumps({"counts": plain.counts, "requests": halo.requests, "seconds": seconds}))


if __name__ == "__main__":
    main()
