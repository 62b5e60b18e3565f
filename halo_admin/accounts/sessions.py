"""Sessions: a signed cookie that lasts so many hours from signing in, however much it is used."""

import time
from datetime import UTC, datetime

from flask import current_app, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import login_user

from .models import User

SINCE = "since"  # when somebody signed in, in seconds; a session of nobody has none


class Cookies(SecureCookieSessionInterface):
    """Secure wherever the page came by https, so that no setting is forgotten behind a web server with TLS."""

    def get_cookie_secure(self, app):
        return request.is_secure or super().get_cookie_secure(app)

    def get_expiration_time(self, app, session):
        return datetime.fromtimestamp(_ends(session), UTC) if SINCE in session else None


def begin(user: User) -> None:
    """Somebody has proved who they are: nothing of the session before stays, a token of its forms included."""
    session.clear()
    session[SINCE] = int(time.time())
    login_user(user)


def is_over() -> bool:
    return SINCE not in session or time.time() >= _ends(session)


def _ends(session):
    return session[SINCE] + current_app.config["SESSION_HOURS"] * 3600
