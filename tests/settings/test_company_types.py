"""The list of company types, with and without script."""

import html

import pytest
import sqlalchemy as sa

from halo_admin.connecting import answering
from halo_admin.crm import types, writing
from halo_admin.crm.models import Company, CompanyType
from halo_admin.db import begin_write, db
from tests.connecting.conftest import mirrored, relationship, saved
from tests.settings.conftest import HTMX, PAGE, TYPES, import_goes_on

STARTING = ["Prospect", "Client", "Partner", "Vendor"]


def names(user):
    db.session.rollback()
    return [kind.name for kind in types.company_types(user.account_id)]


def the_type(user, name):
    db.session.rollback()
    return next(kind for kind in types.company_types(user.account_id) if kind.name == name)


def address(user, name, what=""):
    return f"{TYPES}/{the_type(user, name).id}{what}"


def told(answer):
    return " ".join(html.unescape(answer.text).split())


def of_type(user, name, *companies):
    kind_id = the_type(user, name).id
    begin_write()
    writing.insert(Company, user.account, [{"name": one, "type_id": kind_id} for one in companies])
    db.session.commit()


def map_to(user, tenant, key, name):
    kind_id = the_type(user, name).id
    begin_write()
    answering.save(tenant, "company_type", {key: ("import", kind_id)})
    db.session.commit()


def test_each_type_stands_with_its_number_of_companies(ann, cleo, ann_browses):
    of_type(ann, "Client", "Acme", "Bergmann")
    of_type(cleo, "Client", "Cleo's")
    page = told(ann_browses.get(PAGE))
    assert "2 companies" in page
    assert f'href="/companies?type={the_type(ann, "Client").id}"' in page
    assert page.count("No companies") == 3


def test_a_type_is_added_at_the_end(ann, ann_browses):
    page = told(ann_browses.post(TYPES, data={"name": " Public   sector "}, follow_redirects=True))
    assert names(ann) == [*STARTING, "Public sector"]
    assert "“Public sector” was added." in page


def test_with_script_the_list_alone_is_answered(ann, ann_browses):
    answer = ann_browses.post(TYPES, data={"name": "Charity"}, headers=HTMX)
    assert answer.text.lstrip().startswith('<section id="company-types"')
    assert "“Charity” was added." in answer.text
    answer = ann_browses.post(TYPES, data={"name": "charity"}, headers=HTMX)
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith('<section id="company-types"')


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (" ", "Type a name of 1 to 100 characters."),
        ("x" * 101, "Type a name of 1 to 100 characters."),
        ("CLÏENT!", "There is a type “Client” already."),
        ("no type", "“No type” is what companies without a type are said to have."),
    ],
)
def test_a_name_that_cannot_be_has_its_sentence_beside_it_and_stays_typed(ann, ann_browses, typed, sentence):
    for url, field in ((TYPES, "added-type"), (address(ann, "Vendor"), "new-name")):
        answer = ann_browses.post(url, data={"name": typed})
        assert answer.status_code == 422
        page = html.unescape(answer.text)
        assert sentence in page.partition(f'id="{field}-error"')[2].partition("</div>")[0]
        assert f'value="{typed}"' in page.partition(f'id="{field}"')[2].partition(">")[0]
    assert names(ann) == STARTING


def test_a_type_is_renamed_in_its_own_line(ann, ann_browses):
    url = address(ann, "Vendor")
    assert 'value="Vendor"' in ann_browses.get(url).text
    assert ann_browses.get(url, headers=HTMX).text.lstrip().startswith('<section id="company-types"')
    assert "“Vendor” is called “Supplier” now." in told(ann_browses.post(url, data={"name": "Supplier"}, headers=HTMX))
    assert names(ann) == [*STARTING[:3], "Supplier"]
    ann_browses.post(url, data={"name": "SUPPLIER"})
    assert names(ann)[-1] == "SUPPLIER"


def test_types_move_up_and_down(ann, ann_browses):
    ann_browses.post(address(ann, "Vendor", "/move"), data={"where": "up"})
    assert names(ann) == ["Prospect", "Client", "Vendor", "Partner"]
    page = ann_browses.post(address(ann, "Prospect", "/move"), data={"where": "down"}, headers=HTMX).text
    assert names(ann) == ["Client", "Prospect", "Vendor", "Partner"]
    assert "was moved down" in page
    ann_browses.post(address(ann, "Client", "/move"), data={"where": "up"})
    ann_browses.post(address(ann, "Partner", "/move"), data={"where": "down"})
    assert names(ann) == ["Client", "Prospect", "Vendor", "Partner"]
    assert ann_browses.post(address(ann, "Client", "/move"), data={"where": "off"}).status_code == 400


def test_a_type_that_nothing_uses_is_removed(ann, ann_browses):
    assert "“Vendor” was removed." in told(ann_browses.post(address(ann, "Vendor", "/remove"), follow_redirects=True))
    assert names(ann) == STARTING[:3]


@pytest.mark.parametrize(("companies", "sentence"), [(["Acme"], "1 company has"), (["A", "B"], "2 companies have")])
def test_a_type_that_companies_have_stays(ann, ann_browses, companies, sentence):
    of_type(ann, "Client", *companies)
    answer = ann_browses.post(address(ann, "Client", "/remove"), headers=HTMX)
    assert answer.status_code == 422
    assert f"{sentence} this type. Give them another one first." in told(answer)
    assert names(ann) == STARTING


def test_a_type_that_the_mapping_means_stays(ann, ann_browses):
    tenant = saved(ann).tenant
    mirrored(tenant, 10, relationship(1, "Customer"))
    map_to(ann, tenant, "relationship:1", "Client")
    answer = ann_browses.post(address(ann, "Client", "/remove"))
    assert answer.status_code == 422
    assert "The mapping imports “Customer” of acme.halopsa.com as this type." in told(answer)
    map_to(ann, tenant, "relationship:1", "Partner")
    ann_browses.post(address(ann, "Client", "/remove"))
    assert "Client" not in names(ann)


def test_no_type_goes_while_an_import_may_be_about_to_use_it(ann, ann_browses):
    import_goes_on(saved(ann))
    answer = ann_browses.post(address(ann, "Vendor", "/remove"))
    assert answer.status_code == 422
    assert "An import is running" in told(answer)
    assert names(ann) == STARTING


def test_another_accounts_type_is_not_there(ann, cleo, signed_in):
    browser = signed_in(cleo)
    for what, data in (("", {"name": "Mine"}), ("/move", {"where": "up"}), ("/remove", {})):
        assert browser.post(address(ann, "Vendor", what), data=data).status_code == 404
    assert browser.get(address(ann, "Vendor")).status_code == 404
    assert names(ann) == STARTING
    assert names(cleo) == STARTING


def test_what_an_older_list_shows_and_is_gone_is_a_404(ann, ann_browses):
    url = address(ann, "Vendor")
    ann_browses.post(f"{url}/remove")
    assert ann_browses.post(f"{url}/remove").status_code == 404
    assert ann_browses.post(url, data={"name": "Back"}).status_code == 404
    assert not db.session.scalar(sa.select(CompanyType.id).where(CompanyType.name == "Back"))


def test_a_line_that_was_changed_since_the_page_was_opened_is_shown_first(ann, ann_browses):
    url, seen = address(ann, "Vendor"), {"was_name": "Vendor"}
    assert 'name="was_name" value="Vendor"' in ann_browses.get(url).text
    ann_browses.post(url, data=seen | {"name": "Supplier"})
    for what, data in (("", {"name": "Seller"}), ("/remove", {})):
        answer = ann_browses.post(f"{url}{what}", data=seen | data)
        assert answer.status_code == 422
        assert "It was changed meanwhile: it is “Supplier”." in told(answer)
    assert names(ann)[-1] == "Supplier"
