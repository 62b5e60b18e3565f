"""The page of the users stage: Halo's roles and what they mean here, and the agents with what is to become of each."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from .. import mail
from ..accounts.people import Unusable
from ..accounts.role_names import told
from ..connecting import roles
from ..connecting.answering import Unknown
from ..connecting.opening import connection_of
from ..connecting.strip import strip_of
from ..db import db
from ..mirror.models import HaloRecord
from ..people import agents, choosing
from ..people import inviting as people
from ..people.choosing import Refused
from ..people.planning import NO_TYPE
from ..web.door import own_or_404
from ..web.words import plural
from . import stages
from .blueprint import bp
from .views import shown_card

TICKS = {"tick-all": True, "tick-none": False}


@bp.get("/users")
def users():
    return _page()


@bp.post("/users")
def save_users():
    """Keep the table: role types, who is chosen; what has a user here already is linked."""
    do = request.form.get("do", "save")
    try:
        tenant = choosing.hold(current_user.account_id)
        _keep_rows(tenant)
        if do in TICKS:
            choosing.tick_all(tenant, TICKS[do])
        linked = choosing.link_chosen(tenant) if do == "save" else []
    except Refused as error:
        return _refused(error)
    db.session.commit()
    if do == "invite":
        return redirect(url_for("importing.inviting"), 303)
    if do == "save":
        flash(f"Saved. {_told_linked(linked)}".strip(), "success")
    return redirect(url_for("importing.users", _anchor="agents"), 303)


@bp.post("/users/roles")
def save_roles():
    """Keep what Halo's roles mean here, and which role types are taken in."""
    try:
        tenant = choosing.hold(current_user.account_id)
        answers = {row.key: roles.role_type(request.form[name]) for row in roles.table(tenant)
                   if (name := f"means-{row.key}") in request.form}  # fmt: skip
        roles.save(tenant, answers)
        choosing.take_in(tenant, request.form.getlist("take_in"))
    except (Refused, Unknown) as error:
        return _refused(error)
    db.session.commit()
    flash("Saved.", "success")
    return redirect(url_for("importing.users", _anchor="agents"), 303)


@bp.get("/users/invite")
def inviting():
    """Before any mail goes out: how many people get one, with their names."""
    return _confirm()


@bp.post("/users/invite")
def invite():
    """Invite those who were named on the page before."""
    agreed = {int(text) for text in request.form.getlist("halo_id") if text.isdecimal() and len(text) < 19}
    try:
        found = people.invite(choosing.hold(current_user.account_id), current_user, only=agreed)
    except (Refused, Unusable) as error:
        db.session.rollback()
        return _confirm(str(error)), 422
    db.session.commit()
    people.queue(found)
    flash(_told(found), "success" if found.links or found.linked else "warning")
    return redirect(url_for("people.page"), 303)


def _told(found):
    invited = f"{plural(len(found.links), 'person', 'people')} invited." if found.links else "Nobody was invited."
    return f"{invited} {_told_linked([row.agent.name for row in found.linked])}".strip()


def _confirm(error=""):
    connection = connection_of(current_user.account_id)
    found = people.outlook(connection.tenant) if connection else people.Outlook()
    return render_template("importing/invite.html", found=found, error=error, sends_mail=mail.is_on())


@bp.post("/users/agents/<int:record_id>")
def change_agent(record_id):
    """One agent's line: link, unlink, add, leave out, bring back. What else was typed into the table is kept too."""
    record = own_or_404(HaloRecord, record_id)
    if record.kind != agents.KIND or request.form.get("do") not in DEEDS:
        abort(404 if record.kind != agents.KIND else 400)
    try:
        tenant = choosing.hold(current_user.account_id)
        if record.tenant_id != tenant.id:
            raise Refused("This agent belongs to another Halo than the one that is connected now.")
        _keep_rows(tenant)
        db.session.flush()
        said = DEEDS[request.form["do"]](record)
    except Refused as error:
        return _refused(error)
    db.session.commit()
    flash(said, "success")
    return redirect(url_for("importing.users", _anchor=f"agent-{record.halo_id}"), 303)


def _link(record):
    picked = request.form.get(f"user-{record.id}", "")
    user = choosing.link_by_hand(record, int(picked) if picked.isdecimal() and len(picked) < 19 else 0)
    return f"{record.label} is linked to {user.name}."


def _unlink(record):
    choosing.unlink(record, current_user)
    return f"{record.label} is no longer linked."


def _add(record):
    types = request.form.getlist(f"types-{record.halo_id}")
    user = choosing.add_without_inviting(record, types)
    return f"{user.name} is added. They cannot sign in until they are invited."


def _leave_out(record):
    choosing.leave_out(record, current_user)
    return f"{record.label} is left out."


def _bring_back(record):
    choosing.bring_back(record)
    return f"{record.label} is brought back."


DEEDS = {"link": _link, "unlink": _unlink, "add": _add, "leave-out": _leave_out, "bring-back": _bring_back}


def _keep_rows(tenant):
    shown = [int(text) for text in request.form.getlist("row") if text.isdecimal() and len(text) < 19]
    chosen = {int(text) for text in request.form.getlist("chosen") if text.isdecimal() and len(text) < 19}
    choosing.save(tenant, {halo_id: request.form.getlist(f"types-{halo_id}") for halo_id in shown}, chosen)


def _told_linked(names):
    return f"Linked: {', '.join(names)}." if names else ""


def _refused(error):
    db.session.rollback()
    return _page(str(error)), 422


def _page(error=""):
    stage = stages.stage("users")
    connection = connection_of(current_user.account_id)
    shown = shown_card(stage) | {"strip": strip_of(current_user.account_id)}
    if connection is None or not agents.any_read(connection.tenant_id):
        return render_template("importing/users.html", **shown, said=error, rows=None)
    tenant = connection.tenant
    rows = agents.rows(tenant)
    return render_template(
        "importing/users.html", **shown, said=error,
        rows=[row for row in rows if row.agent.active or row.agent.user_id],
        former=[row for row in rows if not row.agent.active and not row.agent.user_id],
        users=[("", "Choose…"), *((user.id, _named(user)) for user in _unlinked(rows))],
        role_rows=roles.table(tenant), is_mapped=roles.is_mapped(tenant.id),
        role_types=[("", roles.NO_TYPE), *roles.TYPES.items()],
        types=roles.TYPES, told=told,
        take_in=[(NO_TYPE, roles.NO_TYPE), *roles.TYPES.items()], taken_in=agents.taken_in(tenant.id),
    )  # fmt: skip


def _unlinked(rows):
    linked = {row.agent.user_id for row in rows}
    return [user for user in agents.users_of(current_user.account_id) if user.id not in linked]


def _named(user):
    return f"{user.name} ({user.email})" if user.email else user.name
