"""What Halo's types and statuses of opportunities mean here: counted, pre-filled, and made where there is none yet."""

import pytest

from halo_admin.connecting import answering, mapping, opportunities_seen
from halo_admin.crm.statuses import STATUSES
from halo_admin.db import begin_write, db
from halo_admin.mirror.models import HaloRecord
from halo_admin.records import TypeValue
from tests.connecting.conftest import saved

TYPE, STATUS = "opportunity_type", "opportunity_status"


@pytest.fixture
def tenant(ann):
    return saved(ann).tenant


def sales(tenant, number, status, *, type="30", name=None, start=1, closed=False, probability=None, **columns):
    """So many opportunities in the mirror."""
    begin_write()
    for halo_id in range(start, start + number):
        listed = {"type": {"source": "type", "id": type, "name": f"Type {type}"},
                  "status": {"source": "status", "id": status, "name": name}}  # fmt: skip
        values = {"closed_on": "2026-05-03" if closed else None, "probability": probability}
        row = HaloRecord(account_id=tenant.account_id, tenant_id=tenant.id, kind="opportunity", halo_id=halo_id,
                         type_key=f"type:{type} status:{status}", listed=listed, values=values, **columns)  # fmt: skip
        db.session.add(row)
    db.session.commit()


def rows(tenant, kind=STATUS):
    return {row.name: row for row in mapping.table(tenant, kind)}


def answer(tenant, kind, *pairs):
    begin_write()
    answering.save(tenant, kind, answering.by_name(tenant, kind, list(pairs)))
    db.session.commit()


def test_statuses_are_counted_without_what_does_not_count_or_is_of_types_left_out(tenant):
    sales(tenant, 3, "22", name="Quote Sent")
    sales(tenant, 2, "22", name="Quote Sent", type="31", start=10)
    sales(tenant, 1, "22", name="Quote Sent", start=20, active=False)
    assert rows(tenant)["Quote Sent"].number == 5
    assert rows(tenant, TYPE)["Type 30"].number == 3
    answer(tenant, TYPE, ("Type 31", ""), ("Type 30", "Import"))
    assert rows(tenant)["Quote Sent"].number == 3
    assert mapping.summary(mapping.table(tenant, TYPE), TYPE) == "3 come in, 2 left out."


@pytest.mark.parametrize(
    ("name", "ours"),
    [("won", "Won"), ("Closed Won", "Won"), ("Lost", "Lost"), ("Abgelehnt", "Lost"), ("New", "New"),
     ("IN PROGRESS", "In progress"), ("Negotiating", None)],
)  # fmt: skip
def test_statuses_are_pre_filled_by_name(tenant, name, ours):
    sales(tenant, 1, "22", name=name)
    suggested = rows(tenant)[name].suggested
    assert (suggested and suggested[1]) == ours


@pytest.mark.parametrize(("probability", "ours"), [(100, "Won"), (0, "Lost"), (50, None)])
def test_statuses_are_pre_filled_by_how_halos_own_opportunities_ended(tenant, probability, ours):
    sales(tenant, 5, "40", name="Completed", closed=True, probability=probability)
    suggested = rows(tenant)["Completed"].suggested
    assert (suggested and suggested[1]) == ours


def test_few_closed_ones_are_no_hint(tenant):
    sales(tenant, 2, "40", name="Completed", closed=True, probability=100)
    assert opportunities_seen.hints(tenant.id) == {}


def test_under_its_own_name_a_status_counts_as_halos_hints_say(tenant):
    sales(tenant, 5, "40", name="Completed", closed=True, probability=100)
    sales(tenant, 1, "41", name="Verloren", start=10)
    sales(tenant, 1, "42", name="Negotiating", start=20)
    begin_write()
    answering.save(tenant, STATUS, answering.under_own_names(tenant, STATUS))
    db.session.commit()
    kinds = {one.name: one.kind for one in STATUSES.all(tenant.account_id)}
    assert {kinds[name] for name in ("Completed",)} == {"won"}
    assert (kinds["Verloren"], kinds["Negotiating"]) == ("lost", "open")


def test_what_nothing_is_suggested_for_stands_on_top_with_its_number(tenant):
    sales(tenant, 9, "1", name="New")
    sales(tenant, 2, "22", name="Quote Sent", start=20)
    listed = [TypeValue("status", "9", "Closed")]
    begin_write()
    mapping.remember(tenant, STATUS, listed)
    db.session.commit()
    assert [(row.name, row.number) for row in mapping.table(tenant, STATUS)] == [
        ("Quote Sent", 2), ("New", 9), ("Closed", 0)
    ]  # fmt: skip


def test_a_status_must_mean_one_of_ours(tenant):
    sales(tenant, 1, "22", name="Quote Sent")
    begin_write()
    with pytest.raises(answering.Unknown):
        answering.save(tenant, STATUS, {"status:22": ("import", None)})
    with pytest.raises(answering.Unknown):
        answering.by_name(tenant, TYPE, [("Type 30", "Client")])
    db.session.rollback()


def test_an_opportunity_without_a_status_has_a_row_of_its_own(tenant):
    sales(tenant, 1, "none")
    begin_write()
    row = db.session.query(HaloRecord).filter_by(kind="opportunity").one()
    row.listed = {"type": row.listed["type"], "status": None}
    db.session.commit()
    assert rows(tenant)["No status"].number == 1
