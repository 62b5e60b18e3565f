"""Imports, unlinkings, deletions and links in any order: nothing that was parted comes back, nothing comes twice."""

import itertools

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from halo_admin.crm import parting, parting_link
from halo_admin.crm.contact_models import Contact
from halo_admin.crm.models import Company
from halo_admin.crm.opportunity_models import Opportunity
from halo_admin.db import begin_write, db, owned
from halo_admin.importing import left_out_rows
from halo_admin.mirror import tombstones
from halo_admin.mirror.models import HaloRecord
from tests.importing.world import World

CLIENTS = 3
TWIN = CLIENTS  # the number of a second contact of the first client, with the e-mail of its first one
KINDS = {"client": Company, "user": Contact, "opportunity": Opportunity}
PLACES = st.sampled_from([(kind, number) for kind in sorted(KINDS) for number in range(CLIENTS)] + [("user", TWIN)])
WHICH = st.integers(0, len(KINDS) * CLIENTS)  # of the places a rule has to do with


class AnyOrder(RuleBasedStateMachine):
    """A Halo with a few clients, one contact and one opportunity each, and a twin that Halo has as inactive at first.
    `linked`, `parted` and `deleted` ({place: the id of what was deleted}) are what this test knows of each.
    """

    make_world = None

    def __init__(self):
        super().__init__()
        self.world = self.make_world()
        self.halo_ids, self.linked, self.parted, self.deleted = {}, {}, set(), {}
        for number in range(CLIENTS):
            client = self.world.theirs(f"Client {number}", phone=f"+49 30 555010{number}")
            self.halo_ids["client", number] = client
            self.halo_ids["user", number] = self._person(number)
            self.halo_ids["opportunity", number] = self._sale(number)
        self.halo_ids["user", TWIN] = self._person(TWIN, active=False)
        self.known, self.versions = self._ours(), itertools.count()

    def teardown(self):
        self.world.__exit__(None, None, None)

    @initialize()
    def import_for_the_first_time(self):
        self.import_everything()

    @rule()
    def import_everything(self):
        before, free = self.known, [one for one in self.halo_ids if one not in self.linked and one not in self.parted]
        self.world.imported_again()
        self.known, held = self._ours(), self._links()
        for place in self.parted:
            assert place not in held, f"{place} came back"
        for place, ours_id in self.linked.items():
            assert held[place] == ours_id, f"{place} is linked to another record"
        new = {place: held[place] for place in free if place in held}
        made = self.known - before
        assert made <= {(place[0], ours_id) for place, ours_id in new.items()}, (
            "something was made that nothing is linked to"
        )
        if self.deleted.keys() & {("user", 0), ("user", TWIN)}:
            assert not made & {(kind, new.get((kind, number))) for kind, number in (("user", 0), ("user", TWIN))}, (
                "what was deleted came back as its twin"
            )
        self.linked |= new

    @rule(which=WHICH, how=st.sampled_from(["unlink", "keep_out"]))
    @precondition(lambda self: self.linked)
    def part(self, which, how):
        place = one_of(self.linked, which)
        self._write(getattr(parting, how), KINDS[place[0]], self.linked[place], self.world.ann)
        self._part(place)

    @rule(which=WHICH)
    @precondition(lambda self: self.linked)
    def delete(self, which):
        self._delete(one_of(self.linked, which))

    @rule(with_one=st.sampled_from([0, TWIN]))
    @precondition(lambda self: {("user", 0), ("user", TWIN)} & self.linked.keys())
    def delete_one_of_the_twins_and_let_halo_go_on(self, with_one):
        place = ("user", with_one)
        self._delete(place if place in self.linked else ("user", TWIN - with_one))
        self.halo_changes_it(("user", TWIN))
        self.import_everything()

    def _delete(self, place):
        model, ours_id = KINDS[place[0]], self.linked[place]
        version = db.session.scalar(sa.select(model.version).where(model.id == ours_id))
        self._write(parting.delete, model, ours_id, version, self.world.ann)
        self.deleted |= dict.fromkeys(self._part(place), ours_id)
        self.known = self._ours()

    def _part(self, place):
        """All places that are linked to what this one is linked to, which are parted from it now."""
        parted = [one for one, ours_id in self.linked.items() if (one[0], ours_id) == (place[0], self.linked[place])]
        self.parted.update(parted)
        self.linked = {one: ours_id for one, ours_id in self.linked.items() if one not in parted}
        return parted

    @rule(which=WHICH, with_one=st.integers(0, 5))
    @precondition(lambda self: self.parted)
    def link(self, which, with_one):
        """A person links what is parted to a record of ours that is linked to nothing, where there is one."""
        place = one_of(self.parted, which)
        used = {(kind, ours_id) for (kind, _), ours_id in self.linked.items()}
        lonely = sorted(ours_id for kind, ours_id in self.known - used if kind == place[0])
        if lonely:
            ours_id = lonely[with_one % len(lonely)]
            row_id = self.world.record(self.halo_ids[place], place[0]).id
            self._write(parting_link.link, KINDS[place[0]], ours_id, row_id, self.world.ann)
            self.parted.discard(place)
            self.deleted.pop(place, None)
            self.linked[place] = ours_id

    @rule(which=WHICH)
    @precondition(lambda self: self.parted)
    def bring_back(self, which):
        place = one_of(self.parted, which)
        self._write(left_out_rows.bring_back, self.world.record(self.halo_ids[place], place[0]).id, self.world.ann)
        with_it = {one for one, ours_id in self.deleted.items()
                   if (one[0], ours_id) == (place[0], self.deleted.get(place))}  # fmt: skip
        self.parted -= {place, *with_it}
        self.deleted = {one: ours_id for one, ours_id in self.deleted.items() if one not in with_it}

    @rule(place=PLACES)
    def halo_changes_it(self, place):
        kind, number = place
        if kind == "client":
            self.world.theirs(f"Client {number}", phone=f"+49 30 555010{number}", id=self.halo_ids[place],
                              website=f"client{number}-{next(self.versions)}.example")  # fmt: skip
        elif kind == "user":
            self._person(number, id=self.halo_ids[place], title=f"Title {next(self.versions)}")
        else:
            self._sale(number, id=self.halo_ids[place], name=f"Sale {number}, {next(self.versions)}")

    def _person(self, number, **more):
        first = 0 if number == TWIN else number
        return self.world.person(f"Person{number}", at=self.halo_ids["client", first],
                                 email=f"person{first}@example.com", **more)  # fmt: skip

    def _sale(self, number, **more):
        about = {"at": self.halo_ids["client", number], "contact": self.halo_ids["user", number]}
        return self.world.sale(**{"name": f"Sale {number}"} | about | more)

    @invariant()
    def no_record_is_linked_twice(self):
        held = self._links()
        for kind in KINDS:
            ours = [ours_id for (one, number), ours_id in held.items() if one == kind and number != TWIN]
            assert len(ours) == len(set(ours))

    def _write(self, change, *details):
        begin_write()
        change(self.world.account.id, *details)
        db.session.commit()

    def _ours(self):
        """{(kind, id)} of all records here."""
        db.session.rollback()
        ids = {kind: owned(model, self.world.account.id).with_only_columns(model.id) for kind, model in KINDS.items()}
        return {(kind, one) for kind, query in ids.items() for one in db.session.scalars(query)}

    def _links(self):
        """{(kind, number): the id of the record it is linked to}; what has a tombstone is linked to nothing."""
        db.session.rollback()
        places = {(kind, halo_id): (kind, number) for (kind, number), halo_id in self.halo_ids.items()}
        rows = db.session.scalars(owned(HaloRecord, self.world.account.id).where(HaloRecord.ours_id.is_not(None)))
        found = {}
        for row in rows:
            assert not tombstones.is_left_out(row.answer)
            if (row.kind, row.halo_id) in places:
                found[places[row.kind, row.halo_id]] = row.ours_id
        return found


def one_of(places, which):
    return sorted(places)[which % len(places)]


class OftenImported(World):
    def imported_again(self):
        """Import the companies, the contacts and the opportunities, once more where they have been before."""
        self.imported()
        self.run("contacts")
        self.imported_sales()


def test_nothing_that_was_parted_comes_back_and_nothing_comes_twice(tmp_path_factory, make_sqlite):
    def make_world():
        folder = tmp_path_factory.mktemp("order")
        return OftenImported(f"sqlite:///{make_sqlite(folder)}", folder).__enter__()

    machine = type("Machine", (AnyOrder,), {"make_world": staticmethod(make_world)})
    few = settings(max_examples=8, stateful_step_count=14, deadline=None, derandomize=True, database=None,
                   suppress_health_check=list(HealthCheck))  # fmt: skip
    run_state_machine_as_test(machine, settings=few)
