"""Whatever a tenant holds, each import of each stage tells an outcome and a reason of every record that it fetched."""

import copy
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halo_admin.db import db
from halo_admin.importing import stages
from halo_admin.importing.models import OUTCOMES, Decision
from halo_admin.importing.telling import decisions_of
from halo_admin.mirror.models import HaloRecord
from tests.importing.world import all_told, counts

# one world for all tenants of a test: each is imported by an account of its own, out of a Halo that is emptied for it
FEW = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NUMBERS = count(1)

names = st.sampled_from(["Acme", "ACME GmbH", "Zoo", " "])
somebody = st.one_of(st.none(), st.integers(0, 5))
clients = st.fixed_dictionaries({
    "name": names, "type": st.sampled_from(["Customer", "Prospect", "Supplier", None]), "active": st.booleans(),
    "phone": st.sampled_from([None, "+49 30 5550100", "+49 30 5550101", "n/a"]),
})  # fmt: skip
people = st.fixed_dictionaries({
    "first": st.sampled_from(["Sam", "Kim", "General"]), "last": st.sampled_from(["Poole", "User"]), "at": somebody,
    "email": st.sampled_from([None, "sam@acme.example", "SAM@acme.example", "kim@zoo.example", "nobody"]),
    "active": st.booleans(), "isserviceaccount": st.booleans(),
})  # fmt: skip
sales = st.fixed_dictionaries({
    "name": names, "at": somebody, "contact": somebody, "status": st.sampled_from([0, 1, 22, 23, 77]),
    "tickettype_id": st.sampled_from([30, 31, 36]), "agent": st.sampled_from([1, 2, 3, 99]),
    "value": st.sampled_from([0.0, 12.5, -1.0]), "merged_into_id": st.sampled_from([0, 0, 0, 7]),
    "inactive": st.booleans(), "hasbeenclosed": st.booleans(),
    "dateclosed": st.sampled_from(["1900-01-01T00:00:00", "2020-05-03T00:00:00", "2026-05-03T00:00:00"]),
    "raw": st.sampled_from([{}, {}, {}, {"oppvalue": "12k"}, {"deleted": True}, {"id": "none"}]),
})  # fmt: skip
notes = st.fixed_dictionaries({
    "text": st.sampled_from(["Called", "", "<p>Hi</p>"]), "by": st.sampled_from([-1, 1, 2, 3]), "client": somebody,
    "user": somebody,
})  # fmt: skip
tenants = st.fixed_dictionaries({
    "clients": st.lists(clients, min_size=1, max_size=5), "people": st.lists(people, min_size=2, max_size=5),
    "sales": st.lists(sales, min_size=3, max_size=6), "notes": st.lists(notes, min_size=1, max_size=4),
    "left_out": st.sampled_from(["Customer", "Supplier"]), "unmapped": st.sampled_from(["leave_out", "New"]),
    "closed_before": st.sampled_from(["", "2024-01-01"]),
})  # fmt: skip


def filled(world, tenant):
    """A new account, connected to a Halo that holds this tenant and nothing else."""
    world.halo.reset()
    new = copy.copy(world)
    number = next(NUMBERS)
    new.account, new.ann = world.new_account(f"Account {number}", f"ann{number}@example.com")
    new.connect_to_halo(new.account)
    client_ids = [new.theirs(**one) for one in tenant["clients"]]
    user_ids = [new.person(**one | {"at": among(client_ids, one["at"])}) for one in tenant["people"]]
    for one in tenant["sales"]:
        new.sale(**one | {"at": among(client_ids, one["at"]), "contact": among(user_ids, one["contact"])})
    for one in tenant["notes"]:
        about = {"client_id": among(client_ids, one["client"]), "user_id": among(user_ids, one["user"])}
        about = {name: value for name, value in about.items() if value} or {"client_id": 1}
        new.their_note(one["text"], by=one["by"], **about)
    return new


def among(ids, number):
    return ids[number] if number is not None and number < len(ids) else None


def runs_of(world, tenant):
    """Every stage imported in its order; {stage: its run}."""
    unmapped = tenant["unmapped"]
    answer = unmapped if unmapped == "leave_out" else str(world.status_id(unmapped))
    options = {"unmapped_type": "leave_out", "unmapped_status": answer}
    done = {"users": world.run("users"), "companies": world.imported(), "contacts": world.imported_contacts()}
    if world.state("mapped_at", "opportunities") is None:
        world.map_sales(rest=False)
    world.choose("opportunities", closed_before=tenant["closed_before"])
    return done | {"opportunities": world.run("opportunities", options=options), "notes": world.run("notes")}


def assert_all_is_told(run):
    assert run.state in ("done", "problems"), (run.stage, run.stopped)
    assert all_told(run), (run.stage, run.counts, run.facts)
    assert set(run.counts) <= set(OUTCOMES)
    told = decisions_of(run, everything=True)
    assert len(told) == run.facts["fetched"], run.stage
    assert all(one["reason"].strip() and one["action"] in OUTCOMES for one in told), run.stage
    open_ = sa.select(Decision.id).where(Decision.run_id == run.id, Decision.state != "applied")
    assert db.session.scalars(open_).all() == [], "nothing is left half done"


def assert_the_mirror_agrees(world, run):
    """Each record that Halo listed bears the outcome that the run counted it by."""
    kind = stages.stage(run.stage).kind
    here = (HaloRecord.tenant_id == run.tenant_id, HaloRecord.kind == kind, HaloRecord.gone_at.is_(None))
    by_outcome = sa.select(HaloRecord.outcome, sa.func.count()).where(*here, HaloRecord.run_id == run.id)
    db.session.rollback()
    assert dict(map(tuple, db.session.execute(by_outcome.group_by(HaloRecord.outcome)))) == counts(run), run.stage


@FEW
@given(tenants)
def test_what_is_fetched_is_the_sum_of_the_outcomes_whatever_a_tenant_holds(world, tenant):
    new = filled(world, tenant)
    first = runs_of(new, tenant)
    for run in first.values():
        assert_all_is_told(run)
        if run.stage != "users":
            assert_the_mirror_agrees(new, run)
    again = runs_of(new, tenant)
    for stage, run in again.items():
        assert_all_is_told(run)
        assert not run.counts.get("created"), f"{stage}: what is here is not made a second time"
        assert run.facts["fetched"] == first[stage].facts["fetched"]


@pytest.mark.parametrize("stage", ["companies", "contacts", "opportunities", "notes"])
def test_every_stage_of_the_list_is_among_those_that_are_tried(world, stage):
    assert stage in {one.key for one in stages.STAGES} == {"users", "companies", "contacts", "opportunities", "notes"}
