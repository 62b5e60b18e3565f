"""The lists: a table with a form to make one, and a page for each with its settings."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from ..db import db
from ..mirror import tombstones
from ..mirror.tombstones import NotNow
from ..web.door import own_or_404
from . import asking, contacts, files_out, list_stops, list_table, lists
from .blueprint import bp
from .contact_models import ContactList
from .list_member_views import members_shown
from .lists import Settings
from .pages import drawn_panels
from .table_pages import file_sent
from .tables import LARGEST_ID, counted
from .types import type_names

ONE = f"/lists/<int(max={LARGEST_ID}):list_id>"
# what is always there: views of the contacts' table
DEFAULT_VIEWS = {"nolist": "Contacts w/o Lists", "unsubscribed": "Unsubscribed", "bounced": "Bounced"}


@bp.get("/lists")
def all_lists():
    return _lists()


@bp.get("/lists.csv")
def lists_file():
    return file_sent("lists", files_out.text_of_lists(current_user.account_id, list_table.read(request.args)))


@bp.post("/lists")
def make_list():
    name = request.form.get("name", "")
    try:
        made = lists.make(current_user.account_id, name)
    except lists.Unusable as error:
        db.session.rollback()
        return _lists(typed=name, error=str(error)), 422
    list_id = made.id
    db.session.commit()
    flash("The list was made.", "success")
    return redirect(url_for("crm.one_list", list_id=list_id), 303)


@bp.post("/lists/fill-again")
def fill_again():
    """Let imports make a list again whose last one was deleted."""
    purpose = request.form.get("purpose", "")
    if purpose in list_stops.stopped(current_user.account_id):
        list_stops.bring_back(current_user.account_id, purpose, current_user)
        db.session.commit()
        flash("Imports fill a list again: with contacts that come in or change from now on.", "success")
    return redirect(url_for("crm.all_lists"), 303)


def _lists(typed="", error=None):
    account_id, asked = current_user.account_id, list_table.read(request.args)
    found = list_table.find(account_id, asked)

    def address(**changes):
        return url_for("crm.all_lists", **asking.address(asked, **changes))

    is_whole = found.page.first and not asked.narrowed
    filled_by = _filled_by(account_id)
    shown = {"asked": asked, "given": asking.address(asked), "page": found.page, "total": counted(found.total),
             "address": address, "views": _default_views(account_id) if is_whole else [], "filled_by": filled_by,
             "is_empty": is_whole and not found.page.rows}  # fmt: skip
    if request.headers.get("HX-Target") == "lists":
        return render_template("crm/_lists.html", **shown), {"HX-Replace-Url": address()}
    stops = {one: stop for one, stop in list_stops.stopped(account_id).items() if one in filled_by}
    return render_template("crm/lists.html", stops=stops, typed=typed, error=error, **shown)


def _default_views(account_id):
    """[(key, label, how many, in words)]"""
    return [(key, label, _number(account_id, key)) for key, label in DEFAULT_VIEWS.items()]


def _number(account_id, key):
    found = contacts.find(account_id, contacts.Asked(only=key))
    return counted(found.total, found.more)


def _filled_by(account_id):
    """{made_for: whom imports put on such a list, in words}."""
    types = {f"type:{type_id}": name for type_id, name in type_names(account_id).items()}
    return types | {"no type": "No type", "no company": "No company"}


@bp.get(ONE)
def one_list(list_id):
    return _list(own_or_404(ContactList, list_id))


@bp.post(ONE)
def save_list(list_id):
    """The list's name and its Leads switch, as far as they were changed in the form."""
    chosen, typed = own_or_404(ContactList, list_id), Settings(request.form.get("name", ""), "leads" in request.form)
    was = Settings(
        request.form.get("was_name", chosen.name), request.form.get("was_leads", str(chosen.leads)) == "True"
    )
    try:
        lists.change(chosen, was, typed)
    except lists.Unusable as error:
        db.session.rollback()
        return _list(own_or_404(ContactList, list_id), typed, str(error)), 422
    db.session.commit()
    flash("Saved.", "success")
    return redirect(url_for("crm.one_list", list_id=list_id), 303)


def _list(chosen, typed=None, error=None):
    return render_template(
        "crm/list.html",
        list=chosen,
        typed=typed or Settings(chosen.name, chosen.leads),
        error=error,
        filled_by=_filled_by(chosen.account_id),
        panels=drawn_panels("list", chosen),
        **members_shown(chosen, request.args),
    )


@bp.route(f"{ONE}/delete", methods=["GET", "POST"])
def delete_list(list_id):
    """Tell what goes along, then delete the list."""
    chosen = own_or_404(ContactList, list_id)
    if request.method == "GET":
        return _about_deleting(chosen)
    name = chosen.name
    try:
        tombstones.hold(chosen.account_id)  # an import may be about to put contacts on it
        _refuse_unseen(chosen)
    except NotNow as why:
        db.session.rollback()
        return _about_deleting(own_or_404(ContactList, list_id), str(why)), 409
    lists.delete(chosen, current_user)
    flash(f"“{name}” was deleted. Its contacts stay.", "success")
    return redirect(url_for("crm.all_lists"), 303)


def _refuse_unseen(chosen):
    """Raises NotNow where the list is not as the page told of it."""
    db.session.refresh(chosen, with_for_update=True)
    seen = request.form.get("seen_name", chosen.name), request.form.get("seen_contacts", str(chosen.contacts))
    if seen != (chosen.name, str(chosen.contacts)):
        raise NotNow("This list was changed since you opened this page. Look at it again, then delete it.")


def _about_deleting(chosen, error=""):
    return render_template("crm/delete_list.html", list=chosen, error=error, filled_by=_filled_by(chosen.account_id))
