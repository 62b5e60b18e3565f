"""The Contacts table and the form to edit a contact."""

from flask import request
from flask_login import current_user

from ..db import db
from ..web.door import own, own_or_404
from . import contacts as table
from . import lists
from .alike import contacts_like
from .blueprint import bp
from .choosing import called
from .contact_form import ContactForm
from .contact_models import Contact
from .form_pages import created_page, edit_page, new_page, saved_page
from .models import Company
from .naming import number
from .pages import table_page
from .tables import LARGEST_ID
from .types import type_names

ONE = f"/contacts/<int(max={LARGEST_ID}):contact_id>"


@bp.get("/contacts")
def contacts():
    account_id = current_user.account_id
    types, names = type_names(account_id), {one.id: one.name for one in lists.lists_of(account_id)}
    company = _company_asked_for()
    asked = table.read(request.args, names, types, [company.id] if company else [])
    found = table.find(account_id, asked)
    filters = {
        "types": [("", "All types"), *types.items(), (table.NO_TYPE, "No type"), (table.NO_COMPANY, "No company")],
        "lists": [("", "All lists"), *names.items()],
        "only": [("", "All contacts"), *table.ONLY.items()],
    }
    rows = {"on_lists": lists.names_on([one.id for one in found.page.rows]), "company": company}
    rows["companies"] = table.companies_of(found.page.rows)
    return table_page("contacts", asked, found, filters, rows)


def _company_asked_for():
    company_id = number(request.args.get("company", ""))
    return db.session.scalar(own(Company).where(Company.id == company_id)) if company_id else None


@bp.get("/contacts/new")
def new_contact():
    company = _company_asked_for()
    form = ContactForm(current_user.account_id)
    return new_page("contact", Contact, form, {"company_id": called(company)}, company=company)


@bp.post("/contacts/new")
def create_contact():
    form = ContactForm(current_user.account_id)
    return created_page("contact", Contact, form, contacts_like, company=_company_asked_for())


@bp.get(f"{ONE}/edit")
def edit_contact(contact_id):
    return edit_page("contact", own_or_404(Contact, contact_id), ContactForm(current_user.account_id))


@bp.post(f"{ONE}/edit")
def save_contact(contact_id):
    return saved_page("contact", Contact, contact_id, ContactForm(current_user.account_id))
