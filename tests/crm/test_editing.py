"""Editing a company by hand: what was typed is saved, told to be wrong, or shown beside what was saved meanwhile."""

import re
import threading

import pytest

from halo_admin.crm import searching, writing
from halo_admin.crm.models import Company
from halo_admin.crm.searchable import query_words
from halo_admin.crm.types import company_types
from halo_admin.db import begin_write, db, now
from tests.crm.conftest import company, history, make_user, ours


@pytest.fixture
def edit(signed_in):
    """edit(user, id, phone="2") opens the form, types and saves; the answer. Typing may go on in a form got before."""

    def edit_it(user, company_id, form=None, **typed):
        client = signed_in(user)
        form = form or opened(company_id)
        return client.post(f"/companies/{company_id}/edit", data=form | typed)

    return edit_it


def opened(company_id):
    """What the form sends when nothing was typed into it."""
    held = company(company_id)
    texts = {field: str(getattr(held, field) or "") for field in Company.FIELDS}
    return texts | {f"was_{field}": text for field, text in texts.items()} | {"version": str(held.version)}


def imported(user, company_id, **values):
    """An import changes the company: nobody edited it."""
    begin_write()
    held = {field: getattr(company(company_id), field) for field in Company.FIELDS}
    writing.update(Company, user.account, [held | values | {"id": company_id}])
    db.session.commit()


def found(user, text):
    (word,) = query_words(text)
    ids = db.session.scalars(searching.narrowing(Company, user.account_id, word).ids)
    return {company(company_id).name for company_id in ids}


def test_what_was_typed_is_saved_and_found(app, ann, edit):
    (acme,) = ours(ann, "Acme", phone="1", city="Rome")
    before = now()
    client = next(kind.id for kind in company_types(ann.account_id) if kind.name == "Client")
    answer = edit(ann, acme, name=" Bergmann GmbH ", phone="", website="bergmann.example", type_id=str(client))
    assert (answer.status_code, answer.location) == (303, f"/companies/{acme}")
    held = company(acme)
    assert (held.name, held.phone, held.website, held.city) == ("Bergmann GmbH", None, "bergmann.example", "Rome")
    assert (held.type_id, held.version, held.website_key) == (client, 2, "bergmann.example")
    assert before <= held.edited_at <= now()
    assert (found(ann, "berg"), found(ann, "acme")) == ({"Bergmann GmbH"}, set())


def test_the_form_holds_what_the_company_holds(app, ann, signed_in):
    kind = company_types(ann.account_id)[1]
    (acme,) = ours(ann, 'A "quoted" <b>', phone="(415) 555-2671", type_id=kind.id)
    html = signed_in(ann).get(f"/companies/{acme}/edit").text
    assert 'name="name" type="text" value="A &#34;quoted&#34; &lt;b&gt;"' in html
    assert 'name="phone" type="tel" value="(415) 555-2671"' in html
    assert f'<option value="{kind.id}" selected>{kind.name}</option>' in html
    assert '<option value="">No type</option>' in html


def test_a_type_is_taken_away_by_choosing_no_type(app, ann, edit):
    (acme,) = ours(ann, "Acme", type_id=company_types(ann.account_id)[0].id)
    edit(ann, acme, type_id="")
    assert company(acme).type is None


def test_saving_what_is_there_already_changes_nothing(app, ann, edit):
    (acme,) = ours(ann, " Two  blanks ", phone="1")
    assert edit(ann, acme).status_code == 303
    assert (company(acme).name, company(acme).version, company(acme).edited_at) == (" Two  blanks ", 1, None)


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name", "  ", "Type a name."),
        ("name", "x" * 501, "use at most 500 characters"),
        ("website", "x" * 501, "use at most 500 characters"),
        ("city", "Par\0is", "characters in this that nobody can see"),
        ("city", "\u202eemoR", "characters in this that nobody can see"),
        ("website", "javascript:alert(1)", "Type a web address"),
        ("phone", "abc", "Type a phone number"),
        ("type_id", "999999", "This type is not there any more."),
        ("type_id", "x", "This type is not there any more."),
    ],
)
def test_a_rejected_form_keeps_what_was_typed_with_its_message_beside_the_field(app, ann, edit, field, typed, told):
    (acme,) = ours(ann, "Acme")
    answer = edit(ann, acme, **{"city": "Paris", field: typed, "street": "1 Road"})
    assert answer.status_code == 422
    assert told in answer.text.partition(f'id="{field}-error"')[2][:1200]
    assert 'name="street" type="text" value="1 Road"' in answer.text
    assert (company(acme).name, company(acme).city, company(acme).version) == ("Acme", None, 1)


def test_another_accounts_type_is_not_there(app, ann, cleo, edit):
    (acme,) = ours(ann, "Acme")
    assert edit(ann, acme, type_id=str(company_types(cleo.account_id)[0].id)).status_code == 422


def test_a_value_that_is_longer_than_may_be_typed_stays_when_another_field_is_edited(app, ann, edit):
    (acme,) = ours(ann, "x" * 3000)
    assert edit(ann, acme, city="Paris").status_code == 303
    assert (company(acme).name, company(acme).city) == ("x" * 3000, "Paris")


def test_characters_that_nobody_sees_are_taken_out_and_line_breaks_become_blanks(app, ann, edit):
    (acme,) = ours(ann, "Acme")
    answer = edit(ann, acme, city="Par\0is")
    assert 'name="city" type="text" value="Paris"' in answer.text
    assert edit(ann, acme, city="New\r\nYork").status_code == 303
    assert company(acme).city == "New York"


def test_what_an_input_cannot_hold_stays_when_another_field_is_edited(app, ann, edit):
    (acme,) = ours(ann, "Acme", street="1 Road\nFloor 2")
    assert (
        edit(ann, acme, form=None, city="Rome", street="1 Road Floor 2", was_street="1 Road Floor 2").status_code == 303
    )
    assert (company(acme).street, company(acme).city) == ("1 Road\nFloor 2", "Rome")


def test_who_saves_second_is_shown_both_values_and_loses_nothing(app, ann, bob, edit):
    (acme,) = ours(ann, "Acme", phone="1", website="old.example", city="Rome")
    form = opened(acme)
    assert edit(bob, acme, form, phone="2", website="new.example").status_code == 303
    answer = edit(ann, acme, form, phone="3", city="Paris")
    assert answer.status_code == 409
    assert "Bob changed this meanwhile to “2”. You typed “3”." in answer.text
    assert "Bob changed this meanwhile to “new.example”, which is taken over." in answer.text
    for shown in ('name="phone" type="tel" value="3"', 'type="text" value="new.example"', 'type="text" value="Paris"'):
        assert shown in answer.text
    assert (company(acme).phone, company(acme).city, company(acme).version) == ("2", "Rome", 2)
    again = edit(ann, acme, opened(acme), phone="3", city="Paris")
    assert again.status_code == 303
    assert (company(acme).phone, company(acme).website, company(acme).city) == ("3", "new.example", "Paris")


def test_who_saves_second_may_take_what_was_saved_meanwhile(app, ann, bob, edit):
    (acme,) = ours(ann, "Acme", phone="1", city="Rome")
    form = opened(acme)
    edit(bob, acme, form, phone="2", city="Bern")
    answer = edit(ann, acme, form, phone="3", city="Paris")
    for choice in ("Keep mine: what stands above", "Take “2”, saved by Bob", "Take “Bern”, saved by Bob"):
        assert choice in answer.text
    shown = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
    typed = {"name": "Acme", "phone": "3", "choose_phone": "saved", "city": "Paris", "choose_city": "mine"}
    assert edit(ann, acme, shown | typed).status_code == 303
    assert (company(acme).phone, company(acme).city) == ("2", "Paris")
    assert [line.changes for line in history("company", acme)] == [
        {"phone": ["1", "2"], "city": ["Rome", "Bern"]}, {"city": ["Bern", "Paris"]},
    ]  # fmt: skip


def test_each_edit_is_a_line_of_history_as_people_read_it(app, ann, edit):
    first, second = company_types(ann.account_id)[:2]
    (acme,) = ours(ann, "Acme", phone="1", type_id=first.id)
    edit(ann, acme, phone="", city=" Rome ", type_id=str(second.id))
    edit(ann, acme, name="")
    edit(ann, acme)
    (line,) = history("company", acme)
    assert (line.what, line.by, line.by_user_id) == ("edited", ann.name, ann.id)
    assert line.changes == {"phone": ["1", None], "city": [None, "Rome"], "type_id": [first.name, second.name]}
    edit(ann, acme, type_id="")
    assert history("company", acme)[-1].changes == {"type_id": [second.name, None]}


def test_types_saved_meanwhile_are_told_by_name(app, ann, edit):
    first, second = company_types(ann.account_id)[:2]
    (acme,) = ours(ann, "Acme", type_id=first.id)
    form = opened(acme)
    imported(ann, acme, type_id=None)
    answer = edit(ann, acme, form, type_id=str(second.id))
    assert f"Changed meanwhile to nothing. You typed “{second.name}”." in answer.text


def test_an_import_meanwhile_that_changed_no_field_or_the_same_one_alike_is_no_matter(app, ann, edit):
    (acme,) = ours(ann, "Acme", phone="1")
    form = opened(acme)
    imported(ann, acme, phone="2", inactive_in_halo=True)
    assert edit(ann, acme, form, phone="2", city="Rome").status_code == 303
    held = company(acme)
    assert (held.phone, held.city, held.inactive_in_halo) == ("2", "Rome", True)


def test_of_two_who_save_at_once_one_is_shown_the_others_value(app, ann, bob, signed_in):
    (acme,) = ours(ann, "Acme", phone="1")
    form, at_once, answers = opened(acme), threading.Barrier(2), {}
    clients = {"2": signed_in(ann), "3": signed_in(bob)}
    db.session.rollback()

    def save(phone):
        at_once.wait(timeout=60)
        answers[phone] = clients[phone].post(f"/companies/{acme}/edit", data=form | {"phone": phone})

    savers = [threading.Thread(target=save, args=(phone,)) for phone in clients]
    for saver in savers:
        saver.start()
    for saver in savers:
        saver.join(timeout=120)
    assert sorted(answer.status_code for answer in answers.values()) == [303, 409]
    (saved,) = [phone for phone, answer in answers.items() if answer.status_code == 303]
    (told,) = [answer.text for answer in answers.values() if answer.status_code == 409]
    db.session.rollback()
    assert (company(acme).phone, company(acme).version) == (saved, 2)
    assert f"changed this meanwhile to “{saved}”" in told


@pytest.mark.parametrize("role", ["admin", "marketer", "salesperson"])
def test_everyone_of_the_account_may_edit(app, ann, signed_in, role):
    (acme,) = ours(ann, "Acme")
    client = signed_in(make_user("Bob", "bob@example.com", ann.account, [role]))
    assert f'href="/companies/{acme}/edit"' in client.get(f"/companies/{acme}").text
    assert client.post(f"/companies/{acme}/edit", data=opened(acme) | {"city": "Rome"}).status_code == 303


def test_cleo_gets_a_404_and_changes_nothing(app, ann, cleo, edit, signed_in):
    (acme,) = ours(ann, "Acme")
    assert signed_in(cleo).get(f"/companies/{acme}/edit").status_code == 404
    assert edit(cleo, acme, name="Taken over").status_code == 404
    assert (company(acme).name, company(acme).version) == ("Acme", 1)


def test_a_company_that_is_not_there_is_a_404(app, ann, signed_in):
    client = signed_in(ann)
    assert client.get("/companies/4711/edit").status_code == 404
    assert client.post("/companies/4711/edit", data={"name": "x"}).status_code == 404
    assert client.get("/companies/99999999999999999999999/edit").status_code == 404
