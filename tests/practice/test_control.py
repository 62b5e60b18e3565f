"""The control endpoints and their twins in Python."""

import pytest


def test_records_can_be_put_in_changed_deleted_and_merged(halo_says):
    made = halo_says.http.post(
        "/practice/records",
        json=[
            {
                "entity": "Client",
                "record": {"name": "Delta", "customer_relationship": [2]},
                "site": {"phonenumber": "1"},
            },
            {"entity": "Client", "record": {"id": 22, "name": "Renamed", "alastupdate": "2026-08-01T10:00:00"}},
            {"entity": "Users", "record": {"id": 5, "name": "Low", "site_id": 35, "emailaddress": "low@x.example"}},
            {"entity": "Client", "delete": 23},
            {"entity": "Client", "merge": 24, "into": 25},
            {"entity": "Agent", "record": {"name": "New", "email": "new@msp.example", "roles": [3]}},
            {"entity": "Lookup", "record": {"lookupid": 33, "id": 40, "name": "Reseller"}},
            {"entity": "Status", "record": {"id": 60, "name": "Dormant"}},
        ],
    ).json()
    assert halo_says.get(f"/Client/{made[0]['id']}").json()["main_phonenumber"] == "1"
    assert halo_says.get("/Client/22").json()["alastupdate"] == "2026-08-01T10:00:00"
    assert halo_says.page("/Users")["users"][0]["name"] == "Low"
    assert [halo_says.get(f"/Client/{gone}").status_code for gone in (23, 24)] == [404, 404]
    assert halo_says.get(f"/Agent/{made[5]['id']}").json()["roles"][0]["name"] == "Sales"
    assert halo_says.get("/Lookup/40", lookupid=33).json()["name"] == "Reseller"
    assert "Dormant" in [row["name"] for row in halo_says.get("/Status").json()]


@pytest.mark.parametrize("companies", [0, 30])
def test_a_client_that_was_put_in_can_be_deleted_with_its_site_and_user(start, ask, companies):
    halo = start(companies=companies)
    made = halo.change("Client", record={"name": "Delta"}, site={"phonenumber": "1"})
    halo.change("Client", delete=made["id"])
    halo_says = ask(halo)
    assert halo_says.get(f"/Client/{made['id']}").status_code == 404
    assert len(halo_says.everything("/Client", "clients")[0]) == 1 + companies
    left = halo_says.everything("/Site", "sites")[0] + halo_says.everything("/Users", "users")[0]
    assert made["id"] not in {row["client_id"] for row in left}


def test_raw_fields_go_out_as_they_are(halo, halo_says):
    halo.change("Client", record={"id": 22, "raw": {"name": None, "customer_relationship": "odd", "website": 5}})
    row = next(row for row in halo_says.page("/Client", includeinactive=True)["clients"] if row["id"] == 22)
    assert (row["name"], row["customer_relationship"], row["website"]) == (None, "odd", 5)
    assert halo_says.get("/Client/22").json()["name"] is None
    assert "raw" not in row


def test_switches_are_turned_and_told(halo_says):
    told = halo_says.http.post("/practice/switches", json={"agent_envelope": "array", "website_in_list": False}).json()
    assert told["website_in_list"] == "off"
    assert halo_says.http.get("/practice/switches").json() == told
    assert isinstance(halo_says.get("/Agent").json(), list)
    assert "website" not in halo_says.page("/Client")["clients"][1]


def test_faults_are_switched_on_told_and_switched_off(halo_says):
    told = halo_says.http.post(
        "/practice/faults", json={"name": "server-error", "status": 503, "match": "/Status"}
    ).json()
    assert told["on"][0]["name"] == "server-error"
    assert "reset" in told["known"]
    assert (halo_says.get("/Status").status_code, halo_says.get("/Agent").status_code) == (503, 200)
    assert halo_says.http.get("/practice/faults").json()["on"][0]["fired"] == 1
    halo_says.http.delete("/practice/faults")
    assert halo_says.get("/Status").status_code == 200


def test_stats_tell_what_was_asked_and_begin_anew(halo, halo_says):
    halo.set_fault("bom", match="/Status")
    halo_says.get("/Client/21")
    halo_says.get("/status")
    halo_says.get("/Contact")
    stats = halo_says.http.get("/practice/stats").json()
    assert stats["routes"] == {"POST /auth/token": 1, "GET /Client/{id}": 1, "GET /Status": 1, "GET /api/Contact": 1}
    assert (stats["requests"], stats["faults"], stats["statuses"]["404"]) == (4, {"bom": 1}, 1)
    assert (stats["peak"], stats["refused"]) == (4, 0)
    assert halo_says.http.delete("/practice/stats").json()["requests"] == 0
    assert [entry.target for entry in halo.log] == []


def test_reset_brings_everything_back(halo, halo_says):
    halo_says.http.post("/practice/switches", json={"agent_envelope": "array"})
    halo.set_fault("bom")
    halo_says.save("/Client", {"name": "Delta"})
    halo.reset()
    assert halo_says.get("/Agent").json()["results"]
    assert halo.stats()["requests"] == 1
    assert halo_says.page("/Client", includeinactive=True)["record_count"] == 31


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("faults", {"name": "nonsense"}, "no fault called nonsense"),
        ("faults", {"name": "slow", "speed": 3}, "not speed"),
        ("faults", {"name": "slow", "seconds": "long"}, "cannot be long"),
        ("faults", {"name": "slow", "match": "("}, "unterminated"),
        ("switches", {"nonsense": "on"}, "no switch called nonsense"),
        ("switches", {"merged": "maybe"}, "404|inactive"),
        ("switches", {"rate": "many"}, "REQUESTS/SECONDS"),
        ("records", {"entity": "Nonsense"}, "entity is one of"),
        ("records", {"entity": "Client"}, "has a record"),
    ],
)
def test_a_mistake_is_told(halo_says, path, body, words):
    answer = halo_says.http.post(f"/practice/{path}", json=body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_an_unknown_control_endpoint_lists_those_there_are(halo_says):
    answer = halo_says.http.get("/practice/nonsense")
    assert answer.status_code == 404
    assert "GET /practice/stats" in answer.json()["endpoints"]
