"""What the pages of all records have in common: a table that typing narrows, a form to edit it, panels."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup

from ..db import db
from ..web.door import own
from ..web.navigation import HALO
from . import asking, editing
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


def edit_page(noun: str, record, form: editing.Form, values=None, errors=None, meanwhile=None):
    """The form to edit a record, with these texts in it; else with the record's own."""
    held = form.texts(record)
    return render_template(
        "crm/edit.html",
        noun=noun,
        record=record,
        form=form,
        held=held,
        values=values or held,
        errors=errors or {},
        meanwhile=meanwhile or {},
    )


def saved_page(noun: str, model, record_id: int, form: editing.Form):
    """Save what the form says of a record, which is locked for it; else the form with what to mend."""
    record = db.session.scalar(own(model).where(model.id == record_id).with_for_update()) or abort(404)
    typed = editing.read(request.form, form, record.FIELDS)
    try:
        editing.save(record, current_user.account, typed, form)
    except editing.NotSaved as why:
        page = edit_page(noun, record, form, why.values, why.errors, why.meanwhile)
        return page, 409 if why.meanwhile else 422
    db.session.commit()
    flash("Saved.", "success")
    return redirect(url_for(f"crm.{noun}", **{f"{noun}_id": record_id}))
