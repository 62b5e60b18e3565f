"""My profile: the name, the password, and all the places one is signed in at."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user, logout_user

from .. import audit
from ..db import db
from . import attempts, entering, one_time, people, sessions
from .blueprint import bp
from .passwords import HELP
from .role_names import told
from .views import must_wait, too_many

WRONG = "This is not your password. Type the one you sign in with now."


@bp.get("/profile")
def profile():
    return _page()


@bp.post("/profile")
def save_profile():
    try:
        current_user.name = people.person_name(request.form.get("name", ""))
    except people.Unusable as error:
        db.session.rollback()
        return _page(name=request.form["name"], errors={"name": str(error)}), 422
    db.session.commit()
    flash("Saved.", "success")
    return redirect(url_for("accounts.profile"), 303)


@bp.post("/profile/password")
def change_password():
    """A new password ends every session but this one."""
    try:
        entering.confirm(current_user, request.form.get("current", ""))
        people.set_password(current_user, request.form.get("password", ""))
    except entering.Wrong:
        return _rejected({"current": WRONG})
    except attempts.TooMany as error:
        return _rejected({"current": too_many(error)}, *must_wait(error))
    except people.Unusable as error:
        return _rejected({"password": str(error)})
    user = current_user._get_current_object()
    one_time.revoke(user, one_time.PASSWORD)
    audit.note("people", "Changed their password", account_id=user.account_id)
    db.session.commit()
    sessions.begin(user)
    flash("Your password is changed. Everywhere else you are signed out.", "success")
    return redirect(url_for("accounts.profile"), 303)


@bp.post("/profile/sign-out-everywhere")
def sign_out_everywhere():
    people.end_sessions(current_user)
    audit.note("sign-in", "Signed out everywhere", account_id=current_user.account_id)
    db.session.commit()
    logout_user()
    flash("You are signed out everywhere.", "success")
    return redirect(url_for("accounts.sign_in"), 303)


def _rejected(errors, status=422, headers=None):
    db.session.rollback()
    return _page(errors=errors), status, headers or {}


def _page(name=None, errors=None):
    return render_template(
        "accounts/profile.html", name=current_user.name if name is None else name, errors=errors or {}, help=HELP,
        roles=told(current_user.roles), hours=f"{current_app.config['SESSION_HOURS']:g}",
    )  # fmt: skip
