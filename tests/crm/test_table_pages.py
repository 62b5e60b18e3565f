"""What both tables offer: columns for each person, filters one by one, and the time that Halo was read."""

import re
from datetime import timedelta

import pytest

from halo_admin.crm.types import company_types
from halo_admin.db import begin_write, db
from tests.crm.conftest import NOON, linked, listed, ours, people_of, tenant


def headings(html):
    return re.findall(r'<th scope="col">([^<]+)</th>', html)


@pytest.mark.parametrize(
    ("nouns", "made", "usual"),
    [("companies", ours, ["Type", "Website", "Phone", "City"]),
     ("contacts", people_of, ["E-mail", "Company", "Phone", "Lists"])],
)  # fmt: skip
def test_a_person_chooses_columns_for_themselves(ann, bob, get, signed_in, nouns, made, usual):
    made(ann, "Acme Ltd", phone="1", edited_at=NOON)
    client = signed_in(ann)
    assert headings(get(ann, f"/{nouns}")) == usual
    answer = client.post(
        f"/{nouns}/columns", data={"column": ["added", "halo", "phone", "x"], "q": "ac", "sort": "oldest"}
    )
    assert (answer.status_code, answer.location) == (303, f"/{nouns}?q=ac&sort=oldest")
    assert headings(client.get(f"/{nouns}").text) == ["Phone", "Halo", "Added"]
    assert headings(get(bob, f"/{nouns}")) == usual
    client.post(f"/{nouns}/columns", data={})
    assert headings(client.get(f"/{nouns}").text) == []
    client.post(f"/{nouns}/columns", data={"usual": "1", "column": "added"})
    assert headings(client.get(f"/{nouns}").text) == usual


def test_every_column_shows_its_value(ann, get, signed_in):
    client = next(kind.id for kind in company_types(ann.account_id) if kind.name == "Client")
    values = {"street": "1 Road", "state": "CA", "postal_code": "94000", "country": "US", "edited_at": NOON}
    (acme,) = ours(ann, "Acme", type_id=client, **values)
    (sam,) = people_of(ann, "Sam Poole", company_id=acme, title="Boss", mobile="2", email="sam@acme.example")
    halo = tenant(ann)
    linked(halo, 214, acme, matched_by="phone and name")
    linked(halo, 812, sam, "user", matched_by="email")
    signed = signed_in(ann)
    for nouns in ("companies", "contacts"):
        every = re.findall(r'name="column" value="([a-z_]+)"', signed.get(f"/{nouns}").text)
        signed.post(f"/{nouns}/columns", data={"column": every})
    told = signed.get("/companies").text
    for value in ("Client", "1 Road", "CA", "94000", "US", "3 May 2025 12:00", "Client 214 · phone and name"):
        assert f">{value}</td>" in told
    told = signed.get("/contacts").text
    for value in ("Client", "Boss", "2", "sam@acme.example", "Contact 812 · e-mail"):
        assert f">{value}</td>" in told


def test_each_filter_is_taken_away_by_itself_or_all_at_once(ann, get):
    news = listed(ann, "News", *people_of(ann, "Sam Poole", unsubscribed=True))
    html = get(ann, f"/contacts?q=sam&list={news}&link=unlinked&only=unsubscribed&sort=newest")
    found = re.findall(r'class="chip" href="([^"]+)">([^<]+?) ?<', html)
    assert [(label, address.replace("&amp;", "&")) for address, label in found] == [
        ("“sam”", f"/contacts?list={news}&link=unlinked&only=unsubscribed&sort=newest"),
        ("List: News", "/contacts?q=sam&link=unlinked&only=unsubscribed&sort=newest"),
        ("Not linked to Halo", f"/contacts?q=sam&list={news}&only=unsubscribed&sort=newest"),
        ("Unsubscribed", f"/contacts?q=sam&list={news}&link=unlinked&sort=newest"),
    ]
    assert '<a href="/contacts">Clear all</a>' in html
    assert "Clear all" not in get(ann, "/contacts?sort=newest")


def test_the_tables_tell_when_halo_was_last_read(ann, bob, cleo, get):
    ours(ann, "Acme")
    halo = tenant(ann)
    assert "Halo data as of" not in get(ann, "/companies")
    for days, state, purpose in ((0, "done", "import"), (1, "problems", "import"), (2, "done", "read"),
                                 (3, "failed", "import")):  # fmt: skip
        import_run(halo, state, purpose, NOON + timedelta(days=days))
    assert "Halo data as of 4 May 2025 12:00." in get(bob, "/companies")
    assert "Halo data as of" not in get(ann, "/contacts")
    assert "Halo data as of" not in get(cleo, "/companies")


def import_run(halo, state, purpose, at):
    begin_write()
    read = [{"seen": 1, "at": at.isoformat()}, {"seen": 1, "at": (at + timedelta(minutes=5)).isoformat()}]
    runs = db.metadata.tables["import_runs"]
    db.session.execute(runs.insert().values(
        account_id=halo.account_id, tenant_id=halo.id, stage="companies", state=state, purpose=purpose,
        by_name="Ann", facts={"read": read}, started_at=at))  # fmt: skip
    db.session.commit()
