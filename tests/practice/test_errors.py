"""halo-api.md 5.1, point 12: the shapes of errors."""

import pytest


def test_shape_a_is_a_serialised_exception(halo_says):
    answer = halo_says.save("/Actions", {"ticket_id": 1201, "note": "x"})
    assert answer.status_code == 400
    assert answer.json()["ClassName"] == "System.Exception"
    assert answer.json()["Message"] == "An Outcome must be entered for this Action"


def test_an_action_without_a_ticket_is_refused(halo_says):
    answer = halo_says.save("/Actions", {"outcome": "Private Note"})
    assert answer.json()["Message"] == "An Action must be associated with a ticket_id"


def test_the_database_speaks_in_shape_a_too(halo_says):
    assert "(515)" in halo_says.save("/Client", {"website": "x"}).json()["Message"]
    assert "truncated" in halo_says.save("/Client", {"name": "x" * 256}).json()["Message"]


def test_shape_b_is_a_bare_string(halo_says):
    for answer in (halo_says.get("/Lookup/3"), halo_says.delete("/Lookup/3")):
        assert (answer.status_code, answer.json()) == (400, "lookupid must be specified")


@pytest.mark.parametrize("value", ["abc", "21.0"])
def test_shape_c_names_the_field_that_does_not_fit(halo_says, value):
    answer = halo_says.save("/Users", {"name": "Sam", "site_id": value})
    assert answer.status_code == 400
    assert list(answer.json()) == ["[0].site_id"]
    assert halo_says.save("/Users", {"name": "Sam", "site_id": "35"}).status_code == 201


def test_an_id_that_is_no_number_is_told_under_id(halo_says):
    answer = halo_says.get("/Client/abc")
    assert answer.status_code == 400
    assert list(answer.json()) == ["id"]


def test_shape_d_is_how_the_authorisation_server_speaks(halo_says):
    assert set(halo_says.sign_in(client_secret="x").json()) == {"error", "error_description", "error_uri"}


def test_shape_e_is_empty_or_html(halo_says):
    assert halo_says.get("/Client/999999").content == b""
    assert halo_says.get("/Contact").headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(("setting", "status"), [("empty", 404), ("exception", 400), ("string", 400)])
def test_an_id_that_does_not_exist_is_answered_as_the_switch_says(start, ask, setting, status):
    answer = ask(start(switches={"not_found": setting})).get("/Client/999999")
    assert answer.status_code == status
    shapes = {"empty": b"", "exception": b"ClassName", "string": b'"Record not found"'}
    assert shapes[setting] in answer.content


def test_actions_without_a_ticket_are_a_500(halo_says):
    assert halo_says.get("/Actions").status_code == 500
