"""The Companies table, a company's profile, and Download everything."""

import tempfile

from flask import Blueprint, abort, render_template, request, send_file, url_for
from flask_login import current_user
from markupsafe import Markup

from ..db import now
from ..web.door import own_or_404
from ..web.navigation import HALO
from . import companies as table
from .dumping import dump_zip
from .links import link_of
from .models import Company
from .profile import panels
from .tables import LARGEST_ID, counted
from .types import type_names

bp = Blueprint("crm", __name__)


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
