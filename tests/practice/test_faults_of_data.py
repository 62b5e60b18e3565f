"""halo-api.md 5.2: rows that hold what no one would think of."""

import pytest

UNTOUCHED = "the records that a fault was not asked to change"


def changed(halo, asking, name, path="/Users", key="users", pick=6, **settings):
    """One row before and after a fault that is for it alone; the other rows stay as they are."""
    before = asking.page(path, includenotes=True)[key]
    halo.set_fault(name, ids=[before[pick]["id"]], **settings)
    after = asking.page(path, includenotes=True)[key]
    assert [row for number, row in enumerate(after) if number != pick] == [
        row for number, row in enumerate(before) if number != pick
    ], UNTOUCHED
    return before[pick], after[pick]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("strange-text", lambda text: not text.isascii()),
        ("control-characters", lambda text: "\x00" in text),
        ("long-names", lambda text: len(text) == 255),
        ("blank-names", lambda text: text and not text.strip()),
    ],
)
def test_names_can_be_strange(halo, halo_says, name, expected):
    assert expected(changed(halo, halo_says, name)[1]["name"])


def test_notes_can_be_huge(halo, halo_says):
    notes = changed(halo, halo_says, "huge-notes", megabytes=2)[1]["notes"]
    assert len(notes) > 2_000_000
    assert "<script>" in notes
    assert "data:image/png;base64," in notes


def test_keys_can_be_missing(halo, halo_says):
    before, after = changed(halo, halo_says, "missing-keys")
    assert 0 < len(before) - len(after) < len(before) / 2
    assert after["id"] == before["id"]


def test_an_id_can_be_missing_or_null(halo, halo_says):
    assert "id" not in changed(halo, halo_says, "missing-id")[1]
    halo.clear_faults()
    assert changed(halo, halo_says, "null-id")[1]["id"] is None


@pytest.mark.parametrize(("name", "kind"), [("ids-as-text", str), ("ids-as-floats", float)])
def test_ids_can_have_other_types(halo, halo_says, name, kind):
    after = changed(halo, halo_says, name)[1]
    assert {type(after[field]) for field in ("id", "client_id", "site_id")} == {kind}


def test_every_field_can_be_null(halo, halo_says):
    after = changed(halo, halo_says, "nulls")[1]
    assert {name for name, value in after.items() if value is not None} == {"id"}


def test_every_field_can_have_the_wrong_type(halo, halo_says):
    before, after = changed(halo, halo_says, "wrong-types")
    texts = [name for name, value in before.items() if isinstance(value, str)]
    assert not any(isinstance(after[name], str) for name in texts)
    assert after["client_id"] == "many"


@pytest.mark.parametrize(("name", "kinds"), [("booleans-as-numbers", {0, 1}), ("booleans-as-text", {"True", "False"})])
def test_booleans_can_be_numbers_or_text(halo, halo_says, name, kinds):
    before, after = changed(halo, halo_says, name)
    truths = [field for field, value in before.items() if isinstance(value, bool)]
    assert {after[field] for field in truths} <= kinds
    assert not any(isinstance(after[field], bool) for field in truths)


def test_an_object_can_stand_for_an_array(halo, halo_says):
    after = changed(halo, halo_says, "arrays-for-objects", "/Client", "clients")[1]
    assert isinstance(after["customer_relationship"], dict)


@pytest.mark.parametrize("name", ["duplicate-emails", "several-emails", "invalid-emails"])
def test_emails_can_be_odd(halo, halo_says, name):
    halo.set_fault(name, every=1)
    emails = {user["emailaddress"] for user in halo_says.page("/Users")["users"]}
    assert 2 <= len(emails) <= 6
    assert (len({email.strip().casefold() for email in emails}) == 1) == (name == "duplicate-emails")


def test_phones_and_dates_can_be_odd(halo, halo_says):
    assert changed(halo, halo_says, "strange-phones")[1]["phonenumber"] == "4.93E+10"
    halo.set_fault("strange-dates", every=1)
    assert halo_says.get("/Users/820").json()["ulastupdate"] == "1900-01-01T00:00:00"
    seen = {ticket["last_update"] for ticket in halo_says.page("/Tickets")["tickets"]}
    assert {"9999-12-31T23:59:59.9999999", "2026-05-01T08:15:00+02:00", None} <= seen


def test_a_row_can_be_no_object(halo, halo_says):
    assert changed(halo, halo_says, "row-is-text")[1] == "row could not be read"


def test_the_same_records_are_bad_in_every_sweep_and_in_their_details(halo, halo_says):
    halo.set_fault("blank-names", every=3, seed=4)
    first, second = (
        [row["id"] for row in halo_says.page("/Users")["users"] if not row["name"].strip()] for _ in range(2)
    )
    assert first == second
    assert 0 < len(first) < 100
    assert halo_says.get(f"/Users/{first[0]}").json()["name"].strip() == ""
