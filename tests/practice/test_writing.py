"""halo-api.md 5.1, points 10 and 11: creating, changing, deleting, merging."""

import pytest

from tests.practice.asking import ids


def test_creating_a_client_makes_its_main_site_and_general_user(halo_says):
    answer = halo_says.save(
        "/Client",
        {"name": "Delta Ltd", "customertype": 3, "website": "https://delta.example", "newclient_sitename": "Main",
         "newclient_phonenumber": "+44 20 7946 0000", "newclient_contactname": "Sam Poole",
         "newclient_contactemail": "sam@delta.example"},
    )  # fmt: skip
    client = answer.json()
    assert answer.status_code == 201
    assert (client["main_phonenumber"], client["main_contact_name"]) == ("+44 20 7946 0000", "Sam Poole")
    site = halo_says.get("/Site", client_id=client["id"]).json()["sites"][0]
    users = halo_says.get("/Users", site_id=site["id"]).json()["users"]
    assert [user["name"] for user in users] == ["General User", "Sam Poole"]
    assert client["id"] in ids(halo_says.everything("/Client", "clients")[0])


def test_an_update_changes_what_it_names_and_nothing_else(halo_says):
    before = halo_says.get("/Client/22").json()
    after = halo_says.save("/Client", {"id": 22, "inactive": True, "customer_relationship": [{"id": "4"}]}).json()
    changed = {name for name in after if after[name] != before[name]}
    assert changed - {"customer_relationship", "customer_relationship_list"} == {"inactive", "alastupdate"}
    assert after["customer_relationship"] == [{"id": "4", "name": "Partner"}]
    assert halo_says.get("/Client/22").json() == after


def test_the_phone_of_a_client_is_its_main_sites(halo_says):
    site = halo_says.get("/Client/22").json()["main_site_id"]
    halo_says.save("/Client", {"id": 22, "main_phonenumber": "111"})
    halo_says.save("/Site", {"id": site, "phonenumber": "222", "issitedetails": True})
    assert halo_says.get("/Client/22").json()["main_phonenumber"] == "222"


def test_a_site_is_silently_not_saved_without_its_flag(halo, halo_says):
    answer = halo_says.save("/Site", {"id": 35, "phonenumber": "333"})
    assert answer.status_code == 201
    assert halo_says.get("/Site/35").json()["phonenumber"] != "333"
    halo.switches.turn("site_needs_flag", "off")
    halo_says.save("/Site", {"id": 35, "phonenumber": "333"})
    assert halo_says.get("/Site/35").json()["phonenumber"] == "333"


def test_an_address_is_written_as_an_object_or_as_lines(halo_says):
    halo_says.save(
        "/Site", {"id": 35, "issitedetails": True, "delivery_address": {"line3": "Bern", "postcode": "3000"}}
    )
    halo_says.save("/Site", {"id": 35, "issitedetails": True, "delivery_address_line1": "Gasse 1"})
    address = halo_says.get("/Site/35").json()["delivery_address"]
    assert (address["line1"], address["line3"], address["postcode"]) == ("Gasse 1", "Bern", "3000")


def test_a_user_needs_a_name_and_a_site(halo_says):
    user = halo_says.save(
        "/Users", {"name": "Sam Poole", "site_id": 35, "client_id": 29, "emailaddress": "s@x.example"}
    )
    assert user.json()["client_id"] == 21
    assert halo_says.save("/Users", {"site_id": 35}).status_code == 400
    assert halo_says.save("/Users", {"name": "Sam"}).status_code == 400


def test_a_second_user_with_an_email_is_accepted_or_refused(halo, halo_says):
    sam = {"name": "Sam", "site_id": 35, "emailaddress": "sam@delta.example"}
    assert [halo_says.save("/Users", sam).status_code for _ in range(2)] == [201, 201]
    halo.switches.turn("duplicate_email", "refused")
    assert halo_says.save("/Users", sam | {"emailaddress": "SAM@delta.example"}).status_code == 400


def test_unknown_keys_are_dropped_without_a_word(halo_says):
    saved = halo_says.save("/Client", {"name": "Delta", "phone": "1", "opportunityvalue": 3}).json()
    assert not {"phone", "opportunityvalue"} & set(saved)


def test_a_meant_update_without_an_id_makes_a_duplicate(halo_says):
    name = halo_says.get("/Client/22").json()["name"]
    assert halo_says.save("/Client", {"name": name}).json()["id"] != 22


def test_several_elements_are_answered_with_an_array(halo_says):
    saved = halo_says.save("/Client", {"name": "One"}, {"name": "Two"}).json()
    assert [row["name"] for row in saved] == ["One", "Two"]


def test_a_bare_object_is_refused(halo_says):
    halo_says.hold_token()
    assert halo_says.http.post("/api/Client", json={"name": "Delta"}).status_code == 400
    assert halo_says.http.post("/api/Client", content=b"[{").status_code == 400


@pytest.mark.parametrize(("setting", "website"), [("ignored", "https://d.example"), ("cleared", "")])
def test_null_in_an_update_does_what_the_switch_says(start, ask, setting, website):
    asking = ask(start(switches={"null_in_update": setting}))
    client = asking.save("/Client", {"name": "Delta", "website": "https://d.example"}).json()["id"]
    assert asking.save("/Client", {"id": client, "website": None}).json()["website"] == website
    assert asking.save("/Client", {"id": client, "website": ""}).json()["website"] == ""


def test_notes_are_written_by_the_agent_of_the_token(halo_says):
    me = halo_says.get("/Agent/me").json()["id"]
    note = halo_says.save("/CRMNote", {"client_id": 21, "note": "<p>Called.</p>"}).json()
    assert note["who_agentid"] == me
    assert note["id"] == halo_says.get("/CRMNote", client_id=21).json()["actions"][0]["id"]
    assert halo_says.save("/CRMNote", {"note": "x"}).status_code == 201


def test_opportunities_actions_and_lookups_can_be_made(halo_says):
    sale = halo_says.save(
        "/Opportunities", {"summary": "Backup", "tickettype_id": 30, "client_id": 21, "oppvalue": 5}
    ).json()
    action = halo_says.save("/Actions", {"ticket_id": sale["id"], "outcome": "Private Note", "note": "Checked"}).json()
    assert (action["id"], action["ticket_id"]) == (1, sale["id"])
    closed = halo_says.save("/Opportunities", {"id": sale["id"], "status_id": 23}).json()
    assert (closed["hasbeenclosed"], closed["oppvalue"]) == (True, 5.0)
    kind = halo_says.save("/Lookup", {"lookupid": 33, "name": "Reseller"}).json()
    assert kind in halo_says.get("/Lookup", lookupid=33).json()


def test_a_deleted_record_is_answered_once_and_then_gone(halo_says):
    answer = halo_says.delete("/Client/23")
    assert (answer.status_code, answer.json()["id"]) == (200, 23)
    assert halo_says.get("/Client/23").status_code == 404
    assert halo_says.delete("/Client/23").status_code == 404
    assert 23 not in ids(halo_says.everything("/Client", "clients")[0])
    assert halo_says.get("/Site", client_id=23, includeinactive=True).json()["sites"] == []


def test_actions_and_lookups_are_deleted_with_what_they_belong_to(halo_says):
    assert halo_says.delete("/Actions/1", ticket_id=1201).status_code == 200
    assert halo_says.get("/Actions/1", ticket_id=1201).status_code == 404
    assert halo_says.delete("/Lookup/9").status_code == 400
    assert halo_says.delete("/Lookup/9", lookupid=33).json()["name"] == "Non-profit"
    assert halo_says.get("/Lookup/9", lookupid=33).status_code == 404


@pytest.mark.parametrize("afterwards", ["404", "inactive"])
def test_a_merged_client_gives_its_sites_and_notes_away(start, ask, afterwards):
    halo = start(switches={"merged": afterwards}, notes=300)
    asking = ask(halo)
    site, notes = halo.tenant.get("clients", 24)["main_site_id"], halo.tenant.notes_of_client(24)
    asking.save("/Client", {"id": 24, "_merge_client_into": 25})
    assert asking.get(f"/Site/{site}").json()["client_id"] == 25.0
    assert set(notes) <= set(halo.tenant.notes_of_client(25))
    old = asking.get("/Client/24")
    assert old.status_code == 404 if afterwards == "404" else old.json()["inactive"]


def test_a_merged_user_is_gone(halo_says):
    users = ids(halo_says.get("/Users", client_id=1).json()["users"])
    halo_says.save("/Users", {"id": users[1], "_merge_user_into": users[2]})
    assert halo_says.get(f"/Users/{users[1]}").status_code == 404
