"""Who is signed in: every page but sign-in, health and static needs somebody."""

import sqlalchemy as sa
from flask import redirect, request, url_for
from flask_login import LoginManager, current_user

from ..db import db
from .models import User

# metrics ask for a token of their own
OPEN = {"accounts.sign_in", "health.healthz", "metrics.metrics", "static"}

login = LoginManager()


def init_app(app):
    login.init_app(app)
    login.user_loader(_load)
    app.before_request(_require)


def _load(session_key):
    return db.session.scalar(sa.select(User).where(User.session_key == session_key, User.active))


def _require():
    if request.endpoint in OPEN or request.endpoint is None or current_user.is_authenticated:
        return None
    if request.headers.get("HX-Request"):
        # a fragment of the sign-in page inside another page helps nobody
        return "", 401, {"HX-Redirect": url_for("accounts.sign_in")}
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=back))
