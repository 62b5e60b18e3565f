"""The connection page in a real browser, while a check goes on and once it has ended."""

import re

import pytest
from playwright.sync_api import expect

from halo_admin.connecting import checks
from halo_admin.db import begin_write, db, now
from tests.browsing import looked_at, sign_in
from tests.connecting.conftest import make_account, passed, saved

pytestmark = pytest.mark.browser
FILLED = re.compile(r"\bbtn-primary\b")


def test_once_a_check_has_passed_going_on_is_the_filled_button(sqlite_app, serve, page):
    connection = saved(make_account("Ann's MSP", "ann@example.com"))
    check_id = checks.new(connection).id
    sign_in(page, serve(sqlite_app), "/settings/halo/connection", password="correct horse battery")
    press = page.get_by_role("button", name="Check connection")
    expect(page.get_by_text("Waiting").first).to_be_visible()
    expect(press).to_have_class(FILLED)
    passed(connection)
    begin_write()
    check = db.session.get(checks.ConnectionCheck, check_id)
    check.state, check.ended_at = "passed", now()
    db.session.commit()
    expect(page.get_by_role("link", name="Go on to the import")).to_have_class(FILLED)
    expect(press).not_to_have_class(FILLED)
    looked_at(page, "connection-checked")
