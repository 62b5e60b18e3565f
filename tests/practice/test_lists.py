"""halo-api.md 5.1, points 4 to 8 and 14: paging, envelopes, what is active, what lists leave out, odd values."""

import pytest

from tests.practice.asking import ids


def test_pages_together_hold_every_record_once(halo_says):
    first, second, third = (halo_says.page("/Client", number, 10) for number in (1, 2, 3))
    assert (first["page_no"], first["page_size"]) == (1, 10)
    rows = ids(first["clients"] + second["clients"] + third["clients"])
    assert rows == sorted(set(rows))
    assert first["record_count"] == third["record_count"] == halo_says.page("/Client")["record_count"]


def test_without_pageinate_page_size_is_ignored_and_50_rows_come(start, ask):
    asking = ask(start(companies=70))
    answer = asking.get("/Client", page_size=100, page_no=1).json()
    assert len(answer["clients"]) == answer["record_count"] == 50
    assert "page_no" not in answer
    assert len(asking.get("/Client", pageinate=True, page_size=10).json()["clients"]) == 50


def test_count_says_how_many_rows_come_and_overrides_record_count(halo_says):
    answer = halo_says.get("/Client", count=1).json()
    assert (len(answer["clients"]), answer["record_count"]) == (1, 1)


def test_a_page_never_has_more_rows_than_the_cap_and_the_count_stays_true(start, ask):
    halo = start(companies=130, contacts=130, switches={"page_cap": "100,Site=120"})
    asking = ask(halo)
    clients = asking.page("/Client", size=999, includeinactive=True)
    assert (len(clients["clients"]), clients["record_count"], clients["page_size"]) == (100, 131, 999)
    assert len(asking.page("/Site", size=999, includeinactive=True)["sites"]) == 120


@pytest.mark.parametrize("setting", ["empty", "first", "last"])
def test_a_page_past_the_end_holds_what_the_switch_says(start, ask, setting):
    asking = ask(start(switches={"past_end": setting}))
    pages = {"empty": [], "first": asking.page("/Client", 1, 20)["clients"]}
    pages["last"] = asking.page("/Client", 2, 20)["clients"]
    assert asking.page("/Client", 9, 20)["clients"] == pages[setting]


@pytest.mark.parametrize("path", ["/Agent", "/Status", "/TicketType", "/Roles", "/Lookup"])
def test_lists_that_do_not_page_repeat_the_same_rows(halo_says, path):
    first = halo_says.page(path, 1, 2, lookupid=33)
    assert first == halo_says.page(path, 2, 2, lookupid=33)
    assert len(first) > 2 or len(first["results"]) > 2


@pytest.mark.parametrize(
    ("path", "key"),
    [("/Client", "clients"), ("/Site", "sites"), ("/Users", "users"), ("/Opportunities", "tickets"),
     ("/Tickets", "tickets"), ("/TopLevel", "tree")],
)  # fmt: skip
def test_rows_stand_under_the_key_of_their_list(halo_says, path, key):
    assert halo_says.get(path).json()[key]


@pytest.mark.parametrize("path", ["/Status", "/TicketType", "/Roles", "/UserRoles"])
def test_small_lists_are_bare_arrays(halo_says, path):
    assert isinstance(halo_says.get(path).json(), list)


def test_the_agent_list_has_the_envelope_of_the_release(start, ask):
    asking = ask(halo := start())
    assert asking.get("/Agent").json()["results"]
    halo.switches.turn("agent_envelope", "array")
    assert isinstance(asking.get("/Agent").json(), list)
    halo.switches.turn("agent_envelope", "agents")
    assert asking.get("/Agent").json()["agents"]


def test_notes_have_the_envelope_of_the_switch(start, ask):
    asking = ask(halo := start())
    wrapped = asking.get("/CRMNote", client_id=21).json()
    halo.switches.turn("crm_envelope", "array")
    assert asking.get("/CRMNote", client_id=21).json() == wrapped["actions"]


@pytest.mark.parametrize(("path", "key"), [("/Client", "clients"), ("/Site", "sites"), ("/Users", "users")])
def test_only_active_records_come_unless_asked_otherwise(start, ask, path, key):
    asking = ask(start(companies=90, contacts=90))
    active, everything = asking.page(path)[key], asking.everything(path, key)[0]
    inactive = asking.page(path, includeactive=False, includeinactive=True)[key]
    assert {row["inactive"] for row in active} == {False}
    assert {row["inactive"] for row in inactive} == {True}
    assert len(everything) == len(asking.everything(path, key, includeactive=True)[0])
    assert len(inactive) + asking.page(path)["record_count"] == len(everything)


def test_disabled_agents_and_api_agents_come_only_when_asked_for(halo_says):
    names = {"isdisabled": "includedisabled", "isapiagent": "includeapiagents"}
    for flag, parameter in names.items():
        assert not any(agent[flag] for agent in halo_says.get("/Agent").json()["results"])
        assert any(agent[flag] for agent in halo_says.get("/Agent", **{parameter: True}).json()["results"])


def test_list_rows_are_thinner_than_details(halo_says):
    row, detail = halo_says.page("/Client")["clients"][1], halo_says.get("/Client/21", includedetails=True).json()
    assert row["id"] == detail["id"] == 21
    assert {"alastupdate", "main_phonenumber", "domain", "notes"} <= set(detail) - set(row)
    assert row["customfields"] is None
    assert detail["customfields"]
    assert halo_says.get("/Client/21").json()["customfields"] is None
    assert "notes" in halo_says.page("/Client", includenotes=True)["clients"][1]


def test_fields_that_came_with_a_release_are_in_lists_by_switches(halo, halo_says):
    def row():
        return halo_says.page("/Client")["clients"][1]

    assert {"website", "main_site_id"} <= set(row())
    halo.switches.turn("website_in_list", "off")
    halo.switches.turn("main_site_in_list", False)
    halo.switches.turn("main_phone_in_list", "on")
    halo.switches.turn("customfields_in_list", "absent")
    assert not {"website", "main_site_id", "customfields"} & set(row())
    assert row()["main_phonenumber"] == halo_says.get("/Site/35").json()["phonenumber"]


def test_addresses_are_lines_in_lists_and_an_object_in_the_detail(halo_says):
    plain = halo_says.page("/Site", includeinactive=True)["sites"]
    sites = halo_says.page("/Site", includeaddress=True, includeinactive=True)["sites"]
    assert "delivery_address_line1" not in plain[1]
    site = next(site for site in sites if site["delivery_address_line4"] and site["country_code_name"])
    detail = halo_says.get(f"/Site/{site['id']}").json()
    assert detail["delivery_address"]["line3"] == site["delivery_address_line3"]
    assert detail["delivery_address"]["postcode"] == site["delivery_address_line5"]


def test_ids_from_float_columns_are_floats(halo_says):
    site, user = halo_says.page("/Site")["sites"][0], halo_says.page("/Users")["users"][0]
    assert type(site["client_id"]) is float
    assert (type(user["site_id"]), type(user["site_id_int"]), type(user["client_id"])) == (float, int, int)


def test_blanks_have_many_faces(halo_says):
    rows = halo_says.page("/Client", includeinactive=True)["clients"]
    assert {row["customertype"] for row in rows} >= {0}
    assert {row["calldate"] for row in rows} == {"1900-01-01T00:00:00"}
    assert {row["cautomateid"] for row in rows} == {-1}
    assert "" in {row["website"] for row in rows}


def test_dates_are_naive_or_utc_with_fractions_of_any_length(start, ask):
    asking = ask(start(companies=60))
    found = [asking.get(f"/Client/{key}").json()["alastupdate"] for key in range(21, 81)]
    assert {text.endswith("Z") for text in found} == {True, False}
    assert len({len(text.rstrip("Z").partition(".")[2]) for text in found}) >= 6


def test_rows_are_sorted_as_asked(halo_says):
    down = ids(halo_says.page("/Client", orderdesc=True)["clients"])
    assert down == sorted(down, reverse=True)
    names = [row["name"].casefold() for row in halo_says.page("/Client", order="name")["clients"]]
    assert names == sorted(names)


def test_lists_are_filtered_by_what_they_belong_to(halo_says):
    sites = halo_says.get("/Site", client_id=21, includeinactive=True).json()["sites"]
    users = halo_says.get("/Users", client_id=21, includeinactive=True).json()["users"]
    assert {site["client_id"] for site in sites} == {21.0}
    assert {user["client_id"] for user in users} == {21}
    at_site = halo_says.get("/Users", site_id=sites[0]["id"], includeinactive=True).json()["users"]
    assert set(ids(at_site)) <= set(ids(users))


def test_search_finds_words_and_advanced_search_fields(halo_says):
    client = halo_says.get("/Client/25").json()
    assert 25 in ids(halo_says.get("/Client", search=client["name"].strip(), includeinactive=True).json()["clients"])
    wanted = f'[{{"filter_name":"name","filter_type":2,"filter_value":"{client["name"]}"}}]'
    found = halo_says.get("/Client", advanced_search=wanted, includeinactive=True).json()["clients"]
    assert 25 in ids(found)
    assert {row["name"].casefold() for row in found} == {client["name"].casefold()}
    unknown = wanted.replace('"name"', '"nonsense"')
    assert halo_says.get("/Client", advanced_search=unknown).status_code == 400


def test_users_that_are_nobody_can_be_left_out(start, ask):
    asking = ask(start(contacts=600))
    everyone = asking.everything("/Users", "users")[0]
    people = asking.everything("/Users", "users", exclude_generaluser=True, includeserviceaccount=False)[0]
    left = [user for user in everyone if user["name"] != "General User" and not user["isserviceaccount"]]
    assert ids(people) == ids(left)
    assert any(user["isserviceaccount"] for user in everyone)


@pytest.mark.parametrize(("path", "key"), [("/Client", "clients"), ("/Site", "sites"), ("/Users", "users")])
def test_customers_obey_lastupdatefromdate_only_by_the_switch(start, ask, path, key):
    halo = start(switches={"lastupdate_honoured": "on"})
    asking, since = ask(halo), {"lastupdatefromdate": "2026-07-01T00:00:00.000Z", "includeinactive": True}
    assert asking.page(path, **since)[key] == []
    row = asking.page(path)[key][1]
    asking.save(path, {"id": row["id"], "name": "Changed", "issitedetails": True})
    assert ids(asking.page(path, **since)[key]) == [row["id"]]
    halo.switches.turn("lastupdate_honoured", "off")
    assert len(asking.page(path, **since)[key]) > 1


def test_tickets_always_obey_lastupdatefromdate(halo_says):
    tickets = halo_says.page("/Tickets")["tickets"]
    times = sorted(ticket["last_update"][:19] for ticket in tickets)
    later = halo_says.page("/Tickets", lastupdatefromdate=times[5] + "Z")["tickets"]
    assert 0 < len(later) < len(tickets)
    assert all(ticket["last_update"][:19] >= times[5] for ticket in later)
