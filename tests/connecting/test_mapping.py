import pytest

from halo_admin.connecting import answering, mapping
from halo_admin.connecting.models import StageState
from halo_admin.crm.types import company_types, get_or_create
from halo_admin.db import begin_write, db
from tests.connecting.conftest import customer_type, mirrored, relationship, saved

KIND = "company_type"
CUSTOMER, PROSPECT, SUPPLIER = (
    relationship(i, name) for i, name in ((1, "Customer"), (2, "Prospects"), (4, "Supplier"))
)


@pytest.fixture
def tenant(ann):
    return saved(ann).tenant


def table(tenant):
    return {row.key: row for row in mapping.table(tenant, KIND)}


def answer(tenant, *pairs):
    begin_write()
    changed = answering.save(tenant, KIND, answering.by_name(tenant, KIND, list(pairs)))
    db.session.commit()
    return changed


def listed(tenant, *values):
    begin_write()
    mapping.remember(tenant, KIND, list(values))
    db.session.commit()


def type_id(tenant, name):
    return get_or_create(tenant.account_id, name).id


def test_all_values_of_both_fields_appear_and_no_type_is_a_row_of_its_own(tenant):
    listed(tenant, customer_type(3, "Managed"), customer_type(5, "Never used"))
    mirrored(tenant, 10, CUSTOMER, SUPPLIER)
    mirrored(tenant, 11, customer_type(3))
    assert {(row.name, row.field) for row in mapping.table(tenant, KIND)} == {
        ("Customer", "Relationship"), ("Supplier", "Relationship"), ("Managed", "Customer type"),
        ("Never used", "Customer type"), ("No type", ""),
    }  # fmt: skip


def test_counts_are_of_active_clients_whose_first_value_it_is(tenant):
    mirrored(tenant, 1, CUSTOMER)  # Unknown
    mirrored(tenant, 10, CUSTOMER, SUPPLIER)
    mirrored(tenant, 11, CUSTOMER)
    mirrored(tenant, 12, CUSTOMER, active=False)
    mirrored(tenant, 13)
    rows = table(tenant)
    assert (rows[CUSTOMER.key].number, rows[SUPPLIER.key].number, rows["none"].number) == (2, 0, 1)


def test_clients_that_could_not_be_read_have_no_type_to_map(tenant):
    row = mirrored(tenant, 10, CUSTOMER)
    row.listed = row.type_key = None
    db.session.commit()
    assert [(row.name, row.number) for row in mapping.table(tenant, KIND)] == [("No type", 0)]


def test_unanswered_values_stand_first_then_the_most_frequent(tenant):
    for halo_id, value in enumerate((CUSTOMER, CUSTOMER, CUSTOMER, PROSPECT, PROSPECT, SUPPLIER), start=10):
        mirrored(tenant, halo_id, value)
    answer(tenant, ("Customer", "Client"))
    assert [row.name for row in mapping.table(tenant, KIND)] == ["Prospects", "Supplier", "No type", "Customer"]


@pytest.mark.parametrize(
    ("halo", "ours"),
    [("Customer", "Client"), ("CUSTOMERS", "Client"), ("Prospects", "Prospect"), ("Supplier", "Vendor"),
     ("Résellers", "Partner"), ("no type", "No type"), ("Charity", None)],
)  # fmt: skip
def test_names_suggest_a_type_of_ours(tenant, halo, ours):
    mirrored(tenant, 10, relationship(7, halo))
    suggested = table(tenant)["relationship:7"].suggested
    assert (suggested and suggested[1]) == ours


def test_a_type_the_account_named_itself_is_suggested_before_another_word_for_it(tenant):
    begin_write()
    own = get_or_create(tenant.account_id, "Customer")
    db.session.commit()
    mirrored(tenant, 10, CUSTOMER)
    assert table(tenant)[CUSTOMER.key].suggested == (own.id, "Customer")


def test_a_suggestion_is_no_answer(tenant):
    mirrored(tenant, 10, CUSTOMER)
    assert mapping.resolve(tenant.id, KIND) == {}
    assert [row.name for row in mapping.unanswered(tenant, KIND)] == ["Customer"]


def test_answers_are_what_an_import_reads(tenant):
    for halo_id, value in enumerate((CUSTOMER, SUPPLIER, PROSPECT), start=10):
        mirrored(tenant, halo_id, value)
    answer(tenant, ("Customer", "Client"), ("Supplier", "don't import"), ("Prospects", "No type"), ("No type", ""))
    assert mapping.resolve(tenant.id, KIND) == {
        CUSTOMER.key: ("import", type_id(tenant, "Client")),
        SUPPLIER.key: ("leave_out", None),
        PROSPECT.key: ("import", None),
        "none": ("leave_out", None),
    }


def test_a_type_that_does_not_exist_is_made(tenant):
    mirrored(tenant, 10, CUSTOMER)
    answer(tenant, ("customer", "Key account"))
    assert company_types(tenant.account_id)[-1].name == "Key account"
    assert table(tenant)[CUSTOMER.key].ours == "Key account"


def test_a_name_means_every_value_that_has_it_and_a_key_only_one(tenant):
    listed(tenant, customer_type(3, "Customer"))
    mirrored(tenant, 10, CUSTOMER)
    answer(tenant, ("Customer", "Client"))
    assert {table(tenant)[key].ours for key in (CUSTOMER.key, "type:3")} == {"Client"}
    answer(tenant, ("type:3", "Partner"))
    assert [table(tenant)[key].ours for key in (CUSTOMER.key, "type:3")] == ["Client", "Partner"]


def test_an_unknown_name_is_refused_with_those_there_are(tenant):
    mirrored(tenant, 10, CUSTOMER)
    with pytest.raises(answering.Unknown, match="It has: Customer, No type"):
        answer(tenant, ("Custmer", "Client"))


def test_the_revision_moves_only_when_something_changes(tenant):
    mirrored(tenant, 10, CUSTOMER)
    revisions = []
    for ours in ("Client", "Client", "Partner"):
        answer(tenant, ("Customer", ours))
        revisions.append(db.session.get(StageState, (tenant.id, "companies")).mapping_revision)
    assert revisions == [1, 1, 2]
    assert db.session.get(StageState, (tenant.id, "companies")).mapped_at is not None


def test_everything_unanswered_comes_under_its_own_name(tenant):
    begin_write()
    get_or_create(tenant.account_id, "CHARITY")
    db.session.commit()
    mirrored(tenant, 10, relationship(7, "Charity"))
    mirrored(tenant, 11, CUSTOMER)
    mirrored(tenant, 12)
    answer(tenant, ("Customer", ""))
    begin_write()
    answering.save(tenant, KIND, answering.under_own_names(tenant, KIND))
    db.session.commit()
    assert {key: row.ours for key, row in table(tenant).items()} == {
        "relationship:7": "CHARITY", CUSTOMER.key: None, "none": "No type",
    }  # fmt: skip


def test_a_type_that_has_left_halos_list_says_so(tenant):
    listed(tenant, customer_type(3, "Managed"), customer_type(4, "Break-fix"))
    mirrored(tenant, 10, customer_type(3))
    mirrored(tenant, 11, customer_type(17))
    listed(tenant, customer_type(4, "Break-fix"))
    names = {key: row.shown for key, row in table(tenant).items()}
    assert names["type:17"] == "Type 17 (no longer in Halo's list)"
    assert names["type:3"] == "Managed (no longer in Halo's list)"
    assert names["type:4"] == "Break-fix"


def test_a_relationship_renamed_in_halo_keeps_its_answer(tenant):
    row = mirrored(tenant, 10, CUSTOMER)
    answer(tenant, ("Customer", "Client"))
    begin_write()
    db.session.delete(row)
    db.session.commit()
    mirrored(tenant, 10, relationship(1, "Kunde"))
    begin_write()
    mapping.remember_seen(tenant, KIND)
    db.session.commit()
    assert (table(tenant)[CUSTOMER.key].name, table(tenant)[CUSTOMER.key].ours) == ("Kunde", "Client")


def test_an_answer_whose_type_was_removed_is_open_again(tenant):
    mirrored(tenant, 10, CUSTOMER)
    answer(tenant, ("Customer", "Key account"))
    begin_write()
    db.session.delete(get_or_create(tenant.account_id, "Key account"))
    db.session.commit()
    assert table(tenant)[CUSTOMER.key].choice is None
    assert mapping.resolve(tenant.id, KIND) == {}


def test_one_sentence_says_what_an_import_will_do(tenant):
    values = [CUSTOMER] * 2 + [PROSPECT] * 3 + [SUPPLIER] + [relationship(9, "Charity")]
    for halo_id, value in enumerate(values, start=10):
        mirrored(tenant, halo_id, value)
    answer(tenant, ("Customer", "Client"), ("Prospects", "Prospect"), ("Supplier", ""))
    assert mapping.summary(mapping.table(tenant, KIND), KIND) == (
        "2 as Client, 3 as Prospect, 1 left out, 1 client not answered yet."
    )


def test_a_type_set_to_dont_import_says_how_many_companies_stay(tenant):
    mirrored(tenant, 10, CUSTOMER, ours_id=1)
    mirrored(tenant, 11, CUSTOMER)
    assert table(tenant)[CUSTOMER.key].here == 1


def test_another_accounts_types_cannot_be_meant(tenant, cleo):
    mirrored(tenant, 10, CUSTOMER)
    begin_write()
    theirs = company_types(cleo.account_id)[0].id
    with pytest.raises(answering.Unknown):
        answering.save(tenant, KIND, {CUSTOMER.key: ("import", theirs)})


def test_two_accounts_of_one_halo_map_apart(tenant, cleo):
    other = saved(cleo).tenant
    mirrored(tenant, 10, CUSTOMER)
    mirrored(other, 10, CUSTOMER)
    mirrored(other, 11, CUSTOMER)
    answer(tenant, ("Customer", "Client"))
    assert table(other)[CUSTOMER.key].choice is None
    assert table(tenant)[CUSTOMER.key].number == 1
