"""Sign in, sign out, and ask for a new password."""

from urllib.parse import urlsplit

from flask import redirect, render_template, request, url_for
from flask_login import current_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from .. import audit
from ..db import db
from ..web.words import duration
from . import attempts, entering, resetting, sessions
from .blueprint import bp

WRONG = "This e-mail and password do not belong together. Check both and try again."
TOO_MANY = "That was tried too often. Wait {wait}, then try again."


class SignIn(FlaskForm):
    email = StringField("E-mail", [InputRequired("Type your e-mail address.")])
    password = PasswordField("Password", [InputRequired("Type your password.")])


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in():
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(_back())
    form = SignIn()
    if not form.validate_on_submit():
        return _sign_in_page(form), 422 if form.errors else 200
    try:
        user = entering.enter(form.email.data, form.password.data, request.remote_addr)
    except entering.Wrong:
        form.password.errors = [WRONG]
        return _sign_in_page(form), 422
    except attempts.TooMany as error:
        form.password.errors = [too_many(error)]
        return _sign_in_page(form), *must_wait(error)
    sessions.begin(user)
    return redirect(_back())


def _sign_in_page(form):
    return render_template("accounts/sign_in.html", form=form)


def too_many(error):
    return TOO_MANY.format(wait=duration(error.seconds))


def must_wait(error):
    return 429, {"Retry-After": str(error.seconds)}


@bp.post("/sign-out")
def sign_out():
    audit.note("sign-in", "Signed out", account_id=current_user.account_id)
    db.session.commit()
    logout_user()
    return redirect(url_for("accounts.sign_in"))


@bp.get("/forgotten-password")
def forgotten():
    """Where somebody says that they have forgotten their password."""
    return _forgotten_page()


@bp.post("/forgotten-password")
def send_link():
    """Has a link sent, if anybody signs in with this e-mail; the answer does not tell whether."""
    email = request.form.get("email", "").strip()
    if not email or not resetting.by_mail():
        return _forgotten_page(email, "Type your e-mail address."), 422
    try:
        resetting.ask(email, request.remote_addr)
    except attempts.TooMany as error:
        return _forgotten_page(email, too_many(error)), *must_wait(error)
    db.session.commit()
    return _forgotten_page(email, sent=True)


def _forgotten_page(email="", error="", sent=False):
    return render_template(
        "accounts/forgotten.html", email=email, error=error, sent=sent, by_mail=resetting.by_mail()
    )  # fmt: skip


def _back():
    """Where the person wanted to go, if that is a page of this site."""
    target = request.args.get("next", "")
    parts = urlsplit(target)
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return target if inside else url_for("home.home")
