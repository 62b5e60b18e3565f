"""/settings/users: the account's people, what they may do, and how they come in."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from ..accounts import attempts, mailing, one_time
from ..accounts.models import User
from ..accounts.one_time import INVITATION, PASSWORD
from ..accounts.role_names import NAMES, told
from ..crm import held
from ..db import db, now
from ..web.door import own_or_404
from . import agents, choosing, inviting, managing
from .choosing import Refused

bp = Blueprint("people", __name__, url_prefix="/settings/users")
LEAVE, NOBODY = "", "nobody"  # what becomes of what a user holds; else a user's id


@bp.context_processor
def _telling():
    return {"told": told, "address_of": mailing.address_of, "may_retry": mailing.may_retry}


@bp.get("")
def page():
    return _page()


def _page(**said):
    account_id = current_user.account_id
    users = agents.users_of(account_id)
    return render_template(
        "people/page.html",
        users=[user for user in users if user.active],
        disabled=[user for user in users if not user.active],
        role_names=NAMES,
        linked=agents.linked_agents(account_id),
        invitations=one_time.latest_of_account(account_id, INVITATION),
        passwords=one_time.latest_of_account(account_id, PASSWORD),
        holds=held.told,
        trouble=attempts.trouble(),
        at=now(),
        **said,
    )


@bp.post("/<int:user_id>/roles")
def save_roles(user_id):
    user, roles = _locked(user_id), request.form.getlist("roles")
    try:
        managing.change_roles(user, roles)
    except Refused as error:
        db.session.rollback()
        return _page(wrong=user_id, wrong_roles=roles, error=str(error)), 422
    return _done(user, f"{user.name}: {told(user.roles)}.")


@bp.get("/<int:user_id>/disable")
def disabling(user_id):
    """What a user holds, and who may get it; before they are disabled, or after."""
    return _disabling(own_or_404(User, user_id))


@bp.post("/<int:user_id>/disable")
def disable(user_id):
    user = _locked(user_id)
    was_active, to = user.active, request.form.get("to", LEAVE)
    try:
        managing.disable(user)
        handed = "" if to == LEAVE else managing.hand_over(user, _taker(user, to), current_user)
    except Refused as error:
        db.session.rollback()
        return _disabling(own_or_404(User, user_id), str(error), to), 422
    said = f"{user.name} is disabled and signed out." if was_active else ""
    return _done(user, f"{said} {f'Handed over: {handed}.' if handed else ''}".strip())


@bp.post("/<int:user_id>/enable")
def enable(user_id):
    user = _locked(user_id)
    managing.enable(user)
    return _done(user, f"{user.name} is enabled.")


@bp.post("/<int:user_id>/unlink")
def unlink(user_id):
    """Remove the user's link to a Halo agent; no import makes it again by itself."""
    user = own_or_404(User, user_id)
    record = agents.linked_agents(user.account_id).get(user.id)
    try:
        choosing.hold(user.account_id)
        if record is not None:
            choosing.unlink(record, current_user)
    except Refused as error:
        return _refused(error)
    return _done(user, f"{user.name} is no longer linked to a Halo agent.")


@bp.post("/<int:user_id>/password-link")
def make_password_link(user_id):
    """A link by which the user chooses a new password; the one before no longer works."""
    user = own_or_404(User, user_id)
    try:
        link = managing.link_for_password(user, current_user.name)
    except Refused as error:
        return _refused(error)
    return _done(user, f"{user.name} has a link to choose a new password.", link)


@bp.post("/<int:user_id>/invite")
def resend(user_id):
    """A new invitation; the one before no longer works."""
    user = own_or_404(User, user_id)
    try:
        link = inviting.invite_user(user, current_user)
    except Refused as error:
        return _refused(error)
    return _done(user, f"{user.name} has a new invitation.", link)


@bp.post("/<int:user_id>/revoke")
def revoke(user_id):
    """Take the invitation back: its link lets nobody in."""
    user = own_or_404(User, user_id)
    managing.take_back(user)
    return _done(user, f"The invitation of {user.name} is taken back.")


@bp.post("/<int:user_id>/mail")
def retry_mail(user_id):
    """Try again to mail the same link: an invitation, or one for a new password."""
    user = own_or_404(User, user_id)
    link = one_time.latest(user.id, PASSWORD if user.password_hash else INVITATION)
    if link is None or not mailing.may_retry(link):
        return _back_to(user)
    mailing.want(link)
    return _done(user, f"The mail to {user.name} is sent again.", link)


def _locked(user_id):
    """The user, once nobody else is changing users: what the signed-in person may is looked up anew as well."""
    managing.lock(current_user.account_id)
    if not (current_user.is_admin and current_user.active):
        abort(403)
    return own_or_404(User, user_id)


def _taker(user, to):
    if to == NOBODY:
        return None
    found = {str(one.id): one for one in managing.takers(user)}.get(to)
    if found is None:
        raise Refused("This person can no longer be chosen. Choose somebody else.")
    return found


def _disabling(user, error="", to=LEAVE):
    choices = [(LEAVE, f"Leave them with {user.name}"), (NOBODY, "Nobody"),
               *((one.id, one.name) for one in managing.takers(user))]  # fmt: skip
    return render_template("people/disable.html", user=user, holds=held.told(user), error=error, to=to, choices=choices)


def _done(user, said, link=None):
    db.session.commit()
    if link is not None:
        mailing.queue(link)
    if said:
        flash(said, "success")
    return _back_to(user)


def _refused(error):
    db.session.rollback()
    flash(str(error), "warning")
    return redirect(url_for("people.page"), 303)


def _back_to(user):
    return redirect(url_for("people.page", _anchor=f"user-{user.id}"), 303)
