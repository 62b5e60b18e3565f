"""Sign in, sign out."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from . import people

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
