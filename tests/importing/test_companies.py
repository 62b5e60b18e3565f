"""What importing companies does to every kind of client, through the practice Halo."""

from halo_admin.crm import types
from tests.importing.world import all_told, counts, links


def test_a_client_becomes_a_company_with_the_phone_and_address_of_its_main_site(world_on_each):
    world = world_on_each
    world.theirs(
        "Bergmann & Söhne",
        phone="+49 30 5550100",
        website="https://bergmann.example",
        site={"line1": "Am Markt 1", "line3": "Berlin"},
    )
    run = world.imported()
    company = world.company(name="Bergmann & Söhne")
    assert (company.phone, company.website) == ("+49 30 5550100", "https://bergmann.example")
    assert (company.street, company.city, company.type.name) == ("Am Markt 1", "Berlin", "Customer")
    assert run.state == "done"
    assert counts(run) == {"created": 1, "skipped": 1}


def test_importing_again_changes_nothing_and_asks_for_list_pages_alone(world_on_each):
    world = world_on_each
    for number in range(120):
        world.theirs(f"Client {number}", phone=f"+49 30 555{number:04}")
    first = world.imported()
    before = [(one.id, one.version) for one in world.companies()]
    again = world.imported()
    assert counts(again) == {"unchanged": 120, "skipped": 1}
    assert [(one.id, one.version) for one in world.companies()] == before
    # customer types, two pages of clients, two of sites
    assert again.requests == 5
    assert first.state == again.state == "done"


def test_the_first_of_several_relationships_is_the_type(world):
    world.theirs("Both", type=["Prospect", "Customer"])
    world.map(Customer="Client", Prospect="Prospect")
    world.imported()
    assert world.company(name="Both").type.name == "Prospect"


def test_the_customer_type_counts_where_there_is_no_relationship(world):
    world.theirs("Typed", type=None, customertype=1)
    world.imported()
    assert world.company(name="Typed").type is not None


def test_a_client_without_any_type_comes_in_as_no_type(world):
    world.theirs("Plain", type=None)
    world.imported()
    assert world.company(name="Plain").type is None


def test_a_type_that_is_not_imported_leaves_its_clients_out_with_the_reason(world):
    halo_id = world.theirs("Cables Ltd", type="Supplier")
    world.map(Supplier="don't import")
    run = world.imported()
    told = world.decision(run, halo_id)
    assert (told["action"], told["reason"]) == ("skipped", "its company type, Supplier, is not imported")
    assert all_told(run)


def test_a_type_that_turns_up_later_is_left_out_until_it_is_mapped_and_then_taken_in(world):
    world.theirs("First")
    world.imported()
    halo_id = world.theirs("Late", type="Partner")
    run = world.imported()
    assert world.decision(run, halo_id)["reason"] == "its type, Partner, is not mapped yet"
    world.map(Partner="Partner")
    again = world.imported()
    assert world.decision(again, halo_id)["action"] == "created"


def test_a_type_set_to_dont_import_later_keeps_what_is_here_and_stops_updating_it(world):
    halo_id = world.theirs("Keep", phone="+49 30 5550100")
    world.imported()
    world.map(Customer="don't import")
    world.theirs("Keep", id=halo_id, phone="+49 30 5550111")
    run = world.imported()
    assert world.company(name="Keep").phone == "+49 30 5550100"
    assert "the company here stays as it is" in world.decision(run, halo_id)["reason"]


def test_a_type_mapped_to_no_type_later_takes_away_what_an_import_brought_and_nothing_else(world):
    world.theirs("Ours to keep", type="Customer")
    world.theirs("Brought", type="Customer")
    world.map(Customer="Client")
    world.imported()
    world.edit(world.company(name="Ours to keep").id, type_id=types.get_or_create(world.account.id, "Vendor").id)
    world.save_mapping(Customer="No type")
    world.imported()
    assert world.company(name="Brought").type_id is None
    assert world.company(name="Ours to keep").type_id is not None


def test_client_1_is_no_company(world):
    run = world.imported()
    assert world.decision(run, 1)["action"] == "skipped"
    assert world.companies() == []


def test_an_inactive_client_is_not_created(world):
    halo_id = world.theirs("Gone", active=False)
    run = world.imported()
    assert (world.decision(run, halo_id)["reason"], world.companies()) == ("it is inactive in Halo", [])


def test_a_client_that_becomes_inactive_stays_and_is_marked(world):
    halo_id = world.theirs("Fades")
    world.imported()
    world.theirs("Fades", id=halo_id, active=False)
    run = world.imported()
    assert world.company(name="Fades").inactive_in_halo
    assert world.decision(run, halo_id)["reason"] == "is inactive in Halo now"
    world.theirs("Fades", id=halo_id)
    world.imported()
    assert not world.company(name="Fades").inactive_in_halo


def test_a_client_that_halo_does_not_hold_any_more_deletes_nothing(world):
    halo_id = world.theirs("Deleted")
    world.imported()
    world.halo.change("Client", delete=halo_id)
    run = world.imported()
    assert world.company(name="Deleted")
    assert (run.facts["gone"], all_told(run)) == (1, True)


def test_an_unlinked_company_is_linked_by_phone_however_it_is_written(world):
    world.set_country("DE")
    company_id = world.ours("Something else", phone="030 / 555 01 00")
    halo_id = world.theirs("Acme", phone="0049 (0)30 5550100")
    run = world.imported(newer="ours")
    assert links(world.account.id) == {halo_id: company_id}
    assert (world.decision(run, halo_id)["by"], counts(run)["linked"]) == ("phone", 1)


def test_an_unlinked_company_is_linked_by_website(world):
    company_id = world.ours("Something else", website="HTTP://WWW.Acme.example/about")
    halo_id = world.theirs("Acme", website="https://acme.example")
    run = world.imported()
    assert (links(world.account.id), world.decision(run, halo_id)["by"]) == ({halo_id: company_id}, "website")


def test_an_unlinked_company_is_linked_by_name_whatever_its_legal_form(world):
    company_id = world.ours("ACME Ltd.")
    halo_id = world.theirs("Acme")
    run = world.imported()
    assert (links(world.account.id), world.decision(run, halo_id)["by"]) == ({halo_id: company_id}, "name")


def test_a_page_on_a_social_network_links_nothing(world):
    world.ours("One", website="https://facebook.com/one")
    halo_id = world.theirs("Two", website="https://facebook.com/two")
    assert world.decision(world.imported(), halo_id)["action"] == "created"


def test_two_clients_that_want_one_company_equally_are_both_a_review(world):
    world.ours("Acme")
    first, second = world.theirs("Acme"), world.theirs("ACME GmbH")
    run = world.imported()
    assert {world.decision(run, one)["action"] for one in (first, second)} == {"review"}
    assert links(world.account.id) == {}


def test_the_stronger_key_wins_a_company_that_two_clients_want(world):
    company_id = world.ours("Acme", phone="+49 30 5550100")
    by_phone, by_name = world.theirs("Branch", phone="+49 30 5550100"), world.theirs("Acme")
    run = world.imported(newer="ours")
    assert links(world.account.id) == {by_phone: company_id}
    assert world.decision(run, by_name)["action"] == "review"


def test_clients_that_share_a_phone_with_none_here_are_each_created_and_told(world):
    first, second = (world.theirs(name, phone="+49 30 5550100") for name in ("One", "Two"))
    run = world.imported()
    assert f"shares its phone with client {second}" in world.decision(run, first)["reason"]
    assert counts(run)["created"] == 2


def test_values_are_counted_over_clients_of_types_that_are_not_imported_too(world):
    world.ours("Acme")
    halo_id = world.theirs("Acme")
    world.theirs("Acme Inc", type="Supplier")
    world.map(Supplier="don't import")
    assert world.decision(world.imported(), halo_id)["action"] == "review"


def test_a_client_like_a_linked_company_is_a_review(world):
    first = world.theirs("Acme", phone="+49 30 5550100")
    world.imported()
    later = world.theirs("Acme Berlin", phone="+49 30 5550100")
    run = world.imported()
    assert world.decision(run, later)["action"] == "review"
    assert f"linked to client {first}" in world.decision(run, later)["reason"]


def test_with_several_active_sites_the_main_one_is_the_one_halo_names(world):
    halo_id = world.theirs("Sites", phone="+49 30 5550100")
    world.halo.change("Site", record={"name": "Depot", "client_id": halo_id, "phonenumber": "+49 30 5559999"})
    run = world.imported()
    assert (world.company(name="Sites").phone, run.progress["asking"]) == ("+49 30 5550100", [0, 0])


def test_with_several_active_sites_and_none_named_the_detail_is_asked_once(start_world):
    world = start_world(switches={"main_site_in_list": "off"})
    halo_id = world.theirs("Sites", phone="+49 30 5550100")
    world.halo.change("Site", record={"name": "Depot", "client_id": halo_id, "phonenumber": "+49 30 5559999"})
    first = world.imported()
    assert world.company(name="Sites").phone == "+49 30 5550100"
    again = world.imported()
    assert first.progress["asking"] == [1, 1]
    assert counts(again)["unchanged"] == 1
    assert again.progress["asking"] == [0, 0]
