"""`halo connect` and `halo map`, as a shell runs them."""

import json

import pytest

from halo_admin.connecting import mapping
from halo_admin.connecting.opening import connected
from halo_admin.crm.types import company_types
from halo_admin.db import db
from halo_admin.practice.credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET
from halo_admin.practice.server import PracticeHalo
from tests.connecting.conftest import customer_type, mirrored, relationship, saved

CUSTOMER, SUPPLIER = relationship(1, "Customer"), relationship(4, "Supplier")


@pytest.fixture(scope="module")
def halo():
    with PracticeHalo(companies=20, contacts=10, rate="off") as practice:
        yield practice


@pytest.fixture
def run(app):
    """run("map", …) gives (exit code, parsed JSON or None, what it complained of)."""

    def run(*arguments, stdin=None):
        done = app.test_cli_runner().invoke(args=["halo", *map(str, arguments), "--json"], input=stdin)
        db.session.rollback()
        return done.exit_code, json.loads(done.stdout) if done.stdout else None, done.stderr

    return run


@pytest.fixture
def connect(app, ann, halo, run):
    app.config["HALO_ALLOW_PRIVATE_HOSTS"] = True

    def connect(secret, *more):
        known = ("--account", ann.account_id, "--url", halo.url, "--client-id", PRACTICE_CLIENT_ID)
        return run("connect", *known, "--client-secret-stdin", *more, stdin=secret + "\n")

    return connect


def test_connect_saves_and_checks_in_this_process(connect, ann):
    code, told, _ = connect(PRACTICE_CLIENT_SECRET)
    assert (code, told["connected"]) == (0, True)
    assert [line["ok"] for line in told["lines"]] == [True] * 9
    assert connected(ann.account_id)


def test_a_failed_check_is_an_exit_code_and_says_why_without_the_secret(connect, ann):
    code, told, complaint = connect("a wrong secret, long enough")
    assert (code, told["connected"]) == (1, False)
    assert "client secret is not the right one" in told["lines"][0]["text"]
    assert "a wrong secret" not in json.dumps(told) + complaint


def test_an_address_that_cannot_be_used_is_one_sentence(run, ann):
    code, _, complaint = run("connect", "--account", ann.account_id, "--url", "acme", "--client-id", "x",
                             "--client-secret-stdin", stdin="s")  # fmt: skip
    assert code == 1
    assert complaint.strip() == "“acme” is not a whole address. Is it https://acme.halopsa.com?"


def test_map_works_only_after_a_read(run, ann):
    assert "halo connect" in run("map", "--account", ann.account_id)[2]
    saved(ann)
    code, _, complaint = run("map", "--account", ann.account_id)
    assert (code, complaint.strip()) == (1, "Clients not read yet: run `halo read companies`.")


def test_each_kind_of_mapping_says_what_must_be_read_first(run, ann):
    saved(ann)
    code, _, complaint = run("map", "--account", ann.account_id, "--kind", "opportunity_type")
    assert (code, complaint.strip()) == (1, "Opportunities not read yet: run `halo read opportunities`.")


def test_map_shows_the_table_with_counts_prefilled_by_name(run, ann):
    tenant = saved(ann).tenant
    mirrored(tenant, 10, CUSTOMER)
    code, told, _ = run("map", "--account", ann.account_id)
    assert code == 0
    assert told["values"][0] == {
        "key": "relationship:1", "halo": "Customer", "field": "Relationship", "clients": 1, "here": 0, "choice": None,
        "ours": None, "suggested": "Client",
    }  # fmt: skip
    assert told["summary"] == "1 client not answered yet."


def test_map_sets_values_by_name(run, ann):
    tenant = saved(ann).tenant
    mirrored(tenant, 10, CUSTOMER)
    mirrored(tenant, 11, SUPPLIER)
    mirrored(tenant, 12)
    code, told, _ = run("map", "--account", ann.account_id, "--set", "customer=Key account",
                        "--set", "Supplier=don't import", "--set", "No type=No type")  # fmt: skip
    assert code == 0
    assert {row["halo"]: (row["choice"], row["ours"]) for row in told["values"]} == {
        "Customer": ("import", "Key account"), "Supplier": ("leave_out", None), "No type": ("import", "No type"),
    }  # fmt: skip


def test_nothing_after_the_equals_sign_leaves_out(run, ann):
    mirrored(saved(ann).tenant, 10, SUPPLIER)
    told = run("map", "--account", ann.account_id, "--set", "Supplier=")[1]
    assert told["summary"] == "1 left out."


def test_map_all_imports_the_rest_under_its_own_name(run, ann):
    tenant = saved(ann).tenant
    mirrored(tenant, 10, CUSTOMER)
    mirrored(tenant, 11, customer_type(17))
    told = run("map", "--account", ann.account_id, "--set", "Customer=Client", "--all")[1]
    assert {row["key"]: row["ours"] for row in told["values"]} == {
        "relationship:1": "Client", "type:17": "Type 17", "none": "No type",
    }  # fmt: skip
    assert mapping.unanswered(tenant, "company_type") == []


@pytest.mark.parametrize(
    ("setting", "told"), [("Custmer=Client", "It has: Customer, No type"), ("Customer", "HALO=OURS")]
)
def test_a_setting_that_says_nothing_changes_nothing(run, ann, setting, told):
    mirrored(saved(ann).tenant, 10, CUSTOMER)
    before = len(company_types(ann.account_id))
    code, _, complaint = run("map", "--account", ann.account_id, "--set", "Customer=New one", "--set", setting)
    assert code != 0
    assert told in complaint
    db.session.rollback()
    assert len(company_types(ann.account_id)) == before
