"""The connection page and the mapping, as a browser without script sees them."""

import re

import pytest

from halo_admin.connecting import answering, checks, mapping
from halo_admin.connecting.models import Connection
from halo_admin.connecting.window import DatabaseQuota
from halo_admin.crm.types import company_types
from halo_admin.db import begin_write, db, now, owned
from tests.connecting.conftest import SECRET, customer_type, mirrored, passed, relationship, saved

PAGE, MAPPING = "/settings/halo/connection", "/settings/halo/companies/mapping"
FORM = {"url": "https://acme.halopsa.com", "client_id": "0b6b2d0e", "secret": SECRET}


@pytest.fixture
def ann_browses(ann, signed_in):
    return signed_in(ann)


def connection_of(user):
    db.session.rollback()
    return db.session.scalar(owned(Connection, user.account_id))


def filled(html):
    """What the filled buttons of a page say."""
    return re.findall(r'class="btn btn-primary"[^>]*>(?:<svg[^§]*?</svg>)?([^<]*)<', html)


def test_after_a_passed_check_going_on_is_the_one_filled_button(ann, ann_browses):
    assert filled(ann_browses.get(PAGE).text) == ["Check connection"]
    connection = saved(ann)
    assert filled(ann_browses.get(PAGE).text) == ["Check connection"]
    check = checks.new(connection)
    check.state, check.ended_at = "passed", now()
    db.session.commit()
    assert filled(ann_browses.get(PAGE).text) == ["Go on to the import"]
    assert filled(ann_browses.get(f"{PAGE}/check").text) == ["Go on to the import"]
    assert "Check connection" in ann_browses.get(f"{PAGE}/check").text, "the last answer takes the button along"
    assert filled(ann_browses.post(PAGE, data=FORM | {"url": "acme"}).text) == ["Check connection"]


def test_a_signed_out_visitor_is_sent_to_sign_in(app):
    assert app.test_client().get(PAGE).status_code == 302


def test_saving_mends_the_address_and_says_so(ann, ann_browses):
    told = ann_browses.post(PAGE, data=FORM | {"url": "acme.halopsa.com/api"}, follow_redirects=True).text
    assert "https:// was added." in told
    assert connection_of(ann).url == "https://acme.halopsa.com"


def test_the_secret_is_never_in_a_page(ann, ann_browses):
    pages = [ann_browses.post(PAGE, data=FORM | {"then": "check"}, follow_redirects=True).text]
    pages += [ann_browses.post(PAGE, data=FORM | {"url": "nonsense"}).text]
    pages += [ann_browses.get(PAGE).text, ann_browses.get(PAGE + "/check").text]
    assert all(SECRET not in page for page in pages)
    assert "Saved, ends in 4f2a" in pages[2]


def test_a_rejected_form_keeps_what_was_typed_with_its_message_beside_it(ann, ann_browses):
    answer = ann_browses.post(PAGE, data=FORM | {"url": "acme", "client_id": "kept"})
    assert answer.status_code == 422
    assert "is not a whole address" in answer.text
    assert 'value="kept"' in answer.text
    assert connection_of(ann) is None


def test_another_address_is_asked_about_and_taken_once_confirmed(ann, ann_browses):
    passed(saved(ann))
    other = FORM | {"url": "https://other.halopsa.com"}
    answer = ann_browses.post(PAGE, data=other)
    assert answer.status_code == 422
    assert "Yes, connect this other Halo" in answer.text
    assert "Leave this empty to keep it" not in answer.text
    assert connection_of(ann).url == "https://acme.halopsa.com"
    ann_browses.post(PAGE, data=other | {"other_tenant": "1"})
    assert connection_of(ann).url == "https://other.halopsa.com"


def test_a_check_that_cannot_be_queued_says_what_to_start(ann_browses):
    told = ann_browses.post(PAGE, data=FORM | {"then": "check"}, follow_redirects=True).text
    assert "make run" in told


def test_a_live_check_polls_and_says_when_nobody_works_on_it(ann, ann_browses, app, redis_url):
    app.config["REDIS_URL"] = redis_url
    told = ann_browses.post(PAGE, data=FORM | {"then": "check"}, follow_redirects=True).text
    assert 'hx-trigger="every 1s"' in told
    assert "nobody works on this check" in told
    fragment = ann_browses.get(PAGE + "/check").text
    assert fragment.lstrip().startswith('<section id="check"')
    assert 'hx-swap-oob="true"' in fragment


def test_the_strip_tells_how_much_of_the_limit_is_used(ann, ann_browses):
    connection = passed(saved(ann))
    quota = DatabaseQuota(connection.tenant_id, ann.account_id)
    for _ in range(12):
        with quota.request():
            pass
    told = " ".join(ann_browses.get(PAGE).text.split())
    assert "to acme.halopsa.com as API agent" in told
    assert "12 of 300 requests used" in told
    quota.refused(1.0)
    told = ann_browses.get(PAGE).text
    assert "Halo said wait although we used 12 of 300: another tool shares this limit." in told
    assert 'value="half" checked' in told


def test_an_agent_that_is_a_person_is_warned_about(ann, ann_browses):
    connection = passed(saved(ann))
    connection.agent_is_person = True
    db.session.commit()
    assert "person&#39;s own agent" in ann_browses.get(PAGE).text


def test_an_admin_picks_the_share_of_imports(ann, ann_browses):
    saved(ann)
    ann_browses.post(PAGE + "/share", data={"share": "quarter"})
    assert connection_of(ann).share == "quarter"
    assert ann_browses.post(PAGE + "/share", data={"share": "more"}).status_code == 400


def test_another_accounts_connection_is_not_there(ann, cleo, signed_in):
    saved(ann)
    browser = signed_in(cleo)
    assert "acme.halopsa.com as" not in browser.get(PAGE).text
    for address in ("/check", "/share"):
        assert browser.post(PAGE + address).status_code == 404
    assert browser.get(PAGE + "/check").status_code == 404
    assert browser.post(MAPPING).status_code == 404


def test_the_mapping_says_that_clients_are_not_read_yet(ann, ann_browses):
    saved(ann)
    assert "Clients not read yet" in ann_browses.get(MAPPING).text


def test_the_mapping_is_prefilled_by_name_and_saved(ann, ann_browses):
    tenant = saved(ann).tenant
    mirrored(tenant, 10, relationship(1, "Customer"))
    mirrored(tenant, 11, customer_type(17))
    page = ann_browses.get(MAPPING).text
    client = next(one for one in company_types(ann.account_id) if one.name == "Client")
    assert f'<option value="{client.id}" selected>Client</option>' in page
    assert "Type 17 (no longer in Halo&#39;s list)" in page
    sent = {"means-relationship:1": client.id, "means-type:17": "leave_out", "means-none": ""}
    told = ann_browses.post(MAPPING, data=sent, follow_redirects=True).text
    assert "1 as Client, 1 left out." in told
    db.session.rollback()
    assert mapping.resolve(tenant.id, "company_type") == {
        "relationship:1": ("import", client.id), "type:17": ("leave_out", None),
    }  # fmt: skip


def test_a_value_can_become_a_new_type_of_its_own_name(ann, ann_browses):
    mirrored(saved(ann).tenant, 10, relationship(7, "Charity"))
    ann_browses.post(MAPPING, data={"means-relationship:7": "own"})
    db.session.rollback()
    assert company_types(ann.account_id)[-1].name == "Charity"


@pytest.mark.parametrize("value", ["999999", "x"])
def test_a_type_that_is_not_there_is_rejected(ann, cleo, ann_browses, value):
    mirrored(saved(ann).tenant, 10, relationship(7, "Charity"))
    answer = ann_browses.post(MAPPING, data={"means-relationship:7": value}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "This list has changed" in answer.text
    assert answer.text.lstrip().startswith('<section id="mapping-company_type"')


def test_a_mapping_of_another_stage_is_not_there_yet(ann_browses):
    assert ann_browses.get("/settings/halo/contacts/mapping").status_code == 404


def test_what_was_brought_in_before_stays_and_is_told(ann, ann_browses):
    tenant = saved(ann).tenant
    mirrored(tenant, 10, relationship(7, "Charity"), ours_id=1)
    begin_write()
    answering.save(tenant, "company_type", {"relationship:7": answering.LEAVE_OUT})
    db.session.commit()
    assert "1 company brought in before stays and is no longer updated." in " ".join(
        ann_browses.get(MAPPING).text.split()
    )


def test_the_requests_of_another_account_are_not_counted(ann, cleo, signed_in):
    passed(saved(ann))
    theirs = passed(saved(cleo))
    with DatabaseQuota(theirs.tenant_id, cleo.account_id).request():
        pass
    assert "0 of 300 requests used" in signed_in(ann).get(PAGE).text
    assert "1 of 300 requests used" in signed_in(cleo).get(PAGE).text
