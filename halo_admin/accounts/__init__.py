"""Accounts, the people in them, and the door: signing in and out."""

from . import attempts, link_views, profile_views, sessions, signing_in, views  # noqa: F401
from .blueprint import bp
from .models import Account, User

__all__ = ["Account", "User"]


def init_app(app):
    app.session_interface = sessions.Cookies()
    attempts.init_app(app)
    signing_in.init_app(app)
    app.register_blueprint(bp)
