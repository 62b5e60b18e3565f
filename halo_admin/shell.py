"""What all commands share: the account they act for, JSON or words, and one sentence on failure."""

import json
import sys
from functools import wraps

import click

from .accounts.models import Account
from .db import db


def json_option(command):
    return click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")(command)


def account_option(command):
    """`--account N`: hands the Account in as `account`; an unknown number is one sentence."""

    @click.option("--account", "account_id", type=int, required=True, help="The account's number.")
    @wraps(command)
    def with_account(account_id, **options):
        account = db.session.get(Account, account_id)
        if account is None:
            refuse(f"There is no account {account_id}.")
        return command(account=account, **options)

    return with_account


def answer(data, as_json: bool, words: str) -> None:
    click.echo(json.dumps(data, ensure_ascii=False) if as_json else words)


def refuse(sentence: str, code: int = 1):
    """End the command with one sentence on standard error."""
    click.echo(sentence, err=True)
    sys.exit(code)


def password_from_stdin() -> str:
    return sys.stdin.readline().rstrip("\r\n")
