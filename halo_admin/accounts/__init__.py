"""Accounts, the people in them, and the door: signing in and out."""

from . import signing_in, views
from .models import Account, User

__all__ = ["Account", "User"]


def init_app(app):
    signing_in.init_app(app)
    app.register_blueprint(views.bp)
