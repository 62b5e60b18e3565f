"""The Opportunities table and board, profiles, forms, what is taken from Halo, and files."""

import csv
import io

import pytest

from halo_admin.crm import writing
from halo_admin.crm.models import OpportunityStatus
from halo_admin.crm.opportunity_models import Opportunity
from halo_admin.crm.statuses import STATUSES
from halo_admin.db import begin_write, db
from halo_admin.mirror.models import HaloRecord
from tests.crm.conftest import history, linked, make_user, ours, people_of, shown, tenant


@pytest.fixture
def app(sqlite_app):
    """Everything here is about pages: SQLite is enough, the imports' tests run on both."""
    return sqlite_app


def sale(user, name="Backup", status="New", **values):
    """An opportunity of the user's account; its id."""
    begin_write()
    row = {"name": name, "status_id": STATUSES.called(user.account_id, status).id} | values
    (record_id,) = writing.insert(Opportunity, user.account, [row])
    db.session.commit()
    return record_id


def held(record_id):
    db.session.rollback()
    return db.session.get(Opportunity, record_id, populate_existing=True)


def agent(user, halo, agent_id, person):
    """A Halo agent who is this person here."""
    return linked(halo, agent_id, person.id, kind="agent", label=person.name)


def test_the_table_filters_by_status_salesperson_and_company(ann, bob, get):
    (acme,) = ours(ann, "Acme")
    sale(ann, "Won one", "Won", salesperson_id=bob.id, value=100)
    sale(ann, "Open one", company_id=acme)
    sale(ann, "Lost one", "Lost")
    won = STATUSES.called(ann.account_id, "Won").id
    for query, names in (
        ("", ["Lost one", "Open one", "Won one"]),
        (f"status={won}", ["Won one"]),
        ("status=all-open", ["Open one"]),
        (f"salesperson={bob.id}", ["Won one"]),
        ("salesperson=none", ["Lost one", "Open one"]),
        (f"company={acme}", ["Open one"]),
        ("q=lost", ["Lost one"]),
        ("q=lost&status=all-open", []),
    ):
        assert shown(get(ann, f"/opportunities?{query}"), "opportunities") == names, query


def test_totals_by_status_follow_the_filters(ann, bob, get):
    sale(ann, "A", value=1_400_000, salesperson_id=bob.id)
    sale(ann, "B", value=50)
    assert "2 · 14,000.50" in get(ann, "/opportunities")
    assert "1 · 14,000" in get(ann, f"/opportunities?salesperson={bob.id}")


def test_the_board_has_a_stack_for_each_status_the_soonest_first(ann, get):
    sale(ann, "Later", expected_close="2027-01-01")
    sale(ann, "Whenever")
    sale(ann, "Sooner", expected_close="2026-01-01")
    page = get(ann, "/opportunities/board")
    assert page.index("Sooner") < page.index("Later") < page.index("Whenever")
    for name in ("New", "In progress", "Won", "Lost"):
        assert f"> {name}" in page or f">{name}" in page


def test_a_card_is_moved_to_another_status_by_a_press(ann, signed_in):
    record_id = sale(ann)
    won = STATUSES.called(ann.account_id, "Won").id
    sent = {"version": "1", "was_status_id": str(held(record_id).status_id), "status_id": str(won)}
    answer = signed_in(ann).post(f"/opportunities/{record_id}/move", data=sent)
    assert answer.headers["Location"] == "/opportunities/board"
    assert held(record_id).status_id == won
    assert history("opportunity", record_id)[-1].changes == {"status_id": ["New", "Won"]}


def test_what_halo_holds_otherwise_is_shown_and_taken_by_one_press(ann, bob, get, signed_in):
    halo = tenant(ann)
    agent(ann, halo, 7, bob)
    record_id = sale(ann, value=1_200_000, halo_value=1_400_000, expected_close="2026-09-30",
                     halo_expected_close="2026-09-30", salesperson_id=ann.id, halo_agent_id=7)  # fmt: skip
    page = get(ann, f"/opportunities/{record_id}")
    assert "Halo: 14,000" in page
    assert "Halo: Bob" in page
    assert "Out of date: 1" in get(ann, "/opportunities")
    assert "Halo: 14,000" in get(ann, "/opportunities/board")
    client = signed_in(ann)
    client.post(f"/opportunities/{record_id}/take", data={"take": "value", "version": "1"})
    assert held(record_id).value == 1_400_000
    assert held(record_id).edited_at is None, "it is Halo's value, not one that a person typed"
    client.post(f"/opportunities/{record_id}/take", data={"take": "salesperson_id", "version": "2"})
    assert held(record_id).salesperson_id == bob.id
    assert "Out of date" not in get(ann, "/opportunities")
    assert [line.note for line in history("opportunity", record_id)] == ["Taken from Halo"] * 2
    page = get(ann, f"/opportunities/{record_id}")
    assert "Taken from Halo (ann, " in page
    assert "Typed by" not in page


def test_ours_may_be_kept_and_is_not_told_again_until_halo_changes(ann, get, signed_in):
    record_id = sale(ann, value=1_200_000, halo_value=1_400_000)
    signed_in(ann).post(f"/opportunities/{record_id}/take", data={"keep": "value", "version": "1"})
    assert held(record_id).value == 1_200_000
    assert "Halo: 14,000" not in get(ann, f"/opportunities/{record_id}")
    begin_write()
    db.session.get(Opportunity, record_id).halo_value = 1_500_000
    db.session.commit()
    assert "Halo: 15,000" in get(ann, f"/opportunities/{record_id}")


def test_a_value_typed_with_halos_before_ones_eyes_is_not_out_of_date(ann, get, signed_in):
    record_id = sale(ann, value=1_200_000, halo_value=1_400_000)
    sent = {"version": "1", "was_value": "12000", "value": "13,000"}
    assert signed_in(ann).post(f"/opportunities/{record_id}/edit", data=sent).status_code == 303
    assert held(record_id).value == 1_300_000
    assert "Out of date" not in get(ann, "/opportunities")


def test_a_press_on_something_else_than_was_shown_changes_nothing(ann, signed_in):
    record_id = sale(ann, value=1_200_000, halo_value=1_400_000)
    for sent in ({"take": "value", "version": "9"}, {"take": "name", "version": "1"}, {}):
        signed_in(ann).post(f"/opportunities/{record_id}/take", data=sent)
        assert (held(record_id).value, held(record_id).version) == (1_200_000, 1)


def test_those_without_a_salesperson_are_assigned_by_one_press(ann, bob, get, signed_in):
    halo = tenant(ann)
    record_id = sale(ann, halo_agent_id=7)
    assert "Now assignable" not in get(ann, "/opportunities")
    agent(ann, halo, 7, bob)
    assert "Now assignable: 1" in get(ann, "/opportunities")
    signed_in(ann).post("/opportunities/assign")
    assert held(record_id).salesperson_id == bob.id
    assert history("opportunity", record_id)[-1].changes == {"salesperson_id": [None, "Bob"]}
    assert "Now assignable" not in get(ann, "/opportunities")


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("value", "a lot", "Type a sum"), ("probability", "120", "Type a percentage"),
        ("expected_close", "soon", "Type a day"), ("name", "", "Type a name"),
        ("status_id", "999", "is not there any more"),
        ("contact_id", "999", "is not there any more"), ("prospect_email", "nobody", "Type one e-mail"),
    ],
)  # fmt: skip
def test_what_cannot_be_saved_is_told_beside_the_field(ann, signed_in, field, text, told):
    record_id = sale(ann)
    was = STATUSES.called(ann.account_id, "New").id if field == "status_id" else "Backup" if field == "name" else ""
    answer = signed_in(ann).post(
        f"/opportunities/{record_id}/edit", data={"version": "1", f"was_{field}": was, field: text}
    )
    assert answer.status_code == 422
    assert told in answer.text
    assert held(record_id).version == 1


def test_an_opportunity_is_made_by_hand_for_a_company(ann, bob, get, signed_in):
    (acme,) = ours(ann, "Acme")
    (sam,) = people_of(ann, "Sam Poole", company_id=acme)
    assert "Sam Poole" in get(ann, f"/opportunities/new?company={acme}")
    new = STATUSES.called(ann.account_id, "New").id
    sent = {"name": "Backup", "status_id": new, "company_id": "Acme", "contact_id": sam, "salesperson_id": bob.id,
            "value": "14,000.5", "expected_close": "2026-09-30"}  # fmt: skip
    answer = signed_in(ann).post(f"/opportunities/new?company={acme}", data=sent)
    assert answer.status_code == 303
    one = held(int(answer.headers["Location"].rpartition("/")[2]))
    assert (one.company_id, one.contact_id, one.salesperson_id, one.value) == (acme, sam, bob.id, 1_400_050)
    for address in (f"/companies/{acme}", f"/contacts/{sam}"):
        assert "Backup" in get(ann, f"{address}?tab=opportunities")


def test_deleting_a_company_or_a_contact_lets_go_of_its_opportunities(ann, signed_in):
    (acme,) = ours(ann, "Acme")
    (sam,) = people_of(ann, "Sam Poole", company_id=acme)
    record_id = sale(ann, company_id=acme, contact_id=sam)
    client = signed_in(ann)
    assert "one opportunity stays" in client.get(f"/companies/{acme}/delete").text
    client.post(f"/companies/{acme}/delete", data={"version": "1"})
    assert (held(record_id).company_id, held(record_id).contact_id) == (None, sam)
    client.post(f"/contacts/{sam}/delete", data={"version": "2"})
    assert held(record_id).contact_id is None
    assert [line.note for line in history("opportunity", record_id)] == [
        "Its company was deleted",
        "Its contact was deleted",
    ]


def test_a_deleted_opportunity_leaves_a_tombstone_in_halos_mirror(ann, signed_in):
    record_id = sale(ann)
    row = linked(tenant(ann), 1201, record_id, kind="opportunity")
    signed_in(ann).post(f"/opportunities/{record_id}/delete", data={"version": "1"})
    assert held(record_id) is None
    row = db.session.get(HaloRecord, row.id, populate_existing=True)
    assert (row.ours_id, row.answer["how"]) == (None, "deleted")


def test_unlinking_forgets_what_halo_held(ann, signed_in):
    record_id = sale(ann, value=1, halo_value=2, halo_agent_id=7, inactive_in_halo=True)
    linked(tenant(ann), 1201, record_id, kind="opportunity")
    signed_in(ann).post(f"/opportunities/{record_id}/unlink")
    one = held(record_id)
    assert (one.halo_value, one.halo_agent_id, one.inactive_in_halo) == (None, None, False)


def test_an_opportunity_is_linked_by_hand_to_one_of_halos_found_by_its_name(ann, get, signed_in):
    record_id = sale(ann, "Backup for 30 PCs")
    row = linked(tenant(ann), 1201, None, kind="opportunity", label="Backup for 30 PCs", name_key="backup for 30 pcs",
                 values={"name": "Backup for 30 PCs"}, type_key="type:30 status:1")  # fmt: skip
    assert "opportunity 1201" in get(ann, f"/opportunities/{record_id}/link?q=backup")
    signed_in(ann).post(f"/opportunities/{record_id}/link", data={"halo_record": row.id})
    assert db.session.get(HaloRecord, row.id, populate_existing=True).ours_id == record_id


def test_the_file_of_the_table_holds_all_it_shows(ann, bob, get):
    (acme,) = ours(ann, "Acme")
    sale(ann, "=Sum", company_id=acme, salesperson_id=bob.id, value=1_400_050, probability=60)
    sale(ann, "Other", "Won")
    rows = list(csv.DictReader(io.StringIO(get(ann, "/opportunities.csv?status=all-open").removeprefix("\ufeff"))))
    assert [(row["name"], row["company"], row["salesperson"], row["value"], row["probability"]) for row in rows] == [
        ("'=Sum", "Acme", "bob@example.com", "14000.50", "60")
    ]


def test_who_only_looks_sees_no_buttons(ann, app, get):
    viewer = make_user("Vic", "vic@example.com", ann.account, [])
    record_id = sale(ann, value=1, halo_value=200)
    page = get(viewer, f"/opportunities/{record_id}")
    assert "Halo: 2" in page
    assert "Take it" not in page
    assert "New opportunity" not in get(viewer, "/opportunities")


def test_a_status_that_opportunities_have_stays(ann):
    sale(ann, status="Won")
    begin_write()
    won = db.session.get(OpportunityStatus, STATUSES.called(ann.account_id, "Won").id)
    with pytest.raises(ValueError, match="1 opportunity has this status"):
        STATUSES.remove(won)
    db.session.rollback()
