"""The account's name, time zone and country, as a browser without script sees them."""

import html
import re

import pytest

from halo_admin.accounts.rights import Right, may
from halo_admin.db import begin_write, db
from tests.connecting.conftest import saved
from tests.settings.conftest import PAGE, account_of, import_goes_on

FORM = {"name": "Acme IT", "time_zone": "Europe/Berlin", "country": "DE"}


def values(user):
    account = account_of(user)
    return account.name, account.time_zone, account.default_country


def test_only_admins_may_look_and_change(ann, bob, app, signed_in):
    browser = signed_in(bob)
    for answer in (browser.get(PAGE), browser.post(PAGE, data=FORM), browser.post(f"{PAGE}/types")):
        assert answer.status_code == 403
        assert "Ask an admin of your account" in answer.text
    assert app.test_client().get(PAGE).status_code == 302
    assert values(ann)[0] == "Ann's MSP"


def test_it_is_the_first_page_of_account_settings(ann_browses):
    page = ann_browses.get(PAGE).text
    column = page.partition('class="settings-column"')[2].partition("</nav>")[0]
    assert f'href="{PAGE}" aria-current="page"' in column
    assert f'<a class="dropdown-item" href="{PAGE}">' in page


def test_all_three_are_saved(ann, ann_browses):
    told = ann_browses.post(PAGE, data=FORM | {"name": "  Acme \n IT "}, follow_redirects=True).text
    assert values(ann) == ("Acme IT", "Europe/Berlin", "DE")
    assert "now belong to Germany (+49): 0 were read anew." in told
    assert '<option value="Europe/Berlin" selected>Berlin</option>' in told
    assert '<option value="DE" selected>Germany (+49)</option>' in told


def test_the_page_has_moved_and_its_old_address_leads_to_it(ann_browses):
    answer = ann_browses.get("/settings/general")
    assert (answer.status_code, answer.location) == (301, PAGE)


def test_who_may_send_to_halo_is_chosen_by_role(ann, bob, ann_browses):
    assert account_of(ann).senders == ["marketer", "salesperson"]
    assert may(bob, Right.SEND)
    ann_browses.post(PAGE, data=FORM | {"senders": ["marketer", "admin", "nobody"]})
    assert account_of(ann).senders == ["marketer"]
    assert not may(bob, Right.SEND)
    assert may(ann, Right.SEND), "admins always may"
    ann_browses.post(PAGE, data=FORM | {"name": " ", "senders": ["salesperson"]})
    assert account_of(ann).senders == ["marketer"], "a form that was rejected changes nothing"
    page = ann_browses.post(PAGE, data=FORM | {"name": " ", "senders": ["salesperson"]}).text
    assert 'value="salesperson" checked' in page


def test_times_are_shown_in_the_zone_that_was_saved(ann, ann_browses):
    here = ann_browses.get(PAGE).text.partition("It is ")[2].partition(" there")[0]
    ann_browses.post(PAGE, data=FORM | {"time_zone": "Asia/Kolkata"})
    there = ann_browses.get(PAGE).text.partition("It is ")[2].partition(" there")[0]
    assert here[-2:] != there[-2:]  # half an hour apart


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "  ", "Give the account a name of 1 to 200 characters."),
        ("name", "x" * 201, "Give the account a name of 1 to 200 characters."),
        ("time_zone", "Mars/Base", "“Mars/Base” is no time zone"),
        ("time_zone", "localtime", "“localtime” is no time zone"),
        ("time_zone", "../etc/passwd", "is no time zone"),
        ("country", "XX", "“XX” is no country"),
        ("country", "", "“” is no country"),
    ],
)
def test_a_wrong_field_has_its_sentence_beside_it_and_nothing_typed_is_lost(ann, ann_browses, field, typed, sentence):
    before = values(ann)
    answer = ann_browses.post(PAGE, data=FORM | {field: typed})
    assert answer.status_code == 422
    error = answer.text.partition(f'id="{field}-error"')[2].partition("</div>")[0]
    assert sentence in error
    assert answer.text.count("field-error") == 1
    kept = {"name": 'value="Acme IT"', "time_zone": 'value="Europe/Berlin" selected', "country": 'value="DE" selected'}
    kept[field] = f'value="{typed}"' + ("" if field == "name" else " selected")
    assert all(one in answer.text for one in kept.values())
    assert values(ann) == before


def test_every_wrong_field_is_told_at_once(ann_browses):
    answer = ann_browses.post(PAGE, data={})
    assert answer.status_code == 422
    assert all(f'id="{field}-error"' in answer.text for field in FORM)


def test_an_older_name_of_a_zone_stays_chosen(ann, ann_browses):
    begin_write()
    ann.account.time_zone = "US/Eastern"
    db.session.commit()
    assert '<option value="US/Eastern" selected>US/Eastern</option>' in ann_browses.get(PAGE).text
    ann_browses.post(PAGE, data=FORM | {"time_zone": "us/eastern"})
    assert values(ann)[1] == "US/Eastern"


def test_the_country_stays_while_an_import_is_live_and_the_rest_may_change(ann, ann_browses):
    run = import_goes_on(saved(ann))
    answer = ann_browses.post(PAGE, data=FORM)
    assert answer.status_code == 422
    assert "An import is running" in answer.text.partition('id="country-error"')[2].partition("</div>")[0]
    assert values(ann) == ("Ann's MSP", "UTC", "US")
    ann_browses.post(PAGE, data=FORM | {"country": "US"})
    assert values(ann) == ("Acme IT", "Europe/Berlin", "US")
    begin_write()
    db.session.merge(run).state = "done"
    db.session.commit()
    ann_browses.post(PAGE, data=FORM)
    assert values(ann)[2] == "DE"


def test_another_account_keeps_its_own(ann, cleo, signed_in):
    before = values(ann)
    signed_in(cleo).post(PAGE, data=FORM)
    assert values(ann) == before
    assert values(cleo)[0] == "Acme IT"


def opened(browser):
    """What the form sends that is opened now and in which nothing is changed."""
    form = html.unescape(browser.get(PAGE).text.partition('action="/settings/account"')[2].partition("</form>")[0])
    was = dict(re.findall(r'<input type="hidden" name="(was_\w+)" value="([^"]*)"', form))
    now = {name.removeprefix("was_"): value for name, value in was.items()}
    return was | now | {"senders": now["senders"].split()}


def test_what_an_old_page_left_alone_is_not_set_back(ann, ann_browses):
    old = opened(ann_browses)
    ann_browses.post(PAGE, data=opened(ann_browses) | {"time_zone": "Asia/Kolkata", "senders": ["salesperson"]})
    ann_browses.post(PAGE, data=old | {"name": "Acme IT"})
    assert values(ann)[:2] == ("Acme IT", "Asia/Kolkata")
    assert account_of(ann).senders == ["salesperson"]
    ann_browses.post(PAGE, data=old | {"name": "Acme IT", "senders": []})
    assert account_of(ann).senders == []


def test_what_somebody_else_changed_too_is_told_before_it_is_overwritten(ann, ann_browses):
    old = opened(ann_browses)
    ann_browses.post(PAGE, data=opened(ann_browses) | {"name": "Acme IT", "time_zone": "Asia/Kolkata"})
    answer = ann_browses.post(PAGE, data=old | {"name": "Acme Ltd"})
    assert answer.status_code == 422
    assert "This was set to “Acme IT” meanwhile." in answer.text
    assert 'value="Acme Ltd"' in answer.text
    assert '<option value="Asia/Kolkata" selected>' in answer.text
    assert 'name="was_name" value="Acme IT"' in answer.text
    assert values(ann)[0] == "Acme IT"
