"""What every answer carries, and what pages never hold."""

import re

import pytest

from tests.accounts.test_signing_in import sign_in
from tests.importing.world import World


@pytest.fixture
def ann(sqlite_url, tmp_path):
    """A signed-in visitor of a site whose forms need their token, as they do for real."""
    with World(sqlite_url, tmp_path, connect=False) as world:
        visitor = world.app.test_client()
        sign_in(visitor)
        yield visitor


def pages(visitor):
    """Every page that needs no id."""
    rules = [rule for rule in visitor.application.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    return [rule.rule for rule in rules if rule.rule not in ("/download", "/healthz", "/metrics")]


def test_every_page_forbids_scripts_and_styles_that_are_not_the_sites_own(ann):
    for path in pages(ann):
        answer = ann.get(path)
        assert "default-src 'self'; img-src 'self' data:" in answer.headers["Content-Security-Policy"], path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"


def test_no_page_holds_an_inline_script_or_style(ann):
    for path in pages(ann):
        text = ann.get(path, follow_redirects=True).text
        assert not re.search(r"<[^>]+\sstyle=|<style|<[^>]+\son\w+=|<script(?![^>]*\ssrc=)|hx-on", text), path


def test_htmx_is_set_up_within_the_content_policy(ann):
    page = ann.get("/companies").text
    assert "includeIndicatorStyles" in page
    assert "allowEval" in page
    assert "historyCacheSize" in page


def test_a_missing_page_is_a_sentence(ann):
    answer = ann.get("/nothing-here")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_a_changing_request_without_its_token_is_refused(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path, connect=False, WTF_CSRF_ENABLED=True) as world:
        answer = world.app.test_client().post("/sign-in", data={"email": "ann@example.com", "password": "x"})
    assert answer.status_code == 400
    assert "open too long" in answer.text


def test_health_needs_nobody(ann):
    ann.post("/sign-out")
    assert ann.get("/healthz").json == {"status": "ok"}
