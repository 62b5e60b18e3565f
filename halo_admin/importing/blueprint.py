"""The blueprint of the importing room: /settings/halo and below, for admins."""

from flask import Blueprint

from ..web.door import admins_only

bp = Blueprint("importing", __name__, url_prefix="/settings/halo")
bp.before_request(admins_only)
