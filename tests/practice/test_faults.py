"""How faults are chosen and counted, whatever they do."""

from contextlib import suppress

import httpx
import pytest

from halo_admin.practice.faults import KINDS


def test_a_fault_begins_after_so_many_requests_and_ends_after_so_many_times(halo, halo_says):
    fault = halo.set_fault("server-error", status=502, after=2, times=3, match="/Status")
    halo_says.get("/Agent")
    assert [halo_says.get("/Status").status_code for _ in range(7)] == [200, 200, 502, 502, 502, 200, 200]
    assert fault.fired == halo.stats()["faults"]["server-error"] == 3


def test_a_fault_can_be_for_one_record_page_or_method(halo, halo_says):
    halo.set_fault("server-error", match=r"/Client/22\b")
    halo.set_fault("server-error", match="/Site.*page_no=2")
    halo.set_fault("server-error", match="/Users", method="POST")
    statuses = [halo_says.get(f"/Client/{key}").status_code for key in (21, 22)]
    statuses += [halo_says.get("/Site", pageinate=True, page_no=number).status_code for number in (1, 2)]
    statuses += [halo_says.get("/Users").status_code, halo_says.save("/Users", {"name": "x"}).status_code]
    assert statuses == [200, 500, 200, 500, 200, 500]


def test_faults_given_at_the_start_are_texts_or_dicts(start):
    halo = start(faults=["strange-text:ids=21;22,times=2", {"name": "slow", "seconds": 0}])
    assert [one["name"] for one in _on(halo)] == ["strange-text", "slow"]
    assert _on(halo)[0]["ids"] == [21, 22]


def test_several_faults_happen_to_one_request(halo, halo_says):
    halo.set_fault("bom")
    halo.set_fault("wrong-content-type")
    answer = halo_says.get("/Status")
    assert answer.content.startswith(b"\xef\xbb\xbf[")
    assert answer.headers["content-type"].startswith("text/html")
    assert halo.log[-1].faults == ("bom", "wrong-content-type")


def test_a_fault_that_had_nothing_to_do_is_not_counted(halo, halo_says):
    fault = halo.set_fault("short-page", times=1)
    halo_says.page("/Client", 1, 10)
    assert (fault.fired, halo.stats()["faults"]) == (0, {})
    assert len(halo_says.page("/Client", 2, 10)["clients"]) == 5
    assert (fault.fired, halo.stats()["faults"]) == (1, {"short-page": 1})


def test_faults_can_be_cleared(halo, halo_says):
    halo.set_fault("server-error", match="/Status")
    assert halo_says.get("/Status").status_code == 500
    halo.clear_faults()
    assert halo_says.get("/Status").status_code == 200


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_fault_says_what_it_does_and_the_server_outlives_it(halo, halo_says, name):
    halo_says.hold_token()
    halo.set_fault(name, **({"seconds": 0} if "seconds" in KINDS[name].params else {}))
    for request in (
        lambda: halo_says.get("/Client/21"),
        lambda: halo_says.page("/Users", 2, 20),
        lambda: halo_says.save("/Client", {"name": "Delta"}),
        lambda: halo_says.get("/TopLevel"),
        halo_says.sign_in,
    ):
        with suppress(httpx.HTTPError, ValueError):
            request()
    assert KINDS[name].text
    assert halo_says.http.get("/practice/stats").status_code == 200


def _on(halo):
    return [{"name": fault.kind.name, **fault.params} for fault in halo.app.book.faults]
