"""Several contacts of the table at once: put on a list, or taken off one. Nothing else is done to several."""

from flask import flash, redirect, request, url_for
from flask_login import current_user

from ..db import db, owned_among
from ..web.door import own_or_404
from ..web.words import plural
from . import asking, lists, table_views
from . import contacts as contacts_table
from .blueprint import bp
from .contact_models import Contact, ContactList
from .naming import number
from .table_pages import table_page
from .tables import PAGE_ROWS

NOBODY = "Select the contacts first, by the boxes in front of their names."
NO_LIST = "Choose a list first."


@bp.post("/contacts/lists")
def change_lists():
    """The button says whether the contacts go on the list or come off it."""
    picked = [one for one in map(number, request.form.getlist("contact")[:PAGE_ROWS]) if one]
    list_id, takes_off = number(request.form.get("of", "")), "take_off" in request.form
    if not picked or not list_id:
        return _rejected(picked, list_id, NO_LIST if picked else NOBODY)
    chosen = own_or_404(ContactList, list_id)
    here = list(db.session.scalars(owned_among(Contact, current_user.account_id, picked).with_only_columns(Contact.id)))
    on = lists.those_on(chosen, here)
    concerned = [one for one in here if (one in on) == takes_off]
    if takes_off:
        lists.take_off(chosen, concerned, current_user)
    else:
        lists.put_on(chosen, here, current_user)  # those an import had put there are the person's from now on
    told = _told(chosen.name, takes_off, len(concerned), len(here), len(picked))
    db.session.commit()
    flash(told, "success" if concerned else "info")
    asked, _choices = table_views.contacts_asked(request.form)
    return redirect(url_for("crm.contacts", **asking.address(asked, **_place())), 303)


def _told(name, takes_off, concerned, here, picked):
    does, before = ("taken off", "not on it") if takes_off else ("put on", "on it already")
    told = f"{plural(concerned, 'contact')} {does} “{name}”."
    if here - concerned:
        told += f" {here - concerned:,} {'was' if here - concerned == 1 else 'were'} {before}."
    return told + (f" {picked - here:,} not here any more." if picked - here else "")


def _rejected(picked, list_id, why):
    db.session.rollback()
    asked, choices = table_views.contacts_asked(request.form)
    return table_page(contacts_table, asked, choices, picked=set(picked), picked_list=list_id, picking_error=why), 422


def _place():
    """Where in the table the person was."""
    return {name: request.form[name] for name in ("after", "before") if request.form.get(name)}
