"""The account's company types."""

import pytest

from halo_admin.crm.types import company_types, get_or_create, type_names
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


def test_each_account_has_its_own(ann, cleo):
    make(ann, "Distributor")
    assert "Distributor" not in names(cleo)
    assert make(cleo, "Client").id != make(ann, "Client").id


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_name_that_cannot_be_kept_is_refused(ann, name):
    with pytest.raises(ValueError, match="1 to 100 characters"):
        make(ann, name)
