"""The account's company types."""

import pytest

from halo_admin.crm import list_stops, lists
from halo_admin.crm.models import CompanyType
from halo_admin.crm.types import TYPES, company_types, get_or_create, type_names
from halo_admin.db import begin_write, db


def names(user):
    return [kind.name for kind in company_types(user.account_id)]


def make(user, name):
    begin_write()
    kind = get_or_create(user.account_id, name)
    db.session.commit()
    return kind


def test_an_account_begins_with_the_usual_types_in_their_order(ann):
    assert names(ann) == ["Prospect", "Client", "Partner", "Vendor"]


def test_a_type_is_found_whatever_its_case_accents_and_punctuation(ann):
    made = make(ann, " Société-Mère ")
    assert made.name == "Société-Mère"
    assert make(ann, "societe mere").id == made.id
    assert names(ann)[-1] == "Société-Mère"
    assert type_names(ann.account_id)[made.id] == "Société-Mère"


def test_types_of_signs_alone_are_told_apart(ann):
    assert make(ann, "***").id == make(ann, "***").id
    assert make(ann, "***").id != make(ann, "???").id


def test_no_type_is_no_name_of_one(ann):
    with pytest.raises(ValueError, match="is what companies without a type are said to have"):
        make(ann, "NO type")


def test_the_id_of_a_removed_type_is_never_given_again(ann):
    gone = make(ann, "Charity").id
    begin_write()
    TYPES.remove(db.session.get(CompanyType, gone))
    db.session.commit()
    assert make(ann, "Zoo").id > gone


def test_a_list_for_a_removed_type_is_one_of_peoples_own(ann):
    charity = make(ann, "Charity").id
    begin_write()
    lists.made_for(ann.account_id, {f"type:{charity}": "Charities"})
    list_stops.stop(ann.account_id, f"type:{charity}", "Charities before", ann)
    TYPES.remove(db.session.get(CompanyType, charity))
    db.session.commit()
    (of,) = lists.lists_of(ann.account_id)
    assert (of.name, of.made_for) == ("Charities", None)
    assert list_stops.stopped(ann.account_id) == {}


def test_each_account_has_its_own(ann, cleo):
    make(ann, "Distributor")
    assert "Distributor" not in names(cleo)
    assert make(cleo, "Client").id != make(ann, "Client").id


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_name_that_cannot_be_kept_is_refused(ann, name):
    with pytest.raises(ValueError, match="1 to 100 characters"):
        make(ann, name)
