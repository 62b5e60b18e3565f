"""Sign in, sign out, accept an invitation."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from ..db import db
from ..web.words import day
from . import invitations, one_time, people
from .models import OneTimeLink

bp = Blueprint("accounts", __name__)

WRONG = "This e-mail and password do not belong together. Check both and try again."


class SignIn(FlaskForm):
    email = StringField("E-mail", [InputRequired("Type your e-mail address.")])
    password = PasswordField("Password", [InputRequired("Type your password.")])


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in():
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(_back())
    form = SignIn()
    if form.validate_on_submit():
        user = people.by_password(form.email.data, form.password.data)
        if user:
            login_user(user)
            return redirect(_back())
        form.password.errors = [WRONG]
    return render_template("accounts/sign_in.html", form=form), 422 if form.errors else 200


@bp.get("/invitation/<token>")
def invitation(token):
    """Where an invited person sets name and password."""
    try:
        link = one_time.find(one_time.INVITATION, token)
    except one_time.Unusable as error:
        return _not_let_in(error)
    return _invited(link, link.user.name)


@bp.post("/invitation/<token>")
def accept_invitation(token):
    name, password = request.form.get("name", ""), request.form.get("password", "")
    try:
        user = invitations.accept(token, name, password)
    except one_time.Unusable as error:
        return _not_let_in(error)
    except invitations.Wrong as error:
        db.session.rollback()
        errors = {error.field: str(error)}
        return _invited(one_time.find(one_time.INVITATION, token), name, errors), 422
    login_user(user)
    return redirect(url_for("crm.companies"), 303)


def _invited(link, name, errors=None):
    return render_template("accounts/invitation.html", link=link, name=name, errors=errors or {})


def _not_let_in(error):
    db.session.rollback()
    link = error.link and db.session.get(OneTimeLink, error.link.id)
    sentence = invitations.SENTENCES[error.why].format(
        by=link.by_name if link else "", day=day(link.expires_at) if link else ""
    )
    return render_template("accounts/not_let_in.html", sentence=sentence), 404 if error.why == "unknown" else 410


@bp.post("/sign-out")
def sign_out():
    logout_user()
    return redirect(url_for("accounts.sign_in"))


def _back():
    """Where the person wanted to go, if that is a page of this site."""
    target = request.args.get("next", "")
    parts = urlsplit(target)
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return target if inside else url_for("crm.companies")
