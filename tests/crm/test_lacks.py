"""What records lack: what is kept of it, and that a mistake in it is found after every test."""

import pytest

from halo_admin.crm import lacks, lists
from halo_admin.crm.contact_models import Contact, ContactList
from halo_admin.crm.models import LIST
from halo_admin.db import begin_write, db
from tests.crm.conftest import listed, people_of
from tests.lacks import assert_kept


def without_list(user):
    db.session.rollback()
    return list(db.session.scalars(lacks.narrowing(Contact, LIST, user.account_id).ids))


def test_a_contact_lacks_a_list_until_it_is_on_one_and_once_it_is_off_the_last(ann):
    sam, kim = people_of(ann, "Sam Poole", "Kim Berg")
    assert without_list(ann) == [sam, kim]
    news, events = listed(ann, "News", sam), listed(ann, "Events", sam)
    assert without_list(ann) == [kim]
    begin_write()
    lists.take_off(db.session.get(ContactList, news), [sam, kim], ann)
    db.session.commit()
    assert without_list(ann) == [kim]
    begin_write()
    lists.delete(db.session.get(ContactList, events), ann)
    assert without_list(ann) == [sam, kim]


def test_what_is_kept_wrongly_is_found(ann, app):
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    (sam,) = people_of(ann, "Sam Poole")
    lacks.end(Contact, LIST, ann.account_id, [sam])
    db.session.commit()
    with pytest.raises(AssertionError, match="is not kept"):
        assert_kept(url)
    lacks.begin(Contact, ann.account_id, [sam, sam + 1], LIST)
    db.session.commit()
    with pytest.raises(AssertionError, match="is not so"):
        assert_kept(url)
    lacks.forget(Contact, ann.account_id, [sam + 1])
    db.session.commit()
