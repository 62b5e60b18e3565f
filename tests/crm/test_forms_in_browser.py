"""Making and editing records in a real browser: by mouse, by keyboard alone, without script, and two at once."""

import pytest
from playwright.sync_api import expect

from halo_admin.crm.contact_models import Contact
from halo_admin.crm.models import Company
from halo_admin.db import db
from tests.browsing import barriers, late_answer, shot, tab_to, wait_for_focus
from tests.crm.conftest import company, make_user, ours, people_of
from tests.crm.test_browser import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def address(sqlite_app, serve):
    """The site, running on a free port."""
    return serve(sqlite_app)


@pytest.fixture
def ann(sqlite_app):
    return make_user("Ann", "ann@example.com")


def of_ann(model, **values):
    db.session.rollback()
    return db.session.query(model).filter_by(**values).all()


def test_a_company_that_may_be_here_already_is_shown_and_made_anyway(page, address, ann):
    ours(ann, "Bergmann AG", website="bergmann.example", phone="+49 30 5550100")
    sign_in(page, address)
    page.get_by_role("link", name="New company").click()
    page.get_by_label("Company name").wait_for()
    assert barriers(page) == []
    shot(page, "company-new")
    page.get_by_label("Phone").fill("abc")
    page.get_by_label("Website").fill("acme")
    page.get_by_role("button", name="Create").click()
    page.get_by_text("3 fields need your attention").wait_for()
    wait_for_focus(page, "name")
    assert barriers(page) == []
    shot(page, "company-new-wrong")
    page.get_by_role("link", name="Phone", exact=True).click()
    wait_for_focus(page, "phone")
    page.get_by_label("Company name").fill("Bergmann GmbH")
    page.get_by_label("Phone").fill("030 5550100")
    page.get_by_label("Website").fill("www.bergmann.example")
    page.get_by_role("button", name="Create").click()
    page.get_by_text("may be here already").wait_for()
    expect(page.locator(":focus")).to_contain_text("Bergmann AG")
    assert barriers(page) == []
    shot(page, "company-new-alike")
    page.get_by_role("button", name="Create anyway").click()
    page.get_by_text("Created.").wait_for()
    assert len(of_ann(Company, name="Bergmann GmbH")) == 1


def test_a_contact_is_made_by_keyboard_alone(page, address, ann):
    ours(ann, "Acme", city="Rome")
    acme = ours(ann, "Acme", city="Bern")[0]
    sign_in(page, address)
    page.goto(f"{address}/contacts")
    tab_to(page, "New contact")
    page.keyboard.press("Enter")
    page.get_by_label("First name").wait_for()
    tab_to(page, "first_name")
    page.keyboard.type("Sam")
    tab_to(page, "company_id")
    page.keyboard.insert_text("acm")  # at once: what half of it finds may come late, over what is looked at
    page.get_by_text("2 companies found").nth(1).wait_for()
    expect(page.locator("#offers-said")).to_have_text("2 companies found")
    assert barriers(page) == []
    shot(page, "contact-new-company")
    page.get_by_role("button", name="Clear the company").press("Enter")
    page.wait_for_function("() => !document.querySelector('[name=chosen_company]')")
    wait_for_focus(page, "company_id")
    page.keyboard.insert_text("acme")
    page.get_by_text("2 companies found").nth(1).wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_text("Created.").wait_for()
    assert [one.company_id for one in of_ann(Contact)] == [acme]


def test_a_late_answer_leaves_the_company_that_is_chosen_meanwhile(page, address, ann):
    works, _ = ours(ann, "Acme Works")[0], ours(ann, "Acmes")
    sign_in(page, address)
    page.goto(f"{address}/contacts/new")
    page.get_by_label("First name").fill("Sam")
    page.get_by_label("Company", exact=True).focus()
    page.keyboard.insert_text("acm")
    page.get_by_label("Acme Works").wait_for()
    with late_answer(page, "company_id=acmes"):
        page.keyboard.insert_text("es")
        page.get_by_label("Acme Works").focus()
        page.keyboard.press("Space")
    wait_for_focus(page, page.get_by_label("Acme Works").get_attribute("id"))
    page.keyboard.press("Enter")
    page.get_by_text("Created.").wait_for()
    assert [one.company_id for one in of_ann(Contact)] == [works]


def test_who_saves_second_chooses_field_by_field(page, address, ann, complaints):
    complaints.forgive("status of 409")
    acme = ours(ann, "Acme", phone="1", city="Rome", street="1 Road")[0]
    sign_in(page, address)
    page.goto(f"{address}/companies/{acme}/edit")
    other = page.context.new_page()
    other.goto(f"{address}/companies/{acme}/edit")
    for name, text in {"Phone": "2", "City": "Bern", "Street": "2 Road"}.items():
        other.get_by_label(name).fill(text)
    other.get_by_role("button", name="Save").click()
    other.get_by_text("Saved.", exact=True).wait_for()
    page.get_by_label("Phone").fill("3")
    page.get_by_label("City").fill("Paris")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("was changed while you edited it").wait_for()
    wait_for_focus(page, "phone")
    assert barriers(page) == []
    shot(page, "company-stale")
    page.get_by_label("Take “2”, saved by").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.", exact=True).wait_for()
    db.session.rollback()
    held = company(acme)
    assert (held.phone, held.city, held.street) == ("2", "Paris", "2 Road")


def test_subscribing_again_needs_a_yes(page, address, ann):
    (sam,) = people_of(ann, "Sam Poole", email="sam@acme.example", unsubscribed=True, bounced=True)
    sign_in(page, address)
    page.goto(f"{address}/contacts/{sam}/edit")
    page.get_by_label("Unsubscribed").uncheck()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Campaigns will write to Sam Poole again.").wait_for()
    wait_for_focus(page, "confirm_unsubscribed")
    assert barriers(page) == []
    shot(page, "contact-subscribe-again")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.", exact=True).wait_for()
    assert [(one.unsubscribed, one.bounced) for one in of_ann(Contact)] == [(False, True)]


def test_a_contact_is_made_and_edited_by_two_at_once_without_script(new_page, address, ann, complaints):
    complaints.forgive("status of 409")
    _first, second = ours(ann, "Acme", "Acme Works", city="Rome")
    people_of(ann, "Kim", email="sam@acme.example")
    page = new_page(java_script_enabled=False)
    sign_in(page, address)
    page.goto(f"{address}/contacts")
    page.get_by_role("link", name="New contact").press("Enter")
    page.get_by_label("First name").fill("Sam")
    page.get_by_label("E-mail").fill("sam@acme.example")
    page.get_by_label("Company", exact=True).fill("acm")
    page.get_by_role("button", name="Create").press("Enter")
    page.get_by_label("Acme Works").press("Space")
    page.get_by_role("button", name="Create").press("Enter")
    page.get_by_text("same e-mail").wait_for()
    expect(page.get_by_label("Company", exact=True)).to_have_value("Acme Works")
    page.get_by_role("button", name="Create anyway").press("Enter")
    page.get_by_text("Created.").wait_for()
    assert [one.company_id for one in of_ann(Contact, first_name="Sam")] == [second]
    page.get_by_role("link", name="Edit").press("Enter")
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Title").fill("CEO")
    other.get_by_label("Mobile").fill("1")
    other.get_by_role("button", name="Save").press("Enter")
    page.get_by_label("Title").fill("CTO")
    page.get_by_role("button", name="Save").press("Enter")
    page.get_by_text("was changed while you edited it").wait_for()
    page.get_by_label("Take “CEO”, saved by").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    page.get_by_text("Saved.", exact=True).wait_for()
    assert [(one.title, one.mobile) for one in of_ann(Contact, first_name="Sam")] == [("CEO", "1")]
