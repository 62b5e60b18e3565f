"""An account whose mappings are all saved, its Halo, and the few words tests of sending are written in."""

import pytest

from halo_admin.connecting import mapping, roles
from halo_admin.connecting.models import StageState
from halo_admin.crm.contact_models import Contact
from halo_admin.crm.models import Company
from halo_admin.db import begin_write, db, now, owned
from halo_admin.exporting import exports, jobs, picking
from halo_admin.exporting.models import Export, Intent
from tests.importing.world import World


class SendingWorld(World):
    """`sent` sends a record as the dialog would; exports work in this process."""

    def unlock(self):
        """As after every mapping was saved."""
        self.imported()  # imports to come read Halo anew
        begin_write()
        tenant = self.tenant()
        for stage in (roles.STAGE, *mapping.STAGES.values()):
            state = db.session.get(StageState, (tenant.id, stage))
            if state is None:
                state = StageState(account_id=tenant.account_id, tenant_id=tenant.id, stage=stage, mapping_revision=0)
                db.session.add(state)
            state.mapped_at = now()
        db.session.commit()

    def opened(self, kind, record_id, by=None, **chosen):
        """The dialog, once Halo has been looked into."""
        db.session.rollback()
        begin_write()
        model = Company if kind == "company" else Contact
        record = db.session.scalar(owned(model, self.account.id).where(model.id == record_id))
        export = exports.open_(kind, record, by or self.ann, chosen=chosen)
        db.session.commit()
        return self.worked(export)

    def worked(self, export):
        return jobs.work_inline(export.id)

    def picker(self, export):
        db.session.rollback()
        model = Company if export.kind == "company" else Contact
        found = db.session.get(Export, export.id, populate_existing=True)
        return picking.Picker(found, db.session.get(model, export.ours_id, populate_existing=True), self.ann)

    def rows(self, export):
        return {row.name: row for row in self.picker(export).rows()}

    def ticked(self, export):
        return {name for name, row in self.rows(export).items() if row.ticked}

    def send(self, export, *names, overwrites=False, link_only=False, **chosen):
        """Press Send with these fields ticked, and work it off."""
        picking.start(self.picker(export), names, overwrites, chosen, link_only)
        return self.worked(export)

    def sent(self, kind, record_id, *names, overwrites=False, **chosen):
        """Open the dialog and press Send; without names with what is ticked."""
        export = self.opened(kind, record_id, **chosen)
        assert export.state == "ready", (export.state, export.said, export.found)
        return self.send(export, *(names or self.ticked(export)), overwrites=overwrites)

    def outcomes(self, export):
        return {one["field"]: one["outcome"] for one in export.results or ()}

    def clients(self, name):
        """The clients of Halo's with this name, as Halo holds them."""
        table = self.halo.tenant.tables["clients"]
        return [dict(table.get(key)) for key in table.ids() if table.get(key)["name"] == name]

    def users(self, name):
        table = self.halo.tenant.tables["users"]
        return [dict(table.get(key)) for key in table.ids() if table.get(key)["name"] == name]

    def site(self, client_id):
        return self.halo.tenant.get("sites", self.halo.tenant.get("clients", client_id)["main_site_id"])

    def intents(self):
        db.session.rollback()
        return db.session.scalars(owned(Intent, self.account.id).order_by(Intent.id)).all()

    def fault(self, name, **settings):
        """Switch a fault on; the returned one tells how often it fired."""
        return self.halo.app.book.add(name, **settings)

    def calls(self, method="POST"):
        """How many writes Halo has been asked for."""
        return sum(one.method == method and one.target.startswith("/api/") for one in self.halo.app.stats.recent)


@pytest.fixture
def world(sqlite_url, tmp_path):
    """Ann's account on SQLite, connected, unlocked."""
    with SendingWorld(sqlite_url, tmp_path) as world:
        world.theirs("Somebody else", id=90)
        world.unlock()
        yield world


@pytest.fixture
def world_on_each(database_url, tmp_path):
    """The same on SQLite and on PostgreSQL in turn."""
    with SendingWorld(database_url, tmp_path) as world:
        world.theirs("Somebody else", id=90)
        world.unlock()
        yield world
