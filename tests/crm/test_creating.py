"""Making companies and contacts by hand: what may be here already is shown first, and one press makes one."""

import re
import threading

import pytest

from halo_admin.crm.contact_models import Contact
from halo_admin.crm.models import Company
from halo_admin.crm.types import company_types
from halo_admin.db import db, now, owned
from tests.crm.conftest import company, history, make_user, ours, people_of
from tests.crm.test_editing import found, imported


@pytest.fixture
def create(signed_in):
    """create(user, "companies", name="Acme") opens the form, types and presses Create; with form, in that one."""

    def create_it(user, nouns, form=None, **typed):
        client = signed_in(user)
        form = form or inputs(client.get(f"/{nouns}/new").text)
        return client.post(f"/{nouns}/new", data=form | typed)

    return create_it


def inputs(html):
    """What a form's hidden inputs send."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))


def all_of(user, model):
    db.session.rollback()
    return list(db.session.scalars(owned(model, user.account_id).order_by(model.id)))


def alike(html):
    """[(name, evidence)] of what a page says may be here already."""
    lines = re.findall(r"<li>(.*?)</li>", html.partition('id="alike"')[2].partition("</ul>")[0], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", "", line).replace(" (opens in a new tab)", "").split()) for line in lines]


def test_who_had_opted_out_and_was_deleted_has_so_when_they_are_made_again(app, ann, create, signed_in, load_file):
    people_of(ann, "Sam", email="sam@acme.example", unsubscribed=True)
    people_of(ann, "Eve", email="eve@acme.example", bounced=True)
    for one in all_of(ann, Contact):
        signed_in(ann).post(f"/contacts/{one.id}/delete", data={"version": one.version})
    form = inputs(signed_in(ann).get("/contacts/new").text)
    pages = [create(ann, "contacts", form, first_name="Sam", email="Sam@acme.example") for _ in range(2)]
    load_file("contacts", "first_name,email", "Eve,eve@acme.example", "Pat,pat@acme.example")
    assert {one.name: (one.unsubscribed, one.bounced) for one in all_of(ann, Contact)} == {
        "Sam": (True, False), "Eve": (False, True), "Pat": (False, False),
    }  # fmt: skip
    assert pages[0].location == pages[1].location
    assert [one.what for one in history("contact", all_of(ann, Contact)[0].id)] == ["opted out", "created"]


def test_a_company_is_made_with_all_that_follows(app, ann, bob, create):
    before = now()
    client = next(kind for kind in company_types(ann.account_id) if kind.name == "Client")
    values = {
        "phone": "+49 30 5550100",
        "website": "bergmann.example",
        "street": "1 Road",
        "city": "Berlin",
        "state": "BE",
        "postal_code": "10115",
        "country": "Germany",
        "notes": "Met at the fair.\nCall in May.",
    }
    chosen = {"type_id": str(client.id), "salesperson_id": str(bob.id)}
    answer = create(ann, "companies", name=" Bergmann GmbH ", **chosen, **values)
    (made,) = all_of(ann, Company)
    assert (answer.status_code, answer.location) == (303, f"/companies/{made.id}")
    assert {field: getattr(made, field) for field in values} == values
    assert (made.name, made.type_id, made.version, made.made_by_run) == ("Bergmann GmbH", client.id, 1, None)
    assert (made.website_key, made.phone_key) == ("bergmann.example", "+49305550100")
    assert before <= made.edited_at <= now()
    assert found(ann, "berg") == {"Bergmann GmbH"}
    (line,) = history("company", made.id)
    assert (line.what, line.by, line.by_user_id) == ("created", ann.name, ann.id)
    assert line.changes["name"] == [None, "Bergmann GmbH"]
    assert line.changes["type_id"] == [None, "Client"]
    assert (made.salesperson_id, line.changes["salesperson_id"]) == (bob.id, [None, "Bob"])
    assert len(line.changes) == len(Company.FIELDS)


def test_a_contact_is_made_with_its_company_or_without_one(app, ann, create):
    (acme,) = ours(ann, "Acme")
    create(ann, "contacts", first_name="Sam", last_name="Poole", email="Sam@Acme.example", company_id="acme")
    create(ann, "contacts", email="kim@acme.example", unsubscribed="1")
    sam, kim = all_of(ann, Contact)
    assert (sam.name, sam.email_key, sam.company_id, sam.unsubscribed) == ("Sam Poole", "sam@acme.example", acme, False)
    assert (kim.name, kim.company_id, kim.unsubscribed) == ("kim@acme.example", None, True)
    (line,) = history("contact", sam.id)
    assert line.changes == {"first_name": [None, "Sam"], "last_name": [None, "Poole"],
                            "email": [None, "Sam@Acme.example"], "company_id": [None, "Acme"]}  # fmt: skip
    assert history("contact", kim.id)[0].changes["unsubscribed"] == [None, "Yes"]


def test_the_button_on_a_company_has_chosen_it_already(app, ann, cleo, signed_in):
    _first, second = ours(ann, "Acme", "Acme")
    (hers,) = ours(cleo, "Of Cleo")
    client = signed_in(ann)
    assert f'href="/contacts/new?company={second}"' in client.get(f"/companies/{second}").text
    html = client.get(f"/contacts/new?company={second}").text
    assert f'value="Acme ({second})"' in html
    client.post(
        f"/contacts/new?company={second}", data=inputs(html) | {"first_name": "Sam", "company_id": f"Acme ({second})"}
    )
    assert [one.company_id for one in all_of(ann, Contact)] == [second]
    for nothing in (hers, "x", "9" * 30):
        assert "Of Cleo" not in client.get(f"/contacts/new?company={nothing}").text


def test_all_that_is_wrong_is_told_at_once_and_nothing_typed_is_lost(app, ann, create):
    answer = create(ann, "contacts", title="CEO", email="sam at acme", phone="abc", company_id="Nobody")
    assert answer.status_code == 422
    assert all_of(ann, Contact) == []
    assert "3 fields need your attention" in answer.text
    for field in ("email", "phone", "company_id"):
        assert f'<a href="#{field}">' in answer.text
        assert f'aria-invalid="true" aria-describedby="{field}-error' in answer.text
    assert focused_at_once(answer) == ["email"]
    for typed in ('value="CEO"', 'value="sam at acme"', 'value="abc"', 'value="Nobody"'):
        assert typed in answer.text


def test_the_first_wrong_field_of_the_form_has_the_focus_whatever_was_found_first(app, ann, create):
    assert focused_at_once(create(ann, "companies", name="", phone="abc", website="acme")) == ["name"]


def focused_at_once(answer):
    return re.findall(r'id="(\w+)"[^>]* autofocus', answer.text)


@pytest.mark.parametrize(("nouns", "told"), [("companies", "Type a name."), ("contacts", "something must tell who")])
def test_a_form_with_nothing_in_it_makes_nothing(app, ann, create, nouns, told):
    answer = create(ann, nouns, form={"opened": "now"})
    assert (answer.status_code, told in answer.text) == (422, True)
    assert all_of(ann, Company if nouns == "companies" else Contact) == []


def test_companies_that_may_be_the_same_are_shown_with_the_evidence(app, ann, cleo, create):
    site, phone, name, _ = ours(ann, "Site", "Phone", "Bergmann AG", "Other")
    from_form = {"name": "Bergmann GmbH", "phone": "+49 30 5550100", "website": "https://www.bergmann.example/de"}
    ours(cleo, "Bergmann")
    imported(ann, site, website="bergmann.example")
    imported(ann, phone, phone="0049 30 555 0100")
    answer = create(ann, "companies", **from_form)
    assert answer.status_code == 422
    assert alike(answer.text) == [
        "Site: same website (bergmann.example)", "Phone: same phone (0049 30 555 0100)", "Bergmann AG: same name",
    ]  # fmt: skip
    assert f'href="/companies/{name}" target="_blank"' in answer.text
    assert len(all_of(ann, Company)) == 4
    assert 'value="https://www.bergmann.example/de"' in answer.text
    assert "Create anyway" in answer.text
    again = create(ann, "companies", inputs(answer.text), **from_form)
    assert again.status_code == 303
    assert company(all_of(ann, Company)[-1].id).name == "Bergmann GmbH"


def test_a_contact_with_the_e_mail_or_the_name_of_another_is_told_of_it(app, ann, create):
    (acme,) = ours(ann, "Acme")
    people_of(ann, "Sam Poole", email="SAM@acme.example", company_id=acme)
    people_of(ann, "Kim Roe", company_id=acme)
    answer = create(ann, "contacts", first_name="Samuel", email="sam@acme.example")
    assert alike(answer.text) == ["Sam Poole: same e-mail (SAM@acme.example)"]
    answer = create(ann, "contacts", first_name="Kim", last_name="Roe", company_id="Acme")
    assert alike(answer.text) == ["Kim Roe: same name, in the same company"]
    assert create(ann, "contacts", first_name="Kim", last_name="Roe").status_code == 303


def test_what_was_not_shown_is_shown_before_it_is_made_anyway(app, ann, create):
    people_of(ann, "Sam", email="sam@acme.example")
    shown = create(ann, "contacts", first_name="Samuel", email="sam@acme.example")
    people_of(ann, "Kim", email="kim@acme.example")
    answer = create(ann, "contacts", inputs(shown.text), first_name="Samuel", email="kim@acme.example")
    assert (answer.status_code, alike(answer.text)) == (422, ["Kim: same e-mail (kim@acme.example)"])
    back = create(ann, "contacts", inputs(answer.text), first_name="Samuel", email="sam@acme.example")
    assert back.status_code == 303


def test_of_many_that_are_alike_some_are_shown(app, ann, create):
    people_of(ann, *(f"Sam {number}" for number in range(9)), email="info@acme.example")
    answer = create(ann, "contacts", email="info@acme.example")
    assert len(alike(answer.text)) == 6
    assert alike(answer.text)[-1] == "and more"
    assert create(ann, "contacts", inputs(answer.text), email="info@acme.example").status_code == 303


def test_a_form_sent_twice_makes_one(app, ann, bob, create, signed_in):
    form = inputs(signed_in(ann).get("/companies/new").text)
    answers = [create(ann, "companies", form, name="Acme", phone="+49 30 5550100") for _ in range(2)]
    (made,) = all_of(ann, Company)
    assert [answer.location for answer in answers] == [f"/companies/{made.id}"] * 2
    assert len(history("company", made.id)) == 1
    assert create(ann, "companies", form, name="Acme", phone="+49 30 5550101").status_code == 422
    assert create(bob, "companies", form, name="Acme", phone="+49 30 5550100").status_code == 422
    assert create(ann, "companies", name="Acme", phone="+49 30 5550100").status_code == 422, "a form opened later"


@pytest.mark.parametrize(("who", "answered"), [(("ann", "ann"), [303, 303]), (("ann", "bob"), [303, 422])])
def test_of_two_presses_at_once_one_makes_it(app, ann, bob, signed_in, who, answered):
    people = {"ann": ann, "bob": bob}
    clients = [signed_in(people[name]) for name in who]
    form, at_once, answers = inputs(clients[0].get("/contacts/new").text), threading.Barrier(2), []
    db.session.rollback()

    def press(client):
        at_once.wait(timeout=60)
        answers.append(client.post("/contacts/new", data=form | {"first_name": "Sam", "email": "sam@acme.example"}))

    pressing = [threading.Thread(target=press, args=(client,)) for client in clients]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join(timeout=120)
    assert sorted(answer.status_code for answer in answers) == answered
    assert len(all_of(ann, Contact)) == 1


def test_what_was_typed_into_the_form_of_a_deleted_record_can_be_made_a_new_one(app, ann, bob, cleo, signed_in):
    (acme,) = ours(ann, "Acme", city="Rome")
    client = signed_in(ann)
    form = inputs(client.get(f"/companies/{acme}/edit").text) | {"name": "Acme", "city": "Paris"}
    assert signed_in(bob).post(f"/companies/{acme}/delete", data={"version": "1"}).status_code == 303
    answer = client.post(f"/companies/{acme}/edit", data=form)
    assert answer.status_code == 409
    assert "Bob deleted this company while you edited it." in answer.text
    assert 'value="Paris"' in answer.text
    assert (
        client.post("/companies/new", data=inputs(answer.text) | {"name": "Acme", "city": "Paris"}).status_code == 303
    )
    assert [(one.id != acme, one.city) for one in all_of(ann, Company)] == [(True, "Paris")]
    assert signed_in(cleo).post(f"/companies/{acme}/edit", data=form).status_code == 404


def test_who_may_only_look_is_offered_no_form(app, ann, signed_in):
    client = signed_in(make_user("Dee", "dee@example.com", ann.account, []))
    (acme,) = ours(ann, "Acme")
    for nouns in ("companies", "contacts"):
        assert client.get(f"/{nouns}/new").status_code == 403
        assert client.post(f"/{nouns}/new", data={"name": "x"}).status_code == 403
    assert "/new" not in client.get("/companies").text + client.get(f"/companies/{acme}").text


def test_tables_have_the_button(app, ann, signed_in):
    ours(ann, "Acme")
    client = signed_in(ann)
    assert 'href="/companies/new"' in client.get("/companies").text
    assert 'href="/contacts/new"' in client.get("/contacts").text
