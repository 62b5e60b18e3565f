"""Opportunities: all come in whole once; afterwards only their name and status follow Halo."""

from datetime import timedelta

import pytest

from halo_admin.connecting import tenants
from halo_admin.crm import assigning, parting
from halo_admin.crm.opportunity_models import Opportunity
from halo_admin.db import begin_write, db
from halo_admin.importing import card as cards
from halo_admin.importing import runs, stages
from tests.importing.world import all_told, counts

WON, LOST, QUOTE_SENT = 23, 24, 22
WHOLE = {"oppconversionprobability": 60.0, "targetdate": "2026-09-30T00:00:00", "dateoccurred": "2026-05-01T08:15:00"}


@pytest.fixture
def acme(world):
    """A customer of Halo's; its Halo id."""
    return world.theirs("Acme", type="Customer")


def told_of(world, run, halo_id):
    one = world.decision(run, halo_id)
    return one["action"], one["reason"]


def test_all_opportunities_come_in_with_or_without_a_salesperson(world_on_each):
    world = world_on_each
    acme = world.theirs("Acme")
    sam = world.person("Sam", "Poole", at=acme)
    bob = world.sells(2)
    world.sale("Backup", at=acme, contact=sam, agent=2, value=12_500.5, **WHOLE)
    world.sale("Firewall", at=acme, agent=3)
    world.sale("Move", at=acme)
    run = world.imported_sales()
    assert (run.state, counts(run)) == ("done", {"created": 3})
    assert all_told(run)
    one = world.opportunity(name="Backup")
    assert (one.company.name, one.contact.name, one.salesperson_id) == ("Acme", "Sam Poole", bob)
    assert (one.value, one.probability, one.expected_close, one.opened_on) == (
        1_250_050,
        60,
        "2026-09-30",
        "2026-05-01",
    )
    assert one.status.name == "New"
    assert [other.salesperson_id for other in world.opportunities()[1:]] == [None, None]


def test_the_card_tells_of_each_mapping_by_itself(world, acme):
    """ "1 come in. 1 opportunity not answered yet." would be two sentences about one thing."""
    world.sale("Backup", at=acme)
    world.map_sales(rest=False)
    card = cards.card_of(world.account.id, stages.stage("opportunities"))
    assert card.mapped == ("By type: 1 come in.", "By status: 1 opportunity not answered yet.")


def test_the_salesperson_counts_only_where_the_agent_is_linked_to_a_salesperson(world, acme):
    world.sells(2, "Ann", roles=("admin", "marketer"))
    world.sale(at=acme, agent=2)
    world.sale(at=acme, agent=1, name="Of nobody")
    world.imported_sales()
    assert {one.salesperson_id for one in world.opportunities()} == {None}


def test_a_second_import_changes_nothing(world, acme):
    world.sale(at=acme)
    world.imported_sales()
    run = world.imported_sales()
    assert counts(run) == {"unchanged": 1}
    assert world.opportunity().version == 1


def test_on_a_re_import_only_name_and_status_change_whatever_halo_changes(world, acme):
    """Every other field is held fixed while Halo changes it."""
    other, sam = world.theirs("Other"), world.person("Sam", at=acme)
    bob, _dora = world.sells(2, "Bob"), world.sells(3, "Dora")
    kim = world.person("Kim", at=other)
    sale = world.sale("Backup", at=acme, contact=sam, agent=2, **WHOLE, oppcompanyname="", oppemailaddress="")
    world.imported_sales()
    before = {field: getattr(world.opportunity(), field) for field in Opportunity.FIELDS}
    assert before["salesperson_id"] == bob
    world.sale("Backup for 30 PCs", id=sale, at=other, contact=kim, agent=3, status=WON, value=99_000.0,
               oppconversionprobability=100.0, targetdate="2027-01-31T00:00:00", dateoccurred="2025-01-01T00:00:00",
               oppcompanyname="Prospect", oppcontactname="Pia", oppemailaddress="pia@prospect.example")  # fmt: skip
    run = world.imported_sales()
    after = {field: getattr(world.opportunity(), field) for field in Opportunity.FIELDS}
    assert after == before | {"name": "Backup for 30 PCs", "status_id": world.status_id("Won")}
    assert world.decision(run, sale)["changes"] == {"name": ["Backup", "Backup for 30 PCs"], "status": ["New", "Won"]}


def test_what_people_changed_here_stays(world, acme):
    sale = world.sale(at=acme, **WHOLE)
    world.imported_sales()
    here = world.opportunity().id
    world.edit_opportunity(here, value=700_000, expected_close="2026-12-01", probability=10, company_id=None)
    world.sale(id=sale, at=acme, value=15_000.0, status=WON)
    world.imported_sales()
    one = world.opportunity(here)
    assert (one.value, one.expected_close, one.probability, one.company_id) == (700_000, "2026-12-01", 10, None)
    assert one.status.name == "Won"


def test_of_a_name_changed_on_both_sides_the_later_one_wins(world, acme):
    """Halo's list tells when an opportunity was changed, so nothing is asked one by one."""
    ours_later = world.sale("A", at=acme, id=6001)
    theirs_later = world.sale("B", at=acme, id=6002)
    world.imported_sales()
    for name in ("A", "B"):
        world.edit_opportunity(world.opportunity(name=name).id, name=f"{name} here")
    world.sale("A in Halo", id=ours_later, at=acme, last_update="2020-01-01T00:00:00Z")
    world.sale("B in Halo", id=theirs_later, at=acme, last_update="2099-01-01T00:00:00Z")
    run = world.imported_sales()
    assert [one.name for one in world.opportunities()] == ["A here", "B in Halo"]
    assert run.requests < 6


def test_a_prospect_without_a_client_keeps_its_name_and_e_mail(world, acme):
    world.sale("Known", at=acme, oppcompanyname="Somebody", oppemailaddress="x@example.com")
    world.sale("New", oppcompanyname="Prospect & Söhne", oppcontactname="Pia", oppemailaddress="pia@prospect.example")
    world.imported_sales()
    new, known = world.opportunity(name="New"), world.opportunity(name="Known")
    assert (new.company_id, new.prospect_name, new.prospect_email) == (
        None, "Pia, Prospect & Söhne", "pia@prospect.example",
    )  # fmt: skip
    assert (known.company.name, known.prospect_name, known.prospect_email) == ("Acme", None, None)


def test_an_opportunity_comes_in_without_a_company_that_is_not_here(world, acme):
    supplier = world.theirs("Supplier", type="Supplier")
    world.map(Supplier="don't import")
    world.sale("Of a supplier", at=supplier, contact=world.person("Kim", at=supplier))
    run = world.imported_sales()
    assert counts(run) == {"created": 1}
    one = world.opportunity()
    assert (one.company_id, one.contact_id) == (None, None)


def test_the_general_user_of_a_client_is_no_contact(world, acme):
    world.imported_contacts()
    general = next(
        one["id"] for one in world.halo.tenant.users_of(world.halo.tenant.get("clients", acme)["main_site_id"])
    )
    world.sale(at=acme, contact=general)
    world.imported_sales()
    assert (world.opportunity().company.name, world.opportunity().contact_id) == ("Acme", None)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"merged_into_id": 77}, "it was merged into opportunity 77 in Halo"),
        ({"inactive": True}, "it is inactive in Halo"),
        ({"raw": {"deleted": True}}, "it is deleted in Halo"),
    ],
)
def test_one_that_does_not_count_in_halo_is_left_out_with_the_reason(world, acme, more, reason):
    sale = world.sale(at=acme, **more)
    assert told_of(world, world.imported_sales(), sale) == ("skipped", reason)


def test_one_that_is_here_stays_and_is_marked_when_halo_merges_it(world, acme):
    sale = world.sale(at=acme)
    world.imported_sales()
    world.sale(id=sale, at=acme, merged_into_id=77)
    run = world.imported_sales()
    assert told_of(world, run, sale) == ("updated", "does not count in Halo any more")
    assert world.opportunity().inactive_in_halo


def test_one_without_a_name_is_named_by_its_number(world, acme):
    sale = world.sale("  ", at=acme)
    world.imported_sales()
    assert world.opportunity().name == f"Opportunity {sale}"


def test_a_value_that_cannot_be_read_fails_alone(world, acme):
    sale = world.sale(at=acme, raw={"oppvalue": "12k"})
    world.sale("Other", at=acme)
    run = world.imported_sales()
    assert counts(run) == {"created": 1, "failed": 1}
    assert "its oppvalue is no sum (“12k”)" in told_of(world, run, sale)[1]


def test_only_the_types_that_are_chosen_come_in(world, acme):
    world.sale("New one", at=acme)
    renewal = world.sale("Renewal", at=acme, tickettype_id=31)
    world.map_sales(types=[("Renewal", "don't import")])
    run = world.imported_sales()
    assert told_of(world, run, renewal) == ("skipped", "its type, Renewal, is not imported")
    assert [one.name for one in world.opportunities()] == ["New one"]


def test_a_status_means_what_the_mapping_says(world, acme):
    world.sale(at=acme, status=QUOTE_SENT)
    world.map_sales(statuses=[("Quote Sent", "In progress")])
    world.imported_sales()
    assert world.opportunity().status.name == "In progress"


def test_an_import_with_unmapped_statuses_asks_first_and_leaves_them_out_if_told_so(world, acme):
    known, unknown = world.sale(at=acme), world.sale("Odd", at=acme, status=QUOTE_SENT)
    world.map_sales(statuses=[("New", "New")], rest=False)
    run = world.run("opportunities")
    assert run.question["records"] == 1
    assert run.question["told"] == "Quote Sent (1)"
    assert [one["label"] for one in run.question["choices"]] == [
        "Leave them out", "Put them into “New”", "Put them into “In progress”", "Put them into “Won”",
        "Put them into “Lost”",
    ]  # fmt: skip
    assert world.opportunities() == []
    run = world.reply(run, "leave_out")
    assert counts(run) == {"created": 1, "skipped": 1}
    assert told_of(world, run, unknown) == ("skipped", "its status, Quote Sent, is not mapped yet")
    assert world.record(known, "opportunity").ours_id


def test_unmapped_statuses_can_be_put_into_a_chosen_one(world, acme):
    world.sale("Odd", at=acme, status=QUOTE_SENT)
    world.map_sales(statuses=[("New", "New")], rest=False)
    world.reply(world.run("opportunities"), "leave_out")
    run = world.reply(world.run("opportunities"), str(world.status_id("In progress")))
    assert counts(run) == {"created": 1}
    assert world.opportunity().status.name == "In progress"


def test_a_new_type_asks_as_well(world, acme):
    world.sale(at=acme)
    world.imported_sales()
    world.halo.change("TicketType", record={"id": 40, "name": "Cross-sell", "use": "opps"})
    world.sale("Mail", at=acme, tickettype_id=40)
    run = world.run("opportunities")
    assert run.question["option"] == "unmapped_type"
    assert counts(world.reply(run, "import")) == {"created": 1, "unchanged": 1}


def test_those_closed_before_a_day_can_be_left_out(world, acme):
    old = world.sale("Old", at=acme, status=WON, hasbeenclosed=True, dateclosed="2023-03-04T00:00:00")
    world.sale("New", at=acme, status=WON, hasbeenclosed=True, dateclosed="2026-03-04T00:00:00")
    world.sale("Open", at=acme)
    world.choose("opportunities", closed_before="2024-01-01")
    run = world.imported_sales()
    assert counts(run) == {"created": 2, "skipped": 1}
    assert told_of(world, run, old) == ("skipped", "it was closed on 2023-03-04, before 2024-01-01")
    world.choose("opportunities", closed_before="")
    assert counts(world.imported_sales()) == {"created": 1, "unchanged": 2}


def test_where_halo_holds_another_value_close_or_agent_it_is_kept_beside_ours(world, acme):
    sale = world.sale(at=acme, value=12_000.0, **WHOLE)
    world.imported_sales()
    world.sale(id=sale, at=acme, value=14_000.0, agent=2, targetdate="2026-12-24T00:00:00")
    run = world.imported_sales()
    one = world.opportunity()
    assert (one.value, one.halo_value) == (1_200_000, 1_400_000)
    assert (one.expected_close, one.halo_expected_close) == ("2026-09-30", "2026-12-24")
    assert one.halo_agent_id == 2
    assert "Halo has another value" in told_of(world, run, sale)[1]
    assert world.decision(run, sale)["changes"] == {}


def test_people_linked_later_get_their_opportunities_in_one_press(world, acme):
    world.sale("One", at=acme, agent=2)
    world.sale("Two", at=acme, agent=2)
    world.sale("Taken", at=acme, agent=2)
    world.imported_sales()
    dora = world.sells(3, "Dora")
    world.edit_opportunity(world.opportunity(name="Taken").id, salesperson_id=dora)
    assert assigning.assignable(world.account.id) == 0
    bob = world.sells(2, "Bob")
    assert assigning.assignable(world.account.id) == 2
    begin_write()
    assert assigning.assign(world.account.id, world.ann) == 2
    db.session.commit()
    assert [one.salesperson_id for one in world.opportunities()] == [bob, bob, dora]
    assert counts(world.imported_sales()) == {"unchanged": 3}


def test_a_value_edited_here_long_ago_is_no_reason_for_halo_to_overwrite_it(world, acme):
    sale = world.sale(at=acme)
    world.imported_sales()
    here = world.opportunity().id
    world.edit_opportunity(here, value=1)
    begin_write()
    db.session.get(Opportunity, here).edited_at -= timedelta(days=400)
    db.session.commit()
    world.sale(id=sale, at=acme, value=99.0)
    world.imported_sales()
    assert world.opportunity(here).value == 1


def test_the_stage_is_locked_until_contacts_are_done_and_the_mapping_is_saved(world, acme):
    stage = stages.stage("opportunities")
    assert runs.lock(world.account.id, stage).reason == "Contacts must be imported first"
    world.imported_contacts()
    assert runs.lock(world.account.id, stage).reason == "Halo's opportunity types are not mapped yet"
    with pytest.raises(runs.Locked):
        world.start("opportunities")
    world.map_sales()
    assert runs.lock(world.account.id, stage) is None


@pytest.fixture
def halo(world):
    """flask halo …: (exit code, output)."""

    def run(*words):
        db.session.rollback()
        done = world.app.test_cli_runner().invoke(args=["halo", *words, "--account", str(world.account.id)])
        db.session.rollback()
        return done.exit_code, done.output

    return run


def test_the_shell_maps_and_imports_opportunities(world, acme, halo):
    world.sale(at=acme)
    world.sale("Odd", at=acme, status=QUOTE_SENT)
    world.imported_contacts()
    assert halo("import", "opportunities", "--inline")[0] != 0, "nobody has said which types come in"
    assert halo("read", "opportunities", "--inline")[0] == 0
    assert halo("map", "--kind", "opportunity_type", "--all")[0] == 0
    code, told = halo("map", "--kind", "opportunity_status", "--set", "New=New")
    assert code == 0
    assert "Quote Sent    1  → not answered" in told
    assert "1 created, 1 skipped" in halo("import", "opportunities", "--inline")[1]
    assert halo("import", "opportunities", "--inline", "--unmapped", "Nowhere")[0] != 0
    assert "1 created" in halo("import", "opportunities", "--inline", "--unmapped", "In progress")[1]
    assert world.opportunity(name="Odd").status.name == "In progress"


def test_the_shell_chooses_the_day_that_closed_ones_are_left_out_before(world, acme, halo):
    world.sale(at=acme, status=WON, hasbeenclosed=True, dateclosed="2023-03-04T00:00:00")
    world.map_sales()
    assert (
        "closed_before=YYYY-MM-DD" in halo("import", "opportunities", "--inline", "--choose", "closed_before=soon")[1]
    )
    told = halo("import", "opportunities", "--inline", "--choose", "closed_before=2024-01-01")[1]
    assert "1 skipped" in told


def test_another_halo_tells_nothing_of_what_the_one_before_held(world, acme):
    world.sale(at=acme)
    world.imported_sales()
    assert world.opportunity().halo_value == 1_200_000
    begin_write()
    tenants.mark_inactive(world.account.id, None)
    db.session.commit()
    one = world.opportunity()
    assert (one.halo_value, one.halo_agent_id, one.value) == (None, None, 1_200_000)
    assert world.opportunity().version == 2


def test_one_that_a_person_deleted_here_stays_deleted(world, acme):
    sale = world.sale(at=acme)
    world.imported_sales()
    here = world.opportunity()
    begin_write()
    parting.delete(world.account.id, Opportunity, here.id, here.version, world.ann)
    db.session.commit()
    run = world.imported_sales()
    assert world.opportunities() == []
    assert told_of(world, run, sale)[1].startswith("deleted here by ann")
