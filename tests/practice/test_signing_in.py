"""halo-api.md 5.1, points 1 to 3: tokens, refusals, routes."""

import pytest

from halo_admin.practice.credentials import PRACTICE_CLIENT_ID, PRACTICE_CLIENT_SECRET


def test_a_token_comes_with_its_life_and_the_scopes_that_were_granted(halo_says):
    answer = halo_says.sign_in()
    token = answer.json()
    assert (answer.status_code, token["token_type"], token["expires_in"]) == (200, "Bearer", 3600)
    assert "read:customers" in token["scope"].split()
    assert "all" not in token["scope"].split()
    assert halo_says.sign_in(scope="read:crm").json()["scope"].split()[-1] == "read:crm"


def test_the_credentials_have_the_form_of_real_ones():
    assert len(PRACTICE_CLIENT_ID.split("-")) == 5
    assert len(PRACTICE_CLIENT_SECRET.split("-")) == 10


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"client_secret": "x"}, 401, "invalid_client"),
        ({"client_id": "x"}, 401, "invalid_client"),
        ({"scope": "read:everything"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_a_wrong_token_request_is_told_what_is_wrong(halo_says, wrong, status, error):
    answer = halo_says.sign_in(**wrong)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]


def test_a_scope_that_was_not_granted_to_the_application_is_invalid(start, ask):
    asking = ask(start(switches={"granted": "read:customers"}))
    assert asking.sign_in(scope="read:crm").json()["error"] == "invalid_scope"
    assert asking.sign_in(scope="all").json()["scope"].split()[-1] == "read:customers"


def test_a_token_really_expires(start, ask, clock):
    asking = ask(start(token_life=60, clock=clock))
    assert asking.get("/Status").status_code == 200
    clock.advance(61)
    answer = asking.get("/Status")
    assert (answer.status_code, answer.content) == (401, b"")
    asking.hold_token()
    assert asking.get("/Status").status_code == 200


def test_a_new_token_ends_the_old_one_only_by_the_switch(start, ask):
    for setting, status in (("off", 200), ("on", 401)):
        asking = ask(start(switches={"new_token_ends_old": setting}))
        asking.hold_token()
        asking.sign_in()
        assert asking.get("/Status").status_code == status


def test_a_shared_host_answers_500_without_the_right_tenant(start, ask):
    asking = ask(start(switches={"tenant_required": "acme"}))
    assert asking.sign_in().status_code == 500
    assert asking.sign_in(tenant="other").status_code == 500
    assert asking.sign_in(tenant="acme").status_code == 200
    assert asking.http.get("/api/authinfo").json()["tenant_id"] == "acme"


def test_a_missing_agent_to_log_in_as_is_a_500_in_html(start, ask):
    answer = ask(start(switches={"agent_missing": "on"})).sign_in()
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/html")


def test_authinfo_needs_no_token_and_names_the_authorisation_server(halo, halo_says):
    assert halo_says.http.get("/api/authinfo").json()["auth_url"] == f"{halo.url}/auth"
    assert halo_says.http.get("/api/InstanceInfo").json()["app_version"]


def test_without_a_good_token_the_api_answers_401_with_an_empty_body(halo_says):
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic abc"}):
        answer = halo_says.http.get("/api/Client", headers=headers)
        assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize(("setting", "status"), [("401", 401), ("403", 403), ("empty", 200)])
def test_a_missing_scope_or_right_is_answered_as_the_switch_says(start, ask, setting, status):
    asking = ask(start(switches={"missing_scope": setting, "deny": "/Site"}))
    asking.hold_token(scope="read:customers")
    assert asking.get("/Client").json()["record_count"] > 0
    assert asking.get("/Site").status_code == status
    assert asking.get("/CRMNote", client_id=21).status_code == status
    if setting == "empty":
        assert asking.get("/Site").json() == {"record_count": 0, "sites": []}


def test_to_write_a_token_needs_the_right_to_edit(halo_says):
    halo_says.hold_token(scope="read:customers")
    assert halo_says.save("/Client", {"name": "Delta"}).status_code == 401
    halo_says.hold_token(scope="edit:customers")
    assert halo_says.save("/Client", {"name": "Delta"}).status_code == 201
    assert halo_says.get("/Client").status_code == 200


def test_routes_are_case_insensitive_and_wrong_names_are_404(halo_says):
    assert halo_says.get("/client").json() == halo_says.get("/CLIENT").json()
    for wrong in ("/Opportunity", "/Action", "/Contact", "/Customer"):
        assert halo_says.get(wrong).status_code == 404


def test_unknown_parameters_are_ignored(halo_says):
    assert halo_says.get("/Client", lastupdate="2026-01-01", paginate=True).json() == halo_says.get("/Client").json()


def test_there_is_no_put_or_patch(halo_says):
    halo_says.hold_token()
    assert halo_says.http.put("/api/Client/21", json={}).status_code == 405
    assert halo_says.http.patch("/api/Client/21", json={}).status_code == 405


def test_the_api_acts_as_an_agent_of_its_own_or_as_a_person(start, ask):
    assert ask(start()).get("/Agent/me").json()["isapiagent"] is True
    person = ask(start(switches={"api_agent": "person"})).get("/Agent/me").json()
    assert person["isapiagent"] is False
    assert person["claims"]
