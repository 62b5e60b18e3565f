"""Where the pages of the account's own settings hang."""

from flask import Blueprint

bp = Blueprint("settings", __name__, url_prefix="/settings/account")
