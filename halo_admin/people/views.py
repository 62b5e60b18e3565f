"""/settings/users: the account's people, and their invitations."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user

from ..accounts import one_time
from ..accounts.models import User
from ..accounts.one_time import INVITATION
from ..connecting import roles
from ..db import db, now
from ..web.door import own_or_404
from . import agents, inviting, mailing
from .choosing import Refused

bp = Blueprint("people", __name__, url_prefix="/settings/users")


@bp.context_processor
def _telling():
    return {"told": roles.told, "address_of": mailing.address_of, "may_retry": mailing.may_retry}


@bp.get("")
def page():
    account_id = current_user.account_id
    return render_template(
        "people/page.html",
        users=agents.users_of(account_id),
        linked=agents.linked_agents(account_id),
        invitations=one_time.latest_of_account(account_id, INVITATION),
        at=now(),
    )


@bp.post("/<int:user_id>/invite")
def resend(user_id):
    """A new invitation; the one before no longer works."""
    user = own_or_404(User, user_id)
    try:
        link = inviting.invite_user(user, current_user)
    except Refused as error:
        return _refused(error)
    db.session.commit()
    mailing.queue(link)
    flash(f"{user.name} has a new invitation.", "success")
    return _back_to(user)


@bp.post("/<int:user_id>/revoke")
def revoke(user_id):
    """Take the invitation back: its link lets nobody in."""
    user = own_or_404(User, user_id)
    one_time.revoke(user, INVITATION)
    db.session.commit()
    flash(f"The invitation of {user.name} is taken back.", "success")
    return _back_to(user)


@bp.post("/<int:user_id>/mail")
def retry_mail(user_id):
    """Try again to mail the same invitation."""
    user = own_or_404(User, user_id)
    link = one_time.latest(user.id, INVITATION)
    if link is not None and mailing.may_retry(link):
        mailing.want(link)
        db.session.commit()
        mailing.queue(link)
        flash(f"The mail to {user.name} is sent again.", "success")
    return _back_to(user)


def _refused(error):
    db.session.rollback()
    flash(str(error), "warning")
    return redirect(url_for("people.page"), 303)


def _back_to(user):
    return redirect(url_for("people.page", _anchor=f"user-{user.id}"), 303)
