"""What all commands share: the account and the person they act for, JSON or words, and one sentence on failure."""

import json
import sys
from functools import wraps

import click
import sqlalchemy as sa
from flask import g

from .accounts import rights
from .accounts.models import Account, User
from .db import db


def json_option(command):
    return click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")(command)


def account_option(command):
    """`--account N`: hands the Account in as `account`; an unknown number is one sentence. `--as USER`: person()."""

    @click.option("--account", "account_id", type=int, required=True, help="The account's number.")
    @click.option("--as", "as_email", metavar="USER", help="Act for this person, by e-mail, within their rights.")
    @wraps(command)
    def with_account(account_id, as_email, **options):
        account = db.session.get(Account, account_id)
        if account is None:
            refuse(f"There is no account {account_id}.")
        g.person = as_email and _person(account, as_email)
        return command(account=account, **options)

    return with_account


def person() -> User | None:
    """Whom the command acts for; None: whoever may use this shell."""
    return g.get("person") or None


def _person(account, email):
    named = sa.select(User).where(User.account_id == account.id, User.email == email.strip().lower(), User.active)
    user = db.session.scalar(named)
    if user is None:
        refuse(f"Nobody with the e-mail {email} can sign in to account {account.id}.")
    right = rights.right_to_run(_words(click.get_current_context()))
    if right is None or not rights.may(user, right):
        refuse(f"{user.name} may not do this: it is for {rights.FOR.get(right, 'nobody')}.")
    return user


def _words(context):
    """A command's words, such as ("halo", "import")."""
    return (*_words(context.parent), context.info_name) if context.parent else ()


def answer(data, as_json: bool, words: str) -> None:
    click.echo(json.dumps(data, ensure_ascii=False) if as_json else words)


def refuse(sentence: str, code: int = 1):
    """End the command with one sentence on standard error."""
    click.echo(sentence, err=True)
    sys.exit(code)


def password_from_stdin() -> str:
    return sys.stdin.readline().rstrip("\r\n")
