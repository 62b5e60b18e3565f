"""`flask accounts …`: accounts and users from the shell."""

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from ..db import begin_write, db
from ..shell import account_option, answer, json_option, password_from_stdin, refuse
from . import people
from .models import ROLES, Account

accounts = AppGroup("accounts", help="Accounts and the people in them.")


@accounts.command("create")
@click.argument("name")
@click.option("--email", required=True, help="The first admin's e-mail address.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
@click.option(
    "--country",
    default="US",
    show_default=True,
    metavar="CODE",
    help="Where phone numbers without a country code are dialled: two letters of ISO 3166.",
)
@click.option(
    "--time-zone",
    default="UTC",
    show_default=True,
    metavar="NAME",
    help="Of the times on all pages, such as Europe/Berlin.",
)
@json_option
def create(name, email, password_stdin, country, time_zone, as_json):
    """Make an account and its first admin."""
    begin_write()
    try:
        account, user = people.create_account(name, email, password_from_stdin(), country, time_zone)
    except people.Unusable as error:
        refuse(str(error))
    db.session.commit()
    answer({"account": account.id, "user": user.id}, as_json, f"Account {account.id}, user {user.id}.")


@accounts.command("list")
@json_option
def list_(as_json):
    """The site's accounts with their numbers, which --account asks for."""
    found = db.session.scalars(sa.select(Account).order_by(Account.id)).all()
    told = [{"account": one.id, "name": one.name} for one in found]
    answer(told, as_json, "\n".join(f"{one['account']:>6}  {one['name']}" for one in told) or "There is none yet.")


@accounts.command("add-user")
@account_option
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES))
@click.option("--password-stdin", is_flag=True, help="Read a password from standard input.")
@json_option
def add_user(account, email, name, roles, password_stdin, as_json):
    """Add an active user, without an invitation."""
    begin_write()
    try:
        user = people.add_user(account, email, name, list(roles), password_from_stdin() if password_stdin else None)
    except people.Unusable as error:
        refuse(str(error))
    db.session.commit()
    answer({"user": user.id}, as_json, f"User {user.id}.")
