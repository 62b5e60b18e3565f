"""Send to Halo in a real browser: each story a person goes through, in the dialog over a profile."""

import threading

import pytest
from playwright.sync_api import expect

from halo_admin import queues
from halo_admin.connecting.models import StageState
from halo_admin.db import begin_write, db
from tests.browsing import ARTIFACTS, PHONE, barriers, in_sight, settled, shot, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def works(world, monkeypatch):
    """Jobs are worked on at once, each by a thread of its own, as a worker would."""

    def enqueue(_queue, job, *args, job_id):
        def run():
            with world.app.app_context():
                job(*args)

        threading.Thread(target=run).start()
        return True

    monkeypatch.setattr(queues, "enqueue", enqueue)
    monkeypatch.setattr("halo_admin.exporting.dialog.living", lambda _queue: True)


@pytest.fixture
def site(world, serve, works):
    return serve(world.app)


@pytest.fixture
def ann(page, site):
    """Ann's browser."""
    sign_in(page, site)
    return page


def open_dialog(page, address):
    page.goto(address)
    page.get_by_role("button", name="Send to Halo").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    return dialog


def test_create_then_update_a_subset_then_meet_a_conflict(world, site, ann):
    acme = world.ours("Acme Metal Works", phone="+49 30 5550100", website="acme.example", city="Berlin", street="Weg 1",
                      notes="Met at the fair.\nCall in May.", type="Customer")  # fmt: skip
    dialog = open_dialog(ann, f"{site}/companies/{acme}")
    dialog.get_by_text("Makes a new client in Halo with 3 fields, and 3 fields on its main site.").wait_for()
    expect(dialog.get_by_label("Company name")).to_be_disabled()
    expect(dialog.get_by_label("Notes")).not_to_be_checked()
    shot(ann, "send-new")
    assert barriers(ann) == []
    dialog.get_by_label("Street").uncheck()
    dialog.get_by_text("and 2 fields on its main site").wait_for()
    dialog.get_by_role("button", name="Send", exact=True).click()
    dialog.get_by_text("Halo has a new client").wait_for()
    shot(ann, "send-done")
    assert barriers(ann) == []
    expect(dialog.get_by_text("Written")).to_have_count(5)
    (client,) = world.clients("Acme Metal Works")
    assert (client["website"], world.site(client["id"])["line1"]) == ("acme.example", "")
    dialog.get_by_role("link", name="Close").click()

    world.edit(acme, phone="+49 30 5550199", city="Bonn")
    dialog = open_dialog(ann, f"{site}/companies/{acme}?tab=history")
    dialog.get_by_text("2 fields", exact=False).first.wait_for()
    dialog.get_by_label("City").uncheck()
    dialog.get_by_text("Changes the phone of its main site.").wait_for()
    dialog.get_by_role("button", name="Send", exact=True).click()
    dialog.get_by_text("Written", exact=True).wait_for()
    assert world.site(client["id"])["phonenumber"] == "+49 30 5550199"
    assert world.site(client["id"])["line3"] == "Berlin"

    world.edit(acme, website="ours.example")
    world.theirs("Acme Metal Works", website="https://theirs.example", phone="+49 30 5550199", id=client["id"])
    dialog = open_dialog(ann, f"{site}/companies/{acme}?tab=history")
    dialog.get_by_role("rowheader", name="Changed on both sides").wait_for()
    expect(dialog.get_by_label("Website")).not_to_be_checked()
    dialog.get_by_label("Website").check()
    more = dialog.get_by_label("Overwrite what Halo has changed since: Website")
    more.wait_for()
    shot(ann, "send-conflict")
    assert barriers(ann) == []
    dialog.get_by_role("button", name="Send", exact=True).click()
    dialog.get_by_text("Say below that it is to be overwritten.").wait_for()
    with ann.expect_response("**/foot"):
        more.check()
    settled(ann)
    dialog.get_by_role("button", name="Send", exact=True).click()
    dialog.get_by_text("Written", exact=True).wait_for()
    assert world.halo.tenant.get("clients", client["id"])["website"] == "ours.example"
    dialog.get_by_role("link", name="Close").click()
    ann.goto(f"{site}/companies/{acme}?tab=history")
    expect(ann.get_by_text("Sent to Halo", exact=True)).to_have_count(3)
    shot(ann, "send-history")


def test_link_to_an_existing_one_and_be_refused_by_a_mandatory_field(world, site, ann):
    client_id = world.theirs("Acme Ltd", phone="+49 30 5550100", website="https://acme.example")
    world.theirs("Acme", website="https://other.example")
    acme = world.ours("Acme", phone="+49 30 5550100", city="Berlin")
    dialog = open_dialog(ann, f"{site}/companies/{acme}")
    chosen = dialog.get_by_label(f"Client {client_id}, Acme Ltd")
    chosen.wait_for()
    expect(dialog.locator("input[type=radio]:checked")).to_have_count(0)
    shot(ann, "send-where")
    assert barriers(ann) == []
    dialog.get_by_role("button", name="Go on").click()
    dialog.get_by_text("Choose one of them.").wait_for()
    dialog.get_by_label(f"Client {client_id}, Acme Ltd").check()
    dialog.get_by_role("button", name="Go on").click()
    dialog.get_by_text(f"Links it to client {client_id}. Changes the city of its main site.").wait_for()
    fault = world.fault("mandatory-field", match="/api/Site")
    dialog.get_by_role("button", name="Send", exact=True).click()
    dialog.get_by_text("The field 'CFSource' is mandatory and must be filled in.").wait_for()
    assert fault.fired == 1
    shot(ann, "send-refused")
    assert barriers(ann) == []
    world.halo.app.book.clear()
    dialog.get_by_role("button", name="Look into Halo again").click()
    dialog.get_by_role("button", name="Send", exact=True).click()
    dialog.get_by_text("Written", exact=True).wait_for()
    assert world.site(client_id)["line3"] == "Berlin"
    assert world.record(client_id).ours_id == acme


def test_the_company_first_then_the_contact(world, site, ann):
    acme = world.ours("Acme")
    sam = world.our_contact("Sam", "Poole", email="sam@acme.example", company_id=acme)
    dialog = open_dialog(ann, f"{site}/contacts/{sam}")
    dialog.get_by_role("button", name="Send Acme first").click()
    dialog.get_by_text("Makes a new client in Halo").wait_for()
    dialog.get_by_role("button", name="Send", exact=True).click()
    dialog.get_by_role("button", name="Now the contact").click()
    dialog.get_by_text("A new contact in Halo, at the site Main").wait_for()
    shot(ann, "send-contact")
    assert barriers(ann) == []
    dialog.get_by_role("button", name="Send", exact=True).click()
    dialog.get_by_text("Halo has a new contact").wait_for()
    (user,) = world.users("Sam Poole")
    assert world.halo.tenant.client_of_user(user) == world.clients("Acme")[0]["id"]
    dialog.get_by_role("link", name="Close").click()

    ann.goto(f"{site}/contacts/{sam}?tab=activity&add=note")
    ann.get_by_label("Note on Sam Poole").fill("Wants a quote.")
    ann.get_by_role("button", name="Save note").click()
    line = ann.locator(".note")
    line.get_by_text("Wants a quote.").wait_for()
    line.get_by_role("button", name="Send to Halo").click()
    line.get_by_text("In Halo, note").wait_for()
    shot(ann, "send-note")
    assert barriers(ann) == []
    assert "Wants a quote." in world.halo.tenant.get("notes", world.halo.tenant.tables["notes"].ids()[-1])["note"]

    begin_write()
    db.session.get(StageState, (world.tenant().id, "companies")).mapped_at = None
    db.session.commit()
    ann.goto(f"{site}/companies/{acme}")
    ann.get_by_text("Send to Halo").click()
    ann.get_by_text("The mapping of Companies has not been saved yet.").wait_for()
    shot(ann, "send-locked")
    assert barriers(ann) == []
    world.theirs("Zoo", type="Supplier")
    world.theirs("Yak", type="Partner")
    world.map(Supplier="Vendor", Partner="Vendor")
    ann.goto(f"{site}/settings/halo/companies/mapping")
    ann.get_by_role("columnheader", name="Used when sending").wait_for()
    shot(ann, "send-mapping")
    assert barriers(ann) == []


def test_the_menus_of_a_locked_profile_open_within_a_phone(world, site, ann):
    acme = world.ours("Acme")
    db.session.get(StageState, (world.tenant().id, "companies")).mapped_at = None
    db.session.commit()
    ann.set_viewport_size(PHONE)
    ann.goto(f"{site}/companies/{acme}")
    for menu, sentence in (("Send to Halo", "has not been saved yet"), ("More", "New opportunity")):
        ann.locator("summary", has_text=menu).click()
        there = ann.locator("details[open] .dropdown-menu", has_text=sentence).bounding_box()
        assert there["x"] >= 0, menu
        assert there["x"] + there["width"] <= PHONE["width"], menu
        ann.keyboard.press("Escape")


def test_on_a_phone_the_foot_of_the_dialog_hides_no_field_and_is_not_hidden_itself(world, site, ann):
    acme = world.ours("Acme", phone="+49 30 5550100", website="acme.example", city="Berlin", street="Weg 1",
                      postal_code="10115", country="DE", notes="Met at the fair.", type="Customer")  # fmt: skip
    ann.set_viewport_size({"width": 390, "height": 500})
    dialog = open_dialog(ann, f"{site}/companies/{acme}")
    dialog.get_by_text("Makes a new client in Halo").wait_for()
    fields = dialog.locator('input[name="field"]:enabled')
    assert fields.count() > 5
    hidden = []
    for _ in range(fields.count() + 5):
        ann.keyboard.press("Tab")
        hidden += [] if in_sight(ann) else [ann.evaluate("document.activeElement.value")]
    assert hidden == []
    ann.set_viewport_size(PHONE)
    ann.goto(f"{site}/exports/1")  # where the dialog is a page: without script, or from the history
    ann.get_by_text("Makes a new client in Halo").wait_for()
    ann.get_by_role("button", name="Send", exact=True).evaluate("one => one.focus({ preventScroll: true })")
    ann.screenshot(path=ARTIFACTS / "send-page-foot-phone.png")
    assert in_sight(ann)


def test_what_is_not_known_offers_to_look_again_and_never_to_send_again(world, site, ann):
    acme = world.ours("Acme")
    dialog = open_dialog(ann, f"{site}/companies/{acme}")
    expect(dialog.get_by_role("button", name="Send", exact=True)).to_be_enabled()  # Halo has been looked into
    lost = world.fault("lost-answer", match="/api/Client", method="POST", times=1)
    down = world.fault("server-error", match="/api/Client", method="GET", status=503)
    dialog.get_by_role("button", name="Send", exact=True).click()
    dialog.get_by_text("We cannot tell whether Halo saved it.").wait_for()
    assert lost.fired == 1
    assert down.fired
    shot(ann, "send-unknown")
    assert barriers(ann) == []
    expect(dialog.get_by_role("button", name="Send", exact=True)).to_have_count(0)
    world.halo.app.book.clear()
    dialog.get_by_role("button", name="Look again").click()
    dialog.get_by_text("Halo has a new client").wait_for()
    assert len(world.clients("Acme")) == 1


def test_all_fields_are_ticked_or_none_by_one_press_and_what_is_fixed_stays(world, site, ann):
    acme = world.ours("Acme", phone="+49 30 5550100", city="Berlin", notes="Met at the fair.")
    dialog = open_dialog(ann, f"{site}/companies/{acme}")
    dialog.get_by_role("button", name="Tick none").click()
    dialog.get_by_text("Makes a new client in Halo with the company name.").wait_for()
    for label in ("Company name", "Phone", "City", "Notes"):
        expect(dialog.get_by_label(label)).to_be_checked(checked=label == "Company name")
    dialog.get_by_role("button", name="Tick all").click()
    dialog.get_by_text("Makes a new client in Halo with 2 fields, and 2 fields on its main site.").wait_for()
    for label in ("Company name", "Phone", "City", "Notes"):
        expect(dialog.get_by_label(label)).to_be_checked()
    dialog.get_by_role("button", name="Send", exact=True).click()
    dialog.get_by_text("Halo has a new client").wait_for()
    assert world.clients("Acme")[0]["notes"] == "Met at the fair."
