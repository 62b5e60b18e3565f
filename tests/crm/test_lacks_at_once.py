"""Two who change at once what one contact may lack, on PostgreSQL: the second waits for the first.

SQLite has one writer at a time.
"""

import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from halo_admin.connecting import credentials
from halo_admin.crm import contacts, lists, parting, parting_link
from halo_admin.crm.contact_models import Contact, ContactList
from halo_admin.db import begin_write, db
from halo_admin.mirror.models import HaloTenant
from tests.crm.conftest import linked, listed, people_of
from tests.waiting import until

WAITING = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.fixture
def app(postgres_app):
    return postgres_app


@pytest.fixture
def sam(ann):
    return people_of(ann, "Sam Poole")[0]


@pytest.fixture
def at_once(app):
    """at_once(first, second): the second begins before the first has committed; what it raised, if anything."""

    def run(first, second):
        raised = []

        def in_another_session():
            with app.app_context():
                begin_write()
                try:
                    second()
                    db.session.commit()
                except Exception as error:  # told by the test
                    raised.append(error)
                db.session.remove()

        begin_write()
        first()
        other = threading.Thread(target=in_another_session)
        other.start()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            until(lambda: connection.scalar(WAITING))
        db.session.commit()
        other.join(timeout=60)
        return raised

    return run


def without_list(user):
    db.session.rollback()
    return [one.id for one in contacts.find(user.account_id, contacts.Asked(only="nolist")).page.rows]


def taking_off(list_id, contact_id):
    return lambda: lists.take_off(db.session.get(ContactList, list_id), [contact_id], None)


def putting_on(list_id, contact_id):
    return lambda: lists.put_on(db.session.get(ContactList, list_id), [contact_id], None)


def deleting(user, contact_id):
    account_id = user.account_id
    return lambda: parting.delete(account_id, Contact, contact_id, 1, None)


def test_a_contact_taken_off_both_its_lists_at_once_is_on_none(ann, sam, at_once):
    news, events = listed(ann, "News", sam), listed(ann, "Events", sam)
    assert at_once(taking_off(news, sam), taking_off(events, sam)) == []
    assert without_list(ann) == [sam]


def test_a_contact_that_changes_lists_by_two_hands_is_on_one(ann, sam, at_once):
    news, events = listed(ann, "News", sam), listed(ann, "Events")
    assert at_once(taking_off(news, sam), putting_on(events, sam)) == []
    assert without_list(ann) == []
    assert at_once(putting_on(news, sam), taking_off(events, sam)) == []
    assert without_list(ann) == []


def test_a_list_is_deleted_while_its_contact_is_taken_off_the_other_one(ann, sam, at_once):
    news, events = listed(ann, "News", sam), listed(ann, "Events", sam)
    assert at_once(taking_off(news, sam), lambda: lists.delete(db.session.get(ContactList, events), None)) == []
    assert without_list(ann) == [sam]


def test_nothing_is_kept_of_a_contact_that_is_deleted_while_its_list_is_changed(ann, at_once):
    sam, kim = people_of(ann, "Sam Poole", "Kim Berg")
    news = listed(ann, "News", sam, kim)
    assert at_once(taking_off(news, sam), deleting(ann, sam)) == []
    assert at_once(deleting(ann, kim), taking_off(news, kim)) == []
    assert without_list(ann) == []


def test_a_link_made_while_another_halo_is_connected_counts_for_none_of_it(ann, sam, at_once):
    account_id, typed = ann.account_id, credentials.Typed("https://acme.halopsa.com", "0b6b2d0e", secret="x" * 20)
    begin_write()
    credentials.save(account_id, typed, True)
    db.session.commit()
    row = linked(db.session.scalars(sa.select(HaloTenant)).one(), 7, None, kind="user", values={})
    row_id = row.id
    another = replace(typed, url="https://other.halopsa.com")
    raised = at_once(
        lambda: parting_link.link(account_id, Contact, sam, row_id, None),
        lambda: credentials.save(account_id, another, True),
    )
    db.session.rollback()
    unlinked = contacts.find(account_id, contacts.Asked(link="unlinked")).page.rows
    assert (raised, [one.id for one in unlinked]) == ([], [sam])
