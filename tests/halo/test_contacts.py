"""Users in Halo's words become contacts' values in ours (halo-api.md 3.3)."""

import json
from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from halo_admin.halo import decoding
from halo_admin.halo.contacts import CONTACTS
from halo_admin.records import Contact

from .told import user_row


def contact(**changes):
    return decoding.single(json.dumps(user_row(**changes)).encode(), CONTACTS.reader)


def test_a_user_is_a_contact():
    assert contact() == Contact(
        812, "Sam Poole", first_name="Sam", last_name="Poole", email="sam@b.example", phone="+49 30 5550101",
        client_id=21, site_id=34, changed_at=UNSET,
    )  # fmt: skip


@pytest.mark.parametrize("nobody", [0, -1, None, ""])
def test_nobodys_client_and_site_are_none(nobody):
    assert (contact(client_id=nobody).client_id, contact(site_id=nobody).site_id) == (None, None)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"name": "General User"}, "general user"), ({"name": "general user "}, "general user"),
        ({"isserviceaccount": True}, "service account"), ({"linked_agent_id": 7}, "agent"),
        ({"linked_agent_id": "7"}, "agent"), ({"name": "General Useri"}, None), ({}, None),
    ],
)  # fmt: skip
def test_a_user_that_stands_for_nobody_says_what_it_is(changes, what):
    assert contact(**changes).no_person == what


@pytest.mark.parametrize("flag", ["neversendemails", "neversendmarketingemails"])
def test_either_way_to_want_no_mail_is_unsubscribed(flag):
    assert contact(**{flag: True}).unsubscribed
    assert not contact(**{flag: False}).unsubscribed


def test_the_detail_tells_when_it_changed():
    assert contact(ulastupdate="2026-04-30T15:02:10Z").changed_at == datetime(2026, 4, 30, 15, 2, 10, tzinfo=UTC)
    assert contact(ulastupdate="1900-01-01T00:00:00").changed_at is None
