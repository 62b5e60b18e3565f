"""The blueprint of the importing room: /settings/halo and below."""

from flask import Blueprint

bp = Blueprint("importing", __name__, url_prefix="/settings/halo")
