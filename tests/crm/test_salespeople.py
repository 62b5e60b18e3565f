"""Who looks after a record, and the memo on it: chosen and typed in forms, seen in tables, never touched by files."""

import re

from halo_admin.crm import writing
from halo_admin.crm.contact_models import Contact
from halo_admin.db import begin_write, db
from tests.crm.conftest import company, make_user, ours, shown


def save(client, address, **typed):
    """Send the form to edit a record as a browser would."""
    html = client.get(f"{address}/edit").text
    held = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    values = {name[4:]: value for name, value in held.items() if name.startswith("was_")}
    return client.post(f"{address}/edit", data=held | values | typed)


def offered(client, address):
    """The names that the form offers as a salesperson."""
    choice = client.get(address).text.partition('id="salesperson_id"')[2].partition("</select>")[0]
    return re.findall(r"<option[^>]*>([^<]*)</option>", choice)


def our_contacts(user, *names, **values):
    begin_write()
    ids = writing.insert(Contact, user.account, [{"last_name": name} | values for name in names])
    db.session.commit()
    return ids


def test_only_salespeople_of_the_account_are_offered_and_whoever_has_the_record(app, ann, bob, cleo, signed_in):
    make_user("Dan", "dan@example.com", ann.account, ["salesperson"])
    make_user("Eve", "eve@example.com", cleo.account, ["salesperson"])
    (acme,) = ours(ann, "Acme", salesperson_id=ann.id)
    client = signed_in(ann)
    assert offered(client, "/contacts/new") == ["No salesperson", "Bob", "Dan"]
    assert offered(client, f"/companies/{acme}/edit") == ["No salesperson", "Bob", "Dan", ann.name]
    assert save(client, f"/companies/{acme}", name="Acme GmbH").status_code == 303
    assert company(acme).salesperson_id == ann.id, "keeping them is no choice"


def test_somebody_who_cannot_be_chosen_is_refused_beside_the_field(app, ann, cleo, signed_in):
    (acme,) = ours(ann, "Acme")
    answer = save(signed_in(ann), f"/companies/{acme}", salesperson_id=str(cleo.id), city="Berlin")
    assert answer.status_code == 422
    assert "This person can no longer be chosen." in answer.text
    assert 'value="Berlin"' in answer.text
    assert company(acme).salesperson_id is None


def test_a_memo_keeps_its_lines_and_its_history(app, ann, signed_in):
    (sam,) = our_contacts(ann, "Poole")
    client = signed_in(ann)
    save(client, f"/contacts/{sam}", notes="Met at the fair.\r\nCall\tin May.\r\n")
    assert db.session.get(Contact, sam).notes == "Met at the fair.\nCall in May."
    assert "Met at the fair.\nCall in May.</textarea>" in client.get(f"/contacts/{sam}/edit").text
    html = client.get(f"/contacts/{sam}?tab=history").text
    assert html.count("Met at the fair.\nCall in May.") == 2
    version = db.session.get(Contact, sam, populate_existing=True).version
    save(client, f"/contacts/{sam}", notes="Met at the fair.\r\nCall in May.")
    assert db.session.get(Contact, sam, populate_existing=True).version == version, "nothing was changed"


def test_tables_show_salespeople_and_are_filtered_by_them(app, ann, bob, signed_in):
    client = signed_in(ann)
    ours(ann, "Acme", "Zoo", salesperson_id=bob.id)
    ours(ann, "Nobody's")
    our_contacts(ann, "Poole", salesperson_id=bob.id)
    our_contacts(ann, "Roth")
    client.post("/companies/columns", data={"column": ["salesperson"]})
    html = client.get(f"/companies?salesperson={bob.id}").text
    assert shown(html) == ["Acme", "Zoo"]
    assert html.count('<td data-label="Salesperson">Bob</td>') == 2
    assert "Salesperson: Bob" in html
    assert shown(client.get("/companies?salesperson=none").text) == ["Nobody&#39;s"]
    assert shown(client.get(f"/companies?salesperson={bob.id}&sort=newest").text) == ["Zoo", "Acme"]
    assert shown(client.get(f"/contacts?salesperson={bob.id}").text, "contacts") == ["Poole"]
    assert shown(client.get("/contacts?salesperson=none").text, "contacts") == ["Roth"]
    assert len(shown(client.get(f"/contacts?salesperson={ann.id}").text, "contacts")) == 2, "nobody Ann can be found by"


def test_loading_a_file_leaves_salesperson_and_memo_alone(app, ann, bob, load_file):
    (acme,) = ours(ann, "Acme", salesperson_id=bob.id, notes="Met at the fair.")
    assert load_file("companies", "name,city", "Acme,Berlin")["updated"] == 1
    held = company(acme)
    assert (held.city, held.salesperson_id, held.notes) == ("Berlin", bob.id, "Met at the fair.")
