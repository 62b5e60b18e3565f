"""Where the pages of this room hang: views.py, link_views.py and profile_views.py."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
