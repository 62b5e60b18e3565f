"""Editing a contact by hand: what is special beside what tests of companies say of every form."""

import re

import pytest

from halo_admin.crm import writing
from halo_admin.crm.contact_form import ContactForm
from halo_admin.crm.contact_models import Contact
from halo_admin.db import begin_write, db, now
from tests.crm.conftest import contact, history, linked, ours, people_of, tenant


@pytest.fixture
def edit(signed_in):
    """edit(user, id, phone="2", bounced=None) opens the form, types and saves; None unticks. The answer."""

    def edit_it(user, contact_id, form=None, **typed):
        sent = (form or opened(contact_id)) | typed
        sent = {name: text for name, text in sent.items() if text is not None}
        return signed_in(user).post(f"/contacts/{contact_id}/edit", data=sent)

    return edit_it


def opened(contact_id):
    """What the form sends when nothing was typed into it: a box that is not ticked is not sent."""
    held = contact(contact_id)
    texts = ContactForm(held.account_id).texts(held)
    sent = {field: text for field, text in texts.items() if text or field not in ("unsubscribed", "bounced")}
    return sent | {f"was_{field}": text for field, text in texts.items()} | {"version": str(held.version)}


def test_what_was_typed_is_saved_with_what_follows_from_it(ann, edit):
    (acme,) = ours(ann, "Acme")
    (sam,) = people_of(ann, "Sam Poole", phone="1")
    before = now()
    answer = edit(ann, sam, first_name="Samuel", email=" Sam@Acme.example ", phone="", company_id="acme")
    assert (answer.status_code, answer.location) == (303, f"/contacts/{sam}")
    held = contact(sam)
    assert (held.name, held.name_sort, held.phone, held.company_id) == ("Samuel Poole", "samuel poole", None, acme)
    assert (held.email, held.email_key, held.version) == ("Sam@Acme.example", "sam@acme.example", 2)
    assert before <= held.edited_at <= now()


def test_a_contact_is_unsubscribed_at_once_and_subscribed_again_only_with_a_clear_yes(ann, edit):
    (sam,) = people_of(ann, "Sam Poole")
    assert edit(ann, sam, unsubscribed="1", bounced="1").status_code == 303
    assert (contact(sam).unsubscribed, contact(sam).bounced) == (True, True)
    answer = edit(ann, sam, unsubscribed=None, bounced=None, title="CEO")
    assert answer.status_code == 422
    for shown in ("Campaigns will write to Sam Poole again.", "Mail to Sam Poole came back", 'value="CEO"'):
        assert shown in answer.text
    assert "Halo has them as unsubscribed" not in answer.text
    assert edit(ann, sam, unsubscribed=None, bounced=None, confirm_bounced="1").status_code == 422
    assert (contact(sam).unsubscribed, contact(sam).bounced, contact(sam).title) == (True, True, None)
    yes = {"confirm_unsubscribed": "1", "confirm_bounced": "1"}
    assert edit(ann, sam, unsubscribed=None, bounced=None, **yes).status_code == 303
    assert (contact(sam).unsubscribed, contact(sam).bounced) == (False, False)
    (last,) = [line.changes for line in history("contact", sam)][-1:]
    assert last == {"unsubscribed": ["Yes", "No"], "bounced": ["Yes", "No"]}


def test_who_subscribes_a_contact_again_is_told_that_halo_says_no(ann, edit):
    (sam,) = people_of(ann, "Sam Poole", unsubscribed=True)
    linked(tenant(ann), 31, sam, kind="user", values={"unsubscribed": True})
    assert "the next import unsubscribes them again" in edit(ann, sam, unsubscribed=None).text


def test_who_subscribes_a_contact_again_is_told_that_halo_says_no_of_its_email(ann, edit):
    (sam,) = people_of(ann, "Sam Poole", unsubscribed=True, email="Sam@acme.example")
    linked(tenant(ann), 31, None, kind="user", values={"unsubscribed": True}, email_key="sam@acme.example")
    assert "the next import unsubscribes them again" in edit(ann, sam, unsubscribed=None).text


def test_a_company_is_chosen_among_those_found(ann, cleo, edit):
    first, second = ours(ann, "Acme", "Acme")
    (hers,) = ours(cleo, "Of Cleo")
    (sam,) = people_of(ann, "Sam Poole")
    assert edit(ann, sam, company_id="acm", chosen_for="acm", chosen_company=str(second)).status_code == 303
    assert contact(sam).company_id == second
    (last,) = history("contact", sam)
    assert last.changes == {"company_id": [None, f"Acme ({second})"]}
    for other in ({"chosen_for": "acme corp"}, {"chosen_company": str(hers)}, {"chosen_company": "x"}):
        sent = {"company_id": "acm", "chosen_for": "acm", "chosen_company": str(first)} | other
        assert edit(ann, sam, **sent).status_code == 422, other
    assert contact(sam).company_id == second


def test_saving_what_is_there_already_changes_nothing(ann, edit):
    (acme, _) = ours(ann, "Acme", "Acme")
    (sam,) = people_of(ann, "Sam Poole", company_id=acme, unsubscribed=True)
    assert edit(ann, sam).status_code == 303
    assert (contact(sam).version, contact(sam).edited_at, contact(sam).company_id) == (1, None, acme)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"email": "sam at acme"}, "Type one e-mail address"),
        ({"email": "sam@acme"}, "Type one e-mail address"),
        ({"email": "Sam <sam@acme.example>"}, "Type one e-mail address"),
        ({"email": "sam@acme.example, kim@acme.example"}, "Type one e-mail address"),
        ({"phone": "abc"}, "Type a phone number"),
        ({"mobile": "abc"}, "Type a phone number"),
        ({"title": "x" * 501}, "use at most 500 characters"),
        ({"company_id": "Nobody"}, "There is no company “Nobody”."),
        ({"first_name": " ", "last_name": ""}, "something must tell who this is"),
    ],
)
def test_a_rejected_form_keeps_what_was_typed_with_its_message_beside_the_field(ann, edit, typed, told):
    (sam,) = people_of(ann, "Sam Poole")
    answer = edit(ann, sam, **{"title": "CEO"} | typed)
    assert answer.status_code == 422
    assert told in answer.text.partition(f'id="{next(iter(typed))}-error"')[2][:1200]
    assert contact(sam).version == 1


def test_one_of_name_mail_and_phone_is_enough(ann, edit):
    (sam,) = people_of(ann, "Sam Poole")
    assert edit(ann, sam, first_name="", last_name="", mobile="+49 171 5550100").status_code == 303
    assert contact(sam).name == "+49 171 5550100"


def test_a_contact_that_nothing_tells_may_get_a_title(ann, edit):
    begin_write()
    (nobody,) = writing.insert(Contact, ann.account, [{"title": None}])
    db.session.commit()
    assert edit(ann, nobody, title="CEO").status_code == 303


def test_of_companies_with_one_name_the_number_chooses(ann, edit):
    first, second = ours(ann, "Acme", "ACME", city="Rome")
    (sam,) = people_of(ann, "Sam Poole")
    answer = edit(ann, sam, company_id="Acme")
    assert answer.status_code == 422
    assert "2 companies are called Acme. Choose one of them, or type its number." in answer.text
    assert f'value="{second}"' in answer.text.partition("2 companies found")[2]
    assert edit(ann, sam, company_id=str(second)).status_code == 303
    assert contact(sam).company_id == second
    form = opened(sam)
    assert form["company_id"] == f"ACME ({second})"
    assert edit(ann, sam, company_id=f"Acme ({first})").status_code == 303
    assert contact(sam).company_id == first
    assert edit(ann, sam, company_id="").status_code == 303
    assert contact(sam).company is None


def test_a_company_called_by_a_number_goes_before_the_number(ann, edit):
    first = ours(ann, "Acme")[0]
    by_name = ours(ann, str(first))[0]
    (sam,) = people_of(ann, "Sam Poole")
    edit(ann, sam, company_id=str(first))
    assert contact(sam).company_id == by_name


def test_another_accounts_company_is_not_there(ann, cleo, edit):
    (hers,) = ours(cleo, "Of Cleo")
    (sam,) = people_of(ann, "Sam Poole")
    for text in ("Of Cleo", str(hers), f"Of Cleo ({hers})", "9" * 19):
        assert edit(ann, sam, company_id=text).status_code == 422
    assert contact(sam).company_id is None


def test_who_saves_second_is_shown_both_values(ann, bob, edit):
    _acme, zoo = ours(ann, "Acme", "Zoo")
    (sam,) = people_of(ann, "Sam Poole")
    form = opened(sam)
    assert edit(bob, sam, form, company_id="Acme", unsubscribed="1", title="CEO").status_code == 303
    answer = edit(ann, sam, form, company_id="Zoo", last_name="Pool")
    assert answer.status_code == 409
    assert "Bob changed this meanwhile to “Acme”. You typed “Zoo”." in answer.text
    assert "Bob changed this meanwhile to “CEO”, which is taken over." in answer.text
    assert "Bob changed this meanwhile to Yes, which is taken over." in answer.text
    again = edit(ann, sam, opened(sam), company_id="Zoo", last_name="Pool")
    assert again.status_code == 303
    held = contact(sam)
    assert (held.company_id, held.last_name, held.unsubscribed, held.title) == (zoo, "Pool", True, "CEO")


def test_typing_a_company_offers_names(ann, cleo, signed_in):
    first, second = ours(ann, "Acme <b>", "Acme <b>")
    ours(ann, "Bergmann")
    ours(cleo, "Acme of Cleo")
    client = signed_in(ann)
    offered = client.get("/companies/names?company_id=acm").text
    assert re.findall(r'name="chosen_company" value="(\d+)"', offered) == [str(first), str(second)]
    assert "2 companies found" in offered
    assert "Cleo" not in offered
    assert "<b>" not in offered
    assert client.get("/companies/names?company_id=").text.strip() == ""


def test_cleo_gets_a_404_and_changes_nothing(ann, cleo, edit):
    (sam,) = people_of(ann, "Sam Poole")
    assert edit(cleo, sam, first_name="Taken over").status_code == 404
    assert contact(sam).version == 1
