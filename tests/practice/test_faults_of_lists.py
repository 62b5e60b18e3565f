"""halo-api.md 5.2: lists that change or lie, records that are gone, writes that answer oddly, new releases."""

import httpx
import pytest

from tests.practice.asking import ids


def sweep(asking, path="/Client", key="clients", size=10):
    """Rows of all pages up to the first empty one, as a naive client reads them; at most thirty pages."""
    rows = []
    for number in range(1, 31):
        page = asking.page(path, number, size)[key]
        if not page:
            break
        rows += ids(page)
    return rows


def test_a_row_inserted_between_pages_makes_another_come_twice(halo, halo_says):
    before = sweep(halo_says)
    halo.set_fault("row-inserted")
    seen = sweep(halo_says)
    assert len(seen) == len(set(seen)) + 1
    assert set(seen) == set(before)
    assert halo_says.page("/Client")["record_count"] == len(before) + 1


@pytest.mark.parametrize(("path", "key"), [("/Client", "clients"), ("/Site", "sites"), ("/Users", "users")])
def test_a_row_deleted_between_pages_hides_another(halo, halo_says, path, key):
    before = sweep(halo_says, path, key)
    halo.set_fault("row-deleted")
    seen = sweep(halo_says, path, key)
    assert len(set(before) - set(seen)) >= 1
    assert len(seen) < len(before)


def test_a_client_merged_between_pages_is_gone(halo, halo_says):
    halo.set_fault("merged-on-the-way")
    seen = sweep(halo_says)
    assert halo_says.get(f"/Client/{seen[1]}").status_code == 404
    assert len(halo_says.get("/Site", client_id=seen[2], includeinactive=True).json()["sites"]) >= 2


def test_the_same_page_can_come_for_ever(halo, halo_says):
    halo.set_fault("page-repeated")
    first = halo_says.page("/Client", 1, 10)["clients"]
    assert [halo_says.page("/Client", number, 10)["clients"] for number in (2, 3, 99)] == [first] * 3


def test_a_page_in_the_middle_can_be_short_or_empty(halo, halo_says):
    for name, size in (("short-page", 4), ("empty-page", 0)):
        halo.set_fault(name)
        sizes = [len(halo_says.page("/Client", number, 8)["clients"]) for number in (1, 2, 3)]
        halo.clear_faults()
        assert sizes == [8, size, 8]


def test_pages_can_be_smaller_than_asked(halo, halo_says):
    halo.set_fault("page-size-lower", size=7)
    pages = [halo_says.page("/Client", number, 20)["clients"] for number in (1, 2)]
    assert [len(page) for page in pages] == [7, 7]
    assert not set(ids(pages[0])) & set(ids(pages[1]))


def test_record_count_can_be_wrong(halo, halo_says):
    truth = halo_says.page("/Client", 1, 10)["record_count"]
    counts = {}
    for name in ("count-zero", "count-high", "count-low", "count-changing"):
        halo.set_fault(name)
        counts[name] = [halo_says.page("/Client", number, 8)["record_count"] for number in (1, 2, 3)]
        halo.clear_faults()
    assert counts["count-zero"] == [0, 0, 0]
    assert counts["count-high"] == [truth + 37] * 3
    assert counts["count-low"] == [8, 8, 8]
    assert len(set(counts["count-changing"])) == 3


@pytest.mark.parametrize(("answer", "status"), [("404", 404), ("400", 400), ("null", 200)])
def test_a_record_of_the_list_can_be_gone_in_the_detail(halo, halo_says, answer, status):
    halo.set_fault("gone-in-detail", answer=answer, match="/Client/22")
    assert 22 in ids(halo_says.page("/Client", includeinactive=True)["clients"])
    gone = halo_says.get("/Client/22")
    assert gone.status_code == status
    assert gone.content == {"404": b"", "null": b"null"}.get(answer, gone.content)
    assert halo_says.get("/Client/21").status_code == 200


def test_a_detail_can_be_forbidden(halo, halo_says):
    halo.set_fault("forbidden-detail")
    assert (halo_says.get("/Users/900").status_code, halo_says.get("/Users").status_code) == (403, 200)


def test_an_id_can_have_become_another_record(halo, halo_says):
    names = [halo_says.get(f"/Client/{key}").json()["name"] for key in (21, 22)]
    halo.set_fault("id-reused")
    reused = halo_says.get("/Client/21").json()
    assert (reused["id"], reused["name"]) == (21, names[1])


def test_rows_can_refer_to_what_is_not_there(halo, halo_says):
    halo.set_fault("absent-references", every=2)
    users = halo_says.page("/Users")["users"]
    lost = [user for user in users if user["site_id"] == 999_999.0]
    assert 0 < len(lost) < len(users)
    assert {type(user["site_id"]) for user in lost} == {float}
    assert halo_says.get("/Site/999999").status_code == 404


def test_a_users_client_can_differ_from_its_sites(halo, halo_says):
    user = halo_says.page("/Users")["users"][5]
    halo.set_fault("client-mismatch", ids=[user["id"]])
    odd = next(row for row in halo_says.page("/Users")["users"] if row["id"] == user["id"])
    assert (odd["site_id"], odd["client_id"]) == (user["site_id"], user["client_id"] + 1)


def test_top_levels_can_go_in_circles(halo, halo_says):
    halo.set_fault("cyclic-toplevel")
    parents = {row["id"]: row["parent_id"] for row in halo_says.get("/TopLevel").json()["tree"]}
    assert parents == {2: 3, 3: 2}


def test_a_write_can_be_done_without_an_answer(halo, halo_says):
    halo_says.hold_token()
    halo.set_fault("lost-answer", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        halo_says.save("/Client", {"name": "Delta"})
    halo_says.save("/Client", {"name": "Delta"})
    assert [row["name"] for row in halo_says.page("/Client")["clients"]].count("Delta") == 2


def test_a_write_can_answer_in_any_shape(halo, halo_says):
    answers = {}
    for shape in ("array", "actions", "empty"):
        halo.set_fault("write-shape", shape=shape)
        halo.set_fault("write-status", status=200)
        answers[shape] = halo_says.save("/CRMNote", {"client_id": 21, "note": shape})
        halo.clear_faults()
    assert {answer.status_code for answer in answers.values()} == {200}
    assert answers["array"].json()[0]["note"] == "array"
    assert answers["actions"].json()["actions"][0]["note"] == "actions"
    assert answers["empty"].content == b""
    assert len(halo_says.get("/CRMNote", client_id=21).json()["actions"]) >= 3


def test_a_field_can_be_silently_not_saved(halo, halo_says):
    before = halo_says.get("/Site/35").json()
    halo.set_fault("field-not-saved", field="phonenumber")
    after = halo_says.save("/Site", {"id": 35, "phonenumber": "5", "name": "New", "issitedetails": True}).json()
    assert (after["name"], after["phonenumber"]) == ("New", before["phonenumber"])


def test_a_custom_field_can_be_mandatory(halo, halo_says):
    halo.set_fault("mandatory-field")
    answer = halo_says.save("/Client", {"name": "Delta"})
    assert (answer.status_code, "mandatory" in answer.json()["Message"]) == (400, True)
    assert "Delta" not in [row["name"] for row in halo_says.page("/Client")["clients"]]


def test_a_new_release_can_change_what_lists_hold(halo, halo_says):
    halo.set_fault("agent-envelope-flips")
    halo.set_fault("new-keys")
    halo.set_fault("field-disappears", field="website")
    assert {type(halo_says.get("/Agent").json()) for _ in range(4)} == {list, dict}
    rows = halo_says.page("/Client")["clients"]
    assert all("ai_summary_state" in row and "website" not in row for row in rows)
