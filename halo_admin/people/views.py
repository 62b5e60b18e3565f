"""/settings/users: the account's people."""

from flask import Blueprint, render_template
from flask_login import current_user

from ..connecting import roles
from . import agents

bp = Blueprint("people", __name__, url_prefix="/settings/users")


@bp.get("")
def page():
    return render_template(
        "people/page.html",
        users=agents.users_of(current_user.account_id),
        linked=agents.linked_agents(current_user.account_id),
        told=roles.told,
    )
