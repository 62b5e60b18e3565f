"""An import's page, its answers and its file, the history of imports and of a record, as a person gets them."""

import csv
import io
import re

import pytest

from halo_admin.crm import files_out
from halo_admin.db import begin_write, db, owned
from halo_admin.importing.models import Decision, ImportRun
from tests.importing.world import links

PHONE = "+1 415 555 0101"
HTMX = {"HX-Request": "true"}
LARGE = 2**63


@pytest.fixture
def ann(world):
    return signed_in(world, "ann@example.com")


@pytest.fixture
def cleo(world):
    world.new_account("Other MSP", "cleo@example.com")
    return signed_in(world, "cleo@example.com")


@pytest.fixture
def review(world):
    """The run that asks which of two companies a client is: (run, company, company)."""
    one, other = world.ours("Acme", phone=PHONE), world.ours("Acme Inc", phone=PHONE)
    world.theirs("Acme Worldwide", phone=PHONE)
    return world.imported(), one, other


def signed_in(world, email):
    client = world.app.test_client()
    assert client.post("/sign-in", data={"email": email, "password": "a long password"}).status_code == 302
    return client


def page(client, run, code=200, **args):
    answer = client.get(f"/settings/halo/runs/{run.id}", query_string=args)
    assert answer.status_code == code, answer.text
    return text(answer)


def text(answer):
    return re.sub(r"\s+", " ", answer.text)


def records(html):
    """The names of Halo's records in the table, in their order."""
    return [one.strip() for one in re.findall(r'data-label="Halo">([^<]*)<', html)]


def question(run):
    """The decision of a run that needs an answer."""
    db.session.rollback()
    waiting = owned(Decision, run.account_id).where(Decision.run_id == run.id, Decision.action == "review")
    return db.session.scalars(waiting).one().id


def sheet(client, run, **args):
    answer = client.get(f"/settings/halo/runs/{run.id}/decisions.csv", query_string=args)
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_an_import_tells_in_one_sentence_how_it_went(world, ann):
    world.theirs("Acme")
    world.theirs("Bolt")
    html = page(ann, world.imported())
    assert "Companies, " in html
    assert "2 of 3 came in." in html
    assert "Done" in html
    assert records(html) == ["Acme", "Bolt"]
    assert "Import contacts" in html


def test_a_stage_that_is_locked_yet_is_not_offered_for_import(world, ann):
    world.theirs("Acme")
    html = page(ann, world.imported_contacts())
    assert 'href="/settings/halo/opportunities">Go on to opportunities</a>' in html
    assert "Import opportunities" not in html


def test_a_zero_is_grey_and_every_other_count_is_a_link(world, ann):
    world.theirs("Acme")
    run = world.imported()
    html = page(ann, run)
    assert f'href="/settings/halo/runs/{run.id}?action=created#what-happened"><strong>1</strong> New' in html
    assert '<span class="nothing"><strong>0</strong> Failed' in html


def test_nothing_new_is_a_success(world, ann):
    world.theirs("Acme")
    world.imported()
    run = world.imported()
    html = page(ann, run)
    assert "notice-success" in html
    assert "Nothing has changed in Halo since " in html
    assert records(page(ann, run, action="unchanged")) == ["Acme"]


def test_where_nothing_changed_what_was_left_out_is_shown_first(world, ann):
    world.theirs("Acme")
    world.theirs("Zoo", active=False)
    world.imported()
    html = page(ann, world.imported())
    assert "Zoo" in records(html)
    assert "Acme" not in records(html)


def test_records_without_a_change_are_told_by_the_newest_import_only(world, ann):
    world.theirs("Acme")
    world.imported()
    old = world.imported()
    world.imported()
    assert "Only the newest import" in page(ann, old, action="unchanged")


def test_what_needs_an_answer_comes_first(review, world, ann):
    run, one, other = review
    html = page(ann, run)
    assert "1 record needs your answer." in html
    assert records(html) == ["Acme Worldwide"]
    for company, name in ((one, "Acme"), (other, "Acme Inc")):
        assert f'value="link-{company}"' in html
        assert f'<a href="/companies/{company}">{name}</a>' in html
    assert "Create a new company" in html
    assert "Leave it out" in html
    assert " checked" not in html


def test_a_given_answer_comes_back_as_the_record_in_its_new_state(review, world, ann):
    run, _, other = review
    answer = ann.post(
        f"/settings/halo/decisions/{question(run)}/answer", data={"do": f"link-{other}"}, headers=HTMX
    )  # fmt: skip
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "answered"
    assert answer.text.lstrip().startswith("<tbody")
    assert "Linked" in answer.text
    assert f'<a href="/companies/{other}">Acme Inc</a>' in answer.text
    assert "<form" not in answer.text


def test_a_given_answer_keeps_the_place_of_who_gave_it(review, world, ann):
    run, one, _other = review
    question_id = question(run)
    answer = ann.post(
        f"/settings/halo/decisions/{question_id}/answer", data={"do": f"link-{one}"}, headers={"HX-Request": "true"}
    )
    assert f'id="decision-{question_id}" data-focus tabindex="-1"' in answer.text
    assert "data-focus" not in page(ann, run, action="linked")


def test_an_answer_may_name_the_company_apart(review, world, ann):
    run, one, _ = review
    answer = ann.post(f"/settings/halo/decisions/{question(run)}/answer", data={"do": "link", "ours_id": one})
    assert (answer.status_code, answer.headers["Location"].partition("#")[0]) == (303, f"/settings/halo/runs/{run.id}")
    assert records(page(ann, run, action="linked")) == ["Acme Worldwide"]


def test_nothing_chosen_is_told_beside_the_question(review, world, ann):
    address = f"/settings/halo/decisions/{question(review[0])}/answer"
    for headers, beginning in ((HTMX, "<tbody"), ({}, "<!doctype html>")):
        answer = ann.post(address, data={}, headers=headers)
        assert answer.status_code == 422
        assert answer.text.lstrip().startswith(beginning)
        assert 'class="field-error" role="alert"' in answer.text
        assert "Choose one of the answers." in answer.text


def test_an_answer_that_cannot_be_is_told_and_stays_chosen(review, world, ann):
    client = world.theirs("Rival", phone="+1 212 555 0199")
    world.ours("Lonely", phone="+1 212 555 0199")
    run = world.imported()
    lonely = world.record(client).ours_id
    answer = ann.post(
        f"/settings/halo/decisions/{question(run)}/answer", data={"do": f"link-{lonely}"}, headers=HTMX
    )  # fmt: skip
    assert answer.status_code == 422
    # which side named it hangs on a fraction of a second
    assert f"{world.company(lonely).name} is linked to Halo client {client} by now." in answer.text


def test_a_second_answer_is_told(review, world, ann):
    address = f"/settings/halo/decisions/{question(review[0])}/answer"
    assert ann.post(address, data={"do": "create"}).status_code == 303
    answer = ann.post(address, data={"do": "ignore"})
    assert answer.status_code == 422
    assert "This record has been answered already." in answer.text


def test_the_numbers_on_top_are_asked_for_again_after_an_answer(review, world, ann):
    run = review[0]
    ann.post(f"/settings/halo/decisions/{question(run)}/answer", data={"do": "create"})
    head = text(ann.get(f"/settings/halo/runs/{run.id}/head"))
    assert "your answer." not in head
    assert "<strong>1</strong> New" in head


def test_the_page_of_a_live_import_follows_it_and_comes_anew_once_it_has_ended(world, ann):
    world.theirs("Acme")
    world.map()
    run = world.start()
    html = page(ann, run)
    assert f'hx-get="/settings/halo/runs/{run.id}/head?live=1" hx-trigger="answered from:body, every 2s"' in html
    assert [f'id="bar-{name}"' in html for name in ("reading", "comparing", "saving")] == [True] * 3
    assert "Cancel</button>" in html
    assert "You can close this page" in html
    assert "HX-Refresh" not in ann.get(f"/settings/halo/runs/{run.id}/head?live=1").headers
    world.finish(run)
    assert ann.get(f"/settings/halo/runs/{run.id}/head?live=1").headers["HX-Refresh"] == "true"
    assert "every 2s" not in page(ann, run)


def test_weak_matches_come_first(world, ann):
    world.ours("By phone", phone=PHONE)
    world.ours("By name")
    world.ours("By site", website="site.example")
    world.theirs("Other", phone=PHONE)
    world.theirs("By name")
    world.theirs("Another", website="https://www.site.example/")
    assert records(page(ann, world.imported(), action="linked")) == ["By name", "Another", "Other"]


def test_reasons_are_filters_with_a_button_where_something_can_be_done(world, ann):
    world.theirs("Acme")
    world.theirs("Maker", type="Supplier")
    world.read()
    world.map()
    world.map(Supplier="don't import")
    run = world.imported()
    html = page(ann, run, action="skipped")
    assert records(html) == ["Unknown", "Maker"]
    assert "/settings/halo/companies/mapping" in html.partition('class="reasons"')[2]
    assert "The mapping leaves this type out." in html
    why = "its company type, Supplier, is not imported"
    assert records(page(ann, run, action="skipped", why=why)) == ["Maker"]
    assert [line["Halo"] for line in sheet(ann, run, action="skipped", why=why)] == ["Maker"]


def test_pages_follow_each_other_without_losing_or_doubling_a_record(world, ann, monkeypatch):
    monkeypatch.setattr("halo_admin.importing.report_pages.ROWS", 2)
    names = ["A", "B", "C", "D", "E"]
    world.ours("C")
    for name in names:
        world.theirs(name)
    run = world.imported()
    seen, address = [], f"/settings/halo/runs/{run.id}"
    while address:
        html = text(ann.get(address))
        seen += records(html)
        following = re.search(r'rel="next" href="([^"#]+)', html)
        address = following and following[1].replace("&amp;", "&")
    assert seen == ["C", "A", "B", "D", "E"]
    assert [line["Halo"] for line in sheet(ann, run)] == seen


def test_changes_show_before_after_and_which_side_counts(world, ann):
    client = world.theirs("Acme", phone=PHONE)
    company = world.company(id=links(world.imported().account_id)[client]).id
    world.edit(company, website="ours.example")
    world.theirs("Acme", id=client, phone="+1 415 555 0199", website="theirs.example")
    html = page(ann, world.imported(newer="theirs"))
    assert "2 fields" in html
    assert f'data-label="Before">{PHONE}<' in html
    assert 'data-label="After">+1 415 555 0199<' in html
    assert "Both had changed: Halo had theirs.example, GlassHive ours.example." in html
    profile = text(ann.get(f"/companies/{company}?tab=history"))
    assert "Both had changed: Halo had theirs.example, GlassHive ours.example. Halo counts:" in profile


def test_what_is_newer_here_is_a_list(world, ann):
    client = world.theirs("Acme", website="theirs.example")
    company = links(world.imported().account_id)[client]
    world.edit(company, website="ours.example")
    run = world.imported()
    html = page(ann, run)
    assert "Newer here: 1" in html
    html = page(ann, run, action="newer")
    assert records(html) == ["Acme"]
    assert "Newer here: Halo has theirs.example." in html
    assert "1 newer here</summary>" in html
    assert f"client {client}</span>" in html
    assert [line["Newer here"] for line in sheet(ann, run, action="newer")] == [
        "Website: ours.example (Halo: theirs.example)"
    ]


def test_a_failed_record_is_shown_first_and_the_import_is_not_green(world, ann):
    world.theirs("Acme")
    run = world.imported()
    failed(run, "Halo sends no name for it")
    html = page(ann, run)
    assert "Finished with problems" in html
    assert "state-good" not in html.partition('id="what-happened"')[0]
    assert "1 failed" in html
    assert records(html) == ["Acme"]


def failed(run, reason):
    """Let a run have ended with its one record failed."""
    begin_write()
    run = db.session.get(ImportRun, run.id)
    run.state, run.counts = "problems", {"failed": 1, "skipped": 1}
    for one in db.session.scalars(owned(Decision, run.account_id).where(Decision.action == "created")):
        one.action, one.reason, one.why = "failed", reason, reason
    db.session.commit()


def test_formulas_in_a_file_are_text_and_phones_stay_as_they_are(world, ann):
    world.theirs("=HYPERLINK(1)", phone=PHONE)
    (line,) = sheet(ann, world.imported())
    assert line["Halo"] == "'=HYPERLINK(1)"
    for cell, written in (
        ("+1 (415) 555-01.01", "+1 (415) 555-01.01"), ("+cmd", "'+cmd"), ("-1+1", "'-1+1"), ("@A1", "'@A1"),
        ("\tx", "'\tx"), ("\rx", "'\rx"), (None, ""), (7, "7"), ("a=b", "a=b"),
    ):  # fmt: skip
        assert next(csv.reader([files_out.lines([(cell, "")])])) == [written, ""]


def test_the_history_tells_every_import_newest_first(world, ann):
    world.theirs("Acme")
    first, second = world.imported(), world.imported()
    html = text(ann.get("/settings/halo/runs"))
    shown = [int(one) for one in re.findall(r'href="/settings/halo/runs/(\d+)"', html)]
    assert shown[:2] == [second.id, first.id]
    assert shown == sorted(shown, reverse=True)
    nobody = text(ann.get("/settings/halo/runs?who=shell"))
    assert "No import is like this" in nobody
    assert "Companies read" in html


def test_the_history_goes_on_page_by_page(world, ann, monkeypatch):
    monkeypatch.setattr("halo_admin.importing.history.ROWS", 1)
    world.imported()
    html = ann.get("/settings/halo/runs").text
    (after,) = re.findall(r'rel="next" href="[^"]*after=(\d+)', html)
    assert "Companies read" in ann.get(f"/settings/halo/runs?after={after}").text


def test_without_imports_the_history_says_so(world, ann):
    assert "No imports yet" in ann.get("/settings/halo/runs").text


def test_the_history_of_a_company_tells_how_it_came(world, ann):
    client = world.theirs("Acme")
    run = world.imported()
    html = text(ann.get(f"/companies/{links(run.account_id)[client]}?tab=history"))
    assert "Nothing here is like it" in html
    assert f'<a href="/settings/halo/runs/{run.id}">' in html


def test_another_accounts_import_is_not_there(review, world, cleo):
    run = review[0]
    number = question(run)
    for address in ("", "/head", "/decisions.csv"):
        assert cleo.get(f"/settings/halo/runs/{run.id}{address}").status_code == 404
    assert cleo.post(f"/settings/halo/decisions/{number}/answer", data={"do": "create"}).status_code == 404
    assert question(run) == number
    assert "No imports yet" in cleo.get("/settings/halo/runs").text


def test_ids_that_no_database_holds_are_not_there(world_on_each):
    client = signed_in(world_on_each, "ann@example.com")
    for number in (LARGE, 10**30, 0):
        assert client.get(f"/settings/halo/runs/{number}").status_code == 404
        assert client.post(f"/settings/halo/decisions/{number}/answer", data={"do": "create"}).status_code == 404


@pytest.mark.parametrize(
    "args",
    [{"action": "nonsense"}, {"after": "created.1.x"}, {"after": f"created.{LARGE}.1"}, {"after": "x"}, {"why": "\0"}],
)
def test_an_address_that_makes_no_sense_shows_the_first_page(world, ann, args):
    world.theirs("Acme")
    assert page(ann, world.imported(), **args)


def test_a_newer_imports_question_is_answered_there_and_no_form_is_offered_before(review, world, ann):
    older, newer = review[0], world.imported()
    html = page(ann, older, action="review")
    assert f'href="/settings/halo/runs/{newer.id}?action=review#what-happened">Answer it there</a>' in html
    assert 'class="review"' not in html
    assert "your answer.</strong>" not in html
    assert "your answer.</strong>" in page(ann, newer)


def test_the_types_of_an_import_that_has_compared_nothing_are_not_told(world, ann):
    world.theirs("Acme")
    world.map()
    run = world.start()
    html = page(ann, run)
    assert "The mapping has been changed" not in html
    assert "Types used" not in html


def test_only_fields_that_changed_are_counted(world, ann):
    client = world.theirs("Acme", phone=PHONE, website="theirs.example")
    company = world.company(id=links(world.imported().account_id)[client]).id
    world.edit(company, website="ours.example")
    world.theirs("Acme", id=client, phone="+1 415 555 0199", website="theirs.example")
    html = page(ann, world.imported())
    assert "1 field</summary>" in html
    assert html.count('<th scope="row">') == 2


def test_the_history_tells_of_a_reading_what_was_read(world, ann):
    world.theirs("Acme")
    world.read()
    html = text(ann.get("/settings/halo/runs"))
    assert re.search(r">[1-9] records read, nothing changed here<", html)
    assert "History of imports</h1>" in html


def test_an_answer_brings_the_new_counts_along_and_asks_anew_what_offers_the_same_company(review, world, ann):
    run, one, other = review
    world.theirs("Acme Overseas", phone=PHONE)
    run = world.imported()
    before = page(ann, run)
    assert before.count(f'hx-trigger="linked-{one} from:body, linked-{other} from:body"') == 2
    ids = re.findall(r'id="decision-([0-9]+)"', before)
    answer = ann.post(f"/settings/halo/decisions/{ids[0]}/answer",
                      data={"do": f"link-{one}", "action": "review", "why": ""}, headers=HTMX)  # fmt: skip
    assert answer.headers["HX-Trigger-After-Settle"] == f"linked-{one}"
    html = text(answer)
    assert 'id="report-tabs" class="report-tabs" aria-label="Outcomes of records" hx-swap-oob="true"' in html
    assert 'aria-current="page">Needs your answer <span class="numbers">1</span>' in html
    assert 'aria-label="Reasons" hx-swap-oob="true"' in html
    again = text(ann.get(f"/settings/halo/decisions/{ids[1]}", query_string={"action": "review"}))
    assert again.lstrip().startswith(("{#", "<tbody"))
    assert f'value="link-{one}"' not in again
    assert "by now" in again
    assert f'value="link-{other}"' in again
