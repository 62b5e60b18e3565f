"""The connection page, practice data, and the mapping of company types."""

from flask import Blueprint, abort, flash, has_request_context, redirect, render_template, request, url_for
from flask_login import current_user

from .. import audit
from ..db import db
from ..halo.pages import page_of
from ..heartbeats import living
from ..queues import EXPORTS
from . import answering, checks, credentials, kinds, mapping_form, practice, sending_types
from .models import SHARES
from .opening import connection_of, share_of
from .strip import strip_of

bp = Blueprint("connecting", __name__, url_prefix="/settings/halo")


def practice_line():
    """For every page: whether it is marked as showing practice data."""
    signed_in = has_request_context() and current_user and current_user.is_authenticated
    return {"practice": bool(signed_in) and practice.is_on(current_user.account_id)}


def halo_page(kind, halo_id):
    """For every profile: the address of a record in Halo; None in practice data, which has no pages."""
    connection = connection_of(current_user.account_id)
    return None if connection is None or connection.tenant.practice else page_of(connection.url, kind, halo_id)


def practice_offered():
    """For the rail: whether the account may still try with practice data."""
    return practice.available(current_user.account_id)


@bp.get("/connection")
def page():
    return _page()


@bp.post("/connection")
def save():
    typed = credentials.Typed(
        *(request.form.get(name, "") for name in ("url", "client_id", "secret", "auth_url", "auth_tenant")),
        remove_secret="remove_secret" in request.form,
    )
    try:
        connection, notes = credentials.save(current_user.account_id, typed, "other_tenant" in request.form)
    except credentials.Unusable as error:
        return _rejected(typed, errors={error.field: str(error)})
    except credentials.OtherTenant as question:
        return _rejected(typed, question=str(question))
    db.session.commit()
    for note in notes:
        flash(note)
    if request.form.get("then") == "check":
        checks.start(connection)
    else:
        flash("Saved.", "success")
    return redirect(url_for("connecting.page"))


@bp.post("/connection/check")
def start_check():
    checks.start(_own_connection())
    return redirect(url_for("connecting.page"))


@bp.get("/connection/check")
def check():
    """The checklist as it stands: what the page asks for while a check goes on."""
    return render_template("connecting/_check.html", **_check_shown(_own_connection()), beside=True)


@bp.post("/connection/share")
def save_share():
    connection, share = _own_connection(), request.form.get("share")
    if share not in SHARES:
        abort(400)
    connection.share = share
    audit.note("connection", "Changed how much of Halo's limit is used", account_id=connection.account_id)
    db.session.commit()
    flash("Saved.", "success")
    return redirect(url_for("connecting.page"))


@bp.post("/connection/practice")
def try_practice():
    try:
        connection = practice.connect(current_user.account_id)
    except practice.NotNow as error:
        db.session.rollback()
        flash(str(error), "warning")
        return redirect(url_for("connecting.page"))
    db.session.commit()
    checks.start(connection)
    return redirect(url_for("connecting.page"))


@bp.get("/connection/leave-practice")
def leaving():
    if not practice.is_on(current_user.account_id):
        return redirect(url_for("connecting.page"))
    account_id = current_user.account_id
    return render_template(
        "connecting/leave_practice.html",
        going=practice.to_be_removed(account_id),
        staying=practice.to_stay(account_id),
        let_go=practice.to_be_let_go(account_id),
        put_back=practice.to_be_put_back(account_id),
        place_of=_place_of,
    )


def _place_of(stage, record):
    """Where a record that stays is seen: a note with what it is about."""
    about = {"companies": "company_id", "contacts": "contact_id", "opportunities": "opportunity_id"}.get(stage)
    ids = {about: record.id} if about else {name: getattr(record, name, None) for name in ("contact_id", "company_id")}
    name = next((name for name, one in ids.items() if one is not None), None)
    return url_for(f"crm.{name.removesuffix('_id')}", **{name: ids[name]}) if name else None


@bp.post("/connection/leave-practice")
def leave_practice():
    try:
        removed = practice.leave(current_user.account_id, current_user)
    except practice.NotNow as error:
        db.session.rollback()
        flash(str(error), "warning")
        return redirect(url_for("connecting.leaving"))
    db.session.commit()
    told = ", ".join(f"{count:,} {what}" for what, count in reversed(removed.items()) if count)
    flash(f"Practice data is gone. Removed: {told or 'nothing'}.", "success")
    return redirect(url_for("connecting.page"))


@bp.get("/<key>/mapping")
def mapping_page(key):
    return _mapping_page(_kinds(key))


@bp.post("/<key>/mapping")
def save_mapping(key):
    """One kind of the stage's mappings; where there are several, the form says which."""
    known, tenant = _kinds(key), _own_connection().tenant
    kind = request.form.get("kind", known[0])
    if kind not in known:
        abort(404)
    fragment = bool(request.headers.get("HX-Request"))
    try:
        answering.save(tenant, kind, mapping_form.answers_in(tenant, kind, request.form))
        if kind == sending_types.KIND:
            sending_types.choose(tenant.id, request.form)
    except answering.Unknown as error:
        db.session.rollback()
        words = {"error": str(error)}
        return (_mapping(kind, **words) if fragment else _mapping_page(known, kind, **words)), 422
    db.session.commit()
    if fragment:
        return _mapping(kind, said="Saved.")
    flash("Saved.", "success")
    return redirect(url_for("connecting.mapping_page", key=key))


def _mapping_page(known, about=None, **words):
    """All mappings of a stage; words are about one of them."""
    tenant = _own_connection_or_none()
    forms = [mapping_form.form_of(tenant, kind, **words if kind == about else {}) for kind in known] if tenant else []
    shown = forms if forms and forms[0]["lines"] else forms[:1]
    return render_template("connecting/mapping.html", forms=shown, title=kinds.TITLES[kinds.KINDS[known[0]].stage])


def _mapping(kind, **words):
    form = mapping_form.form_of(_own_connection().tenant, kind, **words)
    return render_template("connecting/_mapping.html", form=form)


def _kinds(key):
    """The keys of the kinds of mapping that a stage has."""
    return [kind.key for kind in kinds.of_stage(key)] or abort(404)


def _own_connection_or_none():
    connection = connection_of(current_user.account_id)
    return connection and connection.tenant


def _own_connection():
    return connection_of(current_user.account_id) or abort(404)


def _rejected(typed, errors=None, question=""):
    db.session.rollback()
    return _page(typed, errors or {}, question), 422


def _page(typed=None, errors=None, question=""):
    connection = connection_of(current_user.account_id)
    return render_template(
        "connecting/connection.html",
        connection=connection,
        typed=typed or connection,
        errors=errors or {},
        question=question,
        may_practice=practice.available(current_user.account_id),
        share=connection and share_of(connection),
        **_check_shown(connection),
    )


def _check_shown(connection):
    if connection is None:
        return {"check": None, "strip": None, "practising": False}
    last = checks.latest(connection)
    return {
        "check": last,
        "check_is_live": checks.is_live(last),
        "nobody_works": bool(last) and last.state == "waiting" and not living(EXPORTS),
        "strip": strip_of(connection.account_id),
        "practising": connection.tenant.practice,
    }
