"""The blueprint of the importing room: /settings/halo and below, for admins."""

from flask import Blueprint, abort
from flask_login import current_user

bp = Blueprint("importing", __name__, url_prefix="/settings/halo")


@bp.before_request
def _admins_only():
    if not current_user.is_admin:
        abort(403)
