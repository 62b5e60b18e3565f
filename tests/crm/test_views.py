"""The pages of companies, as a signed-in person gets them."""

import io
import re
import zipfile

import pytest

from halo_admin.crm import profile, tables
from halo_admin.crm.models import Company
from halo_admin.crm.types import company_types
from halo_admin.db import begin_write, db
from tests.crm.conftest import NOON, linked, make_user, ours, people_of, shown, tenant


@pytest.mark.parametrize("nouns", ["companies", "contacts"])
def test_an_account_without_any_is_told_how_to_get_some(ann, get, nouns):
    html = get(ann, f"/{nouns}")
    assert f"No {nouns} yet" in html
    assert "table-filters" not in html


def test_the_table_shows_what_was_asked_for(ann, get):
    client = next(kind.id for kind in company_types(ann.account_id) if kind.name == "Client")
    ours(ann, "Acme <b>", "Acme Zoo", type_id=client, phone="1", website="acme.com", city="Rome")
    ours(ann, "Bergmann", inactive_in_halo=True)
    assert shown(get(ann, "/companies")) == ["Acme &lt;b&gt;", "Acme Zoo", "Bergmann"]
    assert shown(get(ann, f"/companies?q=ac&type={client}&sort=-name")) == ["Acme Zoo", "Acme &lt;b&gt;"]
    only = get(ann, "/companies?inactive=1")
    assert shown(only) == ["Bergmann"]
    assert "inactive in Halo" in only
    assert "1 company<" in only
    assert "No company is like this" in get(ann, "/companies?q=nothing")


TABLES = pytest.mark.parametrize(("nouns", "made"), [("companies", ours), ("contacts", people_of)])


@TABLES
def test_typing_gets_the_table_alone_and_a_clean_address(ann, signed_in, nouns, made):
    made(ann, "Acme Ltd", "Bergmann")
    headers = {"HX-Request": "true", "HX-Target": nouns}
    answer = signed_in(ann).get(f"/{nouns}?q=acme&type=&list=&only=&sort=name", headers=headers)
    assert answer.text.lstrip().startswith(f'<section id="{nouns}"')
    assert shown(answer.text, nouns) == ["Acme Ltd"]
    assert answer.headers["HX-Replace-Url"] == f"/{nouns}?q=acme"


@TABLES
def test_the_page_includes_the_very_table_that_typing_gets(ann, signed_in, nouns, made):
    made(ann, "Acme")
    client = signed_in(ann)
    fragment = client.get(f"/{nouns}", headers={"HX-Request": "true", "HX-Target": nouns}).text
    assert fragment.strip() in client.get(f"/{nouns}").text


def test_pages_are_links_that_keep_what_was_asked(ann, get, monkeypatch):
    monkeypatch.setattr(tables, "PAGE_ROWS", 2)
    ours(ann, "Acme 1", "Acme 2", "Acme 3", "Bergmann")
    first = get(ann, "/companies?q=acme&sort=-name")
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    assert shown(first) == ["Acme 3", "Acme 2"]
    assert "q=acme" in following
    second = get(ann, following)
    assert shown(second) == ["Acme 1"]
    back = re.search(r'rel="prev" href="([^"]+)"', second)[1].replace("&amp;", "&")
    assert shown(get(ann, back)) == ["Acme 3", "Acme 2"]


@pytest.mark.parametrize(
    "query", ["after=%00", "before=W10", "type=9999999999999999999999", "sort=x", "q=%00%FF", "after=a&before=b"]
)
def test_a_mistyped_address_still_opens_the_table(ann, get, query):
    ours(ann, "Acme")
    assert 'id="companies"' in get(ann, f"/companies?{query}")


def test_a_profile_shows_the_record_and_where_halo_holds_something_else(ann, get):
    (acme,) = ours(ann, "Acme Ltd", phone="(415) 555-2671", website="acme.com", city="Rome", edited_at=NOON)
    values = {"name": "Acme Ltd", "phone": "+1 415 555 2671", "website": "zoo.org", "city": None, "state": "CA"}
    linked(tenant(ann), 214, acme, matched_by="website", values=values)
    html = get(ann, f"/companies/{acme}")
    assert "Linked to Halo client 214 · matched by website" in html
    assert re.findall(r"Halo holds something else: ([^<]+)<", html) == ["zoo.org", "nothing", "CA"]
    assert "3 May 2025 12:00" in html


def test_a_profile_tells_when_halo_was_read(ann, get):
    (acme,) = ours(ann, "Acme")
    halo = tenant(ann)
    begin_write()
    sweep = {
        "account_id": ann.account_id, "tenant_id": halo.id, "kind": "client", "state": "complete", "attempt": 1,
        "page_no": 2, "seen": 1, "fell": False, "paused": False, "started_at": NOON, "touched_at": NOON,
    }  # fmt: skip
    table = db.metadata.tables["sweeps"]
    sweep_id = db.session.execute(table.insert().values(**sweep)).inserted_primary_key[0]
    db.session.commit()
    linked(halo, 214, acme, last_sweep_id=sweep_id)
    assert "· read 3 May 2025 12:00" in get(ann, f"/companies/{acme}")


def test_a_link_of_a_tenant_that_is_not_connected_now_is_not_shown(ann, get):
    (acme,) = ours(ann, "Acme")
    linked(tenant(ann, current=False), 214, acme, values={"name": "Else"})
    html = get(ann, f"/companies/{acme}")
    assert "Not linked to Halo" in html
    assert "Halo holds" not in html


def test_rooms_above_hang_their_panels_into_a_profile(app, ann, get, monkeypatch):
    monkeypatch.setattr(profile, "PANELS", {})
    app.jinja_env.globals["told"] = "of another room"

    @profile.panel("company")
    def history(company):
        return {
            "title": f"History of {company.name}",
            "template": "web/_error.html",
            "context": {"sentence": "Once <b>"},
        }

    @profile.panel("company")
    def nothing(company):
        return None

    profile.panel("company")(history)
    html = get(ann, f"/companies/{ours(ann, 'Acme')[0]}")
    assert html.count("History of Acme") == 1
    assert "Once &lt;b&gt;" in html


def test_cleo_gets_a_404_for_what_is_anns(ann, cleo, get):
    (acme,) = ours(ann, "Acme")
    assert "Acme" not in get(cleo, f"/companies/{acme}", 404)
    assert shown(get(cleo, "/companies?q=acme")) == []
    kind = company_types(ann.account_id)[0].id
    assert "Acme" not in get(cleo, f"/companies?type={kind}")


def test_an_id_that_no_database_can_hold_is_a_404(ann, get):
    assert "Companies" in get(ann, "/companies/99999999999999999999999", 404), "a page of the site says so"


def test_everything_is_downloaded_as_a_zip_of_the_dump(ann, bob, cleo, signed_in):
    ours(ann, "Acme")
    ours(cleo, "Of Cleo")
    answer = signed_in(ann).get("/download")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert re.search(r"filename=glasshive-\d{4}-\d\d-\d\d\.zip", answer.headers["Content-Disposition"])
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == [
            "companies.csv", "contacts.csv", "opportunities.csv", "lists.csv", "notes.csv", "users.csv",
        ]  # fmt: skip
        companies = archive.read("companies.csv").decode()
    assert "Acme" in companies
    assert "Cleo" not in companies


def test_only_admins_may_download_everything(bob, get):
    get(bob, "/download", 403)
    assert "/download" not in get(bob, "/companies")


def test_nobody_sees_anything_without_signing_in(app, ann):
    ours(ann, "Acme")
    for address in ("/companies", "/companies/1", "/download"):
        assert app.test_client().get(address).status_code == 302


def test_a_company_without_a_type_says_so(ann, get):
    (acme,) = ours(ann, "Acme")
    assert db.session.get(Company, acme).type is None
    assert "No type" in get(ann, f"/companies/{acme}")


def test_who_only_looks_is_offered_nothing_that_would_be_refused(ann, get):
    (acme,) = ours(ann, "Acme", website="acme.example")
    linked(tenant(ann), 214, acme, matched_by="website")
    eve = make_user("Eve", "eve@example.com", ann.account, [])
    html = get(eve, f"/companies/{acme}")
    assert "Linked to Halo client 214" in html
    assert not any(word in html for word in ("/edit", "/unlink", "/delete", "/never-import", "/contacts/new"))
    assert all(f"/companies/{acme}/{way}" in get(ann, f"/companies/{acme}") for way in ("edit", "unlink", "delete"))


def test_the_header_names_the_salesperson(ann, bob, get):
    (acme,) = ours(ann, "Acme", salesperson_id=bob.id)
    assert "Salesperson: Bob" in get(ann, f"/companies/{acme}")
