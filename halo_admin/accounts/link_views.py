"""What the links in mails open: an invitation is accepted, a new password is chosen."""

from flask import redirect, render_template, request, url_for

from ..db import db
from ..web.words import day
from . import attempts, invitations, one_time, people, resetting, sessions
from .blueprint import bp
from .models import OneTimeLink
from .passwords import HELP
from .views import must_wait, too_many

SENTENCES = {one_time.INVITATION: invitations.SENTENCES, one_time.PASSWORD: resetting.SENTENCES}


@bp.get("/invitation/<token>")
def invitation(token):
    """Where an invited person sets name and password."""
    return _with_link(one_time.INVITATION, token, lambda link: _invited(link, link.user.name))


@bp.post("/invitation/<token>")
def accept_invitation(token):
    def accept(link):
        name, password = request.form.get("name", ""), request.form.get("password", "")
        try:
            user = invitations.accept(token, name, password)
        except invitations.Wrong as error:
            db.session.rollback()
            return _invited(link, name, {error.field: str(error)}), 422
        return _come_in(user)

    return _with_link(one_time.INVITATION, token, accept)


@bp.get("/password/<token>")
def new_password(token):
    """Where somebody who has forgotten their password chooses another one."""
    return _with_link(one_time.PASSWORD, token, _new_password)


@bp.post("/password/<token>")
def choose_password(token):
    def choose(link):
        try:
            user = resetting.choose(token, request.form.get("password", ""))
        except people.Unusable as error:
            db.session.rollback()
            return _new_password(link, str(error)), 422
        return _come_in(user)

    return _with_link(one_time.PASSWORD, token, choose)


def _with_link(purpose, token, then):
    """What is to be done with a link that can be used; else the sentence that says why it cannot.

    Guessing one is counted as a wrong password is: per address.
    """
    where = attempts.address(request.remote_addr)
    try:
        attempts.require(where)
        return then(one_time.find(purpose, token))
    except attempts.TooMany as error:
        return _not_let_in(too_many(error)), *must_wait(error)
    except one_time.Unusable as error:
        db.session.rollback()
        if error.why == "unknown":
            attempts.count(where)
        return _not_let_in(_sentence(purpose, error)), 404 if error.why == "unknown" else 410


def _sentence(purpose, error):
    link = error.link and db.session.get(OneTimeLink, error.link.id)
    return SENTENCES[purpose][error.why].format(
        by=link.by_name if link else "", day=day(link.expires_at) if link else ""
    )


def _not_let_in(sentence):
    return render_template("accounts/not_let_in.html", sentence=sentence)


def _invited(link, name, errors=None):
    return render_template("accounts/invitation.html", link=link, name=name, errors=errors or {}, help=HELP)


def _new_password(link, error=""):
    return render_template("accounts/new_password.html", link=link, error=error, help=HELP)


def _come_in(user):
    sessions.begin(user)
    return redirect(url_for("home.home"), 303)
