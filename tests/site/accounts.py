"""An account that is ready to import from a practice Halo, and what a test asks of its database and commands."""

import csv
import re
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime

from halo_admin.practice.credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET
from tests.processes import Process

EMAIL, PASSWORD = "ann@example.com", "a long password"


def beside(halo):
    """The settings that let a site speak with this practice Halo."""
    return {"PRACTICE_URL": halo.url, "HALO_ALLOW_HOST": halo.url.removeprefix("http://")}


def active_names(halo):
    """The names of Halo's active clients by id, without its own "Unknown"."""
    clients = halo.app.tenant.tables["clients"]
    return {key: clients.get(key)["name"] for key in clients.ids("active") if key > 1}


def connected_account(site, halo, folder, ours):
    """The id of an account that holds `ours`, (name, phone) each, is connected, has read Halo and mapped its types."""
    made = site.flask("accounts", "create", "Acme IT", "--email", EMAIL, "--password-stdin", stdin=f"{PASSWORD}\n")
    mine = ("--account", made["account"])
    path = folder / "ours.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("name", "phone"), *ours])
    site.flask("crm", "load", "companies", path, *mine)
    site.flask("halo", "connect", *mine, "--url", halo.url, "--client-id", PRACTICE_CLIENT_ID,
               "--client-secret-stdin", stdin=f"{PRACTICE_CLIENT_SECRET}\n")  # fmt: skip
    site.flask("halo", "read", "companies", *mine, "--inline")
    site.flask("halo", "map", *mine, "--all")
    return made["account"]


def ready_for_contacts(site, halo, folder, number):
    """The id of a connected account with its companies imported, and so many contacts of its own that Halo has too,
    edited just now and with another title.
    """
    account = connected_account(site, halo, folder, [])
    site.flask("halo", "import", "companies", "--account", account, "--inline")
    users = halo.app.tenant.tables["users"]
    mails = [users.get(key)["emailaddress"] for key in users.ids("active")]
    known = [
        mail for mail in dict.fromkeys(mails) if re.fullmatch(r"[a-z.]+@[a-z.-]+", mail) and mails.count(mail) == 1
    ]
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    columns = ("account_id", "first_name", "name", "name_sort", "email", "email_key", "title", "unsubscribed",
               "bounced", "inactive_in_halo", "created_at", "edited_at", "version")  # fmt: skip
    rows = [(account, "Sam", "Sam", "sam", mail, mail, "Typed in", 0, 0, 0, now, now, 1) for mail in known[:number]]
    # closed at the end: what is still in the write-ahead log is not in a copy of the file
    with closing(sqlite3.connect(site.env["DATABASE_URL"].removeprefix("sqlite:///"), timeout=15)) as database:
        marks = ", ".join("?" * len(columns))
        database.executemany(f"INSERT INTO contacts ({', '.join(columns)}) VALUES ({marks})", rows)
        for what in ("link", "list"):
            lacking = f"SELECT account_id, 'contacts', '{what}', id FROM contacts WHERE title = 'Typed in'"
            database.execute(f"INSERT INTO lacks (account_id, kind, what, record_id) {lacking}")
        database.commit()
    assert len(rows) == number
    return account


def ready_for_notes(site, halo, folder):
    """The id of a connected account with its companies and contacts imported, and everybody of Halo's staff a user."""
    account = connected_account(site, halo, folder, [])
    for agent in halo.app.tenant.world.agents.values():
        if "@" in (agent["email"] or "") and agent["id"] > 1:
            site.flask("accounts", "add-user", "--account", account, "--email", agent["email"], "--name", agent["name"])
    for stage in ("users", "companies", "contacts"):
        site.flask("halo", "import", stage, "--account", account, "--inline")
    return account


class Account:
    """Such an account of a running site on SQLite; stage is what its imports are of."""

    def __init__(self, site, account, folder, stage="companies"):
        self.site, self.account, self.folder, self.stage = site, account, folder / "dump", stage
        self.database = site.env["DATABASE_URL"].removeprefix("sqlite:///")

    def start_importing(self):
        command = [sys.executable, "-m", "flask", "--app", "app", "halo", "import", self.stage,
                   "--account", str(self.account)]  # fmt: skip
        started = Process("importing", command, self.site.folder / "importing.log", self.site.env)
        self.site.processes["importing"] = started  # ended with the site
        return started

    def ask(self, query, *values):
        """The first row that a query finds."""
        with sqlite3.connect(self.database, timeout=15) as database:
            return database.execute(query, values).fetchone()

    def story(self):
        """The run's row and what the processes wrote, for a failure's message."""
        row = self.ask("SELECT state, movement, step, cursor, leg_no, queued_at, next_leg_at, lease_until, waits_for"
                       " FROM import_runs ORDER BY id DESC")  # fmt: skip
        return f"{row}\n{self.site.logs()}"

    def dump(self):
        """What the stage brings in as `crm dump` writes it, without our ids; with contacts their lists come along, and
        what they grew by.
        """
        self.site.flask("crm", "dump", self.folder, "--account", self.account)
        if self.stage == "contacts":
            return [self._table("contacts"), self._table("lists"), self._grown()]
        return self._table(self.stage)

    def _table(self, name):
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return sorted(tuple(value for name, value in row.items() if name != "id") for row in csv.DictReader(file))

    def _grown(self):
        with sqlite3.connect(self.database, timeout=15) as database:
            return database.execute(
                "SELECT lists.name, joined, taken_off FROM list_growth JOIN lists ON lists.id = list_id"
                " ORDER BY lists.name, run_id"
            ).fetchall()
