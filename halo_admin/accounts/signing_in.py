"""Who is signed in, and whether they may open the page they ask for."""

import sqlalchemy as sa
from flask import abort, redirect, request, url_for
from flask_login import LoginManager, current_user

from ..db import db
from . import rights, sessions
from .models import User

login = LoginManager()


def init_app(app):
    login.init_app(app)
    login.user_loader(_load)
    app.before_request(_require)
    app.jinja_env.globals.update(may_open=lambda endpoint: rights.may_open(current_user, endpoint))


def _load(session_key):
    if sessions.is_over():
        return None
    return db.session.scalar(sa.select(User).where(User.session_key == session_key, User.active))


def _require():
    if request.endpoint is None or rights.RIGHT_OF.get(request.endpoint) is rights.Right.NOTHING:
        return None
    if current_user.is_authenticated:
        return None if rights.may_open(current_user, request.endpoint) else abort(403)
    if request.headers.get("HX-Request"):
        # a fragment of the sign-in page inside another page helps nobody
        return "", 401, {"HX-Redirect": url_for("accounts.sign_in")}
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=back))
