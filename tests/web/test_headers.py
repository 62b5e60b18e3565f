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


NO_PAGES = {"/download", "/favicon.ico", "/healthz", "/metrics", "/settings/audit/file"}


def pages(visitor):
    """Every page that needs no id."""
    rules = [rule for rule in visitor.application.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    return [rule.rule for rule in rules if rule.rule not in NO_PAGES]


def test_every_page_forbids_scripts_and_styles_that_are_not_the_sites_own(ann):
    for path in pages(ann):
        answer = ann.get(path)
        assert "default-src 'self'; img-src 'self' data:" in answer.headers["Content-Security-Policy"], path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"


def test_browsers_find_an_icon_where_they_look_for_one(ann):
    answer = ann.application.test_client().get("/favicon.ico", follow_redirects=True)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")


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


def test_a_download_is_kept_by_nobody(ann):
    assert ann.get("/download").headers["Cache-Control"] == "no-store"


def test_no_change_is_made_without_the_token_of_the_sites_own_pages(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path, connect=False) as world:
        visitor = world.app.test_client()
        sign_in(visitor)
        world.app.config["WTF_CSRF_ENABLED"] = True
        urls = world.app.url_map.bind("localhost")
        for rule in world.app.url_map.iter_rules():
            ids = {name: 1 if name.endswith("_id") else "nothing" for name in rule.arguments}
            for method in rule.methods - {"GET", "HEAD", "OPTIONS"}:
                for headers in (
                    {},
                    {"HX-Request": "true"},
                    {"X-CSRFToken": "guessed", "Origin": "https://evil.example"},
                ):
                    answer = visitor.open(urls.build(rule.endpoint, ids, method=method), method=method, headers=headers)
                    assert (answer.status_code, "open too long" in answer.text) == (400, True), rule


def test_the_token_of_a_page_serves_its_forms_and_its_fragments(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path, connect=False) as world:
        visitor = world.app.test_client()
        sign_in(visitor)
        world.app.config["WTF_CSRF_ENABLED"] = True
        token = re.search(r'"X-CSRFToken": "([^"]+)"', visitor.get("/profile").text.replace("&#34;", '"'))[1]
        assert visitor.post("/profile", data={"name": "Ann", "csrf_token": token}).status_code == 303
        assert visitor.post("/profile", data={"name": "Ann"}, headers={"X-CSRFToken": token}).status_code == 303


def test_health_needs_nobody(ann):
    ann.post("/sign-out")
    assert ann.get("/healthz").json == {"status": "ok"}


def test_browsers_keep_assets_for_as_long_as_they_are_the_same(ann):
    (address,) = re.findall(r'href="(/static/app.css\?v=[0-9a-f]{12})"', ann.get("/companies").text)
    kept = ann.get(address).cache_control
    assert (kept.max_age, kept.immutable, kept.no_cache) == (365 * 86400, True, None)
    assert ann.get("/static/app.css").cache_control.max_age is None
    assert ann.get("/static/none.css?v=1").cache_control.max_age is None
