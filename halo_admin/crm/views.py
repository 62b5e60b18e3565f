"""The forms of a company, and Download everything."""

import tempfile

from flask import render_template, request, send_file
from flask_login import current_user

from .. import audit
from ..db import now
from ..web.door import own_or_404
from .alike import companies_like
from .blueprint import bp
from .choosing import offers
from .company_form import CompanyForm
from .dumping import dump_zip
from .form_pages import created_page, edit_page, new_page, saved_page
from .models import Company
from .tables import LARGEST_ID

ONE = f"/companies/<int(max={LARGEST_ID}):company_id>"


@bp.get("/companies/names")
def company_names():
    """What the form of a contact offers while a company's name is typed."""
    asked = request.args.get("company_id", "")[:200].replace("\0", "")
    return render_template("crm/_offers.html", offered=offers(current_user.account_id, asked), asked=asked)


@bp.get("/companies/new")
def new_company():
    return new_page("company", Company, CompanyForm(current_user.account_id), {})


@bp.post("/companies/new")
def create_company():
    return created_page("company", Company, CompanyForm(current_user.account_id), companies_like)


@bp.get(f"{ONE}/edit")
def edit_company(company_id):
    return edit_page("company", own_or_404(Company, company_id), CompanyForm(current_user.account_id))


@bp.post(f"{ONE}/edit")
def save_company(company_id):
    return saved_page("company", Company, company_id, CompanyForm(current_user.account_id))


@bp.get("/download")
def download():
    audit.note_now("download", "Downloaded all records", account_id=current_user.account_id)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed once it has been sent
    dump_zip(current_user.account_id, file)
    file.seek(0)
    name = f"glasshive-{now():%Y-%m-%d}.zip"
    return send_file(file, mimetype="application/zip", as_attachment=True, download_name=name)
