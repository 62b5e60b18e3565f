"""Opportunities in Halo's words become ours (halo-api.md 3.6, 3.7)."""

import json
from datetime import UTC, date, datetime

import pytest

from halo_admin.halo import decoding
from halo_admin.halo.opportunities import OPPORTUNITIES, STATUSES, TICKET_TYPES
from halo_admin.records import Opportunity, TypeValue, Unreadable

from .told import opportunity_row


def opportunity(**changes):
    return decoding.single(json.dumps(opportunity_row(**changes)).encode(), OPPORTUNITIES.reader)


def values_of(listing, *rows):
    page = decoding.page(json.dumps(rows).encode(), listing.keys, listing.reader)
    return [row for row in page.rows if isinstance(row, TypeValue)]


def test_an_opportunity_in_our_words():
    assert opportunity() == Opportunity(
        1201, "Backup for 30 PCs", TypeValue("type", "30", "Opportunity"), TypeValue("status", "22", "Quote Sent"),
        agent_id=7, client_id=21, contact_id=812, value=1_250_050, probability=60, expected_close=date(2026, 9, 30),
        opened_on=date(2026, 5, 1), changed_at=datetime(2026, 5, 3, 14, 5, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize("nobody", [0, -1, None, "", 1])
def test_an_unassigned_agent_is_none(nobody):
    assert opportunity(agent_id=nobody).agent_id is None


@pytest.mark.parametrize("never", ["1900-01-01T00:00:00", "1899-12-30T00:00:00Z", "", None, "soon"])
def test_a_date_that_is_not_set_is_none(never):
    assert opportunity(targetdate=never).expected_close is None


@pytest.mark.parametrize(
    ("sent", "hundredths"), [(0.0, 0), (12, 1200), ("12.5", 1250), (-3, -300), (0.29, 29), (None, None), ("", None)]
)
def test_a_value_is_kept_in_hundredths(sent, hundredths):
    assert opportunity(oppvalue=sent).value == hundredths


@pytest.mark.parametrize("sent", ["12k", 1e308, True, [1]])
def test_a_value_that_is_no_sum_is_told_of_this_record_alone(sent):
    found = opportunity(oppvalue=sent)
    assert isinstance(found, Unreadable)
    assert "is no sum" in found.reason


@pytest.mark.parametrize(("sent", "percent"), [(0.0, 0), (66.6, 67), (100, 100), (250.0, None), (-1, None)])
def test_a_probability_is_a_percentage_or_none(sent, percent):
    assert opportunity(oppconversionprobability=sent).probability == percent


def test_only_a_closed_one_tells_when_it_was_closed():
    at = "2026-05-02T10:00:00"
    assert opportunity(dateclosed=at, hasbeenclosed=True).closed_on == date(2026, 5, 2)
    assert opportunity(dateclosed=at, hasbeenclosed=False).closed_on is None


@pytest.mark.parametrize(
    ("changes", "out"),
    [({"merged_into_id": 9}, "merged"), ({"deleted": True}, "deleted"), ({"inactive": 1}, "inactive"), ({}, None)],
)
def test_one_that_does_not_count_any_more_says_what_became_of_it(changes, out):
    assert opportunity(**changes).is_out == out


def test_types_of_other_tickets_are_none_of_opportunities():
    rows = [{"id": 1, "name": "Incident", "use": "tickets"}, {"id": 30, "name": "Opportunity", "use": "opps"}]
    assert values_of(TICKET_TYPES, *rows) == [TypeValue("type", "30", "Opportunity")]


def test_every_status_may_be_one_of_opportunities():
    rows = [{"id": 1, "name": "New", "type": 0}, {"id": 0, "name": "Default"}, {"id": "23", "name": "Won"}]
    assert values_of(STATUSES, *rows) == [TypeValue("status", "1", "New"), TypeValue("status", "23", "Won")]
