"""The lists: a table with a form to make one, and a page for each."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from ..db import db
from ..web.door import own_or_404
from . import contacts, lists
from .blueprint import bp
from .contact_models import ContactList
from .pages import drawn_panels
from .tables import LARGEST_ID
from .types import type_names

ONE = f"/lists/<int(max={LARGEST_ID}):list_id>"


@bp.get("/lists")
def all_lists():
    return _lists()


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


def _lists(typed="", error=None):
    account_id = current_user.account_id
    return render_template("crm/lists.html", lists=lists.lists_of(account_id), filled_by=_filled_by(account_id),
                           only=contacts.ONLY, typed=typed, error=error)  # fmt: skip


def _filled_by(account_id):
    """{made_for: whom imports put on such a list, in words}."""
    types = {f"type:{type_id}": name for type_id, name in type_names(account_id).items()}
    return types | {"no type": "No type", "no company": "No company"}


@bp.get(ONE)
def one_list(list_id):
    return _list(own_or_404(ContactList, list_id))


@bp.post(ONE)
def save_list(list_id):
    """The list's name and its Leads switch."""
    chosen, name = own_or_404(ContactList, list_id), request.form.get("name", "")
    try:
        lists.rename(chosen, name)
    except lists.Unusable as error:
        db.session.rollback()
        return _list(own_or_404(ContactList, list_id), typed=name, error=str(error)), 422
    chosen.leads = "leads" in request.form
    db.session.commit()
    flash("Saved.", "success")
    return redirect(url_for("crm.one_list", list_id=list_id), 303)


def _list(chosen, typed=None, error=None):
    growth = lists.growth(chosen)
    return render_template(
        "crm/list.html",
        list=chosen,
        typed=chosen.name if typed is None else typed,
        error=error,
        filled_by=_filled_by(chosen.account_id),
        joined=sum(row.joined for row in growth),
        left=sum(row.left for row in growth),
        panels=drawn_panels("list", chosen),
    )
