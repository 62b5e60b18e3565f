"""The search box on top of every page: what it offers while one types, and the page it leads to."""

from flask import render_template, request
from flask_login import current_user

from . import everywhere
from .blueprint import bp

LONGEST = 200


@bp.get("/search")
def search():
    q = " ".join(request.args.get("q", "").replace("\0", " ").split())[:LONGEST]
    shown = {"q": q, "searched": q, "found": everywhere.find(current_user.account_id, q) if q else []}
    if request.headers.get("HX-Target") == "search-found":
        return render_template("crm/_search_found.html", offered=True, **shown)
    return render_template("crm/search.html", **shown)
