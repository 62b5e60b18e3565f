"""Profiles and lists in a real browser: tabs by script, keyboard and without; what grew a list taken off again."""

import re

import pytest
from playwright.sync_api import expect

from halo_admin.crm import changes, lists
from halo_admin.crm.contact_models import ContactList
from halo_admin.db import begin_write, db, now
from halo_admin.importing.models import Decision, ImportRun
from tests.browsing import barriers, looked_at, press, shot, tab_to, wait_for_focus
from tests.crm.conftest import NOON, linked, listed, ours, people_of, tenant
from tests.crm.test_browser import address, ann, sign_in  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


@pytest.fixture
def acme(ann):  # noqa: F811
    """A linked company with contacts, which an import brought in and Ann has edited since."""
    (acme,) = ours(ann, "Acme Metal Works", phone="+1 415 555 2671", website="acme.example", city="Rome")
    people_of(ann, "Sam Poole", "Ada Bee", company_id=acme, email="hello@acme.example")
    values = {"name": "Acme Metal Works", "phone": "+1 415 555 2671", "website": "acme-metal.example"}
    halo = tenant(ann)
    row = linked(halo, 214, acme, matched_by="website", values=values)
    brought = {"name": [None, "Acme Metal Works"], "phone": [None, "+1 415 555 2671"], "website": [None, "acme.org"]}
    begin_write()
    run = ImportRun(account_id=ann.account_id, tenant_id=halo.id, stage="companies", state="done", by_name="Ann",
                    started_at=NOON)  # fmt: skip
    db.session.add(run)
    db.session.flush()
    made = {"state": "applied", "action": "created", "reason": "nothing here is like it", "why": "new"}
    db.session.add(Decision(account_id=ann.account_id, run_id=run.id, record_id=row.id, ours_id=acme, changes=brought,
                            applied_at=NOON, **made))  # fmt: skip
    edits = {"website": ["acme.org", "acme.example"], "city": [None, "Rome"]}
    changes.note("company", acme, ann.account_id, ann, "edited", edits)
    db.session.commit()
    return acme


@pytest.fixture
def grown(ann):  # noqa: F811
    """A list that an import put 14 contacts on, and Ann one more."""
    halo = tenant(ann, "lists.halopsa.com:443|", current=False)
    people = people_of(ann, *(f"Person {number:02}" for number in range(14)), "Own Hand", "Not There")
    begin_write()
    run = ImportRun(account_id=ann.account_id, tenant_id=halo.id, stage="contacts", state="done", by_name="Ann",
                    started_at=now())  # fmt: skip
    db.session.add(run)
    db.session.flush()
    names = {"no company": "Halo: No company"}
    lists.move(ann.account_id, run.id, {}, {"no company": people[:14]}, lambda: names)
    of = db.session.scalar(db.select(ContactList))
    lists.put_on(of, people[14:15], ann)
    lists.take_off(of, people[:1], ann)
    list_id = of.id
    db.session.commit()
    return list_id


def test_a_profile_has_tabs_and_tells_where_values_come_from(page, address, acme):  # noqa: F811
    sign_in(page, address)
    page.goto(f"{address}/companies/{acme}?tab=contacts")
    expect(page.get_by_text("Linked to Halo client 214 · matched by website")).to_be_visible()
    expect(page.get_by_text("Halo holds something else: acme-metal.example")).to_be_visible()
    expect(page.get_by_role("link", name="Ada Bee")).to_be_visible()
    assert barriers(page) == []
    shot(page, "profile-contacts")
    page.get_by_role("link", name="History").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Brought in by an import").wait_for()
    wait_for_focus(page, "tab-history")
    expect(page).to_have_url(re.compile(r"\?tab=history$"))
    mark = page.locator("summary", has_text="Where Phone comes from")
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("From Halo, read 3 May 2025 12:00").last).to_be_visible()
    assert barriers(page) == []
    shot(page, "profile-history")
    page.go_back()
    page.get_by_role("link", name="Ada Bee").wait_for()


def test_a_contacts_lists_are_a_tab(page, address, ann):  # noqa: F811
    (sam,) = people_of(ann, "Sam Poole", email="sam@acme.example")
    listed(ann, "Newsletter", sam)
    listed(ann, "Partners")
    sign_in(page, address)
    page.goto(f"{address}/contacts/{sam}?tab=lists")
    page.get_by_label("Put on a list").select_option("Partners")
    page.get_by_role("button", name="Put on").click()
    page.get_by_role("button", name="Take off Partners").wait_for()
    assert barriers(page) == []
    shot(page, "profile-lists")


def test_taking_one_off_after_the_other_goes_on_where_one_was(page, address, grown):  # noqa: F811
    sign_in(page, address)
    page.goto(f"{address}/lists/{grown}")
    press(page, "Take off Person 04")
    page.get_by_text("Person 04 was taken off the list.").wait_for()
    expect(page.get_by_role("button", name="Take off Person 05")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("Person 05 was taken off the list.").wait_for()
    expect(page.get_by_role("button", name="Take off Person 06")).to_be_focused()
    press(page, "Take off Person 13")
    page.get_by_text("Person 13 was taken off the list.").wait_for()
    expect(page.get_by_role("button", name="Take off Person 12")).to_be_focused()


def test_what_grew_a_list_is_shown_and_taken_off_again(page, address, ann, grown, complaints):  # noqa: F811
    complaints.forgive("status of 409")
    sign_in(page, address)
    page.goto(f"{address}/lists/{grown}")
    assert barriers(page) == []
    shot(page, "list")
    tab_to(page, "add")
    page.keyboard.insert_text("not th")  # at once: what half of it finds may come late, and take the focus along
    page.get_by_role("button", name="Add Not There").wait_for()
    press(page, "Add Not There")
    page.get_by_text("Not There was put on the list.").wait_for()
    page.goto(f"{address}/lists/{grown}")
    press(page, "+14")
    page.get_by_text("13 of 14 contacts are on the list by that alone.").wait_for()
    assert barriers(page) == []
    shot(page, "list-grown")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    press(page, "Take 13 contacts off again")
    assert asked == ["Take 13 contacts off this list? No import puts them back."]
    page.get_by_text("13 of 14 contacts are on the list by that alone.").wait_for()
    page.once("dialog", lambda dialog: dialog.accept())
    page.keyboard.press("Enter")
    page.get_by_text("13 contacts taken off.").wait_for()
    expect(page.locator("ul.members a")).to_have_text(["Not There", "Own Hand"])
    press(page, "Delete")
    page.get_by_role("heading", name="Delete Halo: No company").wait_for()
    assert barriers(page) == []
    shot(page, "list-delete")
    listed(ann, "Halo: No company", *people_of(ann, "Late Comer"))
    press(page, "Delete list")
    page.get_by_text("This list was changed since you opened this page.").wait_for()
    page.get_by_text("3 contacts are taken off it.").wait_for()
    looked_at(page, "list-delete-changed")
    press(page, "Delete list")
    page.get_by_text("Imports put nobody on a list for No company").wait_for()
    looked_at(page, "lists-not-filled")
    press(page, "Fill one again for No company")
    page.get_by_text("Imports fill a list again").wait_for()
    expect(page.get_by_text("Not filled any more")).to_have_count(0)


def test_a_list_is_made_renamed_and_counted_as_leads_by_keyboard(page, address, ann):  # noqa: F811
    people_of(ann, "Una Off", unsubscribed=True)
    people_of(ann, "Bo Unced", bounced=True)
    listed(ann, "News", *people_of(ann, "Sam Poole"))
    sign_in(page, address)
    page.goto(f"{address}/lists")
    tab_to(page, "name")
    page.keyboard.type("news")
    page.keyboard.press("Enter")
    page.get_by_text("There is a list").wait_for()
    looked_at(page, "lists-name-taken")
    page.keyboard.press("Control+A")
    page.keyboard.type("Trade fair")
    press(page, "Make list")
    page.get_by_text("The list was made.").wait_for()
    tab_to(page, "name")
    page.keyboard.type("Trade fair 2026")
    press(page, "leads", "Space")
    press(page, "Save")
    page.get_by_text("Saved.", exact=True).wait_for()
    page.get_by_role("heading", name="Trade fair 2026", exact=True).wait_for()
    expect(page.get_by_label("Leads")).to_be_checked()
    looked_at(page, "list-leads")
    for view, shown in {
        "Contacts w/o Lists": ["Bo Unced", "Una Off"], "Unsubscribed": ["Una Off"], "Bounced": ["Bo Unced"]
    }.items():  # fmt: skip
        page.goto(f"{address}/lists")
        press(page, view)
        page.wait_for_url(re.compile("only="))
        expect(page.locator("#contacts tbody td:not(.pick):nth-child(2) a")).to_have_text(shown)


def test_without_script_tabs_marks_and_lists_work(new_page, address, acme, grown):  # noqa: F811
    page = new_page(java_script_enabled=False)
    sign_in(page, address)
    page.goto(f"{address}/companies/{acme}")
    page.get_by_role("link", name="History").press("Enter")
    page.wait_for_url(re.compile("tab=history"))
    expect(page.get_by_text("Brought in by an import")).to_be_visible()
    page.locator("summary", has_text="Where City comes from").press("Enter")
    expect(page.get_by_text("Typed by ann").last).to_be_visible()
    page.goto(f"{address}/lists/{grown}")
    page.get_by_label("Search contacts").fill("not there")
    page.get_by_role("button", name="Search").press("Enter")
    page.get_by_role("button", name="Add Not There").press("Enter")
    expect(page.get_by_text("Not There was put on the list.")).to_be_visible()
    page.get_by_role("button", name="Take off Own Hand").press("Enter")
    expect(page.get_by_text("Own Hand was taken off the list.")).to_be_visible()
    page.get_by_role("link", name="+14").press("Enter")
    page.get_by_role("button", name="Take 13 contacts off again").press("Enter")
    expect(page.get_by_text("13 contacts taken off.")).to_be_visible()
    page.get_by_label("Name").fill("Halo: nobody's")
    page.get_by_label("Leads").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    page.get_by_role("heading", name="Halo: nobody's", exact=True).wait_for()
    expect(page.get_by_text("Leads on")).to_be_visible()
    page.get_by_role("link", name="Delete").press("Enter")
    page.get_by_role("button", name="Delete list").press("Enter")
    expect(page.get_by_text("“Halo: nobody's” was deleted. Its contacts stay.")).to_be_visible()
    page.get_by_role("button", name="Fill one again for No company").press("Enter")
    expect(page.get_by_text("Imports fill a list again")).to_be_visible()
