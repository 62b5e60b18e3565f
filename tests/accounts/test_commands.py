"""`flask accounts …`, as other programs call it."""

import json

import pytest
import sqlalchemy as sa
from flask import current_app

from halo_admin.accounts.models import Account
from halo_admin.db import db
from tests.importing.world import World


@pytest.fixture
def create(sqlite_url, tmp_path):
    with World(sqlite_url, tmp_path, connect=False, make_account=False) as world:
        runner = world.app.test_cli_runner()
        usual = ["accounts", "create", "Acme IT", "--email", "ann@example.com", "--password-stdin"]
        yield lambda *options: runner.invoke(args=[*usual, *options], input="a long password\n")


def accounts():
    db.session.rollback()
    return [(one.name, one.default_country, one.time_zone) for one in db.session.scalars(sa.select(Account))]


def test_an_account_is_american_and_on_utc_unless_told(create):
    done = create("--json")
    assert json.loads(done.stdout) == {"account": 1, "user": 1}
    assert accounts() == [("Acme IT", "US", "UTC")]


def test_country_and_time_zone_are_taken_whatever_their_case(create):
    done = create("--country", "de", "--time-zone", "europe/berlin", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"account": 1, "user": 1})
    assert accounts() == [("Acme IT", "DE", "Europe/Berlin")]


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--country", "Germany", "“Germany” is no country: use the two letters of ISO 3166, such as US or DE."),
        ("--country", "ZZ", "“ZZ” is no country: use the two letters of ISO 3166, such as US or DE."),
        ("--time-zone", "Berlin", "“Berlin” is no time zone: use a name such as Europe/Berlin or America/New_York."),
    ],
)
def test_what_is_no_country_or_time_zone_is_one_sentence_and_makes_no_account(create, option, value, sentence):
    done = create(option, value)
    assert done.exit_code == 1
    assert (done.stdout, done.stderr) == ("", f"{sentence}\n")
    assert accounts() == []


def test_the_accounts_are_listed_with_their_numbers(create):
    create()
    runner = current_app.test_cli_runner()
    assert json.loads(runner.invoke(args=["accounts", "list", "--json"]).stdout) == [{"account": 1, "name": "Acme IT"}]
    assert runner.invoke(args=["accounts", "list"]).stdout == "     1  Acme IT\n"
