"""What the pages of all records have in common: a table that typing narrows, panels."""

from flask import render_template, request, url_for
from markupsafe import Markup

from ..web.navigation import HALO
from . import asking
from .finding import Found
from .profile import panels
from .tables import counted


def table_page(nouns: str, asked: asking.Asked, found: Found, filters: dict, rows: dict):
    """A table, or the part of it that a form has asked for; nouns ("companies") names its view, templates and element.

    rows is what a page's rows need beside themselves, filters what the form needs.
    """

    def address(**changes):
        return url_for(f"crm.{nouns}", **asking.address(asked, **changes))

    shown = {"asked": asked, "page": found.page, "total": counted(found.total, found.more), "address": address} | rows
    if request.headers.get("HX-Target") == nouns:
        return render_template(f"crm/_{nouns}.html", **shown), {"HX-Replace-Url": address()}
    orders = [(key, order.label) for key, order in asking.ORDERS.items()]
    halo = HALO if HALO.shown else None
    return render_template(f"crm/{nouns}.html", orders=orders, halo=halo, **shown, **filters)


def drawn_panels(kind: str, record) -> list[dict]:
    """The title and the HTML of what other rooms show of a record."""
    return [
        {"title": panel["title"], "html": Markup(render_template(panel["template"], **panel["context"]))}
        for panel in panels(kind, record)
    ]
