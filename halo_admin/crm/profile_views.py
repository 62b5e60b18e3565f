"""A company's and a contact's profile: its fields with where they come from, and its tabs, each with an address."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from ..db import db
from ..web.door import own_or_404
from . import asking, contact_views, contacts, history, lists, views
from .blueprint import bp
from .contact_models import Contact, ContactList
from .links import link_of
from .models import Company
from .naming import number
from .pages import drawn_panels
from .profile import tab, tabs
from .tables import counted


@bp.get(views.ONE)
def company(company_id):
    return _profile("company", own_or_404(Company, company_id))


@bp.get(contact_views.ONE)
def contact(contact_id):
    return _profile("contact", own_or_404(Contact, contact_id))


def _profile(noun, record):
    return shown_profile(noun, record, request.args)


def shown_profile(noun, record, args, **more):
    """The page, or its tabs alone where a tab has asked for them; an address without a tab shows the first.

    more: what the template needs beside, and what the chosen tab shows other than it would read.
    """
    known = tabs(noun)
    chosen = next((one for one in known if one.key == args.get("tab")), known[0])

    def address(**changes):
        return url_for(f"crm.{noun}", **{f"{noun}_id": record.id}, **changes)

    shown = {"noun": noun, "record": record, "tabs": known, "tab": chosen, "address": address}
    shown |= chosen.read(record, args) | more
    if request.headers.get("HX-Target") == "tabs":
        return render_template("crm/_tabs.html", **shown)
    shown |= {"link": link_of(record, current_user.account.default_country), "origins": history.origins(noun, record)}
    return render_template(f"crm/{noun}.html", panels=drawn_panels(noun, record), **shown)


@tab("company", "contacts", "Contacts", "crm/_of_company.html")
def contacts_of(company, args):
    found = contacts.of_company(company.account_id, company.id, asking.read(asking.Asked, args, {}).cursor)
    return {"page": found.page, "total": counted(found.total, found.more)}


@tab("contact", "lists", "Lists", "crm/_standing.html")
def lists_of(contact, _args):
    return {"standing": lists.standing(contact)}


@tab("company", "history", "History", "crm/_history.html")
@tab("contact", "history", "History", "crm/_history.html")
@tab("opportunity", "history", "History", "crm/_history.html")
def history_of(record, args):
    noun = history.NOUNS[type(record)]
    place = args.get("before", "")
    return {"lines": history.page(noun, record, place), "newest": not place}


@bp.post(f"{contact_views.ONE}/lists")
def put_on_list(contact_id):
    """Put the contact on a list, or take it off one: the button says which."""
    contact = own_or_404(Contact, contact_id)
    takes_off = "take_off" in request.form
    text = request.form.get("take_off" if takes_off else "list", "")
    chosen = own_or_404(ContactList, number(text) or 0)
    name = chosen.name
    (lists.take_off if takes_off else lists.put_on)(chosen, [contact.id], current_user)
    db.session.commit()
    flash(f"{'Taken off' if takes_off else 'Put on'} “{name}”.", "success")
    return redirect(url_for("crm.contact", contact_id=contact_id, tab="lists", _anchor="tabs"), 303)
