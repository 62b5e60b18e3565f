"""The connection check tells line by line what works, and which permission or setting in Halo is missing."""

import httpx
import pytest

from halo_admin.halo.checking import LINES, check
from halo_admin.halo.errors import HaloBusy

from .told import URL, client_row, site_row

LISTS = ["Agent", "Client", "Site", "Users", "Opportunities", "Status", "Lookup", "CRMNote"]
READS = dict(zip(LISTS, [key for key, _title in LINES[1:]], strict=True))


@pytest.fixture
def tenant(wire):
    """A tenant in which everything works: routes by list, to be changed by the test."""
    answers = {
        "Agent/me": {"id": 7, "name": "GlassHive", "isapiagent": True},
        "Agent": [{"id": 7, "name": "GlassHive"}],
        "Client": {"record_count": 10432, "clients": [client_row()]},
        "Site": {"record_count": 3, "sites": [site_row()]},
        "Users": {"record_count": 5, "users": [{"id": 812, "name": "Sam"}]},
        "Opportunities": {"record_count": 2, "tickets": [{"id": 5}]},
        "Status": [{"id": 1, "name": "New"}, {"id": 9, "name": "Closed"}],
        "Lookup": [{"lookupid": 33, "id": 3, "name": "Managed"}],
        "CRMNote": {"actions": []},
    }
    for path, said in answers.items():
        wire.get(f"{URL}/api/{path}", name=path).mock(return_value=httpx.Response(200, json=said))
    return wire


def lines_of(halo):
    return {line.key: line for line in check(halo)}


def test_everything_works_and_each_line_asks_one_small_request(tenant, halo):
    lines = list(check(halo))
    assert [(line.key, line.title) for line in lines] == list(LINES)
    assert [line.ok for line in lines] == [True] * 9
    assert not any(line.warning for line in lines)
    assert lines[0].text == "Signed in as GlassHive."
    assert lines[0].agent.is_api
    assert lines[2].text == "10,432 found."
    assert all(tenant[path].call_count == 1 for path in LISTS)
    assert tenant["Client"].calls.last.request.url.params["page_size"] == "1"
    assert dict(tenant["CRMNote"].calls.last.request.url.params) == {"count": "1", "client_id": "21"}


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("Agent", "may see agents"),
        ("Client", "“read:customers”"),
        ("Site", "“read:customers”"),
        ("Users", "“read:customers”"),
        ("Opportunities", "“read:sales and read:tickets”"),
        ("Status", "may see statuses"),
        ("Lookup", "may see customer types"),
        ("CRMNote", "“read:crm”"),
    ],
)
def test_a_missing_permission_fails_its_own_line_only_and_is_named(tenant, halo, path, missing, status):
    tenant[path].mock(return_value=httpx.Response(status))
    lines = lines_of(halo)
    assert [key for key, line in lines.items() if line.ok is False] == [READS[path]]
    assert missing in lines[READS[path]].text


def test_when_signing_in_fails_the_rest_is_not_checked(tenant, halo):
    tenant["token"].mock(return_value=httpx.Response(500, html="<h1>Error</h1>"))
    first, *rest = check(halo)
    assert first.ok is False
    assert "agent to log in as" in first.text
    assert {(line.ok, line.text) for line in rest} == {(None, "Not checked.")}
    assert not any(tenant[path].called for path in LISTS)


def test_a_persons_own_agent_is_a_warning(tenant, halo):
    tenant["Agent/me"].mock(return_value=httpx.Response(200, json={"id": 8, "name": "Ada Roth", "isapiagent": False}))
    line = lines_of(halo)["sign-in"]
    assert (line.ok, line.warning, line.agent.name) == (True, True, "Ada Roth")
    assert "a person's own agent" in line.text


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(401), httpx.Response(404), httpx.Response(200, json={"id": "x"}), httpx.Response(200, json=None)],
)
def test_an_agent_that_may_not_see_itself_does_not_fail_the_sign_in(tenant, halo, answer):
    tenant["Agent/me"].mock(return_value=answer)
    line = lines_of(halo)["sign-in"]
    assert (line.ok, line.warning, line.agent) == (True, True, None)


def test_an_agent_that_does_not_say_what_it_is_is_no_warning(tenant, halo):
    tenant["Agent/me"].mock(return_value=httpx.Response(200, json={"id": 8, "name": "Ada Roth"}))
    line = lines_of(halo)["sign-in"]
    assert (line.warning, line.text) == (False, "Signed in as Ada Roth.")


@pytest.mark.parametrize("path", ["Agent", "Status", "Lookup"])
def test_an_empty_list_passes_with_a_hint_at_the_agents_rights(tenant, halo, path):
    tenant[path].mock(return_value=httpx.Response(200, json=[]))
    line = lines_of(halo)[READS[path]]
    assert (line.ok, line.warning) == (True, True)
    assert "its agent to log in as may not see them" in line.text


def test_a_newer_envelope_of_agents_is_read_too(tenant, halo):
    tenant["Agent"].mock(return_value=httpx.Response(200, json={"record_count": 1, "results": [{"id": 7}]}))
    assert lines_of(halo)["agents"].text == "1 found."


def test_without_a_client_there_is_nobody_to_ask_notes_of(tenant, halo):
    tenant["Client"].mock(return_value=httpx.Response(200, json={"clients": []}))
    line = lines_of(halo)["notes"]
    assert (line.ok, line.text) == (True, "No client to ask for notes of.")
    assert not tenant["CRMNote"].called


def test_where_clients_cannot_be_read_notes_are_not_checked(tenant, halo):
    tenant["Client"].mock(return_value=httpx.Response(403))
    line = lines_of(halo)["notes"]
    assert (line.ok, line.text.split(":")[0]) == (None, "Not checked")
    assert not tenant["CRMNote"].called


def test_a_list_that_is_down_fails_its_line_and_the_others_are_checked(tenant, halo):
    tenant["Site"].mock(return_value=httpx.Response(503))
    lines = lines_of(halo)
    assert (lines["sites"].ok, lines["users"].ok) == (False, True)


@pytest.mark.parametrize("path", ["token", "Agent/me", "Site", "CRMNote"])
def test_a_used_up_quota_stops_the_check(tenant, halo, path):
    tenant[path].mock(return_value=httpx.Response(429))
    with pytest.raises(HaloBusy):
        list(check(halo))
