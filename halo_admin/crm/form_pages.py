"""The pages on which a record is typed in: the form to edit one, and the form to make one."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from ..db import db, now
from ..web.door import own
from . import alike, creating, editing, meanwhile
from .choosing import Offers, offers
from .contact_form import CONFIRM
from .naming import number


def edit_page(noun: str, record, form: editing.Form, why: editing.NotSaved | None = None):
    """The form to edit a record, with the record's own texts in it; else with what was not saved and why."""
    held = form.texts(record)
    why = why or editing.NotSaved(held)
    present = {field: form.reads(field, saved) for field, (saved, _) in why.meanwhile.items()}
    who = meanwhile.who(noun, record, present) if present else {}
    return _page("crm/edit.html", noun, record, form, why, held=held, who=who)


def saved_page(noun: str, model, record_id: int, form: editing.Form, back: str = ""):
    """Save what the form says of a record, which is locked for it; else the form with what to mend.

    back: the page to go on at; else the record's.
    """
    record = db.session.scalar(own(model).where(model.id == record_id).with_for_update())
    typed = editing.read(request.form, form, model.FIELDS)
    if record is None:
        return _gone_page(noun, model, record_id, form, typed)
    try:
        editing.save(record, noun, current_user, typed, form)
    except editing.NotSaved as why:
        return edit_page(noun, record, form, why), 409 if why.meanwhile else 422
    db.session.commit()
    flash("Saved.", "success")
    return redirect(back or url_for(f"crm.{noun}", **{f"{noun}_id": record_id}), 303)


def new_page(noun: str, model, form: editing.Form, given: dict[str, str], **more):
    """The form to make a record, with these texts in it."""
    blank = model()
    return _new(noun, blank, form, editing.NotSaved(form.texts(blank) | given), **more)


def created_page(noun: str, model, form: editing.Form, like, **more):
    """Make the record that the form describes; else the form with what to mend, or what may be the same one."""
    typed = editing.read(request.form, form, model.FIELDS)
    opened = request.form.get("opened", "")
    told = {number(one) for one in request.form.get("told", "").split(",")}
    try:
        record_id = creating.create(model, noun, current_user, typed, form, like, told, opened)
    except editing.NotSaved as why:
        return _new(noun, model(), form, why, opened=opened, told=told, **more), 422
    db.session.commit()
    flash("Created.", "success")
    return redirect(url_for(f"crm.{noun}", **{f"{noun}_id": record_id}), 303)


def _gone_page(noun, model, record_id, form, typed):
    """What was typed into the form of a record that somebody has deleted meanwhile can be made a new one."""
    by = creating.deleted_by(noun, current_user.account_id, record_id)
    if by is None or not typed.version:
        abort(404)
    why = editing.NotSaved(form.texts(model()) | typed.values)
    return _new(noun, model(), form, why, deleted_by=by), 409


def _new(noun, blank, form, why, **more):
    found = getattr(why, "alike", [])
    told = {one.record.id for one in found} | more.pop("told", set()) - {None}
    shown = {"alike": found[: alike.SHOWN], "more_alike": len(found) > alike.SHOWN, "told": sorted(told)}
    opened = more.pop("opened", "") or now().isoformat()
    return _page("crm/new.html", noun, blank, form, why, held=form.texts(blank), opened=opened, **shown, **more)


def _page(template, noun, record, form, why, **more):
    asked = why.values.get("company_id", "") if "company_id" in why.errors else ""
    shown = {"errors": why.errors, "meanwhile": why.meanwhile, "questions": why.questions, "confirm": CONFIRM}
    shown |= {"asked": asked, "offered": offers(current_user.account_id, asked) if asked else Offers([], False)}
    return render_template(template, noun=noun, record=record, form=form, values=why.values, **shown, **more)
