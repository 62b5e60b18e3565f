"""Account Settings › General, for admins."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from ..accounts.models import Account
from ..accounts.places import dialled
from ..crm import types
from ..crm.models import CompanyType
from ..db import db, now
from ..web.door import LARGEST_ID, own_or_404
from . import account_form, phone_keys, types_form

bp = Blueprint("settings", __name__, url_prefix="/settings/general")
ONE_TYPE = f"/types/<int(max={LARGEST_ID}):type_id>"
STEPS = {"up": -1, "down": 1}


@bp.get("")
def general():
    return _fragment_or_page()


@bp.post("")
def save():
    account = db.session.get(Account, current_user.account_id, with_for_update=True, populate_existing=True)
    typed = account_form.Typed(*(request.form.get(name, "") for name in account_form.Typed._fields))
    try:
        account_form.save(account, typed)
    except account_form.NotSaved as why:
        db.session.rollback()
        return _page(typed=typed, errors=why.errors), 422
    db.session.commit()
    flash(f"Saved.{_follow(account)}", "success")
    return redirect(url_for("settings.general"))


def _follow(account):
    """What there is to say of phone numbers whose country has changed."""
    if phone_keys.all_follow(account):
        return ""
    number = phone_keys.follow(account.id)
    read = f"{number:,} {'was' if number == 1 else 'were'} read anew"
    return f" Phone numbers without a country code now belong to {dialled(phone_keys.country_of(account))}: {read}."


@bp.post("/types")
def add_type():
    name = request.form.get("name", "")
    try:
        kind = types.add(current_user.account_id, name)
    except types.Unusable as error:
        return _types_rejected(adding=name, error=str(error))
    return _types_saved(f"“{kind.name}” was added.", added=True)


@bp.get(ONE_TYPE)
def edit_type(type_id):
    kind = own_or_404(CompanyType, type_id)
    return _fragment_or_page(renaming=kind.id, new_name=kind.name)


@bp.post(ONE_TYPE)
def rename_type(type_id):
    kind, name = own_or_404(CompanyType, type_id), request.form.get("name", "")
    before = kind.name
    try:
        types.rename(kind, name)
    except types.Unusable as error:
        return _types_rejected(renaming=type_id, new_name=name, error=str(error))
    return _types_saved(f"“{before}” is called “{kind.name}” now.", touched=(type_id, "rename"))


@bp.post(f"{ONE_TYPE}/move")
def move_type(type_id):
    kind, where = own_or_404(CompanyType, type_id), request.form.get("where")
    if where not in STEPS:
        abort(400)
    types.move(kind, STEPS[where])
    return _types_saved(f"“{kind.name}” was moved {where}.", touched=(type_id, where))


@bp.post(f"{ONE_TYPE}/remove")
def remove_type(type_id):
    kind = own_or_404(CompanyType, type_id)
    try:
        types_form.remove(kind)
    except types.Unusable as error:
        return _types_rejected(kept=type_id, error=str(error))
    return _types_saved(f"“{kind.name}” was removed.")


def _types_saved(said, **shown):
    db.session.commit()
    if _wants_types():
        return _fragment_or_page(said=said, **shown)
    flash(said, "success")
    return redirect(url_for("settings.general", _anchor="company-types"))


def _types_rejected(**shown):
    db.session.rollback()
    return _fragment_or_page(**shown), 422


def _wants_types():
    return request.headers.get("HX-Target") == "company-types"


def _fragment_or_page(**shown):
    """The list of types as it is to be shown, alone where it asked for itself."""
    if _wants_types():
        return render_template("settings/_types.html", lines=types_form.lines(current_user.account_id), **shown)
    return _page(**shown)


def _page(typed=None, errors=None, **shown):
    account = current_user.account
    typed = typed or account_form.held(account)
    return render_template(
        "settings/general.html",
        account=account,
        typed=typed,
        errors=errors or {},
        zones=account_form.zone_groups(typed.time_zone),
        countries=account_form.country_options(typed.country),
        unfinished=None if phone_keys.all_follow(account) else dialled(phone_keys.country_of(account)),
        time=now(),
        lines=types_form.lines(account.id),
        **shown,
    )
