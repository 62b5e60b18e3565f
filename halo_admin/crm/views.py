"""The Companies table, a company's profile and the form to edit it, and Download everything."""

import tempfile

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from markupsafe import Markup

from ..db import db, now
from ..web.door import own, own_or_404
from ..web.navigation import HALO, home_url
from . import companies as table
from . import editing
from .dumping import dump_zip
from .links import link_of
from .models import Company
from .profile import panels
from .tables import LARGEST_ID, counted
from .types import type_names

bp = Blueprint("crm", __name__)


@bp.get("/")
def home():
    """Home: for admins the stages while there is nothing here yet."""
    if current_user.is_authenticated and HALO.shown and db.session.scalar(own(Company).limit(1)) is None:
        return redirect(HALO.url)
    return redirect(home_url())


@bp.get("/companies")
def companies():
    names = type_names(current_user.account_id)
    asked = table.read(request.args, names)
    found = table.find(current_user.account_id, asked)

    def address(**changes):
        return url_for("crm.companies", **table.address(asked, **changes))

    shown = {
        "asked": asked, "page": found.page, "total": counted(found.total), "type_names": names, "address": address,
    }  # fmt: skip
    if request.headers.get("HX-Target") == "companies":
        return render_template("crm/_companies.html", **shown), {"HX-Replace-Url": address()}
    types = [(table.ANY_TYPE, "All types"), *names.items(), (table.NO_TYPE, "No type")]
    orders = [(key, order.label) for key, order in table.ORDERS.items()]
    halo = HALO if HALO.shown else None
    return render_template("crm/companies.html", types=types, orders=orders, halo=halo, **shown)


@bp.get(f"/companies/<int(max={LARGEST_ID}):company_id>")
def company(company_id):
    company = own_or_404(Company, company_id)
    return render_template(
        "crm/company.html",
        company=company,
        link=link_of(company, current_user.account.default_country),
        panels=[_drawn(panel) for panel in panels("company", company)],
    )


@bp.get(f"/companies/<int(max={LARGEST_ID}):company_id>/edit")
def edit_company(company_id):
    company = own_or_404(Company, company_id)
    return _form(company, editing.texts(company))


@bp.post(f"/companies/<int(max={LARGEST_ID}):company_id>/edit")
def save_company(company_id):
    locked = own(Company).where(Company.id == company_id).with_for_update()
    company = db.session.scalar(locked) or abort(404)
    typed = editing.read(request.form, Company.FIELDS)
    try:
        editing.save(company, current_user.account, typed, type_names(current_user.account_id))
    except editing.NotSaved as why:
        return _form(company, why.values, why.errors, why.meanwhile), 409 if why.meanwhile else 422
    db.session.commit()
    flash("Saved.", "success")
    return redirect(url_for("crm.company", company_id=company_id))


def _form(company, values, errors=None, meanwhile=None):
    return render_template(
        "crm/edit_company.html",
        company=company,
        held=editing.texts(company),
        values=values,
        errors=errors or {},
        meanwhile=meanwhile or {},
        types={"": "No type"} | {str(key): name for key, name in type_names(company.account_id).items()},
    )


def _drawn(panel):
    return {"title": panel["title"], "html": Markup(render_template(panel["template"], **panel["context"]))}


@bp.get("/download")
def download():
    if not current_user.is_admin:
        abort(403)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed once it has been sent
    dump_zip(current_user.account_id, file)
    file.seek(0)
    name = f"glasshive-{now():%Y-%m-%d}.zip"
    return send_file(file, mimetype="application/zip", as_attachment=True, download_name=name)
