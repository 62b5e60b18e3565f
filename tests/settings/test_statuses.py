"""The list of opportunity statuses, with and without script; what it shares with company types is tested there."""

import pytest

from halo_admin.connecting.models import Mapping
from halo_admin.crm.models import STARTING_STATUSES
from halo_admin.crm.statuses import statuses
from halo_admin.db import begin_write, db
from tests.connecting.conftest import saved
from tests.settings.conftest import PAGE, STATUSES
from tests.settings.test_company_types import told

STARTING = list(STARTING_STATUSES.items())
HTMX = {"HX-Request": "true", "HX-Target": "opportunity-statuses"}


def held(user):
    db.session.rollback()
    return [(one.name, one.kind) for one in statuses(user.account_id)]


def address(user, name, what=""):
    db.session.rollback()
    return f"{STATUSES}/{next(one.id for one in statuses(user.account_id) if one.name == name)}{what}"


def test_each_status_stands_with_how_it_counts(ann_browses):
    page = told(ann_browses.get(PAGE))
    assert "<strong>Won</strong> <span>counts as won</span>" in page
    assert "<strong>In progress</strong> <span>counts as open</span>" in page
    assert page.count("No opportunities") == 4


def test_a_status_is_added_at_the_end_with_how_it_counts(ann, ann_browses):
    answer = ann_browses.post(STATUSES, data={"name": "On hold", "kind": "open"}, headers=HTMX)
    assert answer.text.lstrip().startswith('<section id="opportunity-statuses"')
    assert held(ann) == [*STARTING, ("On hold", "open")]
    again = ann_browses.post(STATUSES, data={"name": "on HOLD", "kind": "won"}, headers=HTMX)
    assert again.status_code == 422
    assert "There is a status “On hold” already." in told(again)
    assert '<option value="won" selected>' in again.text, "what was chosen stays chosen"


@pytest.mark.parametrize("kind", [None, "", "perhaps"])
def test_a_status_counts_as_nothing_else(ann, ann_browses, kind):
    data = {"name": "On hold"} | ({} if kind is None else {"kind": kind})
    assert ann_browses.post(STATUSES, data=data).status_code == 400
    assert ann_browses.post(address(ann, "Won"), data=data).status_code == 400
    assert held(ann) == STARTING


def test_a_status_gets_another_name_or_counts_as_something_else(ann, ann_browses):
    renamed = ann_browses.post(address(ann, "New"), data={"name": "Fresh", "kind": "open"}, headers=HTMX)
    assert "“New” is called “Fresh” now." in told(renamed)
    other = ann_browses.post(address(ann, "Lost"), data={"name": "Lost", "kind": "won"}, headers=HTMX)
    assert "“Lost” counts as won now." in told(other)
    assert held(ann) == [("Fresh", "open"), *STARTING[1:3], ("Lost", "won")]


def test_a_status_that_the_mapping_means_stays(ann, ann_browses):
    tenant, lost = saved(ann).tenant, statuses(ann.account_id)[-1].id
    begin_write()
    db.session.add(Mapping(account_id=ann.account_id, tenant_id=tenant.id, kind="opportunity_status", halo_key="9",
                           halo_name="Closed lost", listed=True, choice="import", ours_id=lost))  # fmt: skip
    db.session.commit()
    answer = ann_browses.post(address(ann, "Lost", "/remove"))
    assert answer.status_code == 422
    assert "The mapping imports “Closed lost” of acme.halopsa.com as this status." in told(answer)


def test_the_last_status_stays(ann, ann_browses):
    for name in ("New", "In progress", "Won"):
        ann_browses.post(address(ann, name, "/remove"))
    answer = ann_browses.post(address(ann, "Lost", "/remove"))
    assert answer.status_code == 422
    assert "This is the only status" in told(answer)
    assert held(ann) == [("Lost", "lost")]


def test_another_accounts_status_is_not_there(ann, cleo, signed_in):
    browser = signed_in(cleo)
    for what, data in (("", {"name": "Mine", "kind": "won"}), ("/move", {"where": "up"}), ("/remove", {})):
        assert browser.post(address(ann, "Won", what), data=data).status_code == 404
    assert held(ann) == STARTING
