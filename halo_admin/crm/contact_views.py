"""The forms to make and to edit a contact."""

from flask import request
from flask_login import current_user

from ..db import db
from ..web.door import own, own_or_404
from .alike import contacts_like
from .blueprint import bp
from .choosing import called
from .contact_form import ContactForm
from .contact_models import Contact
from .form_pages import created_page, edit_page, new_page, saved_page
from .models import Company
from .naming import number
from .tables import LARGEST_ID

ONE = f"/contacts/<int(max={LARGEST_ID}):contact_id>"


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
