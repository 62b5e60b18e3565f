"""Account Settings › General: the account itself, for admins. Its lists have views of their own beside."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user

from .. import audit
from ..accounts.models import Account
from ..accounts.places import dialled
from ..db import db
from . import account_form, phone_keys
from .blueprint import bp
from .lists_form import LISTS
from .pages import fragment_or_page, page, wants

old = Blueprint("old_settings", __name__)


@old.get("/settings/general")
def general():
    """Where the page was before."""
    return redirect(url_for("settings.account"), 301)


@bp.get("")
def account():
    wanted = next(filter(wants, LISTS.values()), None)
    return fragment_or_page(wanted) if wanted else page()


@bp.post("")
def save():
    account = db.session.get(Account, current_user.account_id, with_for_update=True, populate_existing=True)
    was, typed = account_form.opened_with(request.form, account), account_form.typed(request.form)
    try:
        account_form.save(account, was, typed)
        audit.note("settings", "Saved the account's settings", account_id=account.id)
    except account_form.NotSaved as why:
        db.session.rollback()
        typed = account_form.merged(current_user.account, was, typed)
        return page(typed=typed, errors=why.errors), 422
    db.session.commit()
    flash(f"Saved.{_follow(account)}", "success")
    return redirect(url_for("settings.account"))


def _follow(account):
    """What there is to say of phone numbers whose country has changed."""
    if phone_keys.all_follow(account):
        return ""
    number = phone_keys.follow(account.id)
    read = f"{number:,} {'was' if number == 1 else 'were'} read anew"
    return f" Phone numbers without a country code now belong to {dialled(phone_keys.country_of(account))}: {read}."
