"""The tables of companies and contacts, the columns a person chooses for them, and their CSV files."""

from flask import request
from flask_login import current_user

from ..db import db
from ..web.door import own
from . import companies as companies_table
from . import contacts as contacts_table
from .blueprint import bp
from .models import Company
from .naming import number
from .table_pages import columns_saved, file_of, table_page


@bp.get("/companies")
def companies():
    asked, choices = companies_asked(request.args)
    return table_page(companies_table, asked, choices)


@bp.get("/companies.csv")
def companies_file():
    return file_of(companies_table, companies_asked(request.args)[0])


@bp.post("/companies/columns")
def choose_company_columns():
    return columns_saved(companies_table, companies_asked(request.form)[0])


@bp.get("/contacts")
def contacts():
    asked, choices = contacts_asked(request.args)
    return table_page(contacts_table, asked, choices)


@bp.get("/contacts.csv")
def contacts_file():
    return file_of(contacts_table, contacts_asked(request.args)[0])


@bp.post("/contacts/columns")
def choose_contact_columns():
    return columns_saved(contacts_table, contacts_asked(request.form)[0])


def companies_asked(args):
    """What an address or a form asks the table for, and what its filters may have."""
    choices = companies_table.choices(current_user.account_id)
    return companies_table.read(args, choices), choices


def contacts_asked(args):
    """As companies_asked(), for contacts."""
    company_id = number(args.get("company", ""))
    company = db.session.scalar(own(Company).where(Company.id == company_id)) if company_id else None
    choices = contacts_table.choices(current_user.account_id, company)
    return contacts_table.read(args, choices), choices
