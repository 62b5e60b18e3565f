"""What tests of people are written in: `agent` puts a Halo agent into Halo, `user` a person here."""

import sqlalchemy as sa

from halo_admin.accounts import people
from halo_admin.accounts.models import Account, User
from halo_admin.db import begin_write, db, owned
from halo_admin.people import agents
from tests.importing.world import World

ROLES = {"Administrator": 1, "Technician": 2, "Sales": 3, "Marketing": 4, "Account Manager": 5}
PASSWORD = "a long password"


class Staff(World):
    """Ann's account and a Halo whose only agents are the tests', Unassigned and the API's."""

    stage = "users"

    def __init__(self, database_url, folder, **options):
        super().__init__(database_url, folder, practice={"agents": 0} | options.pop("practice", {}), **options)

    def agent(self, name="Jo Roth", *, email=..., roles=("Technician",), active=True, id=None, **more):
        """An agent of Halo's, created or changed; its id."""
        if email is ...:
            email = f"{name.replace(' ', '.').lower()}@msp.example"
        first, _, last = name.partition(" ")
        record = {"name": name, "firstname": first, "surname": last, "email": email or "", "isdisabled": not active,
                  "roles": [ROLES[one] for one in roles]}  # fmt: skip
        return self.halo.change("Agent", record=record | more | ({"id": id} if id else {}))["id"]

    def user(self, name="Bob", *, email=None, roles=(), password=PASSWORD):
        begin_write()
        account = db.session.get(Account, self.account.id)
        user = people.add_user(account, email or f"{name.lower()}@example.com", name, list(roles), password)
        db.session.commit()
        return user.id

    def users(self):
        """{name: user} of the account as it is in the database now."""
        db.session.rollback()
        found = db.session.scalars(owned(User, self.account.id).execution_options(populate_existing=True))
        return {user.name: user for user in found}

    def row(self, halo_id):
        """The agent's row of the table."""
        return next(row for row in self.rows() if row.agent.halo_id == halo_id)

    def rows(self):
        db.session.rollback()
        return agents.rows(self.tenant())

    def visitor(self, email="ann@example.com", password=PASSWORD):
        """Somebody who is signed in."""
        client = self.app.test_client()
        assert client.post("/sign-in", data={"email": email, "password": password}).status_code == 302
        return client

    def linked(self):
        """{Halo's id: user's name} of what is linked."""
        names = dict(map(tuple, db.session.execute(sa.select(User.id, User.name))))
        return {row.agent.halo_id: names[row.agent.user_id] for row in self.rows() if row.agent.user_id}
