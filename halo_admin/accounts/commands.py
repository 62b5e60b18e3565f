"""`flask accounts …`: accounts and users from the shell."""

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from .. import audit
from ..db import begin_write, db
from ..shell import account_option, answer, json_option, password_from_stdin, person, refuse
from . import mailing, people, resetting
from .models import ROLES, Account
from .role_names import told

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
    audit.note("people", f"Added {user.name} as {told(user.roles)}", account_id=account.id)
    db.session.commit()
    answer({"user": user.id}, as_json, f"User {user.id}.")


@accounts.command("password-link")
@account_option
@click.option("--email", required=True, help="Who signs in with this e-mail.")
@json_option
def password_link(account, email, as_json):
    """Make a link by which somebody chooses a new password, to hand to them. It is mailed too where the site can."""
    begin_write()
    user = people.who_signs_in(email)
    if user is None or user.account_id != account.id or not user.active:
        refuse(f"Nobody of this account signs in as {email}.")
    audit.note("people", f"Made a link for {user.name} to choose a new password", account_id=account.id)
    link = resetting.make(user, person().name if person() else audit.SHELL_NAME)
    db.session.commit()
    mailing.queue(link)
    address = mailing.address_of(link)
    answer({"link": address}, as_json, f"{address}\nIt works once, within a day.")
