"""Clients and sites in Halo's words become companies' values in ours (halo-api.md 3.1, 3.2)."""

import json
from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from halo_admin.halo import decoding
from halo_admin.halo.companies import CLIENTS, SITES
from halo_admin.records import Client, Site, TypeValue, Unreadable

from .told import client_row, site_row


def client(**changes):
    return decoding.single(json.dumps(client_row(**changes)).encode(), CLIENTS.reader)


def site(**changes):
    return decoding.single(json.dumps(site_row(**changes)).encode(), SITES.reader)


def relationship(halo_id, name=None):
    return TypeValue("relationship", halo_id, name)


def test_a_client_of_a_list_that_leaves_websites_to_the_details_says_unset():
    assert client() == Client(21, "Bergmann & Söhne", True, (TypeValue("type", "3"),), UNSET, UNSET, UNSET)


def test_a_client_without_a_website_says_none():
    assert client(website="").website is None
    assert client(website=None).website is None
    assert client(website=" https://b.example ").website == "https://b.example"


def test_a_clients_detail_tells_its_main_site_and_when_it_changed():
    detail = client(main_site_id=34, alastupdate="2026-04-30T15:02:10.11")
    assert detail.main_site_id == 34
    assert detail.changed_at == datetime(2026, 4, 30, 15, 2, 10, 110000, tzinfo=UTC)
    assert client(main_site_id=0, alastupdate="1900-01-01T00:00:00").main_site_id is None
    assert client(alastupdate="1900-01-01T00:00:00").changed_at is None


def test_relationships_come_first_and_keep_halos_order():
    found = client(customer_relationship=[{"id": "4", "name": "Partner"}, {"id": "1", "name": "Customer"}])
    assert found.types == (relationship("4", "Partner"), relationship("1", "Customer"))


@pytest.mark.parametrize("halo_id", ["1", 1, 1.0, "1.0", " 1 "])
def test_the_id_of_a_relationship_is_the_same_in_any_type(halo_id):
    assert client(customer_relationship=[{"id": halo_id, "name": "Customer"}]).types == (relationship("1", "Customer"),)


def test_a_relationship_twice_counts_once_at_its_first_place():
    found = client(customer_relationship=[{"id": "4"}, {"id": "1"}, {"id": 4, "name": "Partner"}])
    assert found.types == (relationship("4"), relationship("1"))


def test_the_text_of_relationships_stands_in_where_the_list_is_missing():
    row = client_row(customer_relationship_list=" 4, 1,,0")
    del row["customer_relationship"]
    found = decoding.single(json.dumps(row).encode(), CLIENTS.reader)
    assert found.types == (relationship("4"), relationship("1"))
    assert client(customer_relationship=None, customer_relationship_list="1").types == (relationship("1"),)


@pytest.mark.parametrize("none", [[], None, [{"id": "0", "name": "None"}], [{"id": "", "name": ""}], [{"id": "-1"}]])
def test_without_a_relationship_the_customer_type_counts(none):
    assert client(customer_relationship=none).types == (TypeValue("type", "3"),)


@pytest.mark.parametrize("none", [0, -1, None, "", "0"])
def test_without_either_a_client_has_no_type(none):
    assert client(customertype=none).types == ()


def test_relationships_of_odd_shapes_are_read_where_they_make_sense():
    assert client(customer_relationship={"id": 1, "name": "Customer"}).types == (relationship("1", "Customer"),)
    assert client(customer_relationship=[1, "4", None]).types == (relationship("1"), relationship("4"))
    assert client(customer_relationship="").types == (TypeValue("type", "3"),)


def test_relationships_that_make_no_sense_cost_the_row_instead_of_a_wrong_type():
    for odd in ({"0": {"id": "1"}}, [{"name": "Customer"}], [[1]], True):
        assert isinstance(client(customer_relationship=odd), Unreadable)


def test_a_type_value_says_how_mappings_name_it():
    assert [one.key for one in client(customer_relationship=[{"id": 1}]).types + client().types] == [
        "relationship:1",
        "type:3",
    ]


def test_a_site_of_a_list_is_read_with_its_address():
    lines = {f"delivery_address_line{n}": text for n, text in enumerate(["Hof 2", "3. OG", "Berlin", "BE", "10115"], 1)}
    found = site(phonenumber=" +49 30 5550100 ", country_code_name="Germany", **lines)
    assert found == Site(
        34, 21, "Main", True, "+49 30 5550100", "Hof 2, 3. OG", "Berlin", "BE", "10115", "Germany", UNSET
    )


def test_a_sites_detail_is_read_with_its_address_object():
    address = {"id": 9, "line1": "Hof 2", "line2": "", "line3": "Berlin", "line4": None, "postcode": "10115"}
    blank = dict.fromkeys((f"delivery_address_line{n}" for n in range(1, 6)), "")
    found = site(delivery_address=address, slastupdate="2026-04-30T15:02:10Z", **blank)
    assert (found.street, found.city, found.state, found.postal_code) == ("Hof 2", "Berlin", None, "10115")
    assert found.changed_at == datetime(2026, 4, 30, 15, 2, 10, tzinfo=UTC)


def test_an_address_that_is_no_object_is_no_address():
    assert site(delivery_address="Hof 2", delivery_address_line1="", delivery_address_line3="").street is None


def test_a_phone_in_another_type_is_still_a_phone():
    assert site(phonenumber=49305550100).phone == "49305550100"
    assert site(phonenumber="4.93E+10").phone == "4.93E+10"


def test_an_inactive_site_and_a_site_without_a_client_are_told_as_such():
    found = site(inactive=1, client_id=-1.0)
    assert (found.active, found.client_id) == (False, None)
